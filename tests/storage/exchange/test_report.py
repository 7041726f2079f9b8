"""The report counts right, as JSON and as a page without a violation; colours keep their contrast."""

import html
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inference.alt_rules import RULES
from inference.commands import remarks
from storage import review
from storage import settings as settings_of_library
from storage.exchange import report_words
from storage.exchange.page import DARK, LIGHT
from storage.exchange.report import write_report
from storage.exchange.report_words import LINT, WORDS
from storage.exchange.survey import Share, share_words, survey
from storage.library import Library
from storage.schema import Field, TagState, TextState
from storage.text_rules import CheckedText
from tests.storage.conftest import add_photos
from tests.storage.exchange.chromium import axe_source, browser
from tests.storage.exchange.conftest import NASTY, Words, put_words


@pytest.fixture
def surveyed(library: Library) -> Iterator[Library]:
    for number, name in enumerate(NASTY):
        ids = add_photos(library, "a.jpg", "b.jpg", "c.jpg", folder=f"/photos/{name} {number}".replace("\0", ""))
        with library.write() as block:
            block.connection.exec_driver_sql(
                f"UPDATE photo SET taken = '20{number:02}-05-01T10:00:00' WHERE id IN ({ids[0]}, {ids[1]})"
            )
            block.touch(ids)
        alt = (Field.ALT_TEXT, "de" if number else "en")
        put_words(
            library,
            ids[0],
            Words({alt: ("Long" * 40, TextState.APPROVED, None)}, {"dog": (TagState.ACCEPTED, None, 1)}),
        )
        put_words(library, ids[1], Words({(Field.ALT_TEXT, "en"): ("Perhaps.", TextState.DRAFT, None)}))
    review.set_text(library, ids[:1], "Described at length.", field=Field.EXTENDED)
    yield library


def too_long(given: CheckedText) -> list[str]:
    return ["long"] if len(given.text) > 125 else []


def test_the_numbers_are_right(surveyed: Library, tmp_path: Path) -> None:
    groups = len(NASTY)
    write_report(surveyed, tmp_path / "report.json", lint=too_long)
    found = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert (found["format"], found["version"]) == ("altfolio-report", 1)
    assert found["whole"] == {"name": "", "photos": 3 * groups, "approved": groups, "draft": groups, "nothing": groups}
    assert len(found["folders"]) == groups
    assert all((f["photos"], f["approved"], f["draft"], f["nothing"]) == (3, 1, 1, 1) for f in found["folders"])
    assert [year["name"] for year in found["years"]] == [f"20{n:02}" for n in reversed(range(groups))] + [""]
    assert found["years"][-1] == {"name": "", "photos": groups, "approved": 0, "draft": 0, "nothing": groups}
    assert found["missing"] == {
        "approved alt text": 2 * groups,
        "approved extended description": 3 * groups - 1,
        "accepted tags": 2 * groups,
        "date": groups,
    }
    assert found["languages"] == {"de": groups - 1, "en": 1}
    assert found["lint"] == {"duplicate": groups - 1, "long": groups}
    assert found["review_steps"] == 1


def test_photos_that_are_gone_do_not_count(surveyed: Library) -> None:
    with surveyed.write() as block:
        block.connection.exec_driver_sql("UPDATE photo SET missing_since = '2026-01-01'")
    with surveyed.read() as connection:
        found = survey(connection)
    assert found.whole == Share("", 0, 0, 0)
    assert set(found.missing.values()) == {0}
    assert found.lint is None


@given(st.integers(0, 2000), st.integers(0, 2000))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_all_and_none_are_said_only_of_all_and_none(approved: int, rest: int) -> None:
    words = share_words(Share("", approved + rest, approved, 0))
    assert words.endswith("(100%)") == (rest == 0 and approved > 0)
    assert words.endswith("(0%)") == (approved == 0)


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio" and "relative luminance")."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_colours_can_be_told_from_their_ground(colours: dict[str, str]) -> None:
    for ground in ("ground", "card"):
        for text in ("text", "muted", "link"):
            assert contrast(colours[text], colours[ground]) >= 4.5, text
    for mark in ("line", "good", "draft", "none"):
        assert contrast(colours[mark], colours["ground"]) >= 3, mark


def test_axe_finds_no_violation_in_the_page(surveyed: Library, tmp_path: Path) -> None:
    axe = axe_source()
    write_report(surveyed, tmp_path / "report.html", lint=too_long)
    with browser(tmp_path / "profile") as chromium:
        for scheme in ("light", "dark"):
            chromium.colours(scheme)
            chromium.open(tmp_path / "report.html")
            assert chromium.violations(axe) == []
        assert chromium.run("document.querySelectorAll('svg[role=img]').length") == chromium.run(
            "document.querySelectorAll('table').length"
        )
        assert chromium.requested() == [(tmp_path / "report.html").as_uri()]
        chromium.send("Emulation.setDeviceMetricsOverride", width=320, height=700, deviceScaleFactor=1, mobile=False)
        chromium.open(tmp_path / "report.html")
        assert chromium.run("document.documentElement.scrollWidth") <= 320
        assert chromium.violations(axe) == []


def test_the_page_speaks_the_language_of_the_library(surveyed: Library, tmp_path: Path) -> None:
    for language in WORDS:
        settings_of_library.save(surveyed, language=language)
        write_report(surveyed, tmp_path / "report.html", lint=too_long)
        content = (tmp_path / "report.html").read_text(encoding="utf-8")
        assert f'<html lang="{language}"' in content
        assert all(
            html.escape(WORDS[language][name]) in content for name in ("title", "years", "nothing", "accepted tags")
        )
    write_report(surveyed, tmp_path / "report.html", language="ja")
    assert WORDS["en"]["title"] in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_every_phrase_is_there_in_every_language_with_the_same_places() -> None:
    def places(phrases: Mapping[str, str]) -> dict[str, set[str | None]]:
        return {name: {field for _, field, _, _ in Formatter().parse(text)} - {None} for name, text in phrases.items()}

    for phrases in WORDS.values():
        assert places(phrases) == places(WORDS["en"])
    assert report_words.number(1234567, "de") == "1.234.567"


def test_every_rule_about_alt_texts_has_words_in_every_language(surveyed: Library, tmp_path: Path) -> None:
    assert set(LINT) == set(WORDS)
    for language, said in LINT.items():
        assert set(said) == {"empty", *RULES}
        assert len(set(said.values())) == len(said)
        write_report(surveyed, tmp_path / "report.html", lint=too_long, language=language)
        content = (tmp_path / "report.html").read_text(encoding="utf-8")
        assert all(html.escape(said[name]) in content for name in ("long", "duplicate"))


def test_the_rules_know_what_is_known_of_the_photo(library: Library) -> None:
    (photo,) = add_photos(library, "sunset_beach.jpg")
    review.set_text(library, [photo], "Sunset beach.")
    review.set_text(library, [photo], "Sunset beach", field=Field.CAPTION)
    with library.write() as block:
        block.connection.exec_driver_sql(
            "INSERT INTO run (photo_id, pack, version, digest, findings) "
            """SELECT id, 'text', '1', digest, '{"t":[["STOP",0.95],["noise",0.5]]}' FROM photo"""
        )
    with library.read() as connection:
        found = survey(connection, lint=remarks)
    assert found.lint is not None
    assert set(found.lint) == {"caption", "file_name", "written"}


def test_an_empty_library_has_a_report_too(library: Library, tmp_path: Path) -> None:
    write_report(library, tmp_path / "report.html")
    assert "There are no photos yet." in (tmp_path / "report.html").read_text(encoding="utf-8")
