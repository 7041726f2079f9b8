"""A person reviews and writes photos with the keyboard alone, as fast as the next photo is there for the eye."""

import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.end_to_end.desktop import Desktop, until

LOOK_SECONDS = 0.25
"""How long each photo is looked at: a tenth of what people take, so that nothing is ready by luck."""


@dataclass
class Reviewed:
    """What a review took.

    Attributes:
        presses: keys pressed, those for opening and confirming the writing included.
        approving: keys pressed to approve.
        waits: seconds from each key, as it leaves for the X server, to the next photo with picture and words.
        meanwhile: how many of the photos were shown while a job ran.
    """

    presses: int = 0
    approving: int = 0
    waits: list[float] = field(default_factory=list)
    meanwhile: int = 0


def review(desktop: Desktop, library: Path, count: int, *, tag: bool = False) -> Reviewed:
    """Approve the first photos of a library key by key, then write them into their files.

    Args:
        count: photos to approve; the library has at least one more.
        tag: let the real models work on other photos meanwhile.

    Raises:
        TimeoutError: something did not come.
    """
    log = library.with_suffix(".log")
    log.touch()
    desktop.open(library, "--log", str(log), *(["--tag"] if tag else []))
    done = Reviewed()

    def shown() -> list[list[str]]:
        return [line.split() for line in log.read_text().splitlines() if line.endswith(("0", "1"))]

    def then(number: int) -> list[list[str]]:
        return shown()[number:]

    until(shown, "the first photo")
    _until_focused(desktop, 1)
    for number in range(1, count + 1):
        desktop.rest(LOOK_SECONDS)
        pressed = time.monotonic()
        desktop.key("a")
        done.presses, done.approving = done.presses + 1, done.approving + 1
        at, _, busy = until(partial(then, number), f"photo {number + 1} after the key")[0]
        done.waits.append(float(at) - pressed)
        done.meanwhile += int(busy)
    _until_focused(desktop, count + 1)
    for key, role, name in (
        ("ctrl+e", "push button", f"Write into {count} photo{'' if count == 1 else 's'}"),
        ("Return", "label", f"{count} photo{'' if count == 1 else 's'} written."),
    ):
        desktop.key(key)
        done.presses += 1
        desktop.find(role, name, 120)
    return done


def _until_focused(desktop: Desktop, place: int) -> None:
    def focused() -> bool:
        found = desktop.focused()
        return bool(found) and found["role"] == "list item" and f", {place} of " in found["description"]

    until(focused, f"the focus to be on photo {place}")
