"""Everything that tagging and describing need, made ready from the user's settings: packs, rules, worker threads.

The command line and the window both start here, so that both work by the same settings.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from inference import alt_text, decoders, jobs, own_words, packs, photo_facts, raw_json, runtime
from inference.findings import Findings, RawFindings
from inference.jobs import DECODE_SIDE, LEAST_SIDE, LoadedPack, Rules, fingerprint
from inference.judge import PERSON, judge
from inference.views import finest
from inference.vocabulary import LANGUAGES, Vocabulary
from storage import photos, settings, suggestions
from storage.concepts import ConceptRow
from storage.job import Job, KnownError
from storage.keyword_tree import parts_of
from storage.library import Library, cache_folder, data_folder
from storage.schema import Field
from storage.suggestions import Proposal, TagProposal, TextProposal

if TYPE_CHECKING:
    from sqlalchemy import Connection

RULES_VERSION = "4"
"""Raised whenever the judge or the composer says other words for the same findings and vocabulary."""

FIRST_PASS = ("detect", "classify")
"""Tasks of packs that look at every photo first."""

TEXT_PASS = ("text",)
"""Reading text costs many times as much and changes few photos, so it is a pass of its own, after the first."""

READ_SIDE = 2048
"""Longer side, in pixels, at which text is read: small print is lost at the size that is enough to see things."""

READ_LEAST = int(0.9 * READ_SIDE)
"""Longer side at which a JPEG's decoder may leave it."""

OWN_WORDS = "own_words"
"""Key of the setting that holds the user's own words."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Packs that are loaded, and how to run them.

    Attributes:
        workers: photos to look at side by side.
        start_worker: to call first in each worker thread.
        stage: of the job, "tag" or "read".
        sentence: one line that says what runs where.
    """

    packs: Sequence[LoadedPack]
    workers: int
    start_worker: Callable[[], None]
    stage: str
    sentence: str

    def tag(self, library: Library) -> Job:
        """Let the packs look at every photo that they have not seen as it is now."""
        return jobs.tag(library, self.packs, workers=self.workers, stage=self.stage, start_worker=self.start_worker)


def start(library: Library, tasks: Sequence[str] = FIRST_PASS) -> Engine:
    """Load the packs as the settings want them.

    Args:
        tasks: `FIRST_PASS` or `TEXT_PASS`.

    Raises:
        KnownError: a pack is broken, or there is none.
    """
    with library.read() as connection:
        kept = settings.load(connection)
    effort = cast("runtime.Effort", kept.effort)
    options = runtime.Options(cache=cache_folder() / "models")
    there = [pack for pack in packs.discover(own_packs()) if pack.task in tasks]
    if not there:
        raise KnownError("There is no model pack to tag with. Please install Altfolio again.")
    off = kept.packs_off.split(",")
    eyes = [decoders.load(pack, options) for pack in there if pack.id not in off]
    if not eyes:
        raise KnownError("All model packs are switched off. Switch one on in the settings.")
    facts = [LoadedPack("facts", photo_facts.VERSION, photo_facts.look)] if tuple(tasks) == FIRST_PASS else []
    sides = (READ_SIDE, READ_LEAST) if tuple(tasks) == TEXT_PASS else (DECODE_SIDE, LEAST_SIDE)
    return Engine(
        [*facts, *(_loaded(eye, *sides) for eye in eyes)],
        runtime.workers(effort),
        _as_it_is if effort == "all cores" else runtime.yield_to_others,
        "read" if tuple(tasks) == TEXT_PASS else "tag",
        runtime.describe([network for eye in eyes for network in eye.networks]),
    )


def _loaded(eye: decoders.Eye, side: int, least: int) -> LoadedPack:
    """A pack for the job, with photos in these sizes unless it asks for more of them."""
    needed = finest(eye.pack)
    return LoadedPack(eye.pack.id, eye.pack.version, eye.look, max(side, needed), max(least, needed))


def reads_text(library: Library) -> bool:
    """Whether the user wants text in photos to be read, and did not switch off what reads it."""
    with library.read() as connection:
        kept = settings.load(connection)
    off = kept.packs_off.split(",")
    return kept.read_text and any(p.task in TEXT_PASS and p.id not in off for p in packs.discover(own_packs()))


def _as_it_is() -> None:
    """Leave a worker thread at the priority of the program."""


def own_packs() -> Path:
    """The folder where users put model packs of their own."""
    return data_folder() / "packs"


def vocabulary(library: Library) -> Vocabulary:
    """The vocabulary with this library's own words."""
    with library.read() as connection:
        return Vocabulary.load(kept_words(connection))


def kept_words(connection: "Connection") -> own_words.OwnWords:
    """The words of the user's own in this library."""
    kept = connection.exec_driver_sql("SELECT value FROM setting WHERE key = ?", (OWN_WORDS,)).scalar()
    return own_words.from_json(json.loads(kept)) if kept else own_words.OwnWords()


def keep_words(connection: "Connection", own: own_words.OwnWords) -> None:
    """Have these words of the user's own in this library and no others."""
    if own:
        connection.exec_driver_sql(
            "INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)",
            (OWN_WORDS, json.dumps(own_words.to_json(own))),
        )
    else:
        connection.exec_driver_sql("DELETE FROM setting WHERE key = ?", (OWN_WORDS,))


@dataclass(frozen=True, slots=True)
class Manner:
    """How a person wants to be spoken to.

    Attributes:
        language: one of `inference.vocabulary.LANGUAGES`.
        extended: an extended description is drafted too.
        style: of drafts.
        least: certainty 0..1 below which nothing is said, whatever the vocabulary allows.
    """

    language: str
    extended: bool
    style: alt_text.Style
    least: float


def rules(library: Library, language: str, *, extended: bool | None = None) -> Rules:
    """How findings become words in a language.

    Args:
        language: one of `inference.vocabulary.LANGUAGES`.
        extended: draft an extended description too; None as the settings say.

    Raises:
        KnownError: there is no grammar for the language.
    """
    if language not in LANGUAGES:
        raise KnownError(f"There is no grammar for “{language}”; choose one of {', '.join(LANGUAGES)}.")
    words = vocabulary(library)
    with library.read() as connection:
        kept = settings.load(connection)
    style = alt_text.Style.PLAIN if kept.style == "plain" else alt_text.Style.HEDGED
    manner = Manner(language, kept.extended if extended is None else extended, style, kept.least_certainty / 100)
    mark = fingerprint(RULES_VERSION, words.version, str(manner))
    return Rules(partial(_propose, words, manner), mark, concept_rows(words, language))


def describe_now(library: Library, photos_: Sequence[int]) -> None:
    """Make the drafts of some photos anew in the library's language, after a person judged their tags."""
    with library.read() as connection:
        language = settings.load(connection).language
    jobs.describe_now(library, rules(library, language), photos_)


def drafts(library: Library, photo: int, language: str) -> Sequence[TextProposal]:
    """Alt text and extended description of one photo, from what was found in it; nothing where that says nothing.

    Raises:
        KnownError: there is no grammar for the language.
    """
    made = rules(library, language, extended=True)
    with library.read() as connection:
        found = suggestions.found(connection, [photo])
        detail = photos.detail(connection, photo) if settings.load(connection).date_and_camera else None
    texts = made.propose(raw_json.merge(found[0].findings.values()), found[0].rejected).texts
    if detail is None:
        return texts
    shot = alt_text.shot(_day(detail.row.taken), detail.camera or "", language)
    return [
        replace(text, text=f"{text.text} {shot}".strip(), plain=f"{text.plain} {shot}".strip())
        if text.field == Field.EXTENDED
        else text
        for text in texts
    ]


def _day(taken: str | None) -> date | None:
    """The day of a camera's local time; None where there is none or a file's is no date."""
    try:
        return date.fromisoformat((taken or "")[:10])
    except ValueError:
        return None


def concept_rows(words: Vocabulary, language: str) -> list[ConceptRow]:
    """The vocabulary's tree for a library; every language's words find a concept."""
    paths = {concept.key: parts_of(words.keyword(concept.key, language)) for concept in words if concept.shown}
    return [
        ConceptRow(
            concept.key,
            paths[concept.key][-1] if concept.shown else concept.key,
            concept.kind,
            sorted(words.ancestors(concept.key)),
            words.search_words(concept.key, LANGUAGES),
            paths.get(concept.key, ()),
        )
        for concept in words
    ]


def _propose(words: Vocabulary, manner: Manner, raw: RawFindings, rejected: frozenset[str]) -> Proposal:
    findings = _sure(judge(raw, words, rejected=rejected), manner.least)
    scores = [finding.score for finding in findings.concepts]
    return Proposal(
        tags=_tags(findings, words),
        texts=list(_texts(findings, words, manner)),
        people=findings.people,
        people_exact=findings.people_exact,
        certainty=round(min(scores), 4) if scores else None,
    )


def _sure(findings: Findings, least: float) -> Findings:
    """What is as sure as the user wants it."""
    kept = tuple(finding for finding in findings.concepts if finding.score >= least)
    people = findings.people if any(finding.concept == PERSON for finding in kept) else 0
    return replace(findings, concepts=kept, people=people) if len(kept) < len(findings.concepts) else findings


def _tags(findings: Findings, words: Vocabulary) -> list[TagProposal]:
    """Each concept, and the everyday word for it: a golden retriever is tagged as a dog too."""
    found: dict[str, TagProposal] = {}
    for finding in findings.concepts:
        for key in words.tags(finding.concept):
            known = found.get(key)
            if known is None or finding.score > known.score:
                count = finding.count if known is None else None
                found[key] = TagProposal(key, finding.score, count)
    return list(found.values())


def _texts(findings: Findings, words: Vocabulary, manner: Manner) -> Sequence[TextProposal]:
    language = manner.language
    plain = alt_text.compose(findings, words, language=language, style=alt_text.Style.PLAIN)
    if not plain:
        return ()
    draft = alt_text.compose(findings, words, language=language, style=manner.style)
    texts = [TextProposal(Field.ALT_TEXT, language, draft, plain)]
    if manner.extended:
        whole = {
            style: alt_text.compose_extended(findings, words, language=language, style=style)
            for style in (manner.style, alt_text.Style.PLAIN)
        }
        texts.append(TextProposal(Field.EXTENDED, language, whole[manner.style], whole[alt_text.Style.PLAIN]))
    return texts
