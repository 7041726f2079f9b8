"""Which of our words goes into which field of a photo, as data.

The table is the one place that knows names of properties; reading, writing, proof, undo and the sidecar all walk
it. Sources: IPTC Photo Metadata Standard 2025.1, XMP specification parts 1 and 2 (ISO 16684), Metadata Working Group
guidelines 2.0, the tags digiKam and Lightroom write.

Invariants: machine findings have no row here (no text says that a machine wrote it, and no AI property is ever
written: those say how the *image* was made).
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import Enum
from typing import Final

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XMPMETA: Final = "adobe:ns:meta/"

NAMESPACES: Final[Mapping[str, str]] = {
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "mwg-kw": "http://www.metadataworkinggroup.com/schemas/keywords/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpNote": "http://ns.adobe.com/xmp/note/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
}

DEFAULT: Final = "x-default"
"""The language tag of the text for readers that know no better (RFC 3066 reserves x-; XMP part 1, 8.2.2.4)."""


class Keep(Enum):
    """The one value of a `WordsEdit` field that is not touched."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


class Shape(Enum):
    """How XMP holds a value."""

    LANG_ALT = "Alt"
    BAG = "Bag"
    SEQ = "Seq"
    TREE = "tree"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Property:
    """An XMP property: prefix, local name, shape."""

    prefix: str
    local: str
    shape: Shape

    @property
    def name(self) -> str:
        """In Clark notation, "{namespace}local"."""
        return f"{{{NAMESPACES[self.prefix]}}}{self.local}"


@dataclass(frozen=True, slots=True)
class TextField:
    """A row of the table for a text in languages.

    Attributes:
        name: the attribute of `PhotoWords` and `WordsEdit`.
        write: where it is written.
        also_read: further places it may be found in, tried in order where `write` is empty.
        iim: dataset of record 2 that is kept in step where the file has it, and its longest value in bytes (IIM 4.2).
        exif: tag of IFD0 that is kept in step where the file has it.
    """

    name: str
    write: Property
    also_read: tuple[Property, ...] = ()
    iim: tuple[int, int] | None = None
    exif: int | None = None


TEXT_FIELDS: Final = (
    TextField("alt_text", Property("Iptc4xmpCore", "AltTextAccessibility", Shape.LANG_ALT)),
    TextField(
        "extended_description",
        Property("Iptc4xmpCore", "ExtDescrAccessibility", Shape.LANG_ALT),
        (Property("Iptc4xmpExt", "ExtDescrAccessibility", Shape.LANG_ALT),),
    ),
    TextField("caption", Property("dc", "description", Shape.LANG_ALT), (), (120, 2000), 0x010E),
    TextField("title", Property("dc", "title", Shape.LANG_ALT), (), (5, 64)),
)

KEYWORDS: Final = Property("dc", "subject", Shape.BAG)
KEYWORDS_IIM: Final = (25, 64)
"""Dataset 2:25, at most 64 bytes each (IIM 4.2)."""

HIERARCHY: Final = Property("lr", "hierarchicalSubject", Shape.BAG)
"""Paths joined by "|", as Lightroom writes them."""
HIERARCHY_OLD: Final = Property("lr", "HierarchicalSubject", Shape.BAG)
TAGS_LIST: Final = Property("digiKam", "TagsList", Shape.SEQ)
"""Paths joined by "/", as digiKam writes them."""

KEYWORD_TREE: Final = Property("mwg-kw", "Keywords", Shape.TREE)
"""The same as a tree of nodes, see `keyword_struct`; kept in step where it is, never made."""

METADATA_DATE: Final = Property("xmp", "MetadataDate", Shape.TEXT)

MADE_BY_AI: Final = tuple(
    Property("Iptc4xmpExt", local, Shape.TEXT)
    for local in (
        "DigitalSourceType",
        "DigitalSourcefileType",
        "AISystemUsed",
        "AISystemVersionUsed",
        "AIPromptInformation",
        "AIPromptWriterName",
    )
)
"""Read and shown, never written (IPTC Photo Metadata Standard 2025.1, 9.8 ff.)."""

JUNK_CAPTIONS: Final = re.compile(
    r"([a-z]+[ -]){0,2}digital camera|samsung csc"
    r"|olympus imaging corp.*|(sony )?ds[cf][ _-]?[0-9]*|dcf( 1.0)?|dcim.*|mvc-.*|sec[0-9]*|kodak.*digital still camera"
    r"|created with (the )?gimp.*|file written by adobe.*|lead technologies.*|(exif|jfif)[_ ]jpeg[_ ]?(picture|t422)?"
    r"|my beautiful picture|default|untitled|none|null|image description|user comments?|screenshot|ascii|unicode"
    r"|binary comment|processed by.*|edf|<?(digimax|coolpix|finepix)[^ ]*( [a-z]?[0-9]+[a-z]?)?>?|optio [a-z0-9]+"
)
"""What cameras and programs put where a person's caption belongs, folded; the whole caption must match. From the
ImageDescription of the public test collections (exif-samples, ExifTool, Exiv2)."""


Texts = Mapping[str, str]
"""Language tag (BCP 47, or "x-default") → text."""


@dataclass(frozen=True, slots=True)
class PhotoWords:
    """The words of a photo as its file or sidecar has them.

    Attributes:
        alt_text, extended_description, caption, title: by language.
        keywords: flat, in file order, none twice (folded by NFC and case).
        keyword_paths: from the root to the leaf.
    """

    alt_text: Texts = field(default_factory=dict)
    extended_description: Texts = field(default_factory=dict)
    caption: Texts = field(default_factory=dict)
    title: Texts = field(default_factory=dict)
    keywords: tuple[str, ...] = ()
    keyword_paths: tuple[tuple[str, ...], ...] = ()

    def texts(self, name: str) -> Texts:
        """The field of that name in `TEXT_FIELDS`."""
        found: Texts = getattr(self, name)
        return found


@dataclass(frozen=True, slots=True)
class WordsEdit:
    """What is to change.

    Attributes:
        alt_text, extended_description, caption, title: the full new value, an empty mapping to remove the field,
            or KEEP.
        keywords_add, keywords_remove: flat keywords; those of others stay. A removed keyword also leaves the
            hierarchies as a leaf.
        paths_add, paths_remove: keyword paths from the root to the leaf.
    """

    alt_text: Texts | Keep = KEEP
    extended_description: Texts | Keep = KEEP
    caption: Texts | Keep = KEEP
    title: Texts | Keep = KEEP
    keywords_add: tuple[str, ...] = ()
    keywords_remove: tuple[str, ...] = ()
    paths_add: tuple[tuple[str, ...], ...] = ()
    paths_remove: tuple[tuple[str, ...], ...] = ()

    def texts(self, name: str) -> Texts | Keep:
        """The field of that name in `TEXT_FIELDS`."""
        found: Texts | Keep = getattr(self, name)
        return found

    @property
    def changes_keywords(self) -> bool:
        """Whether keywords or their paths are to change."""
        return any((self.keywords_add, self.keywords_remove, self.paths_add, self.paths_remove))

    @property
    def empty(self) -> bool:
        """Whether nothing is asked for."""
        return all(getattr(self, f.name) in (KEEP, ()) for f in fields(self))


def folded(word: str) -> str:
    """The form in which two keywords are the same one: NFC, no case, single spaces."""
    return " ".join(unicodedata.normalize("NFC", word).casefold().split())


def unique(words: Iterable[str]) -> tuple[str, ...]:
    """The words in order without blanks and without those that fold to an earlier one."""
    found: dict[str, str] = {}
    for word in words:
        if folded(word):
            found.setdefault(folded(word), word.strip())
    return tuple(found.values())


def unique_paths(paths: Iterable[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """The paths in order without empty ones and without those that fold to an earlier one."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for path in paths:
        clean = tuple(part.strip() for part in path if part.strip())
        if clean:
            found.setdefault(tuple(map(folded, clean)), clean)
    return tuple(found.values())


_FORBIDDEN: Final = re.compile("[^\t\n -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def cleaned(text: str) -> str:
    """A text that XML can hold: NFC, "\\n" for every line end, no characters that XML 1.0 forbids (2.2)."""
    if text.isascii() and text.isprintable():  # nearly every keyword
        return text
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        c for c in text if c in "\t\n" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")
    )


def in_writing_order(texts: Texts, default_language: str) -> dict[str, str]:
    """The lang-alt to write: x-default first, then each language, then base languages that would be missing.

    WordPress 7.0 compares the site's exact locale ("pt_BR"), then its first two letters, then x-default; so "pt-BR"
    is written as "pt" too where no other text claims "pt".
    """
    given = {tag: cleaned(text) for tag, text in texts.items() if cleaned(text).strip()}
    if not given:
        return {}
    first = given.get(DEFAULT) or for_language(given, default_language)
    written = {DEFAULT: first, **{tag: text for tag, text in given.items() if tag != DEFAULT}}
    for tag, text in list(written.items()):
        base = tag.split("-")[0]
        if tag != DEFAULT and len(base) > 1 and base.lower() not in (known.lower() for known in written):
            written[base] = text
    return written


def for_language(texts: Texts, language: str) -> str:
    """The text for a reader of `language`: exact tag, same base language, x-default, first; "" where there is none."""
    wanted = language.lower().replace("_", "-")
    by_tag = {tag.lower().replace("_", "-"): text for tag, text in reversed(list(texts.items()))}
    base = wanted.split("-")[0]
    if wanted in by_tag:
        return by_tag[wanted]
    for tag, text in texts.items():
        if tag.lower().replace("_", "-").split("-")[0] == base:
            return text
    return by_tag.get(DEFAULT, next(iter(texts.values()), ""))


def junk(caption: str) -> bool:
    """Whether a caption was left by a camera or a program instead of a person."""
    plain = " ".join(caption.replace("\0", " ").casefold().split())
    if not any(c.isalnum() for c in plain):
        return True
    return JUNK_CAPTIONS.fullmatch(plain.strip(" .,;:!-_[]")) is not None
