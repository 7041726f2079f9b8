"""The fields a question can ask, as one table: for the parser, the completion and the help."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from storage.schema import Field, Origin, PhotoState
from storage.search.index import lint_fact


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One field.

    Attributes:
        name: as it is written before the colon.
        kind: how its value is read: "words" (texts), "tag", "whole" (whole numbers), "share" (0..1), "date",
            "choice" (one of `values`), "format", "pack", "flag" (needs no value).
        help: what it finds, for people.
        example: a right use.
        columns: of the search row, for "words".
        values: word → what the search row has, for "choice".
    """

    name: str
    kind: str
    help: str
    example: str
    columns: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def valueless(self) -> bool:
        """Whether the field says something without a value."""
        return self.kind == "flag" or "any" in self.values


_STATES = {state.name.lower(): f"#s{int(state)}" for state in PhotoState}

_ORIGINS = {"me": f"#o{int(Origin.USER)}", "file": f"#o{int(Origin.FILE)}", "model": f"#o{int(Origin.MODEL)}"}

PRESENT = {
    "alt": f"#h{int(Field.ALT_TEXT)}",
    "description": f"#h{int(Field.EXTENDED)}",
    "caption": f"#h{int(Field.CAPTION)}",
    "title": f"#h{int(Field.TITLE)}",
    "tags": "#htag",
    "date": "#hdate",
    "camera": "#hcamera",
    "people": "#hpeople",
    "ocr": "#hocr",
}
"""What a photo can have or miss; beside these any language, which means alt text in that language."""

LINT = {
    "any": lint_fact(),
    **{severity: lint_fact(severity) for severity in ("error", "warning", "advice")},
    "too-long": lint_fact("long"),
    "too-short": lint_fact("short"),
    "file-name": lint_fact("file_name"),
    "full-stop": lint_fact("end"),
    "unmentioned-text": lint_fact("written"),
    **{rule: lint_fact(rule) for rule in ("caption", "capitals", "emoji", "empty", "guess", "hedge", "opening")},
    "placeholder": lint_fact("placeholder"),
    "duplicate": lint_fact("duplicate"),
}
"""What can be wrong with an alt text, by the name people ask for; how bad it is, too."""

SHAPES = {shape: f"#a{shape}" for shape in ("portrait", "landscape", "square", "panorama")}

_RULES = (
    FieldRule("tag", "tag", "photos of something, or of anything that is a kind of it", "tag:animal"),
    FieldRule("people", "whole", "how many people are seen", "people:2.."),
    FieldRule("score", "share", "how sure the tags are that the other words find, 0 to 1", "score:>0.8"),
    FieldRule("text", "words", "words in the alt text or the extended description", "text:beach", ("alt",)),
    FieldRule("caption", "words", "words in the caption", "caption:wedding", ("caption",)),
    FieldRule("title", "words", "words in the title", "title:rome", ("title",)),
    FieldRule("ocr", "words", "words that can be read in the photo", "ocr:stop", ("ocr",)),
    FieldRule("name", "words", "words in the file name", "name:img_20*", ("name",)),
    FieldRule(
        "folder",
        "words",
        "words in the folder's path; folder:=/a/b/** is one folder and all in it",
        "folder:2024/berlin",
        ("folder",),
    ),
    FieldRule("camera", "words", "the camera's maker and model", "camera:canon", ("camera",)),
    FieldRule("format", "format", "the file's format", "format:jpeg"),
    FieldRule("pack", "pack", "photos that a model pack has looked at", "pack:objects"),
    FieldRule("shape", "choice", "portrait, landscape, square, or a panorama", "shape:portrait", values=SHAPES),
    FieldRule("date", "date", "when the photo was taken", "date:2024-05..2024-07"),
    FieldRule("state", "choice", "where the photo's words are on their way", "state:draft", values=_STATES),
    FieldRule(
        "missing",
        "choice",
        "what the photo has not, or the language it has no alt text in",
        "missing:alt",
        values=PRESENT,
    ),
    FieldRule("has", "choice", "what is there, or the language of an alt text", "has:caption", values=PRESENT),
    FieldRule("problem", "flag", "photos with a problem, or words in its message", "problem:", ("problem",)),
    FieldRule("origin", "choice", "who said a tag or text of the photo", "origin:me", values=_ORIGINS),
    FieldRule("duplicate", "flag", "photos that are there more than once: exact copies, near or series", "duplicate:"),
    FieldRule("lint", "choice", "what is wrong with an alt text; alone, anything", "lint:too-long", values=LINT),
)

FIELDS: Mapping[str, FieldRule] = {rule.name: rule for rule in _RULES}

ALIASES: Mapping[str, str] = {
    "tags": "tag",
    "person": "people",
    "alt": "text",
    "file": "name",
    "filename": "name",
    "path": "folder",
    "album": "folder",
    "type": "format",
    "taken": "date",
    "year": "date",
    "is": "state",
    "no": "missing",
    "problems": "problem",
    "duplicates": "duplicate",
    "orientation": "shape",
}
"""Other names people try for a field."""
