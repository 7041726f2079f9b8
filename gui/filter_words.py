"""The words of a search as separate filters, so that the sidebar can add one or put it in the place of another.

Only the shape of the words is looked at here; what they mean is for `storage.search`.
"""

_CLOSING = {'"': '"', "“": "”"}


def terms(words: str) -> list[str]:
    """The words one by one; what stands in quotes or parentheses stays together."""
    found, current, quote, depth = [], "", "", 0
    for sign in words:
        if quote:
            quote = "" if sign == quote else quote
        elif sign in _CLOSING:
            quote = _CLOSING[sign]
        elif sign.isspace() and not depth:
            found.append(current)
            current = ""
            continue
        else:
            depth = max(0, depth + (sign == "(") - (sign == ")"))
        current += sign
    return [term for term in (*found, current) if term]


def narrowed(words: str, term: str) -> str:
    """The words with another filter, in the place of one that asks for the same field."""
    field = term.split(":")[0]
    return added(" ".join(t for t in terms(words) if t.split(":")[0] != field or ":" not in t), term)


def added(words: str, term: str) -> str:
    """The words with another filter beside all they have."""
    if _alternatives(words):
        return f"({words}) {term}"
    return words if term in terms(words) else f"{words} {term}".strip()


def _alternatives(words: str) -> bool:
    """Whether the words are joined by OR."""
    return any(term in ("OR", "or") for term in terms(words))
