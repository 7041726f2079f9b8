"""What an import does: who wins, what is said about wrong rows, tables from anywhere, and all or nothing."""

import multiprocessing
import os
import signal
from pathlib import Path

import pytest
from sqlalchemy import event

from storage import history, photos
from storage.exchange.importing import ImportOptions, ImportPlan, apply_import, plan_import
from storage.exchange.merge import MergeOptions, Rule
from storage.job import KnownError
from storage.library import Library
from storage.schema import Field, Origin, PhotoState, TagState, TextState
from tests.storage.conftest import add_photos
from tests.storage.exchange.conftest import Words, exported, put_words

ALT = (Field.ALT_TEXT, "en")


def table(folder: Path, *lines: str, name: str = "words.csv") -> Path:
    file = folder / name
    file.write_text("\r\n".join(lines), encoding="utf-8")
    return file


def ours(folder: Path, *rows: str, columns: str = "alt_text.en") -> Path:
    return table(folder, f"altfolio_version,path,{columns}", *(f"1,{row}" for row in rows))


def rule(chosen: Rule) -> ImportOptions:
    return ImportOptions(merging=MergeOptions(chosen))


def alt(library: Library, photo: int) -> tuple[str, TextState | None, Origin | None, PhotoState]:
    with library.read() as connection:
        (row,) = photos.rows(connection, [photo])
    return row.alt_text, row.alt_state, row.alt_origin, row.state


def tag_states(library: Library, photo: int) -> dict[str, tuple[TagState, Origin]]:
    with library.read() as connection:
        return {tag.name: (tag.state, tag.origin) for tag in photos.tags(connection, [photo]).get(photo, ())}


def messages(plan: ImportPlan) -> list[tuple[int, str]]:
    return [(error.row, error.message) for error in plan.errors]


def test_a_dry_run_says_what_would_change_and_changes_nothing(library: Library, tmp_path: Path) -> None:
    (photo,) = add_photos(library, "a.jpg")
    put_words(library, photo, Words({ALT: ("Maybe a dog.", TextState.DRAFT, "A dog.")}))
    plan = plan_import(library, ours(tmp_path, "/photos/a.jpg,A dog on a beach."))
    (change,) = plan.changes[photo].changes
    assert (change.what, change.before, change.after) == ("alt_text.en", "Maybe a dog. (draft)", "A dog on a beach.")
    assert plan.paths == {photo: Path("/photos/a.jpg")}
    assert alt(library, photo)[0] == "Maybe a dog."
    assert apply_import(library, plan) == 1
    assert alt(library, photo) == ("A dog on a beach.", TextState.APPROVED, Origin.USER, PhotoState.APPROVED)
    undone = history.undo(library)
    assert undone is not None
    assert undone.label == "import the words of 1 photo"
    assert alt(library, photo) == ("Maybe a dog.", TextState.DRAFT, Origin.MODEL, PhotoState.DRAFT)


@pytest.mark.parametrize(
    ("chosen", "text"), [(Rule.KEEP, "Mine."), (Rule.REPLACE, "Theirs."), (Rule.MIRROR, "Theirs.")]
)
def test_the_rule_decides_who_wins_over_a_person(library: Library, tmp_path: Path, chosen: Rule, text: str) -> None:
    (photo,) = add_photos(library, "a.jpg")
    put_words(library, photo, Words({ALT: ("Mine.", TextState.APPROVED, None)}), origin=Origin.USER)
    plan = plan_import(library, ours(tmp_path, "/photos/a.jpg,Theirs."), rule(chosen))
    assert len(plan.changes[photo].conflicts) == (chosen is Rule.KEEP)
    assert apply_import(library, plan) == (chosen is not Rule.KEEP)
    assert alt(library, photo)[0] == text


@pytest.mark.parametrize(("chosen", "text"), [(Rule.KEEP, "Mine."), (Rule.REPLACE, "Mine."), (Rule.MIRROR, "")])
def test_an_empty_cell_removes_only_where_the_file_is_mirrored(
    library: Library, tmp_path: Path, chosen: Rule, text: str
) -> None:
    (photo,) = add_photos(library, "a.jpg")
    put_words(library, photo, Words({ALT: ("Mine.", TextState.APPROVED, None)}, {"dog": (TagState.ACCEPTED, None, 1)}))
    apply_import(library, plan_import(library, ours(tmp_path, "/photos/a.jpg,"), rule(chosen)))
    assert alt(library, photo)[0] == text
    assert tag_states(library, photo)["dog"][0] == TagState.ACCEPTED  # the table has no column of tags


def test_a_rejected_tag_stays_rejected_unless_the_file_is_to_win(library: Library, tmp_path: Path) -> None:
    (photo,) = add_photos(library, "a.jpg")
    put_words(library, photo, Words(tags={"dog": (TagState.REJECTED, 0.9, 1), "frisbee": (TagState.SUGGESTED, 0.8, 1)}))
    file = ours(tmp_path, "/photos/a.jpg,dog; frisbee; Brand New", columns="tags")
    assert apply_import(library, plan_import(library, file)) == 1
    assert tag_states(library, photo) == {
        "dog": (TagState.REJECTED, Origin.MODEL),
        "frisbee": (TagState.ACCEPTED, Origin.USER),
        "Brand New": (TagState.ACCEPTED, Origin.USER),
    }
    apply_import(library, plan_import(library, file, rule(Rule.REPLACE)))
    assert tag_states(library, photo)["dog"] == (TagState.ACCEPTED, Origin.USER)


def test_an_edited_draft_does_not_become_the_old_words_when_it_is_approved(library: Library, tmp_path: Path) -> None:
    (photo,) = add_photos(library, "a.jpg")
    put_words(library, photo, Words({ALT: ("Maybe a dog.", TextState.DRAFT, "A dog.")}))
    file = tmp_path / "words.json"
    file.write_bytes(exported(library, [photo], "json").replace(b"Maybe a dog.", b"Maybe a seal."))
    apply_import(library, plan_import(library, file))
    with library.read() as connection:
        text, plain = connection.exec_driver_sql("SELECT text, plain FROM text").one()
    assert (text, plain) == ("Maybe a seal.", None)


def test_wrong_rows_are_named_and_keep_all_others_out(library: Library, tmp_path: Path) -> None:
    a, _ = add_photos(library, "a.jpg", "b.jpg")
    file = ours(
        tmp_path,
        "/photos/a.jpg,Good.,approved,",
        "/photos/gone.jpg,x,,",
        "/photos/a.jpg,Again.,,",
        "/photos/b.jpg,x,aproved,",
        "/photos/b.jpg,x\x01,,",
        "/photos/b.jpg,,draft,",
        "/photos/b.jpg,x,,dog (7.5)",
        ",x,,",
        columns="alt_text.en,alt_text.en.state,tags",
    )
    plan = plan_import(library, file)
    assert messages(plan) == [
        (3, "“/photos/gone.jpg” is not in this library"),
        (4, "row 2 is about the same photo"),
        (5, "“aproved” in alt_text.en.state is none of draft, approved, rejected"),
        (6, "alt_text.en: the text has control characters that can't be written into a photo"),
        (7, "alt_text.en has a state but no words"),
        (8, "the score 7.5 is not between 0 and 1"),
        (9, "“the image” is not in this library"),
    ]
    with pytest.raises(KnownError, match="Nothing was imported: row 3 is wrong"):
        apply_import(library, plan)
    assert alt(library, a)[0] == ""
    assert apply_import(library, plan_import(library, file, ImportOptions(skip_errors=True))) == 1
    assert alt(library, a)[0] == "Good."


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"altfolio_version,path,alt_txt.en\r\n", "column “alt_txt.en”"),
        (b"altfolio_version,path,tags,tags\r\n", "“tags” twice"),
        (b"altfolio_version,tags\r\n", "no column “path”"),
        (b"altfolio_version,path\r\n2,/photos/a.jpg\r\n", "newer Altfolio"),
        (b"File,Text\r\n", "Say what its columns are"),
        (b"", "Say what its columns are"),
        (b'altfolio_version,path\r\n1,"open', "near line"),
        (b"altfolio_version,path\r\n1,\xff\r\n", "not UTF-8 text .line 2."),
        (b"{", "not valid JSON"),
        (b'{"format": "other"}', "not an export of Altfolio"),
        (b'{"format": "altfolio-words", "version": 2, "photos": []}', "newer Altfolio"),
        (b'{"format": "altfolio-words", "version": true, "photos": []}', "whole number"),
        (b"[" * 100_000, "Say what its columns are"),
    ],
)
def test_a_file_that_is_none_of_ours_gets_a_sentence(
    library: Library, tmp_path: Path, content: bytes, sentence: str
) -> None:
    add_photos(library, "a.jpg")
    file = tmp_path / "words.csv"
    file.write_bytes(content)
    with pytest.raises(KnownError, match=sentence):
        plan_import(library, file)


@pytest.mark.parametrize(
    ("photo", "message"),
    [
        ("1", "not an object"),
        ('{"path": "/photos/a.jpg", "alt": {}}', "“alt” is not known here"),
        ('{"path": "/photos/a.jpg", "alt_text": "x"}', "not an object of languages"),
        ('{"path": "/photos/a.jpg", "alt_text": {"en": 1}}', "neither a text nor an object"),
        ('{"path": "/photos/a.jpg", "alt_text": {"en!": "x"}}', "not a language"),
        ('{"path": "/photos/a.jpg", "alt_text": {"en": {"text": "x", "when_approved": 3}}}', "no text for a photo"),
        ('{"path": "/photos/a.jpg", "tags": [{"name": "dog", "score": "high"}]}', "not between 0 and 1"),
        ('{"path": "/photos/a.jpg", "tags": [{"name": "dog", "state": ["x"]}]}', "is none of"),
        ('{"path": "/photos/a.jpg", "tags": ["dog", {"name": "dog", "state": "rejected"}]}', "different states"),
        ('{"path": "/photos/\\udcff.jpg"}', "lone surrogate"),
        ('{"path": 3}', "not a string"),
        ('{"path": "/photos/a.jpg", "image": "zz"}', "no image digest"),
        ('{"path": "x", "path_bytes": "?"}', "not base64"),
    ],
)
def test_a_wrong_photo_in_json_is_named(library: Library, tmp_path: Path, photo: str, message: str) -> None:
    add_photos(library, "a.jpg")
    content = f'{{"format": "altfolio-words", "version": 1, "photos": [{photo}]}}'
    (error,) = plan_import(library, table(tmp_path, content, name="words.json")).errors
    assert error.row == 1
    assert message in error.message


def test_a_photo_at_another_place_is_found_by_its_image(library: Library, tmp_path: Path) -> None:
    (photo,) = add_photos(library, "a.jpg")
    put_words(library, photo, Words({ALT: ("A dog.", TextState.APPROVED, None)}))
    file = tmp_path / "words.csv"
    file.write_bytes(exported(library, [photo], "csv").replace(b"A dog.", b"A seal."))
    with library.write() as block:
        block.connection.exec_driver_sql("UPDATE photo SET file = ? WHERE id = ?", (b"moved.jpg", photo))
        block.touch(photo)
    assert apply_import(library, plan_import(library, file, rule(Rule.REPLACE))) == 1
    assert alt(library, photo)[0] == "A seal."


def test_a_table_from_anywhere_needs_only_to_be_explained(library: Library, tmp_path: Path) -> None:
    a, b = add_photos(library, "a.jpg", "b.jpg")
    file = tmp_path / "other.csv"
    content = "File;Beschreibung;Words;Other\na.jpg;Ein Hund am Strand;dog, beach;x\n/photos/b.jpg;Größe;;y\n"
    mapping = ImportOptions(columns=("File=path", "Beschreibung=alt_text.de", "Words=tags"))
    for written in (content.encode("utf-16"), content.encode("utf-8-sig"), content.encode()):
        file.write_bytes(written)
        plan = plan_import(library, file, mapping)
        assert plan.errors == ()
        assert set(plan.changes) == {a, b}
    apply_import(library, plan)
    assert alt(library, b)[0] == "Größe"
    assert set(tag_states(library, a)) == {"dog", "beach"}
    file.write_bytes(content.encode("cp1252"))
    with pytest.raises(KnownError, match="cp1252"):
        plan_import(library, file, mapping)
    with pytest.raises(KnownError, match="no column “Datei”"):
        plan_import(library, table(tmp_path, content), ImportOptions(columns=("Datei=path",)))
    with pytest.raises(KnownError, match="nothing a column can be"):
        plan_import(library, table(tmp_path, content), ImportOptions(columns=("File=path", "Other=alt")))


def test_a_name_without_folder_must_be_the_only_one(library: Library, tmp_path: Path) -> None:
    add_photos(library, "a.jpg", folder="/photos")
    add_photos(library, "a.jpg", folder="/other")
    (error,) = plan_import(library, ours(tmp_path, "a.jpg,x")).errors
    assert "could be one of 2 photos" in error.message


def test_an_edit_made_after_the_dry_run_is_not_lost(library: Library, tmp_path: Path) -> None:
    (photo,) = add_photos(library, "a.jpg")
    plan = plan_import(library, ours(tmp_path, "/photos/a.jpg,Theirs."))
    put_words(library, photo, Words({ALT: ("Mine, just now.", TextState.APPROVED, None)}), origin=Origin.USER)
    assert apply_import(library, plan) == 0
    assert alt(library, photo)[0] == "Mine, just now."


def _import_and_die(path: Path, file: Path, at: int) -> None:
    """Import, and be killed when `at` statements were sent, or at the first commit after them."""
    sent = 0

    def count(*_: object) -> None:
        nonlocal sent
        sent += 1
        if sent == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def commit(*_: object) -> None:
        if sent >= -at > 0:
            os.kill(os.getpid(), signal.SIGKILL)

    with Library(path) as library:
        plan = plan_import(library, file)
        event.listen(library._engine, "before_cursor_execute", count)
        event.listen(library._engine, "commit", commit)
        apply_import(library, plan)


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL there")
@pytest.mark.parametrize("at", [3, 40, -60])
def test_an_import_that_is_killed_leaves_nothing_half_done(library: Library, tmp_path: Path, at: int) -> None:
    ids = add_photos(library, *(f"{number}.jpg" for number in range(30)))
    before = exported(library, ids, "json")
    file = ours(tmp_path, *(f"/photos/{number}.jpg,Text {number}." for number in range(30)))
    process = multiprocessing.get_context("spawn").Process(target=_import_and_die, args=(library.path, file, at))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert exported(library, ids, "json") == before
    assert history.undo(library) is None
    assert apply_import(library, plan_import(library, file)) == 30
