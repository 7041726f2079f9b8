"""Bring the words that are in a photo's file into the library, without ever writing over a person's.

Three versions of each word are compared: what the file said when library and file were last in step
(`embedded.in_file`), what it says now, and what the library has. Values that came from files follow the file. Where the
file changed a value that a person approved or typed here, nothing is overwritten: the file's words are kept beside
(`embedded.outside`), the photo counts as stale, and a person decides.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from storage import concepts, keyword_tree, settings
from storage.history import now
from storage.library import Write
from storage.metadata.fields import DEFAULT, TEXT_FIELDS, PhotoWords, cleaned, for_language
from storage.schema import Field, Origin, TagState, TextState
from storage.words import ApprovedWords, approved_words, fold
from storage.words import in_step as words_in_step

FIELDS: Mapping[str, Field] = {
    "alt_text": Field.ALT_TEXT,
    "extended_description": Field.EXTENDED,
    "caption": Field.CAPTION,
    "title": Field.TITLE,
}
"""Field of `PhotoWords` → field of the library."""

MOST_CONCEPTS_KNOWN = 50_000
"""Keywords whose concept is remembered during a scan, some 5 MB."""

Key = tuple[Field, str]
"""A text of a photo: field and language."""


@dataclass(frozen=True, slots=True)
class FileWords:
    """What a file says: the photo's id, where the words are (photo or sidecar), the words."""

    photo: int
    target: bytes
    words: PhotoWords


def words_json(words: PhotoWords) -> str:
    """A file's words as `embedded.in_file` and `embedded.outside` keep them; the same words give the same string."""
    texts = {
        name: {tag: cleaned(text) for tag, text in words.texts(name).items() if cleaned(text).strip()}
        for name in FIELDS
    }
    kept: dict[str, object] = {name: by for name, by in texts.items() if by}
    if words.keywords:
        kept["keywords"] = sorted(cleaned(word) for word in words.keywords)
    if words.keyword_paths:
        kept["keyword_paths"] = sorted([cleaned(part) for part in path] for path in words.keyword_paths)
    return json.dumps(kept, ensure_ascii=False, sort_keys=True)


def words_of_json(kept: str) -> PhotoWords:
    """The words that `words_json` wrote."""
    found = json.loads(kept)
    return PhotoWords(
        **{name: found.get(name, {}) for name in FIELDS},
        keywords=tuple(found.get("keywords", ())),
        keyword_paths=tuple(tuple(path) for path in found.get("keyword_paths", ())),
    )


def texts_by_language(words: PhotoWords, language: str) -> dict[Key, str]:
    """A file's texts under the languages of the library.

    The user's language gets what a reader of it would be shown (same language, same base language, x-default);
    x-default is dropped where it repeats another language. A text of another region that says something else ("en-US"
    beside "en-GB") stays a text of its own: whoever changes what is shown has not seen it, and must not remove it.
    """
    found: dict[Key, str] = {}
    for row in TEXT_FIELDS:
        if not words.texts(row.name):
            continue
        given = {tag.replace("_", "-"): cleaned(text).strip() for tag, text in words.texts(row.name).items()}
        texts = {tag: text for tag, text in given.items() if text}
        shared = texts.pop(DEFAULT, "")
        same = [tag for tag in texts if tag.lower().split("-")[0] == language]
        if language not in texts and same:
            texts[language] = for_language(texts, language)
            for tag in same:
                if texts[tag] == texts[language]:
                    del texts[tag]
        if shared and language not in texts and shared not in texts.values():
            texts[language] = shared
        found.update({(FIELDS[row.name], tag): text for tag, text in texts.items()})
    return found


def import_words(
    block: Write,
    files: Sequence[FileWords],
    *,
    language: str,
    concepts_known: dict[str, int] | None = None,
) -> None:
    """Bring the words of these files in step with the library.

    Args:
        block: the write block; the photos are touched by it.
        language: the user's, BCP 47 primary subtag; it stands for "x-default".
        concepts_known: folded keyword → concept, kept by the caller from block to block to save asking again.
    """
    connection = block.connection
    ids = ",".join(str(file.photo) for file in files)
    kept = {
        photo: _Kept(words, in_file, outside)
        for photo, words, in_file, outside in connection.exec_driver_sql(
            f"SELECT photo_id, words, in_file, outside FROM embedded WHERE photo_id IN ({ids})"
        )
    }
    changed: list[FileWords] = []
    for file in files:
        said, known = words_json(file.words), kept.get(file.photo)
        if said != (known.in_file if known else "{}") or (known and known.outside is not None):
            changed.append(file)
        elif known:
            connection.exec_driver_sql("UPDATE embedded SET target = ? WHERE photo_id = ?", (file.target, file.photo))
    if changed:
        block.touch(file.photo for file in changed)
        numbers = {} if concepts_known is None else concepts_known
        if len(numbers) > MOST_CONCEPTS_KNOWN:
            numbers.clear()
        _merge_all(connection, changed, kept, numbers, language)
        block.touch(_learn_paths(connection, changed, numbers))


def _learn_paths(connection: Connection, files: Sequence[FileWords], numbers: dict[str, int]) -> list[int]:
    """Hang the files' keyword paths into the tree; photos that are found by more words then."""
    touched: list[int] = []
    for path in dict.fromkeys(path for file in files for path in file.words.keyword_paths):
        clean = tuple(part for part in map(cleaned, path) if fold(part))
        key = "\0".join(map(fold, clean))  # no folded keyword has this character
        if len(clean) > 1 and key not in numbers:
            numbers[key] = 0
            touched += keyword_tree.learn(connection, clean)
    return touched


@dataclass(frozen=True, slots=True)
class _Kept:
    """The row of `embedded` of a photo."""

    words: str
    in_file: str
    outside: str | None


@dataclass(slots=True)
class _Merge:
    """What has to be written for one photo."""

    texts: list[tuple[int, str, str]] = field(default_factory=list)
    texts_gone: list[tuple[int, str]] = field(default_factory=list)
    tags: list[int] = field(default_factory=list)
    tags_gone: list[int] = field(default_factory=list)
    conflict: bool = False


def _merge_all(
    connection: Connection,
    files: Sequence[FileWords],
    kept: Mapping[int, _Kept],
    numbers: dict[str, int],
    language: str,
) -> None:
    photos = [file.photo for file in files]
    before = approved_words(connection, [photo for photo in photos if photo in kept])
    texts, tags = _texts(connection, photos), _tags(connection, photos)
    merges: dict[int, _Merge] = {}
    for file in files:
        merge = merges[file.photo] = _Merge()
        versions = (*_versions(kept.get(file.photo)), file.words)
        _merge_texts(merge, [texts_by_language(v, language) for v in versions], texts.get(file.photo, {}))
        _drop_former(merge, versions[1], file.words, language, texts.get(file.photo, {}))
        _merge_keywords(merge, [_concepts(connection, v.keywords, numbers) for v in versions], tags.get(file.photo, {}))
    _apply(connection, merges)
    after = approved_words(connection, photos)
    keywords = settings.load(connection).write_keywords
    rows = []
    for file in files:
        known = kept.get(file.photo)
        in_step = known is not None and words_in_step(known.words, before[file.photo], keywords=keywords)
        words = after[file.photo]
        if not keywords:
            words = words.without_keywords({fold(word) for word in file.words.keywords})
        rows.append(_row(file, known, words, merges[file.photo].conflict, in_step, language))
    connection.exec_driver_sql(
        "INSERT INTO embedded (photo_id, words, in_file, target, at, ours, outside) VALUES (?, ?, ?, ?, ?, 0, ?) "
        "ON CONFLICT (photo_id) DO UPDATE SET words = excluded.words, in_file = excluded.in_file, "
        "target = excluded.target, at = excluded.at, outside = excluded.outside",
        rows,
    )


def _versions(known: _Kept | None) -> tuple[PhotoWords, PhotoWords]:
    """The file's words when they were last in step with the library, and when they were last seen."""
    if known is None:
        return PhotoWords(), PhotoWords()
    in_step = words_of_json(known.in_file)
    return in_step, in_step if known.outside is None else words_of_json(known.outside)


def _merge_texts(
    merge: _Merge, versions: Sequence[Mapping[Key, str]], rows: Mapping[Key, tuple[str, int, int]]
) -> None:
    base, seen, said = versions
    for key in {*base, *seen, *said}:
        words, row = said.get(key), rows.get(key)
        if row is not None and row[1] != Origin.FILE and (row[1] == Origin.USER or row[2] == TextState.APPROVED):
            merge.conflict |= words not in (base.get(key), row[0].strip())
        elif words == seen.get(key):
            continue
        elif words is not None:
            merge.texts.append((int(key[0]), key[1], words))
        elif row is not None and row[1] == Origin.FILE:
            merge.texts_gone.append((int(key[0]), key[1]))


def _drop_former(
    merge: _Merge, seen: PhotoWords, said: PhotoWords, language: str, rows: Mapping[Key, tuple[str, int, int]]
) -> None:
    """Drop what stood for "x-default" under the language the user had before, where the file says another one now."""
    before, now = texts_by_language(seen, language), texts_by_language(said, language)
    for row in TEXT_FIELDS:
        which = FIELDS[row.name]
        shared = cleaned(seen.texts(row.name).get(DEFAULT, "")).strip()
        if not shared or before.get((which, language)) == now.get((which, language)):
            continue
        for (field_, tag), (text, origin, _) in rows.items():
            unsaid = (field_, tag) not in before and (field_, tag) not in now
            if field_ == which and origin == Origin.FILE and text.strip() == shared and unsaid:
                merge.texts_gone.append((int(field_), tag))


def _merge_keywords(merge: _Merge, versions: Sequence[set[int]], rows: Mapping[int, tuple[int, int]]) -> None:
    base, seen, said = versions
    for concept in said - seen:
        if concept not in rows or rows[concept][1] == TagState.SUGGESTED:
            merge.tags.append(concept)
    for concept in seen - said:
        if rows.get(concept) == (Origin.FILE, TagState.ACCEPTED):
            merge.tags_gone.append(concept)
    for concept in said ^ base:
        origin, state = rows.get(concept, (Origin.FILE, TagState.SUGGESTED))
        if concept in said:
            merge.conflict |= state == TagState.REJECTED
        else:
            merge.conflict |= state == TagState.ACCEPTED and origin != Origin.FILE


def _apply(connection: Connection, merges: Mapping[int, _Merge]) -> None:
    texts = [(photo, *row, int(Origin.FILE), int(TextState.APPROVED)) for photo, m in merges.items() for row in m.texts]
    tags = [(photo, c, int(Origin.FILE), int(TagState.ACCEPTED)) for photo, m in merges.items() for c in m.tags]
    texts_gone = [(photo, *row) for photo, m in merges.items() for row in m.texts_gone]
    tags_gone = [(photo, concept) for photo, m in merges.items() for concept in m.tags_gone]
    run = connection.exec_driver_sql
    if texts:
        run(
            "INSERT OR REPLACE INTO text (photo_id, field, language, text, plain, origin, state) "
            "VALUES (?, ?, ?, ?, NULL, ?, ?)",
            texts,
        )
    if texts_gone:
        run("DELETE FROM text WHERE photo_id = ? AND field = ? AND language = ?", texts_gone)
    if tags:
        run(
            "INSERT INTO tag (photo_id, concept_id, origin, state) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (photo_id, concept_id) DO UPDATE SET origin = excluded.origin, state = excluded.state",
            tags,
        )
    if tags_gone:
        run("DELETE FROM tag WHERE photo_id = ? AND concept_id = ?", tags_gone)


def _row(
    file: FileWords, known: _Kept | None, after: ApprovedWords, conflict: bool, in_step: bool, language: str
) -> tuple[object, ...]:
    said = words_json(file.words)
    if conflict:
        words, in_file = (known.words, known.in_file) if known else ("", "{}")
        return file.photo, words, in_file, file.target, now(), said
    words = after.canonical()
    if not in_step and not _agree(after, file.words, language):
        words = ""  # approved words of the library are not in the file yet
    return file.photo, words, said, file.target, now(), None


def _agree(approved: ApprovedWords, said: PhotoWords, language: str) -> bool:
    """Whether every approved word is in the file."""
    texts = texts_by_language(said, language)
    keywords = {fold(word) for word in said.keywords}
    paths = {tuple(map(fold, path)) for path in said.keyword_paths}
    return (
        all(texts.get((which, tag)) == text.strip() for which, by in approved.texts.items() for tag, text in by.items())
        and all(fold(word) in keywords for word in approved.keywords)
        and all(tuple(map(fold, path)) in paths for path in approved.paths)
    )


def _concepts(connection: Connection, keywords: Iterable[str], numbers: dict[str, int]) -> set[int]:
    found = set()
    for keyword in map(cleaned, keywords):
        folded = fold(keyword)
        if folded:
            if folded not in numbers:
                numbers[folded] = concepts.for_keyword(connection, keyword)
            found.add(numbers[folded])
    return found


def _texts(connection: Connection, photos: Iterable[int]) -> dict[int, dict[Key, tuple[str, int, int]]]:
    found: dict[int, dict[Key, tuple[str, int, int]]] = {}
    for photo, which, tag, text, origin, state in connection.exec_driver_sql(
        f"SELECT photo_id, field, language, text, origin, state FROM text WHERE photo_id IN ({_listed(photos)})"
    ):
        found.setdefault(photo, {})[Field(which), tag] = (text, origin, state)
    return found


def _tags(connection: Connection, photos: Iterable[int]) -> dict[int, dict[int, tuple[int, int]]]:
    found: dict[int, dict[int, tuple[int, int]]] = {}
    for photo, concept, origin, state in connection.exec_driver_sql(
        f"SELECT photo_id, concept_id, origin, state FROM tag WHERE photo_id IN ({_listed(photos)})"
    ):
        found.setdefault(photo, {})[concept] = (origin, state)
    return found


def _listed(photos: Iterable[int]) -> str:
    return ",".join(str(int(photo)) for photo in photos)
