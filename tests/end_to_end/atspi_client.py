"""Sees the desktop as a screen reader does. Run by the system's Python, which has pyatspi; one JSON line in, one out.

Requests: {"do": "find", "role": …, "name": …} · {"do": "focused"} · {"do": "press", "role": …, "name": …} ·
{"do": "type", "role": …, "name": …, "text": …} · {"do": "children", "role": …, "name": …} ·
{"do": "read", "role": …, "name": …}
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

import pyatspi  # type: ignore[import-not-found]

APPLICATION = "Altfolio"
MOST_CHILDREN = 300


def walk(thing: Any, depth: int = 0) -> Iterator[Any]:
    """All objects below one that can be seen; only the first of very many children."""
    if depth > 1 and not thing.getState().contains(pyatspi.STATE_SHOWING):
        return
    yield thing
    if depth > 24:
        return
    for number in range(min(thing.childCount, MOST_CHILDREN)):
        try:
            child = thing.getChildAtIndex(number)
        except Exception:
            continue
        if child is not None:
            yield from walk(child, depth + 1)


def application() -> Any:
    """The program's root, or None while it is not on the bus."""
    desktop = pyatspi.Registry.getDesktop(0)
    desktop.set_cache_mask(pyatspi.Atspi.Cache.NONE)  # a test asks for what is, not for what was heard last
    for number in range(desktop.childCount):
        found = desktop.getChildAtIndex(number)
        if found is not None and found.name == APPLICATION:
            found.set_cache_mask(pyatspi.Atspi.Cache.NONE)
            return found
    return None


def described(thing: Any) -> dict[str, Any]:
    """What a screen reader may know of an object."""
    states = [pyatspi.stateToString(state) for state in thing.getState().getStates()]
    return {
        "role": thing.getRoleName(),
        "name": thing.name,
        "description": thing.description,
        "states": states,
        "children": thing.childCount,
    }


def matching(request: dict[str, Any]) -> Iterator[Any]:
    """Objects with the role and name asked for that can be seen."""
    root = application()
    if root is None:
        return
    for thing in walk(root):
        try:
            same = request.get("role") in (None, thing.getRoleName()) and request.get("name") in (None, thing.name)
            if same and thing.getState().contains(pyatspi.STATE_SHOWING):
                yield thing
        except Exception:
            continue


def answer(request: dict[str, Any]) -> Any:
    """Do one thing."""
    if request["do"] == "focused":
        root = application()
        focused = [] if root is None else (t for t in walk(root) if t.getState().contains(pyatspi.STATE_FOCUSED))
        return [described(thing) for thing in focused]
    found = next(matching(request), None)
    if request["do"] == "find":
        return None if found is None else described(found)
    if found is None:
        return None
    if request["do"] == "children":
        return [described(found.getChildAtIndex(n)) for n in range(min(found.childCount, MOST_CHILDREN))]
    if request["do"] == "read":
        return found.queryText().getText(0, -1)
    if request["do"] == "press":
        return found.queryAction().doAction(0)
    if request["do"] == "type":
        return found.queryEditableText().setTextContents(request["text"])
    raise ValueError(request["do"])


def main() -> None:
    """Answer until the input ends."""
    for line in sys.stdin:
        try:
            reply = {"answer": answer(json.loads(line))}
        except Exception as error:
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
