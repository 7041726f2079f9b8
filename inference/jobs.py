"""Tagging and describing: the only place where models and the library meet.

`tag` lets packs look at photos and keeps what they found; `describe` turns findings into suggested tags and drafts.
Keeping them apart means that a new vocabulary, language or threshold costs no model run.

Each worker thread takes a photo from the disk to its findings on its own: reading, decoding and inference all release
Python's lock, so workers overlap each other's stages and a session needs no threads of its own. The number of photos
under way is bounded, and with it the memory.

Invariants: a photo that fails becomes a problem of that photo and the job goes on; results are written in blocks of
at most `library.WRITE_BLOCK` photos; at a yield no transaction is open; closing the job stops its threads and keeps
what they have found.
"""

import hashlib
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from inference import raw_json
from inference.findings import RawFindings
from storage import concepts, history, photos, suggestions
from storage.ahead import in_order
from storage.concepts import ConceptRow
from storage.image_file import open_upright
from storage.image_head import NoPicture
from storage.job import Job, KnownError, Progress
from storage.library import WRITE_BLOCK, Library
from storage.suggestions import PendingPhoto
from storage.telling import tell

if TYPE_CHECKING:
    from PIL.Image import Image

DECODE_SIDE = 1024
"""Longer side, in pixels, at which a photo is decoded for the models; twice the largest input of a bundled pack."""

LEAST_SIDE = 720
"""Longer side that is enough where a JPEG's decoder can give it alone: the finest picture that a bundled pack makes of
a photo has so many pixels, and the labelled photos by which all thresholds were chosen have 640. A photo of 6000 pixels
is decoded at an eighth instead of a quarter."""

AHEAD = 3
"""Photos under way for each worker: one in work, and two so that no worker waits for the writer."""

WRITE_SECONDS = 0.5
"""Findings wait at most this long to be written, so that little is done again after a kill."""

PORTION = 256
"""Photos asked for in one query of the queue."""


@dataclass(frozen=True, slots=True)
class LoadedPack:
    """A pack that is ready to look at photos.

    Attributes:
        id, version: of the pack; a run is kept under them.
        look: an upright RGB photo → what the pack found in it. Called from several threads at once.
        side: longer side, in pixels, at which it wants the photo. least: at which it is content with a JPEG.
    """

    id: str
    version: str
    look: "Callable[[Image], RawFindings]"
    side: int = DECODE_SIDE
    least: int = LEAST_SIDE


def tag(
    library: Library,
    packs: Sequence[LoadedPack],
    *,
    workers: int,
    stage: str = "tag",
    only: Sequence[int] | None = None,
    start_worker: Callable[[], None] | None = None,
) -> Job:
    """Let packs look at every photo that they have not seen as it is now.

    Args:
        stage: "tag", or "read" for the pass that reads text; photos that could not be tagged are not read.
        workers: photos looked at side by side, ≥ 1.
        only: ids to look at; None for the whole library.
        start_worker: called first in each worker thread, e.g. to lower its priority.
    """
    by_id = {pack.id: pack for pack in packs}
    versions = {pack.id: pack.version for pack in packs}
    wanted = None if only is None else frozenset(only)
    unless = None if stage == "tag" else "tag"
    total = _count(library, versions, wanted, unless)
    done = problems = 0
    yield Progress(stage=stage, done=0, total=total)
    pool = ThreadPoolExecutor(workers, thread_name_prefix=stage, initializer=start_worker)
    queue = _queue(library, versions, wanted, unless)
    looked = in_order(pool, partial(_look, packs=by_id), queue, ahead=workers * AHEAD)
    waiting: list[_Looked] = []
    written = time.monotonic()
    try:
        for result in looked:
            waiting.append(result)
            if len(waiting) >= WRITE_BLOCK or time.monotonic() - written >= WRITE_SECONDS:
                _write_runs(library, waiting, versions, stage)
                waiting, written = [], time.monotonic()
            done += 1
            problems += result.problem is not None
            name = photos.shown(result.photo.path.name)
            yield Progress(stage=stage, done=done, total=max(total, done), item=name, problems=problems)
    finally:
        looked.close()
        pool.shutdown(cancel_futures=True)
        _write_runs(library, waiting, versions, stage)


@dataclass(frozen=True, slots=True)
class _Looked:
    photo: PendingPhoto
    findings: Mapping[str, str]
    problem: str | None = None


def _count(library: Library, versions: Mapping[str, str], wanted: frozenset[int] | None, unless: str | None) -> int:
    if wanted is not None:
        return sum(1 for _ in _queue(library, versions, wanted, unless))
    with library.read() as connection:
        return suggestions.count_untagged(connection, versions, unless=unless)


def _queue(
    library: Library, versions: Mapping[str, str], wanted: frozenset[int] | None, unless: str | None
) -> Generator[PendingPhoto, None, None]:
    after = 0
    while True:
        with library.read() as connection:
            portion = suggestions.untagged(connection, versions, after=after, limit=PORTION, unless=unless)
        if not portion:
            return
        after = portion[-1].id
        yield from (p for p in portion if wanted is None or p.id in wanted)


def _look(photo: PendingPhoto, packs: Mapping[str, LoadedPack]) -> _Looked:
    try:
        asked = [packs[name] for name in photo.packs]
        side, least = max(pack.side for pack in asked), max(pack.least for pack in asked)
        image = open_upright(photo.path, max_side=side, least=least)
        return _Looked(photo, {name: raw_json.dump(packs[name].look(image)) for name in sorted(photo.packs)})
    except NoPicture:  # no failure: there is nothing to look at, and a person can write its words
        return _Looked(photo, dict.fromkeys(sorted(photo.packs), raw_json.UNSEEN))
    except KnownError as error:
        return _Looked(photo, {}, str(error))


def _write_runs(library: Library, looked: Sequence[_Looked], versions: Mapping[str, str], stage: str) -> None:
    if not looked:
        return
    now = history.now()
    rows = [(one, {pack: (versions[pack], found) for pack, found in one.findings.items()}) for one in looked]
    with library.write(flush=False) as block:
        for one, runs in rows:
            if one.problem is None:
                suggestions.store_run(block, one.photo, runs, stage)
            else:
                suggestions.store_problem(block, one.photo.id, stage, one.problem, now)


@dataclass(frozen=True, slots=True)
class Rules:
    """How findings become words.

    Attributes:
        propose: what the packs found, and the concepts a person rejected → the proposal.
        fingerprint: of everything that `propose` depends on (vocabulary, language, style); texts made by another
            fingerprint are made again.
        concepts: the whole vocabulary for the library's tree.
    """

    propose: Callable[[RawFindings, frozenset[str]], suggestions.Proposal]
    fingerprint: bytes
    concepts: Sequence[ConceptRow]


def describe(library: Library, rules: Rules, *, only: Sequence[int] | None = None) -> Job:
    """Give every photo with findings its suggested tags and drafts, where the rules or the findings are new.

    Args:
        only: ids to describe; None for the whole library.
    """
    ids = install_concepts(library, rules)
    wanted = None if only is None else frozenset(only)
    with library.read() as connection:
        pending = suggestions.count_undescribed(connection, rules.fingerprint)
    total = pending if wanted is None else min(pending, len(wanted))
    done, after = 0, 0
    yield Progress(stage="describe", done=0, total=total)
    while True:
        with library.read() as connection:
            portion = suggestions.undescribed(connection, rules.fingerprint, after=after, limit=WRITE_BLOCK)
            chosen = [p for p in portion if wanted is None or p in wanted]
            found = suggestions.found(connection, chosen)
        if not portion:
            return
        after = portion[-1]
        proposals = [_propose(rules, one) for one in found]
        with library.write(flush=False) as block:
            # A person may have rejected a tag meanwhile; the draft must not name it.
            now = {one.id: one for one in suggestions.found(block.connection, chosen)}
            for one, proposal in zip(found, proposals, strict=True):
                current = proposal if now[one.id] == one else _propose(rules, now[one.id])
                suggestions.store_proposal(block, one.id, current, rules.fingerprint, ids)
        done += len(chosen)
        if chosen:
            yield Progress(stage="describe", done=done, total=max(total, done))


def describe_now(library: Library, rules: Rules, photos_: Sequence[int]) -> None:
    """Make the suggestions and drafts of some photos anew, at once: what a person rejected is not said any more.

    Without this a draft would name what was rejected until the next description, and could be approved so.
    """
    ids = install_concepts(library, rules)
    what = f"draft the texts of {len(photos_):,} photos anew"
    for start in range(0, len(photos_), WRITE_BLOCK):
        tell(what, start, len(photos_), stoppable=False)  # else drafts would go on saying what was rejected
        with library.write() as block:
            for one in suggestions.found(block.connection, photos_[start : start + WRITE_BLOCK]):
                if one.findings:
                    suggestions.store_proposal(block, one.id, _propose(rules, one), rules.fingerprint, ids)


def _propose(rules: Rules, photo: suggestions.FoundInPhoto) -> suggestions.Proposal:
    if all(text == raw_json.UNSEEN for text in photo.findings.values()):
        return suggestions.Proposal((), (), None, people_exact=False, certainty=None)
    return rules.propose(raw_json.merge(photo.findings.values()), photo.rejected)


def install_concepts(library: Library, rules: Rules) -> dict[str, int]:
    """Bring the library's tree in step with the vocabulary.

    Returns:
        the id of every concept by its key.
    """
    with library.read() as connection:
        current = concepts.installed(connection)
    if current != rules.fingerprint.hex():
        with library.write() as block:
            if concepts.install(block.connection, rules.concepts, rules.fingerprint.hex()):
                block.settings_changed()
    with library.read() as connection:
        return concepts.ids_by_key(connection)


def fingerprint(*parts: str) -> bytes:
    """A short name for rules: 8 bytes of BLAKE2b, enough to tell a handful of versions apart."""
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=8).digest()
