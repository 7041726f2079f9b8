"""How the window says things: a photo's state, the origin of its text, a photo in one spoken sentence.

The eye and the ear get the same words from here. A state has an icon with a shape of its own, a word and the name of
a theme colour, so that it is never told by colour alone.

Invariant: plain text only; markup silences VoiceOver.
"""

from dataclasses import dataclass

from storage.photos import PhotoRow
from storage.schema import Field, Origin, PhotoState, TagState, TextState

NO_TEXT = "No description yet"
"""What stands for an alt text that does not exist, seen and spoken."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How a state or origin is shown: file name of the icon, word, name of the theme's colour, a sentence about it."""

    icon: str
    word: str
    colour: str
    meaning: str


STATES = {
    PhotoState.NONE: Mark("state-none", "No text", "none", "There is no alt text yet."),
    PhotoState.DRAFT: Mark("state-draft", "Draft", "draft", "The alt text waits for your review."),
    PhotoState.APPROVED: Mark("state-approved", "Approved", "approved", "Approved, not yet written into the photo."),
    PhotoState.EMBEDDED: Mark("state-embedded", "In the file", "embedded", "The approved words are in the photo."),
    PhotoState.STALE: Mark("state-stale", "Changed outside", "stale", "Another program changed the photo's words."),
}

PROBLEM = Mark("state-problem", "Problem", "problem", "Something about this photo failed.")

ORIGINS = {
    Origin.MODEL: Mark("origin-machine", "Machine text", "draft", "Written by a model on this machine."),
    Origin.FILE: Mark("origin-file", "From the file", "embedded", "This text was already in the photo."),
    Origin.USER: Mark("origin-user", "Your words", "approved", "Written by you; no machine overwrites it."),
}

EDITED = Mark("origin-edited", "Edited, not saved yet", "stale", "Your changes are kept when you leave the photo.")

FIELD_NAMES = {
    Field.ALT_TEXT: "Alt text",
    Field.EXTENDED: "Extended description",
    Field.CAPTION: "Caption",
    Field.TITLE: "Title",
}

LANGUAGES = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "it": "Italiano",
    "pt": "Português",
}
"""Languages that texts are written in here, each by its own name; a photo may bring others."""

TEXT_STATES = {TextState.DRAFT: "draft", TextState.APPROVED: "approved", TextState.REJECTED: "rejected"}

TAG_STATES = {
    TagState.SUGGESTED: "suggested",
    TagState.ACCEPTED: "accepted",
    TagState.REJECTED: "rejected",
}


def mark_of(row: PhotoRow) -> Mark:
    """The one mark that a photo carries: its problem before its state."""
    return PROBLEM if row.problem else STATES[row.state]


def counted(number: int, noun: str, plural: str = "") -> str:
    """ "1 photo", "340 photos", "1,204 photos"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def spoken_name(row: PhotoRow) -> str:
    """A photo's accessible name: its alt text, on one line."""
    return " ".join(row.alt_text.split()) or NO_TEXT


def spoken_description(row: PhotoRow, position: int, total: int) -> str:
    """What follows the name: state, tags, file name, position ("12 of 340").

    The position is part of our own text, because NVDA says none in Qt lists.

    Args:
        position: 1..total.
    """
    parts = [STATES[row.state].word.lower()]
    if row.problem:
        parts.append(f"problem: {row.problem.rstrip('.')}")
    if row.tags:
        parts.append(counted(row.tags, "tag"))
    parts += [f"file {row.name}", f"{position:,} of {total:,}"]
    return ", ".join(parts)


def percent(score: float | None) -> str:
    """A score for people: "87 %", "" where there is none."""
    return "" if score is None else f"{round(score * 100)} %"
