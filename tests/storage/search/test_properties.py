"""Any string is a question or a sentence about it; any question finds what a slow filter over the same rows finds."""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from storage import concepts, search, text_rules
from storage.concepts import ConceptRow
from storage.library import Library
from storage.search import sql
from storage.search.fields import ALIASES, FIELDS, LINT, SHAPES
from storage.search.tree import Query
from storage.spelling import spelled
from storage.words import approved_words
from tests.storage.search.plain_filter import PlainLibrary, PlainPhoto, PlainTag, PlainText, broken_rules

VOCABULARY = {
    "animal": ((), ("animal", "animals", "bête")),
    "dog": (("animal",), ("dog", "dogs", "chien", "犬")),
    "golden retriever": (("dog", "animal"), ("golden retriever",)),
    "hot dog": (("food",), ("hot dog", "hot dogs")),
    "food": ((), ("food", "retriever chow")),
    "t-shirt": ((), ("T-shirt",)),
}
ABOVE = {key: frozenset(above) for key, (above, _) in VOCABULARY.items()}
NAMES = {key: frozenset(map(spelled, words)) for key, (_, words) in VOCABULARY.items()}

WORDS = [
    *("dog", "dogs", "DOG", "Chien", "animal", "bete", "hot", "golden", "retriever", "food", "shirt", "t-shirt", "T"),
    *(
        "beach",
        "beaches",
        "the",
        "a",
        "with",
        "Bild",
        "犬",
        "犬が",
        "大学",
        "img_2",
        "2",
        "bätch",
        "rome",
        "or",
        "zebra",
        "playing",
        "photos",
        "2024",
    ),
]
MOMENTS = ["1799-05-01T00:00:00", "2024-02-29T23:59:59", "2024-03-01T00:00:00", "2025-07-04"]
TEXT_FIELDS = ["tag", "text", "caption", "title", "name", "folder", "camera", "ocr", "problem"]
STATES = ["none", "draft", "approved", "embedded", "stale"]
PRESENT = ["alt", "fr", "pt", "description", "caption", "title", "tags", "date", "camera", "people"]
SIZES = [(None, None), (4000, 3000), (3000, 4000), (1000, 1000), (1000, 1049), (1000, 400)]

words = st.sampled_from(WORDS)
sentences = st.lists(words, min_size=1, max_size=5).map(" ".join)

tags = st.builds(
    PlainTag,
    concept=st.sampled_from(sorted(VOCABULARY)),
    state=st.integers(0, 2),
    origin=st.integers(0, 2),
    score=st.none() | st.sampled_from([0.25, 0.5, 0.75, 1.0]),
    count=st.sampled_from([None, 1, 2]),
)
texts = st.builds(
    PlainText,
    field=st.integers(0, 3),
    language=st.sampled_from(["en", "fr", "pt-BR"]),
    text=sentences,
    origin=st.integers(0, 2),
    state=st.integers(0, 2),
)
photos = st.builds(
    PlainPhoto,
    name=st.sampled_from(["img_2.jpg", "dog.png", "犬.jpg", "hot dog.tif"]),
    folder=st.sampled_from(["/pictures/Rome 2024", "/pictures/dog/Beach", "/pictures/dog 2", "/x"]),
    taken=st.none() | st.sampled_from(MOMENTS),
    format=st.sampled_from(["JPEG", "PNG", "TIF"]),
    camera=st.none() | st.sampled_from(["Canon EOS 5D", "Pixel 8"]),
    people=st.none() | st.sampled_from([0, 1, 2, 7, 100]),
    digest=st.integers(0, 2),
    missing=st.sampled_from([False, False, False, True]),
    tags=st.lists(tags, max_size=3, unique_by=lambda t: t.concept).map(tuple),
    texts=st.lists(texts, max_size=3, unique_by=lambda t: (t.field, t.language)).map(tuple),
    problems=st.sampled_from([(), (("scan", "The dog ate it."),)]),
    read=st.none() | sentences,
    size=st.sampled_from(SIZES),
    file=st.sampled_from(["", "", "written", "changed"]),
    look=st.integers(0, 2),
)

limits = st.sampled_from(["{0}", "{0}..", "..{0}", "{0}..{1}", ">{0}", "<={0}", "<{0}"])


def ranges(values: list[str]) -> st.SearchStrategy[str]:
    pairs = st.tuples(st.sampled_from(values), st.sampled_from(values)).map(sorted)
    return st.builds(lambda form, pair: form.format(*pair), limits, pairs)


leaves = st.one_of(
    words,
    words,
    st.builds("{} {}".format, st.sampled_from(["without", "ohne", "no", "photos of", "at least 2", "oder"]), words),
    st.sampled_from(["2 or more people", "with text", "no text", "in march 2024", "before 2025", "format carré"]),
    st.builds("{}{}*".format, st.sampled_from(["", "", "name:", "folder:", "text:", "tag:", "tag:="]), words),
    sentences.map('"{}"'.format),
    st.builds("{}:{}".format, st.sampled_from(TEXT_FIELDS), words),
    st.builds('{}:"{}"'.format, st.sampled_from(["tag", "text", "folder", "ocr"]), sentences),
    words.map("tag:={}".format),
    sentences.map('tag:="{}"'.format),
    ranges(["0", "1", "2", "7", "99"]).map("people:{}".format),
    ranges(["0", "0.25", "0.5", "1"]).map("score:{}".format),
    ranges(["1799", "2024-02", "2024-02-29", "2024-03-01", "2025"]).map("date:{}".format),
    st.sampled_from(["date:winter-2024", "date:march-2024", "date:9999"]),
    st.lists(st.sampled_from(STATES), min_size=1).map(lambda states: "state:" + ",".join(states)),
    st.builds("{}:{}".format, st.sampled_from(["missing", "has"]), st.sampled_from(PRESENT)),
    st.sampled_from(["origin:me", "origin:file,model", "format:jpg", "format:png|tiff", "problem:", "duplicate:"]),
    st.just("duplicate:near"),
    st.sampled_from(['folder:="/pictures/dog/beach"', "folder:=/x", 'camera:="canon eos 5d"', "camera:=none"]),
    st.sampled_from(['folder:="/pictures/**"', "folder:=/Pictures/dog/**", "folder:=/x/**", "pack:text", "pack:a,b"]),
    st.sampled_from(sorted(SHAPES)).map("shape:{}".format),
    st.lists(st.sampled_from(["", *LINT]), min_size=1, max_size=2).map(lambda rules: "lint:" + ",".join(rules)),
)
questions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds("{} {}".format, inner, inner),
        st.builds("{} {}".format, inner, inner),
        st.builds("{} OR {}".format, inner, inner),
        st.builds("({})".format, inner),
        st.builds("-({})".format, inner),
        inner.map("NOT {}".format),
    ),
    max_leaves=6,
)

counter = itertools.count()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("libraries")


def fill(library: Library, rows: list[PlainPhoto]) -> None:
    with library.write() as block:
        run = block.connection.exec_driver_sql
        concepts.install(
            block.connection,
            [ConceptRow(key, key, "thing", above, names) for key, (above, names) in VOCABULARY.items()],
            "1",
        )
        ids = concepts.ids_by_key(block.connection)
        for number, photo in enumerate(rows, 1):
            run("INSERT OR IGNORE INTO folder (path) VALUES (?)", (photo.folder.encode(),))
            run(
                "INSERT INTO photo (id, folder_id, file, inode, size, mtime_ns, digest, format, taken, camera, people, "
                "missing_since, width, height, added) SELECT ?, id, ?, 1, 1, 1, ?, ?, ?, ?, ?, ?, ?, ?, '' FROM folder "
                "WHERE path = ?",
                (
                    *(number, f"{'/' * number}{photo.name}".encode(), bytes([photo.digest]), photo.format),
                    *(photo.taken, photo.camera, photo.people, "x" if photo.missing else None),
                    *(*photo.size, photo.folder.encode()),
                ),
            )
            for t in photo.tags:
                marks = (number, ids[t.concept], t.origin, t.state, t.score, t.count)
                run("INSERT INTO tag VALUES (?, ?, ?, ?, ?, ?)", marks)
            for x in photo.texts:
                run(
                    "INSERT INTO text VALUES (?, ?, ?, ?, NULL, ?, ?)",
                    (number, x.field, x.language, x.text, x.origin, x.state),
                )
            for stage, message in photo.problems:
                run("INSERT INTO problem VALUES (?, ?, ?, '')", (number, stage, message))
            if photo.read is not None:
                findings = json.dumps({"t": [[photo.read, 0.9]]})
                run("INSERT INTO run SELECT id, 'text', '1', digest, ? FROM photo WHERE id = ?", (findings, number))
            if photo.file:
                words_now = approved_words(block.connection, [number])[number].canonical()
                run(
                    "INSERT INTO embedded VALUES (?, ?, '', '', '', 1, ?)",
                    (number, words_now, "{}" if photo.file == "changed" else None),
                )
            if photo.look:
                run("INSERT INTO alike SELECT 'near', id, ?, digest FROM photo WHERE id = ?", (photo.look, number))
            block.touch(number)
        run("INSERT INTO setting VALUES ('duplicates.near', '1')")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(photos, min_size=3, max_size=7),
    st.lists(st.tuples(questions, st.booleans()), min_size=8, max_size=8),
    st.sampled_from([sql.MOST_LISTED, 0]),
)
def test_a_question_finds_what_a_slow_filter_finds(
    folder: Path, rows: list[PlainPhoto], asked: list[tuple[str, bool]], most_listed: int
) -> None:
    plain = PlainLibrary(tuple(rows), ABOVE, NAMES)
    path = folder / f"{next(counter)}.altfolio"
    with Library(path) as library, pytest.MonkeyPatch.context() as patched:
        patched.setattr(sql, "MOST_LISTED", most_listed)
        patched.setattr(text_rules, "_used", [broken_rules])
        fill(library, rows)
        with library.read() as connection:
            for question, typing in asked:
                try:
                    tree: Query = search.parse(question, typing=typing)
                except search.QueryError:
                    continue
                found = search.find(connection, question, typing=typing)
                assert {photo - 1 for photo in found} == plain.answers(tree), (question, tree)
                by_time = sorted(sorted(found), key=lambda photo: _moment(rows[photo - 1]), reverse=True)
                assert list(found) == by_time
    path.unlink()


def _moment(photo: PlainPhoto) -> str:
    """What photos are sorted by; before 1800 all are equal."""
    return max(photo.taken, "1800") if photo.taken else ""


names = st.sampled_from([*FIELDS, *ALIASES, "foo"])
pieces = st.one_of(
    st.text(max_size=8),
    words,
    names.map("{}:".format),
    st.sampled_from([*'()"-=:.<>%|,“«', "OR", "AND", "NOT", "or", "..", " ", "2024-13", "1e9", "\x00", "\ud800"]),
)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with Library(tmp_path_factory.mktemp("small") / "small.altfolio") as library:
        fill(library, [PlainPhoto("a", "/x", None, "PNG", None, None, 0, False, (), (), (), None)])
        yield library


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.text(), st.lists(pieces, max_size=9).map("".join), st.lists(pieces, max_size=9).map(" ".join)))
@example("(" * 500)
@example("-" * 5000 + "dog")
@example("dog " * 5000)
@example("犬" * 5000)
@example("a" * 200_000)
@example("score:1..0")
@example("people:" + "9" * 5000)
@example("date:0001 -date:0000 date:>9999")
@example("dog OR " * 60 + "cat")
@example("NOT (" * 15 + "dog" + ")" * 15)
def test_any_string_is_a_question_or_a_sentence(small: Library, text: str) -> None:
    for typing in (False, True):
        try:
            search.parse(text, typing=typing)
        except search.QueryError as error:
            assert 0 <= error.start <= error.end <= len(text)
            assert str(error)[-1] in ".:" or "For example" in str(error)
            continue
        with small.read() as connection:
            try:
                found = search.find(connection, text, typing=typing)
            except search.QueryError as error:
                assert "were not looked for yet" in str(error)
                continue
            assert len(found) == search.count(connection, text, typing=typing) <= 1
