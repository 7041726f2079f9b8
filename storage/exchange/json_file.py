"""Words as JSON: an object with the format's name, its version and one object for each photo, one photo a line.

All that the library knows of a photo's words is in it, also what a draft becomes when it is approved, which a table
for people has no place for. `docs/exchange-format.md` describes it.

Invariant: equal words give equal bytes, in ASCII beside the texts' own letters; lone surrogates can't be in it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from storage.exchange.csv_file import FACTS, check_version, field_of, path_cells, read_image, read_path_bytes, read_text
from storage.exchange.records import (
    FIELD_NAMES,
    TAG_STATES,
    VERSION,
    GivenPhoto,
    PhotoRecord,
    RowError,
    TagRecord,
    TextKey,
    TextRecord,
    text_problem,
)
from storage.job import KnownError
from storage.schema import TagState

FORMAT = "altfolio-words"


class JsonWriter:
    """Writes photos as objects, one a line."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._before = "\n"
        self._write(f'{{"format": {json.dumps(FORMAT)}, "version": {VERSION}, "photos": [')

    def add(self, record: PhotoRecord) -> None:
        """Write a photo."""
        self._write(self._before + json.dumps(photo_object(record), ensure_ascii=False))
        self._before = ",\n"

    def flush(self) -> None:
        """End the file."""
        self._write("\n]}\n")

    def _write(self, text: str) -> None:
        self._stream.write(text.encode("utf-8"))


def photo_object(record: PhotoRecord) -> dict[str, Any]:
    """A photo as an object; what is not known is left out."""
    path, path_bytes = path_cells(record.path)
    found: dict[str, Any] = {"path": path}
    if path_bytes:
        found["path_bytes"] = path_bytes
    found["state"] = record.state.name.lower()
    for field, name in FIELD_NAMES.items():
        found[name] = {key[1]: _text_object(text) for key, text in record.texts.items() if key[0] == field}
    found["tags"] = [_tag_object(tag) for tag in record.tags]
    found.update({name: getattr(record, name) for name in FACTS})
    found["image"] = record.image.hex() if record.image else None
    return found


def _text_object(text: TextRecord) -> dict[str, Any]:
    found: dict[str, Any] = {"text": text.text}
    if text.state is not None:
        found["state"] = text.state.name.lower()
    if text.plain is not None:
        found["when_approved"] = text.plain
    return found


def _tag_object(tag: TagRecord) -> dict[str, Any]:
    found: dict[str, Any] = {"name": tag.name, "state": tag.state.name.lower()}
    for name in ("score", "count", "key"):
        value = getattr(tag, name)
        if value is not None:
            found[name] = value
    return found


def read_json(content: str) -> Iterator[GivenPhoto | RowError]:
    """The photos of a file, and what is wrong with some; the first photo is row 1.

    Raises:
        KnownError: it is not a file of ours, or one of a newer program.
    """
    try:
        whole = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise KnownError(f"The file is not valid JSON ({error}).") from error
    if not isinstance(whole, dict) or whole.get("format") != FORMAT or not isinstance(whole.get("photos"), list):
        raise KnownError(f"The file is not an export of Altfolio: it has no “format”: “{FORMAT}” with “photos”.")
    version = whole.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise KnownError("The file does not say its version as a whole number.")
    check_version(str(version))
    return _photos(whole["photos"])


def _photos(given: Sequence[Any]) -> Iterator[GivenPhoto | RowError]:
    for number, photo in enumerate(given, start=1):
        try:
            yield _photo(number, photo)
        except ValueError as error:
            yield RowError(number, str(error))


def _photo(number: int, given: Any) -> GivenPhoto:
    if not isinstance(given, dict):
        raise ValueError("this is not an object")
    unknown = given.keys() - {"path", "path_bytes", "state", "tags", "image", *FACTS, *FIELD_NAMES.values()}
    if unknown:
        raise ValueError(f"“{min(unknown)}” is not known here")
    texts: dict[TextKey, TextRecord] = {}
    for name in FIELD_NAMES.values():
        field = field_of(name)
        assert field is not None
        for language, text in _mapping(given.get(name, {}), name).items():
            texts[field, language] = _text(text, f"{name}.{language}")
    tags = given.get("tags")
    if tags is not None and not isinstance(tags, list):
        raise ValueError("“tags” is not a list")
    path, coded = _string(given, "path"), _string(given, "path_bytes")
    try:
        place = read_path_bytes(coded) if coded else path.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError("“path” has a lone surrogate; “path_bytes” is for such names") from error
    return GivenPhoto(
        row=number,
        path=place or None,
        image=read_image(_string(given, "image")),
        texts=texts,
        tags=[_tag(tag) for tag in tags or ()],
        tag_states=frozenset(TagState) if tags is not None else frozenset(),
        plain_said=True,
        all_texts=True,
    )


def _mapping(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"“{name}” is not an object of languages")
    return value


def _string(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"“{name}” is not a string")
    return value or ""


def _text(given: Any, where: str) -> TextRecord:
    if isinstance(given, str):
        return read_text(given, "", where)
    if not isinstance(given, dict) or not isinstance(given.get("text"), str):
        raise ValueError(f"{where} is neither a text nor an object with a “text”")
    found = read_text(given["text"], _string(given, "state"), where)
    plain = given.get("when_approved")
    if plain is not None and (not isinstance(plain, str) or text_problem(plain)):
        raise ValueError(f"“when_approved” of {where} is no text for a photo")
    return TextRecord(found.text, found.state, plain)


def _tag(given: Any) -> TagRecord:
    if isinstance(given, str):
        given = {"name": given}
    if not isinstance(given, dict) or not _string(given, "name").strip():
        raise ValueError("there is a tag without a name")
    state, score, count = given.get("state", "accepted"), given.get("score"), given.get("count")
    if not isinstance(state, str) or state not in TAG_STATES:
        raise ValueError(f"“{state}” is none of {', '.join(TAG_STATES)}")
    if score is not None and (isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= 1):
        raise ValueError(f"the score {score} is not between 0 and 1")
    if count is not None and (isinstance(count, bool) or not isinstance(count, int) or not 0 <= count < 10**9):
        raise ValueError(f"the count {count} is not a whole number")
    if text_problem(given["name"]):
        raise ValueError("a tag has control characters")
    return TagRecord(given["name"], TAG_STATES[state], score, count, _string(given, "key") or None)
