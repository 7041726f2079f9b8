"""What the numbers in a library mean. The tables they stand in are in `tables.py`."""

from enum import IntEnum


class Origin(IntEnum):
    """Who said a value; a lower origin never overwrites a higher one."""

    MODEL = 0
    FILE = 1
    USER = 2


class TagState(IntEnum):
    """What became of a tag. A rejected one stays, so that it is never proposed again."""

    SUGGESTED = 0
    ACCEPTED = 1
    REJECTED = 2


class TextState(IntEnum):
    """What became of a text."""

    DRAFT = 0
    APPROVED = 1
    REJECTED = 2


class Field(IntEnum):
    """Which text of a photo."""

    ALT_TEXT = 0
    EXTENDED = 1
    CAPTION = 2
    TITLE = 3


class PhotoState(IntEnum):
    """Where a photo is on its way; worked out from its texts on every write, never set by hand."""

    NONE = 0
    DRAFT = 1
    APPROVED = 2
    EMBEDDED = 3
    STALE = 4
