"""Jobs that need both the library and those who know words, imported where they run.

From folders to drafts is one job: scan, let the models look, write drafts, read text, write drafts again. The library
knows what is left to do, so it can be stopped anywhere and is just run again.
"""

from collections.abc import Generator, Sequence
from pathlib import Path

from storage import settings
from storage.job import Job, Progress
from storage.library import Library


def find_words(library: Library, folders: Sequence[Path]) -> Generator[Progress, None, None]:
    """Scan folders (none: those of the library), let the models look at new photos, write drafts.

    Before that, what a crash interrupted while it wrote into photos is finished.
    """
    from storage import refresh
    from storage.file_journal import recover
    from storage.scan import scan

    recover(library)
    yield from refresh.renew(library)
    know_words(library)
    problems = yield from _follow(scan(library, list(folders)), 0)
    yield from look(library, problems)


def know_words(library: Library) -> None:
    """Give a new library the vocabulary before keywords of files come into it.

    Else a file's "zebra" and the models' would be two tags. A library that has one stays as it is, at no cost.
    """
    from storage import concepts

    with library.read() as connection:
        if concepts.installed(connection) is not None:
            return
        language = settings.load(connection).language
    from inference import engine, jobs

    jobs.install_concepts(library, engine.rules(library, language))


def look(library: Library, problems: int = 0) -> Generator[Progress, None, None]:
    """What the models still have to do: objects first, so that drafts come soon, then text in the photos.

    Args:
        problems: of what was done before, to be counted in.
    """
    from inference import engine, jobs

    with library.read() as connection:
        language = settings.load(connection).language
    ready = engine.start(library)
    problems = yield from _follow(ready.tag(library), problems)
    problems = yield from _follow(jobs.describe(library, engine.rules(library, language)), problems)
    if engine.reads_text(library):
        problems = yield from _follow(engine.start(library, engine.TEXT_PASS).tag(library), problems)
        yield from _follow(jobs.describe(library, engine.rules(library, language)), problems)


def report(library: Library, target: Path) -> Job:
    """The report on the library, with what the rules find in its texts, as one step."""
    from inference.commands import remarks
    from storage.exchange.report import write_report

    yield Progress(stage="report", done=0)
    write_report(library, target, lint=remarks)


def _follow(job: Job, before: int) -> Generator[Progress, None, int]:
    """Pass a job's progress on, with the problems of the jobs before it counted in."""
    problems = before
    try:
        for progress in job:
            problems = before + progress.problems
            yield progress
    finally:
        job.close()
    return problems
