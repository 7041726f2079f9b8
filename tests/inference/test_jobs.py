"""The real packs on real photos: what is found, what is kept, and what a stop in the middle costs."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection

from inference import engine, jobs, raw_json
from inference.findings import RawFindings
from inference.jobs import LoadedPack
from inference.whole_job import find_words
from resources import RESOURCES
from storage import concepts, photos, review, settings, suggestions
from storage.concepts import ConceptRow
from storage.job import KnownError, Progress
from storage.library import Library
from storage.scan import scan
from storage.schema import Field, PhotoState, TagState
from storage.suggestions import Proposal, TagProposal, TextProposal
from tests.storage import photo_maker

SAMPLES = ("astronaut.jpg", "cat.png", "coffee.webp", "dahlia.jpg")


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in SAMPLES:
        shutil.copy(RESOURCES / "samples" / name, folder)
    (folder / "broken.jpg").write_bytes((folder / "astronaut.jpg").read_bytes()[:20_000])
    with Library(tmp_path / "test.altfolio") as opened:
        list(scan(opened, [folder]))
        yield opened


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> list[LoadedPack]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        with Library(tmp_path_factory.mktemp("library") / "any.altfolio") as any_library:
            return list(engine.start(any_library).packs)


def versions(packs: list[LoadedPack]) -> dict[str, str]:
    return {pack.id: pack.version for pack in packs}


def details(library: Library) -> dict[str, photos.PhotoDetail]:
    with library.read() as connection:
        found = [photos.detail(connection, number) for number in all_ids(connection)]
    return {d.row.name: d for d in found if d is not None}


def all_ids(connection: Connection) -> list[int]:
    return [int(number) for (number,) in connection.exec_driver_sql("SELECT id FROM photo ORDER BY id")]


def test_photos_get_the_words_for_what_is_in_them(library: Library, packs: list[LoadedPack]) -> None:
    steps = list(jobs.tag(library, packs, workers=2))
    assert steps[-1] == replace(steps[-1], done=5, total=5, problems=1)
    list(jobs.describe(library, engine.rules(library, "en")))
    found = details(library)
    assert {"cat"} <= {tag.key for tag in found["cat.png"].tags}
    assert "cat" in found["cat.png"].row.alt_text
    assert found["astronaut.jpg"].row.people == 1
    assert found["astronaut.jpg"].row.state == PhotoState.DRAFT
    assert found["astronaut.jpg"].texts[0].plain != found["astronaut.jpg"].row.alt_text
    assert found["broken.jpg"].row.problem is not None and found["broken.jpg"].tags == ()


def test_a_description_on_demand_ends_with_date_and_camera_where_that_is_wanted(
    library: Library, packs: list[LoadedPack]
) -> None:
    list(jobs.tag(library, packs, workers=2))
    cat = details(library)["cat.png"].row.id
    with library.write() as block:
        block.connection.exec_driver_sql(
            "UPDATE photo SET taken = '2024-05-03T10:00:00', camera = 'Canon EOS' WHERE id = ?", (cat,)
        )
    without = {text.field: text for text in engine.drafts(library, cat, "en")}
    settings.save(library, date_and_camera=True)
    drafted = {text.field: text for text in engine.drafts(library, cat, "en")}
    assert drafted[Field.ALT_TEXT] == without[Field.ALT_TEXT]
    ending = " Taken: 3 May 2024. Camera: Canon EOS."
    assert drafted[Field.EXTENDED].plain == without[Field.EXTENDED].plain + ending
    assert drafted[Field.EXTENDED].text == without[Field.EXTENDED].text + ending


def test_a_stopped_job_keeps_what_it_found_and_goes_on_from_there(library: Library, packs: list[LoadedPack]) -> None:
    job = jobs.tag(library, packs, workers=1)
    for progress in job:
        if progress.done == 3:  # of 5, one of which is broken and stays untagged
            break
    job.close()
    with library.read() as connection:
        left = suggestions.count_untagged(connection, versions(packs))
    assert left <= 3
    assert len(list(jobs.tag(library, packs, workers=2))) == left + 1
    with library.read() as connection:
        assert suggestions.count_untagged(connection, versions(packs)) == 1  # the broken one


def test_only_what_a_pack_has_not_seen_is_looked_at(library: Library, packs: list[LoadedPack]) -> None:
    looked: list[str] = []

    def counted(pack: LoadedPack, version: str) -> LoadedPack:
        def look(image: object) -> RawFindings:
            looked.append(pack.id)
            return pack.look(image)  # type: ignore[arg-type]

        return LoadedPack(pack.id, version, look)

    list(jobs.tag(library, [counted(p, p.version) for p in packs], workers=2))
    assert sorted(set(looked)) == sorted(versions(packs))
    looked.clear()
    newer = [counted(packs[0], "99"), *(counted(p, p.version) for p in packs[1:])]
    list(jobs.tag(library, newer, workers=2))
    assert looked == [packs[0].id] * len(SAMPLES)


def test_other_rules_give_other_words_without_a_model(library: Library, packs: list[LoadedPack]) -> None:
    list(jobs.tag(library, packs, workers=2))
    list(jobs.describe(library, engine.rules(library, "en")))
    assert list(jobs.describe(library, engine.rules(library, "en")))[-1].done == 0
    settings.save(library, language="de")
    list(jobs.describe(library, engine.rules(library, "de")))
    texts = {t.language: t.text for t in details(library)["cat.png"].texts}
    assert set(texts) == {"de"} and "Katze" in texts["de"]


def test_a_decoder_that_fails_in_an_unknown_way_is_loud(library: Library) -> None:
    def look(_image: object) -> RawFindings:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(jobs.tag(library, [LoadedPack("odd", "1", look)], workers=1))


def test_a_known_failure_of_a_pack_is_a_problem_of_the_photo(library: Library) -> None:
    def look(_image: object) -> RawFindings:
        raise KnownError("The graphics card has no memory left.")

    steps: list[Progress] = list(jobs.tag(library, [LoadedPack("odd", "1", look)], workers=1))
    assert steps[-1].problems == 5
    assert details(library)["cat.png"].row.problem == "The graphics card has no memory left."


def test_a_language_without_grammar_is_refused(library: Library) -> None:
    with pytest.raises(KnownError, match="xx"):
        engine.rules(library, "xx")


def test_a_draft_never_names_a_tag_that_was_rejected_while_it_was_made(library: Library) -> None:
    with library.read() as connection:
        (photo, *_) = suggestions.untagged(connection, {"pack": "1"}, after=0, limit=9)
    with library.write() as block:
        suggestions.store_run(block, photo, {"pack": ("1", raw_json.dump(RawFindings()))})
    dog = ConceptRow("dog", "dog", "animal", [], [])

    def propose(_: RawFindings, rejected: frozenset[str]) -> Proposal:
        if "dog" in rejected:
            return Proposal([], [], None, True, None)
        with library.read() as connection:
            concept = concepts.ids_by_key(connection)["dog"]
        review.judge_tag(library, [photo.id], concept, TagState.REJECTED)  # the person was quicker than the job
        return Proposal(
            [TagProposal("dog", 0.9, 1)], [TextProposal(Field.ALT_TEXT, "en", "Maybe a dog.", "Dog.")], None, True, 0.9
        )

    rules = jobs.Rules(propose, b"rules", [dog])
    ids = jobs.install_concepts(library, rules)
    with library.write() as block:
        seen = Proposal([TagProposal("dog", 0.9, 1)], [], None, True, 0.9)
        suggestions.store_proposal(block, photo.id, seen, b"older rules", ids)
    list(jobs.describe(library, rules))
    with library.read() as connection:
        found = photos.detail(connection, photo.id)
    assert found is not None and found.texts == ()
    assert [tag.state for tag in found.tags] == [TagState.REJECTED]


def test_a_keyword_of_a_file_and_a_tag_of_the_models_are_one(tmp_path: Path) -> None:
    packet = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:subject><rdf:Bag><rdf:li>Zebra</rdf:li>'
        b"</rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    path = photo_maker.put(tmp_path / "photos", "a.jpg", photo_maker.with_xmp(photo_maker.jpeg(), packet))
    with Library(tmp_path / "new.altfolio") as library:
        for progress in find_words(library, [path.parent]):
            if progress.stage != "scan":
                break
        with library.read() as connection:
            photo = photos.id_of(connection, path)
            tags = photos.detail(connection, photo or 0).tags  # type: ignore[union-attr]
            assert [tag.concept for tag in tags] == [concepts.ids_by_key(connection)["zebra"]]
