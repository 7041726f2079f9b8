"""The words of a search as separate filters, to be shown as chips, added by the sidebar and removed one by one.

Only the shape of the words is looked at here; what they mean is for `storage.search`.
"""

import re

_TERM = re.compile(r"""(?:[^\s"“]|"[^"]*"?|“[^”]*”?)+""")


def terms(words: str) -> list[str]:
    """The words one by one; what stands in quotes stays together."""
    return _TERM.findall(words)


def filters(words: str) -> list[str]:
    """Those that ask for a field, like `state:draft`; the others are plain words that stay in the field alone."""
    return [term for term in terms(words) if ":" in term.split('"')[0]]


def without(words: str, term: str) -> str:
    """The words without one of them."""
    left = terms(words)
    if term in left:
        left.remove(term)
    return " ".join(left)


def narrowed(words: str, term: str) -> str:
    """The words with another filter, in the place of one that asks for the same field."""
    field = term.split(":")[0]
    kept = [other for other in terms(words) if other.split(":")[0] != field or ":" not in other]
    return " ".join([*kept, term])
