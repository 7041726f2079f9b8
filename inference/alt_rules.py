"""Finds what is wrong with an alt text, before it is published under somebody's name. Pure: texts in, remarks out.

The composer's own texts pass these rules; they are for what people write, import and approve in bulk. A remark never
changes a text: it says where, how bad, and what would help.

Invariants: spans lie inside the text, and an empty text has no remarks but that it is empty; remarks come in the
order of their spans; the same text and circumstances always give the same remarks.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from operator import ne

from inference.alt_rule_words import COMMON, RULE_WORDS, WORD
from inference.alt_text import LIMIT, LONGEST, NO_DESCRIPTION, is_credit
from inference.grammar import GRAMMARS
from inference.guesses import guesses

SHORT = 12
"""Characters below which a text can hardly describe a photo ("A red tulip." has 12)."""


class Severity(StrEnum):
    """How bad it is: an ERROR must not be published, a WARNING makes a text worse, an ADVICE may be ignored."""

    ERROR = "error"
    WARNING = "warning"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that is wrong with a text.

    Attributes:
        rule: stable name of the rule, e.g. "opening".
        start, end: where it is wrong, as offsets of characters, 0 ≤ start ≤ end ≤ length of the text.
        sentence: what is wrong and what helps, for the person who wrote it.
    """

    rule: str
    severity: Severity
    start: int
    end: int
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What is known of the photo beside its text.

    Attributes:
        language: of the text; openings and guesses are looked for in all languages, guesses in this one alone.
        file_name: of the photo, with or without its ending.
        caption: of the photo, "" where it has none.
        others: `folded` texts of other photos.
        written: lines that were read in the photo.
        limit: characters that an alt text should not exceed.
    """

    language: str = "en"
    file_name: str = ""
    caption: str = ""
    others: Collection[str] = field(default=frozenset())
    written: Sequence[str] = ()
    limit: int = LIMIT


Found = tuple[Severity, int, int, str]
Rule = Callable[[str, Circumstances], Iterator[Found]]

RULES: dict[str, Rule] = {}
"""Every rule by its name."""


def check(text: str, about: Circumstances | None = None) -> list[Remark]:
    """All remarks about an alt text, in the order of the text; [] where it is fine."""
    about = about or Circumstances()
    if not text.strip():
        sentence = "There is no text. Say in a sentence what can be seen, or mark the photo as decorative."
        return [Remark("empty", Severity.ERROR, 0, len(text), sentence)]
    remarks = [Remark(name, *found) for name, rule in RULES.items() for found in rule(text, about)]
    return sorted(remarks, key=lambda remark: (remark.start, remark.end, remark.rule))


def folded(text: str) -> str:
    """A text without what doesn't count when two are compared: case, accents' encoding, blanks, punctuation."""
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(words)


def _rule(function: Rule) -> Rule:
    RULES[function.__name__.strip("_")] = function
    return function


def _trimmed(text: str) -> tuple[int, int]:
    """Start and end of a text without blanks around it."""
    start = len(text) - len(text.lstrip())
    return start, len(text.rstrip())


@_rule
def _long(text: str, about: Circumstances) -> Iterator[Found]:
    start, end = _trimmed(text)
    length = end - start
    if length > LONGEST:
        sentence = f"{length} characters are more than the {LONGEST} an alt text may have. "
        yield Severity.ERROR, start + LONGEST, end, sentence + "Move details into the extended description."
    elif length > about.limit:
        sentence = f"{length} characters; many screen readers stop near {about.limit}. "
        yield Severity.WARNING, start + about.limit, end, sentence + "Put what matters most first."


@_rule
def _short(text: str, _about: Circumstances) -> Iterator[Found]:
    start, end = _trimmed(text)
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    if end - start + wide < SHORT and len(text.split()) < 3:
        yield Severity.ADVICE, start, end, "This is very short. Say who or what can be seen, and where."


@_rule
def _opening(text: str, _about: Circumstances) -> Iterator[Found]:
    for words in RULE_WORDS.values():
        if match := words.opening.match(text):
            sentence = "A screen reader already says that it is an image. Begin with what can be seen."
            yield Severity.WARNING, match.start(), match.end(), sentence
            return


@_rule
def _hedge(text: str, _about: Circumstances) -> Iterator[Found]:
    for grammar in GRAMMARS.values():
        frames = [form for frame in grammar.frames.values() for form in (frame.of, frame.alone)]
        for pattern in (grammar.hedge, grammar.listed, *frames):
            before = pattern.partition("{}")[0]
            if text.lstrip().startswith(before):
                sentence = "This is how drafts begin. Once you have checked it, begin with what can be seen."
                start, _ = _trimmed(text)
                yield Severity.ADVICE, start, start + len(before.rstrip()), sentence
                return


_FILE_NAME = re.compile(
    r"\s*(?:[\w\-+() .&,’']*[\w)]\.(?:jpe?g|png|gif|tiff?|webp|hei[cf]|avif|jxl|bmp|svg|heif"
    r"|psd|pdf|mp|mp4|mov|dng|nef|cr[23]|arw|raf|orf|rw2)"
    r"|_?(?:img|imgp|dsc[fn]?|dscn|pxl|p|mvimg|mvi|dji|gopr|g|scan|vid|wp|imag|pict|sam|cimg|hpim|mg|fb_img|received"
    r"|photo|foto|image|bild|imagen|immagine|imagem|untitled|unbenannt|download|snapchat|signal)"
    r"[_\-]?(?:\d|wa\d)[\w\-]*(?: ?\(\d+\)| copy| kopie| copie| copia)?"
    r"|(?:screenshot|screen shot|bildschirmfoto|capture d['’]écran|captura de (?:pantalla|tela)|schermata"
    r"|whatsapp (?:image|bild))[_\- ]?\d[\w\-:. ]*"
    r"|[0-9a-f]{8}-[0-9a-f-]{20,}|\d[\d_\-. ]{5,}"
    r"|[^\W_]+(?:[_-][^\W_]+)*_[\w\-]+|[^\W_]+(?:-[^\W_]+){2,}-[\w\-]*\d[\w\-]*"
    r")\s*\.?\s*",
    re.IGNORECASE,
)


@_rule
def _file_name(text: str, about: Circumstances) -> Iterator[Found]:
    start, end = _trimmed(text)
    stem = about.file_name.rpartition(".")[0] or about.file_name
    own = folded(stem.replace("_", " "))
    same = bool(own) and folded(text.replace("_", " ")) in {own, folded(about.file_name.replace("_", " "))}
    if _FILE_NAME.fullmatch(text) or (same and not re.fullmatch(rf"(?:{WORD} ){{2,}}{WORD}", own)):
        yield Severity.ERROR, start, end, "This is a file name. Say in a sentence what can be seen."


_NOTHING = {folded(text) for text in NO_DESCRIPTION.values()}


@_rule
def _placeholder(text: str, _about: Circumstances) -> Iterator[Found]:
    start, end = _trimmed(text)
    plain = text.strip(" \t\r\n.!?-_…*").casefold()
    empty = not re.search(r"[^\W_]", text)
    bare = re.sub(r"[\s_-]*\(?\d+\)?", "", plain) or plain  # "Image 4" and "Untitled (2)" say no more
    known = any(plain in words.placeholders or bare in words.placeholders for words in RULE_WORDS.values())
    if empty or known or folded(text) in _NOTHING or folded(text).startswith("lorem ipsum"):
        yield Severity.ERROR, start, end, "This says nothing about the photo. Say in a sentence what can be seen."


@_rule
def _duplicate(text: str, about: Circumstances) -> Iterator[Found]:
    start, end = _trimmed(text)
    if folded(text) in about.others:
        sentence = "Another photo has the same text. Say what makes this photo different."
        yield Severity.WARNING, start, end, sentence


@_rule
def _caption(text: str, about: Circumstances) -> Iterator[Found]:
    start, end = _trimmed(text)
    if about.caption.strip() and folded(text) == folded(about.caption):
        sentence = "The caption says the same, so a screen reader reads it twice. Describe what the caption doesn't."
        yield Severity.WARNING, start, end, sentence


_EMOJI = re.compile(
    "(?:(?:[\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2b55\u231a\u231b\u23e9-\u23fa]"
    "|[0-9#*]\ufe0f?\u20e3|[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2900-\u2bff\u3030\u303d\u3297\u3299]\ufe0f)"
    "[\ufe0f\u200d\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*)+"
)
"""Emoji of Unicode 16 with all that belongs to them (skin, joiners, flags); several in a row are one place."""


@_rule
def _end(text: str, _about: Circumstances) -> Iterator[Found]:
    _, end = _trimmed(text)
    last = _EMOJI.sub(" ", text[:end]).rstrip("\"'“”‘’»›)]」』 \t\n\u00a0\u202f")
    if not last or last[-1] not in ".!?…。．｡！？؟۔।":
        sentence = "Without a full stop a screen reader runs on into the next words. End the sentence."
        yield Severity.ADVICE, end - 1, end, sentence


@_rule
def _capitals(text: str, _about: Circumstances) -> Iterator[Found]:
    cased = [character for character in text if character.isupper() or character.islower()]
    if len(cased) >= 6 and all(map(str.isupper, cased)) and not _FILE_NAME.fullmatch(text):
        sentence = "Some screen readers spell capitals letter by letter. Write as in any other sentence."
        yield Severity.WARNING, *_trimmed(text), sentence


@_rule
def _emoji(text: str, _about: Circumstances) -> Iterator[Found]:
    for match in _EMOJI.finditer(text):
        sentence = "A screen reader reads an emoji by its long name. Say it in words."
        yield Severity.WARNING, match.start(), match.end(), sentence


@_rule
def _guess(text: str, about: Circumstances) -> Iterator[Found]:
    for start, end in guesses(text, about.language):
        sentence = f"“{text[start:end]}” tells age, gender or origin. Say it only if you know it and it matters here."
        yield Severity.ADVICE, start, end, sentence


@_rule
def _written(text: str, about: Circumstances) -> Iterator[Found]:
    said = folded(text)
    lines = [line for line in about.written if not is_credit(line)]
    read = [word for line in lines for word in folded(line).split() if len(word) >= 3 and word not in COMMON]
    if read and not any(_quoted(word, said) for word in read):
        shown = " ".join(" ".join(lines).split())
        shown = shown if len(shown) <= 40 else (shown[:40].rpartition(" ")[0] or shown[:40]) + "…"
        sentence = f"The photo contains text (“{shown}”) that isn’t mentioned. Quote it if it matters."
        yield Severity.ADVICE, *_trimmed(text), sentence


def _quoted(word: str, said: str) -> bool:
    """Whether a word that was read is said; one letter of a long word may have been read wrongly."""
    if word in said.split() or (len(word) >= 5 and word in said.replace(" ", "")):
        return True
    alike = (other for other in said.split() if len(other) == len(word) >= 5)
    return any(sum(map(ne, word, other)) <= 1 for other in alike)
