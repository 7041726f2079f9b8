"""Search: a question in words to the photos it finds; tokenizer, tree and SQL are one module each.

Saved searches are in `storage.search.saved`. What is named here is loaded when it is first asked for: a search from the
shell needs neither completion nor facets, and every write needs no more than the index.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.search.apart import Part, take_apart
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
    "Part",
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
    "take_apart",
    "why_nothing",
]

_ROOMS = {
    "apart": ("Part", "take_apart"),
    "completion": ("Completion", "complete"),
    "correction": ("corrected", "did_you_mean", "why_nothing"),
    "errors": ("QueryError",),
    "finding": ("Order", "count", "find", "find_page"),
    "narrowing": ("Facet", "Facets", "facets"),
    "parser": ("parse",),
    "tree": ("Query",),
}


def __getattr__(name: str) -> object:
    for room, names in _ROOMS.items():
        if name in names:
            found: object = getattr(import_module(f"{__name__}.{room}"), name)
            globals()[name] = found
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
