"""Search: a question in words to the photos it finds; tokenizer, tree and SQL are one module each.

Saved searches are in `storage.search.saved`.
"""

from storage.search.completion import Completion, complete
from storage.search.correction import corrected, did_you_mean, why_nothing
from storage.search.errors import QueryError
from storage.search.finding import Order, count, find, find_page
from storage.search.narrowing import Facet, Facets, facets
from storage.search.parser import parse
from storage.search.tree import Query

__all__ = [
    "Completion",
    "Facet",
    "Facets",
    "Order",
    "Query",
    "QueryError",
    "complete",
    "corrected",
    "count",
    "did_you_mean",
    "facets",
    "find",
    "find_page",
    "parse",
    "why_nothing",
]
