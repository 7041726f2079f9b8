"""What a sidebar says of the whole library: folders, years and problems with their numbers."""

import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from storage.photos import shown


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that failed.

    Attributes:
        name: of the photo or folder, for people.
        stage: what was tried: "scan", "tag", "describe", "embed", "verify".
        message: what happened and what to do.
    """

    name: str
    stage: str
    message: str


def years(connection: Connection) -> list[tuple[str, int]]:
    """Years in which photos were taken, newest first, with the number of photos."""
    return [
        (str(year), int(count))
        for year, count in connection.exec_driver_sql(
            "SELECT substr(taken, 1, 4) AS year, count(*) FROM photo "
            "WHERE missing_since IS NULL AND taken IS NOT NULL GROUP BY year ORDER BY year DESC"
        )
    ]


def folders(connection: Connection) -> list[tuple[Path, int]]:
    """Folders that hold photos, sorted by path, with the number of photos right in them."""
    return [
        (Path(os.fsdecode(path)), int(count))
        for path, count in connection.exec_driver_sql(
            "SELECT f.path, count(*) FROM photo p JOIN folder f ON f.id = p.folder_id "
            "WHERE p.missing_since IS NULL GROUP BY f.id ORDER BY f.path"
        )
    ]


def troubles(connection: Connection, limit: int = 5_000) -> list[Trouble]:
    """Everything that failed and was not tried again since: folders first, then photos by name."""
    of_folders = connection.exec_driver_sql("SELECT path, message FROM folder_problem ORDER BY path LIMIT ?", (limit,))
    found = [Trouble(shown(os.fsdecode(path)), "scan", message) for path, message in of_folders]
    of_photos = connection.exec_driver_sql(
        "SELECT p.file, x.stage, x.message FROM problem x JOIN photo p ON p.id = x.photo_id "
        "WHERE p.missing_since IS NULL ORDER BY p.file, x.stage LIMIT ?",
        (limit,),
    )
    return found + [Trouble(shown(os.fsdecode(file)), stage, message) for file, stage, message in of_photos]
