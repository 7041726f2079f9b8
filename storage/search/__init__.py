"""Search: a question in words to the photos it finds; tokenizer, tree and SQL are one module each."""

from storage.search.errors import QueryError
from storage.search.find import Order, count, find, find_page
from storage.search.parser import parse
from storage.search.tree import Query

__all__ = ["Order", "Query", "QueryError", "count", "find", "find_page", "parse"]
