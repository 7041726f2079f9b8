"""How fast a search answers in a large library: the first page, the number of photos, all ids, facets, completion.

    python -m benchmarks.search_speed --photos 1000000 --library /tmp/large.altfolio

Makes a library of made-up photos once (20 years in bursts, 10 tags each from 1,000 concepts in a tree, as unevenly
used as words are, texts for a third of them) and asks typing-like questions in turns. The limit is 50 ms for a page,
the time in which a list still seems to follow the keys.
"""

import argparse
import json
import random
import shutil
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import accumulate
from pathlib import Path

from sqlalchemy import Connection

from main import broken_rules
from storage import concepts, refresh, search, text_rules
from storage.concepts import ConceptRow
from storage.library import Library

LIMIT_MS = 50

CONCEPTS = 1_000
TAGS = 10
PAGE = 200
BLOCK = 5_000

QUESTIONS = (
    "",
    "thing2",
    "thing7",
    "thing900",
    "group1",
    "thing3 thing40",
    "thing800 thing900",
    "thing2 -thing3",
    "-group1",
    "thing5 OR thing900",
    "beach",
    "beach thing2",
    '"sunny day"',
    "corba decor",
    "two thing3",
    "tag:=thing4",
    "people:2",
    "people:3..",
    "thing2 people:5..",
    "score:>0.8",
    "thing900 score:<0.3",
    "state:approved",
    "state:none thing4",
    "missing:alt",
    "missing:fr thing3",
    "date:2015-06",
    "date:2015.. thing2",
    "-date:2015 thing900",
    "folder:album17",
    "folder:photos thing900",
    "camera:canon thing6",
    "name:img_77",
    "format:png",
    "origin:me",
    "duplicate:",
    "nowhere",
    "(thing2 OR thing3) -(thing4 OR people:0)",
    "text:beach",
    "caption:garden",
    "title:rain thing2",
    "ocr:street",
    "has:ocr",
    "problem:",
    "problem:cut",
    "lint:too-long",
    "lint:full-stop thing2",
    "-lint: state:approved",
    "shape:portrait",
    "shape:panorama thing40",
    'camera:="Canon EOS 5D"',
    'folder:="/home/me/photos/2017/album17"',
    "photos of two thing3 without people:0",
    "thing2 but no thing3 in 2015",
    "playing thing5",
    "thing7 last summer",
)

TYPED = ("t", "th", "thing", "b", "be", "bea", "sto", "stora", "s", "sunny d", "img", "tag:gro")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--library", type=Path, required=True, help="made where it does not exist")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    make(arguments.library, arguments.photos)
    with Library(arguments.library) as library:
        report(library, arguments.rounds)


def make(place: Path, photos: int, kept: Path | None = None) -> None:
    """Make a library of made-up photos, which takes 0.5 ms a photo.

    Args:
        place: its file; what is there already stays.
        kept: a folder that has, or gets, a copy for the next who wants as many photos.
    """
    if place.exists():
        return
    copy = kept / f"{photos}.altfolio" if kept else None
    if copy is not None and copy.exists():
        shutil.copyfile(copy, place)
        return
    with Library(place) as library:
        fill(library, photos)
    if copy is not None:
        copy.parent.mkdir(exist_ok=True)
        shutil.copyfile(place, copy)


def fill(library: Library, photos: int) -> None:
    """Made-up photos, the same ones every time."""
    rng = random.Random(1)
    started = time.perf_counter()
    text_rules.use(broken_rules)
    for _ in refresh.renew(library):  # says who makes the rows
        pass
    with library.write() as block:
        concepts.install(block.connection, list(_vocabulary()), "made up")
        run = block.connection.exec_driver_sql
        folders = [(n, f"/home/me/photos/{2000 + n % 25}/album{n}".encode()) for n in range(1, photos // 250 + 2)]
        run("INSERT INTO folder (id, path) VALUES (?, ?)", folders)
        ids = concepts.ids_by_key(block.connection)
    things = [ids[f"thing{n}"] for n in range(1, CONCEPTS + 1)]
    weights = list(accumulate(1 / n**0.9 for n in range(1, CONCEPTS + 1)))
    taken = datetime(2004, 1, 1)
    for begin in range(1, photos + 1, BLOCK):
        with library.write() as block:
            run = block.connection.exec_driver_sql
            rows, tags, texts, read, problems = [], [], [], [], []
            for photo in range(begin, min(begin + BLOCK, photos + 1)):
                taken += timedelta(seconds=int(rng.expovariate(photos / 630_000_000)))
                rows.append(_photo(rng, photo, taken))
                chosen = set(rng.choices(things, cum_weights=weights, k=TAGS + 2))
                tags += [(photo, c, 2 if rng.random() < 0.02 else 0, 0, round(rng.random(), 4)) for c in chosen]
                if rng.random() < 0.33:
                    texts.append((photo, 0, "en", _sentence(rng), None, 2, 1))
                for field, share in ((2, 0.1), (3, 0.05)):
                    if rng.random() < share:
                        texts.append((photo, field, "en", _sentence(rng), None, 2, 1))
                if rng.random() < 0.05:
                    read.append((photo, "text", "1", rows[-1][6], json.dumps({"t": [[_sentence(rng), 0.9]]})))
                if rng.random() < 0.001:
                    problems.append((photo, "embed", "The file is cut off.", "2026-01-01"))
            run(f"INSERT INTO photo ({_COLUMNS}) VALUES ({','.join('?' * len(rows[0]))})", rows)
            run("INSERT INTO tag (photo_id, concept_id, origin, state, score) VALUES (?, ?, ?, ?, ?)", tags)
            run("INSERT INTO text VALUES (?, ?, ?, ?, ?, ?, ?)", texts)
            run("INSERT INTO run VALUES (?, ?, ?, ?, ?)", read)
            for problem in problems:
                run("INSERT INTO problem VALUES (?, ?, ?, ?)", problem)
            block.touch(range(begin, min(begin + BLOCK, photos + 1)))
    seconds = time.perf_counter() - started
    print(f"made {photos:,} photos in {seconds:.0f} s, {seconds / photos * 1e6:.0f} µs each, search rows included")


_COLUMNS = (
    "id, folder_id, file, inode, size, mtime_ns, digest, format, taken, camera, people, certainty, added, width, height"
)


def _photo(rng: random.Random, photo: int, taken: datetime) -> tuple[object, ...]:
    return (
        photo,
        photo // 250 + 1,
        f"IMG_{photo:07}.jpg".encode(),
        *(photo, 4_000_000, photo),
        (photo if rng.random() < 0.99 else photo - 1).to_bytes(16, "big"),
        rng.choices(("JPEG", "PNG", "HEIF"), (90, 2, 8))[0],
        taken.isoformat(),
        rng.choice(("Canon EOS 5D", "Pixel 8", "iPhone 15", None)),
        min(int(rng.expovariate(1)), 12),
        rng.random(),
        "2026-01-01",
        *rng.choices(((4000, 3000), (3000, 4000), (3000, 3000), (6000, 2000)), (70, 25, 4, 1))[0],
    )


def _vocabulary() -> Iterator[ConceptRow]:
    """1,000 things in 30 groups, each group below another but the first."""
    for number in range(30):
        yield ConceptRow(f"group{number}", f"group{number}", "group", [f"group{number // 3}"] if number else [], [])
    for number in range(1, CONCEPTS + 1):
        group = number % 30
        above = {f"group{group}", f"group{group // 3}", f"group{group // 9}", "group0"}
        yield ConceptRow(f"thing{number}", f"thing{number}", "object", sorted(above), [f"dinges{number}"])


def _sentence(rng: random.Random) -> str:
    words = [_word(int(rng.paretovariate(0.7)) % 20_000) for _ in range(10)]
    return " ".join([*words, rng.choice(("beach", "sunny day", "rain", "street", "garden"))])


def _word(number: int) -> str:
    """A word for a number: three to seven letters, spread over the alphabet as syllables are."""
    syllables = ("ba", "cor", "de", "fil", "go", "hu", "is", "ka", "lam", "me", "nor", "pi", "ra", "sto", "tu", "wen")
    word = syllables[number % 16]
    while number := number // 16:
        word += syllables[(number * 7) % 16]
    return word


def report(library: Library, rounds: int) -> None:
    """Time everything in turns and print tables."""
    pages: list[float] = []
    print(f"{'question':45} {'page ms':>9} {'of limit':>9} {'count ms':>9} {'all ids ms':>11} {'photos':>10}")
    with library.read() as connection:
        photos = search.count(connection, "")
        for question in QUESTIONS:
            page = _times(rounds, lambda: search.find_page(connection, question, limit=PAGE))  # noqa: B023
            count = _times(1, lambda: search.count(connection, question))[0]  # noqa: B023
            whole = _times(1, lambda: search.find(connection, question))[0]  # noqa: B023
            found = search.count(connection, question)
            pages += page
            print(f"{question:45} {_in_limit(page)} {count:9.1f} {whole:11.1f} {found:10,}")
        for typed in (*TYPED, *QUESTIONS[1:20:4]):
            page = _times(rounds, lambda: search.find_page(connection, typed, limit=PAGE, typing=True))  # noqa: B023
            pages += page
            print(f"{typed + '…':45} {_in_limit(page)}")
        _report_help(connection, rounds)
    size = library.path.stat().st_size
    print(f"{'all pages, p95':45} {_in_limit(pages)}")
    print(f"\n{size / photos:.0f} B a photo in the library file")


def _report_help(connection: Connection, rounds: int) -> None:
    """Completion and did-you-mean, which go along with the typing, and facets, which come after it."""
    print()
    for typed in (*TYPED, "", "camera:", "folder:alb", "date:20", "lint:", "missing:"):
        times = _times(rounds, lambda: search.complete(connection, typed, len(typed)))  # noqa: B023
        print(f"{'completion of ' + typed + '…':45} {_in_limit(times)}")
    for word in ("thnig900", "beahc", "sttora"):
        times = _times(rounds, lambda: search.did_you_mean(connection, word))  # noqa: B023
        print(f"{'did you mean, ' + word:45} {_in_limit(times)}")
    for question in ("", "thing2", "thing900", "date:2015-06", "state:approved"):
        times = _times(1, lambda: search.facets(connection, question))  # noqa: B023
        print(f"{'facets of ' + (question or 'all photos'):45} {_in_limit(times)}")


def _in_limit(times: list[float]) -> str:
    return f"{_p95(times):9.1f} {_p95(times) / LIMIT_MS:9.2f}"


def _times(rounds: int, ask: Callable[[], object]) -> list[float]:
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - started) * 1000)
    return taken


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]


if __name__ == "__main__":
    main()
