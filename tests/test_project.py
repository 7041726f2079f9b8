"""Promises the project makes about itself: free of GPL code, pinned, credited, named plainly, true to its README."""

import ast
import os
import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from PIL import Image

from tests.checks.sizes import ROOT, python_files
from tests.system_programs import not_available, require_program

PACKAGES = ("gui", "inference", "storage", "resources")
SAMPLES = ROOT / "resources" / "samples"
VAGUE_WORDS = {"Manager", "Helper", "Helpers", "Util", "Utils", "Data", "Info"}


def project() -> dict[str, list[str]]:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {"run": table["dependencies"], "dev": table["optional-dependencies"]["dev"]}


def pins() -> list[str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def installed_at_run_time() -> Iterator[Distribution]:
    """Yield every distribution the program needs, those needed by others included."""
    waiting, seen = [Requirement(line) for line in project()["run"]], set[str]()
    while waiting:
        needed = waiting.pop()
        name = canonicalize_name(needed.name)
        if name in seen or (needed.marker and not needed.marker.evaluate({"extra": ""})):
            continue
        seen.add(name)
        found = distribution(name)
        yield found
        waiting += [Requirement(line) for line in found.requires or []]


def may_be_used_without_gpl(licence: str) -> bool:
    """Tell whether one of the alternatives of a licence expression has no GPL or AGPL in it; the LGPL is fine."""
    alternatives = re.split(r"\sor\s|/", licence, flags=re.IGNORECASE)
    return any(not re.search(r"(?<!L)GPL", alternative) for alternative in alternatives)


def licence_of(found: Distribution) -> str:
    lines = [found.metadata.get_all(header, [""])[0] for header in ("License-Expression", "License")]
    stated = next((line.splitlines()[0] for line in lines if line), "")
    classifiers = found.metadata.get_all("Classifier", [])
    return stated or " or ".join(line for line in classifiers if line.startswith("License ::"))


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ("MIT", True),
        ("LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only", True),
        ("GPL-3.0-or-later", False),
        ("GPL-2.0-only OR AGPL-3.0-only", False),
        ("MIT AND GPL-2.0-only", False),
        ("MIT + MPL 1.1/GPL 2.0/LGPL 2.1", True),
    ],
)
def test_a_licence_expression_is_read_by_its_alternatives(licence: str, expected: bool) -> None:
    assert may_be_used_without_gpl(licence) is expected


def test_nothing_needed_at_run_time_is_gpl() -> None:
    licences = {found.name: licence_of(found) for found in installed_at_run_time()}
    assert len(licences) >= len(project()["run"])
    assert {name: licence for name, licence in licences.items() if not may_be_used_without_gpl(licence)} == {}


def test_the_licence_is_apache_2() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text and "Version 2.0, January 2004" in text and "END OF TERMS AND CONDITIONS" in text


def test_every_dependency_is_pinned_to_one_version_within_its_range() -> None:
    assert [pin for pin in pins() if not re.fullmatch(r"[\w.-]+==[\w.]+", pin)] == []
    versions = {canonicalize_name(name): version for name, version in (pin.split("==") for pin in pins())}
    for line in (*project()["run"], *project()["dev"]):
        wanted = Requirement(line)
        assert wanted.specifier.contains(versions[canonicalize_name(wanted.name)]), line


def test_every_sample_is_a_whole_photo_and_has_its_credit() -> None:
    credited = set(re.findall(r"^\| `([^`]+)` \|", (SAMPLES / "CREDITS.md").read_text(encoding="utf-8"), re.MULTILINE))
    photos = {path.name for path in SAMPLES.iterdir() if path.suffix != ".md"}
    assert photos == credited
    formats = set()
    for name in photos:
        with Image.open(SAMPLES / name) as image:
            image.load()
            formats.add(image.format)
    assert formats == {"JPEG", "PNG", "WEBP"}


def test_no_module_or_class_has_a_name_that_says_nothing() -> None:
    vague = []
    for path in python_files([ROOT / package for package in PACKAGES]):
        classes = (n.name for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.ClassDef))
        module = "".join(word.capitalize() for word in path.stem.split("_"))
        vague += [
            f"{path.relative_to(ROOT)}: {name}"
            for name in (module, *classes)
            if VAGUE_WORDS & set(re.findall(r"[A-Z][a-z]*", name))
        ]
    assert vague == []


def test_every_make_target_that_is_written_about_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    for name in ("README.md", "CONTRIBUTING.md"):
        mentioned = set(re.findall(r"(?:`|^\s*)make ([a-z-]+)", (ROOT / name).read_text("utf-8"), re.MULTILINE))
        assert mentioned and mentioned <= targets, name


@pytest.mark.parametrize("script", ["run", "find-python", "main-job"])
def test_the_scripts_can_be_started(script: str) -> None:
    assert os.access(ROOT / ".ci" / script, os.X_OK)


def test_a_missing_program_fails_where_ci_is_set_and_is_skipped_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no-such-program"):
        require_program("no-such-program")
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="no-such-program"):
        require_program("no-such-program")
    with pytest.raises(pytest.skip.Exception, match="the bus"):
        not_available("the bus does not start")
    assert require_program("sh").name == "sh"
