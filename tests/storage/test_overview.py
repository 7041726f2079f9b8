"""What the sidebar says of a library."""

from pathlib import Path

from storage import overview
from storage.library import Library


def test_an_empty_library_has_nothing_to_say(tmp_path: Path) -> None:
    with Library(tmp_path / "l.altfolio") as library, library.read() as connection:
        assert overview.years(connection) == []
        assert overview.folders(connection) == []
        assert overview.troubles(connection) == []


def test_years_folders_and_troubles_are_counted(tmp_path: Path) -> None:
    with Library(tmp_path / "l.altfolio") as library:
        with library.write() as block:
            run = block.connection.exec_driver_sql
            run("INSERT INTO folder (id, path) VALUES (1, ?), (2, ?)", (b"/a", b"/b/\xff"))
            for number, (folder, taken) in enumerate(
                [(1, "2023-01-01T00:00:00"), (1, "2024-05-05T01:00:00"), (2, None)], 1
            ):
                run(
                    "INSERT INTO photo (id, folder_id, file, inode, size, mtime_ns, taken, added) "
                    "VALUES (?, ?, ?, 0, 0, 0, ?, '')",
                    (number, folder, f"p{number}.jpg".encode(), taken),
                )
            run("INSERT INTO problem (photo_id, stage, message, at) VALUES (3, 'tag', 'It broke.', '')")
            run("INSERT INTO folder_problem (path, message, at) VALUES (?, 'Closed.', '')", (b"/c",))
        with library.read() as connection:
            assert overview.years(connection) == [("2024", 1), ("2023", 1)]
            assert [(str(p).encode("utf-8", "surrogateescape"), n) for p, n in overview.folders(connection)] == [
                (b"/a", 2),
                (b"/b/\xff", 1),
            ]
            assert overview.troubles(connection) == [
                overview.Trouble("/c", "scan", "Closed."),
                overview.Trouble("p3.jpg", "tag", "It broke."),
            ]
