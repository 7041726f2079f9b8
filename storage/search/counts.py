"""How many photos have a fact: kept in step with the search rows, so that trees and facets of everything cost nothing.

The index itself can say it, by reading the list of photos of each fact: 1.3 s for the concepts of 1,000,000 photos with
ten tags each. Here it is a row for each fact.

Invariant: a fact of these kinds has as many photos here as search rows have it. `index` changes both in one write
block; where a photo's row is deleted a trigger does it (`storage.migrations`).
"""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Connection

KINDS = "cdfkprsy"
"""Second letters of the facts that are counted: concepts, folders, formats, cameras, people, packs, states, years. What
the alt texts say (#t) is as many facts as photos, and nobody asks for their numbers."""

_IN_INDEX = (
    "SELECT term AS fact, doc AS photos FROM photo_word_list WHERE term >= '#' AND term < '$' "
    f"AND instr('{KINDS}', substr(term, 2, 1))"
)


def counted(facts: str) -> set[str]:
    """Those facts of a search row that are counted."""
    return {fact for fact in facts.split() if fact[1:2] in KINDS and fact[0] == "#"}


def change(connection: "Connection", by: "Counter[str]") -> None:
    """So many photos more, or fewer, have these facts."""
    rows = [(fact, photos) for fact, photos in by.items() if photos]
    if rows:
        connection.exec_driver_sql(
            "INSERT INTO fact_count (fact, photos) VALUES (?, ?) "
            "ON CONFLICT (fact) DO UPDATE SET photos = photos + excluded.photos",
            rows,
        )


def of_kind(connection: "Connection", sign: str) -> Iterator[tuple[str, int]]:
    """Facts that begin with "#" and one of `KINDS`, and how many photos have each; none that no photo has."""
    yield from driver_of(connection).execute(
        "SELECT fact, photos FROM fact_count WHERE fact >= ? AND fact < ? AND photos > 0", (sign, f"{sign}\U0010ffff")
    )


def driver_of(connection: "Connection") -> Any:
    """The driver's own connection, whose thousands of rows cost a third of SQLAlchemy's."""
    return connection.connection.driver_connection


def wrong(connection: "Connection") -> int:
    """How many facts are counted wrongly; reads the whole index."""
    kept = "SELECT fact, photos FROM fact_count WHERE photos != 0"
    differing = f"SELECT * FROM ({kept} EXCEPT {_IN_INDEX}) UNION SELECT * FROM ({_IN_INDEX} EXCEPT {kept})"
    return int(connection.exec_driver_sql(f"SELECT count(DISTINCT fact) FROM ({differing})").scalar_one())


def recount(connection: "Connection") -> None:
    """Count everything anew."""
    connection.exec_driver_sql("DELETE FROM fact_count")
    connection.exec_driver_sql(f"INSERT INTO fact_count {_IN_INDEX}")
