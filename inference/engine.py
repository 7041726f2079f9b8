"""Everything that tagging and describing need, made ready from the user's settings: packs, rules, worker threads.

The command line and the window both start here, so that both work by the same settings.
"""

import json
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from inference import alt_text, own_words, packs, runtime
from inference.findings import Findings, RawFindings
from inference.jobs import LoadedPack, Rules, fingerprint
from inference.judge import judge
from inference.vocabulary import LANGUAGES, Vocabulary
from storage import settings
from storage.concepts import ConceptRow
from storage.job import KnownError
from storage.library import Library
from storage.schema import Field
from storage.suggestions import Proposal, TagProposal, TextProposal

RULES_VERSION = "1"
"""Raised whenever the judge or the composer says other words for the same findings and vocabulary."""

NICENESS = {"quiet": 15, "balanced": 5, "all cores": 0}
"""How far worker threads stand back for other programs, in units of nice(2), by the setting "effort"."""

OWN_WORDS = "own_words"
"""Key of the setting that holds the user's own words."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Packs that are loaded, and how to run them.

    Attributes:
        workers: photos to look at side by side.
        start_worker: to call first in each worker thread.
        sentence: one line that says what runs where.
    """

    packs: Sequence[LoadedPack]
    workers: int
    start_worker: Callable[[], None]
    sentence: str


def start(library: Library) -> Engine:
    """Load the packs as the settings want them.

    Raises:
        KnownError: a pack is broken, or there is none.
    """
    with library.read() as connection:
        effort = settings.load(connection).effort
    workers = worker_count(effort)
    loaded = []
    sentences = []
    for pack in packs.discover():
        if pack.task not in runtime.TAGGING_TASKS:
            continue
        look = runtime.load(pack)
        loaded.append(LoadedPack(pack.id, pack.version, look))
        sentences.append(f"{pack.id} {pack.version} on {look.where}")
    if not loaded:
        raise KnownError("There is no model pack to tag with. Please install Altfolio again.")
    sentence = f"Models: {', '.join(sentences)}; {workers} photo{'s' if workers > 1 else ''} at a time."
    return Engine(loaded, workers, partial(_stand_back, NICENESS[effort]), sentence)


def worker_count(effort: str) -> int:
    """Photos looked at side by side: every core, or half of them where the machine is to stay quiet."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores // 2) if effort == "quiet" else max(1, cores)


def _stand_back(niceness: int) -> None:
    """Lower this thread's priority where the system lets a thread have one of its own (Linux)."""
    if hasattr(os, "setpriority") and os.uname().sysname == "Linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)


def vocabulary(library: Library) -> Vocabulary:
    """The vocabulary with this library's own words."""
    with library.read() as connection:
        kept = connection.exec_driver_sql("SELECT value FROM setting WHERE key = ?", (OWN_WORDS,)).scalar()
    return Vocabulary.load(own_words.from_json(json.loads(kept)) if kept else None)


def rules(library: Library, language: str, *, extended: bool = False) -> Rules:
    """How findings become words in a language.

    Args:
        language: one of `inference.vocabulary.LANGUAGES`.
        extended: draft an extended description too.

    Raises:
        KnownError: there is no grammar for the language.
    """
    if language not in LANGUAGES:
        raise KnownError(f"There is no grammar for “{language}”; choose one of {', '.join(LANGUAGES)}.")
    words = vocabulary(library)
    mark = fingerprint(RULES_VERSION, words.version, language, str(extended))
    propose = partial(_propose, words, language, extended)
    return Rules(propose, mark, concept_rows(words, language))


def concept_rows(words: Vocabulary, language: str) -> list[ConceptRow]:
    """The vocabulary's tree for a library; every language's words find a concept."""
    return [
        ConceptRow(
            concept.key,
            words.keyword(concept.key, language).rpartition("|")[2] if concept.shown else concept.key,
            concept.kind,
            sorted(words.ancestors(concept.key)),
            words.search_words(concept.key, LANGUAGES),
        )
        for concept in words
    ]


def _propose(words: Vocabulary, language: str, extended: bool, raw: RawFindings, rejected: frozenset[str]) -> Proposal:
    findings = judge(raw, words, rejected=rejected)
    scores = [finding.score for finding in findings.concepts]
    return Proposal(
        tags=[TagProposal(f.concept, f.score, f.count) for f in findings.concepts],
        texts=list(_texts(findings, words, language, extended)),
        people=findings.people,
        people_exact=findings.people_exact,
        certainty=round(min(scores), 4) if scores else None,
    )


def _texts(findings: Findings, words: Vocabulary, language: str, extended: bool) -> Sequence[TextProposal]:
    plain = alt_text.compose(findings, words, language=language, style=alt_text.Style.PLAIN)
    if not plain:
        return ()
    hedged = alt_text.compose(findings, words, language=language, style=alt_text.Style.HEDGED)
    texts = [TextProposal(Field.ALT_TEXT, language, hedged, plain)]
    if extended:
        whole = {
            style: alt_text.compose_extended(findings, words, language=language, style=style)
            for style in (alt_text.Style.HEDGED, alt_text.Style.PLAIN)
        }
        texts.append(TextProposal(Field.EXTENDED, language, whole[alt_text.Style.HEDGED], whole[alt_text.Style.PLAIN]))
    return texts
