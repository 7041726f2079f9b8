"""Words leave and come back without loss: export → import → export gives the same bytes, whatever the words are."""

import csv
import io
import json
import multiprocessing
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import concepts, history, photos, search
from storage.concepts import ConceptRow
from storage.exchange import cells
from storage.exchange.exporting import export
from storage.exchange.importing import ImportOptions, apply_import, plan_import
from storage.exchange.merge import MergeOptions, Rule
from storage.exchange.records import TagRecord
from storage.job import KnownError
from storage.library import Library
from storage.schema import Field, Origin, TagState, TextState
from tests.storage.conftest import TREE, add_photos
from tests.storage.exchange.conftest import NASTY, Words, exported, put_words, tag_names, words

MIRROR = ImportOptions(merging=MergeOptions(Rule.MIRROR))

NAMES = [b"a.jpg", b"line\nbreak.jpg", b'quo"te,.jpg', b"lone-\xff\xed\xa0\x80.jpg", b"=cmd.jpg", "עִבְרִית.jpg".encode()]


@pytest.fixture(scope="module")
def filled() -> Iterator[tuple[Library, list[int]]]:
    """A library whose photos have nasty names; each example of a property gives them other words."""
    with TemporaryDirectory() as folder, Library(Path(folder) / "test.altfolio") as library:
        ids = add_photos(library, *(str(number) for number in range(len(NAMES))))
        with library.write() as block:
            for photo, name in zip(ids, NAMES, strict=True):
                block.connection.exec_driver_sql("UPDATE photo SET file = ? WHERE id = ?", (name, photo))
            block.touch(ids)
        yield library, ids


@pytest.mark.parametrize("format", ["csv", "json"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.lists(words, min_size=6, max_size=6), after=st.lists(words, min_size=6, max_size=6))
def test_what_was_changed_meanwhile_comes_back_as_it_was(
    filled: tuple[Library, list[int]], tmp_path: Path, format: str, before: list[Words], after: list[Words]
) -> None:
    library, ids = filled
    for photo, given_words in zip(ids, before, strict=True):
        put_words(library, photo, given_words)
    first = exported(library, ids, format)
    file = tmp_path / f"words.{format}"
    file.write_bytes(first)
    unchanged = plan_import(library, file, MIRROR)
    assert unchanged.rows == 6
    assert unchanged.errors == ()
    assert unchanged.changes == {}
    for photo, given_words in zip(ids, after, strict=True):
        # In a table there is no place for what a draft becomes when it is approved.
        put_words(library, photo, given_words, origin=Origin.USER)
    changed = exported(library, ids, format)
    assert apply_import(library, plan_import(library, file, MIRROR)) <= 6
    assert exported(library, ids, format) == first
    if changed != first:
        assert history.undo(library) is not None
        assert exported(library, ids, format) == changed


def test_a_mirrored_draft_keeps_what_it_becomes_also_where_only_its_words_differ(
    filled: tuple[Library, list[int]], tmp_path: Path
) -> None:
    library, ids = filled
    key, file = (Field.ALT_TEXT, "de"), tmp_path / "words.json"
    for photo in ids:
        put_words(library, photo, Words())
    put_words(library, ids[0], Words({key: ("Vielleicht ein Hund.", TextState.DRAFT, "Ein Hund.")}))
    first = exported(library, ids, "json")
    file.write_bytes(first)
    put_words(library, ids[0], Words({key: ("Vielleicht eine Katze.", TextState.DRAFT, "Ein Hund.")}))
    apply_import(library, plan_import(library, file, MIRROR))
    assert exported(library, ids, "json") == first


@pytest.mark.parametrize("format", ["csv", "json"])
def test_a_library_without_words_gets_them_all(tmp_path: Path, format: str) -> None:
    with Library(tmp_path / "full.altfolio") as full, Library(tmp_path / "empty.altfolio") as empty:
        ids = add_photos(full, *(f"{number}.jpg" for number in range(len(NASTY))))
        for photo, text in zip(ids, NASTY, strict=True):
            state = TextState.DRAFT if photo % 2 else TextState.APPROVED
            tags = {" ".join(text.split()): (TagState.ACCEPTED, None, None), "dog": (TagState.SUGGESTED, 0.81, 3)}
            put_words(full, photo, Words({(Field.ALT_TEXT, "en"): (text, state, None)}, tags))
        others = add_photos(empty, *(f"{number}.jpg" for number in range(len(NASTY))))
        file = tmp_path / f"words.{format}"
        list(export(full, ids, file))
        assert apply_import(empty, plan_import(empty, file)) == len(NASTY)
        assert exported(empty, others, format) == file.read_bytes()
        with empty.read() as connection:
            found = photos.detail(connection, others[0])
            assert found is not None
            assert {text.origin for text in found.texts} == {Origin.USER}
            assert connection.exec_driver_sql("SELECT count(*) FROM batch").scalar_one() == 1


@given(st.text(st.characters(exclude_categories=["Cs"])))
@settings(max_examples=300)
def test_no_cell_begins_a_formula_and_each_comes_back(text: str) -> None:
    cell = cells.guarded(text)
    assert cells.bare(cell) == text
    assert not cell.lstrip().startswith(("=", "+", "-", "@"))


@given(
    st.lists(
        st.builds(
            TagRecord,
            tag_names,
            st.just(TagState.ACCEPTED),
            st.one_of(st.none(), st.floats(0, 1)),
            st.one_of(st.none(), st.integers(0, 99)),
            st.one_of(st.none(), tag_names),
        )
    )
)
@settings(max_examples=300)
def test_tags_come_back_from_their_cell(tags: list[TagRecord]) -> None:
    assert cells.read_tags(cells.tag_cell(tags), TagState.ACCEPTED) == tags


def test_any_csv_reader_sees_a_row_for_each_photo_and_the_texts_as_they_are(
    filled: tuple[Library, list[int]],
) -> None:
    library, ids = filled
    for photo, text in zip(ids, NASTY, strict=False):
        put_words(library, photo, Words({(Field.ALT_TEXT, "en"): (text, TextState.APPROVED, None)}))
    content = exported(library, ids, "csv")
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert len(rows) == len(ids)
    assert [cells.bare(row["alt_text.en"]) for row in rows] == NASTY[: len(ids)]
    assert {row["alt_text.en.state"] for row in rows} == {"approved"}
    assert all("\ufffd" not in row["path"] or row["path_bytes"] for row in rows)


def test_json_is_valid_and_names_its_version(filled: tuple[Library, list[int]]) -> None:
    library, ids = filled
    whole = json.loads(exported(library, ids, "json"))
    assert (whole["format"], whole["version"], len(whole["photos"])) == ("altfolio-words", 1, len(ids))
    assert json.loads(exported(library, [], "json"))["photos"] == []


def _export_and_die(path: Path, target: Path, format: str) -> None:
    with Library(path) as library, library.read() as connection:
        ids = list(search.find(connection, ""))
    with Library(path) as library:
        for progress in export(library, ids, target, format=format):
            assert progress.total is not None
            assert progress.done < progress.total
            os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL there")
@pytest.mark.parametrize("format", ["csv", "json"])
def test_an_export_that_is_killed_leaves_the_old_file_and_the_next_cleans_up(
    library: Library, tmp_path: Path, format: str
) -> None:
    ids = add_photos(library, *(f"{number}.jpg" for number in range(1200)))
    target = tmp_path / "words"
    target.write_text("the old one")
    process = multiprocessing.get_context("spawn").Process(target=_export_and_die, args=(library.path, target, format))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert target.read_text() == "the old one"
    list(export(library, ids, target, format=format))
    assert target.read_bytes() == exported(library, ids, format)
    assert not [place for place in tmp_path.iterdir() if ".part" in place.name]


def test_a_language_that_comes_while_a_table_is_written_is_in_it(library: Library, tmp_path: Path) -> None:
    ids = add_photos(library, *(f"{number}.jpg" for number in range(1200)))
    target = tmp_path / "words.csv"
    job = export(library, ids, target)
    next(job)
    put_words(library, ids[-1], Words({(Field.ALT_TEXT, "fr"): ("Un chien.", TextState.APPROVED, None)}))
    list(job)
    assert target.read_bytes() == exported(library, ids, "csv")
    assert "Un chien." in target.read_text(encoding="utf-8")


@pytest.mark.skipif(os.name == "nt", reason="file names are text there")
def test_an_export_that_is_stopped_or_fails_leaves_nothing(filled: tuple[Library, list[int]], tmp_path: Path) -> None:
    library, ids = filled
    target = tmp_path / "words.csv"
    target.write_text("the old one")
    job = export(library, ids, target)
    next(job)
    job.close()
    assert target.read_text() == "the old one"
    assert list(tmp_path.iterdir()) == [target]
    with pytest.raises(KnownError, match="folder is not there"):
        list(export(library, ids, tmp_path / "nowhere" / "words.csv"))
    with pytest.raises(KnownError, match="does not say a format"):
        export(library, ids, tmp_path / "words.xls")


@pytest.mark.parametrize("format", ["csv", "json"])
def test_concepts_of_one_name_stay_apart(library: Library, tmp_path: Path, format: str) -> None:
    a, b = add_photos(library, "a.jpg", "b.jpg")
    cranes = [ConceptRow(f"crane.{kind}", "crane", kind, [], []) for kind in ("bird", "machine")]
    with library.write() as block:
        concepts.install(block.connection, [*TREE, *cranes], "with cranes")
        ids = concepts.ids_by_key(block.connection)
        for photo, keys in ((a, ["crane.bird", "crane.machine"]), (b, ["crane.machine"])):
            for key in keys:
                block.connection.exec_driver_sql("INSERT INTO tag VALUES (?, ?, 0, 0, 0.5, NULL)", (photo, ids[key]))
        block.touch([a, b])
    file = tmp_path / f"words.{format}"
    list(export(library, [a, b], file))
    assert plan_import(library, file, MIRROR).changes == {}
    put_words(library, a, Words())
    put_words(library, b, Words(tags={"crane": (TagState.ACCEPTED, None, None)}))
    assert apply_import(library, plan_import(library, file, MIRROR)) == 2
    assert exported(library, [a, b], format) == file.read_bytes()
    with library.read() as connection:
        found = [{tag.key for tag in photos.tags(connection, [photo])[photo]} for photo in (a, b)]
    assert found == [{"crane.bird", "crane.machine"}, {"crane.machine"}]
