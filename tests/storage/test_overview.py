"""What the sidebar says of a library."""

from pathlib import Path

from storage import concepts, overview, search
from storage.concepts import ConceptRow
from storage.library import Library
from storage.overview import Branch

TREE = (
    ConceptRow("animal", "animal", "animal", [], []),
    ConceptRow("pet", "pet", "animal", ["animal"], []),
    ConceptRow("dog", "dog", "animal", ["animal", "pet"], ["dogs"]),
)


def test_an_empty_library_has_nothing_to_say(tmp_path: Path) -> None:
    with Library(tmp_path / "l.altfolio") as library, library.read() as connection:
        assert overview.years(connection) == ()
        assert overview.folders(connection) == ()
        assert overview.concepts(connection) == ()
        assert overview.troubles(connection) == []


def _fill(library: Library) -> None:
    with library.write() as block:
        run = block.connection.exec_driver_sql
        run("INSERT INTO root (path, added) VALUES (?, '')", [(b"/photos",), (b"/b/\xff",)])
        folders = [(1, b"/photos"), (2, b"/b/\xff"), (3, b"/photos/2024/Rome"), (4, b"/photos/empty")]
        run("INSERT INTO folder (id, path) VALUES (?, ?)", folders)
        taken = [(1, "2023-01-01T00:00:00"), (3, "2024-05-05T01:00:00"), (3, "2024-12-31T23:59:59"), (2, None)]
        for number, (folder, when) in enumerate(taken, 1):
            run(
                "INSERT INTO photo (id, folder_id, file, inode, size, mtime_ns, taken, added) "
                "VALUES (?, ?, ?, 0, 0, 0, ?, '')",
                (number, folder, f"p{number}.jpg".encode(), when),
            )
        run("INSERT INTO problem (photo_id, stage, message, at) VALUES (4, 'tag', 'It broke.', '')")
        run("INSERT INTO folder_problem (path, message, at) VALUES (?, 'Closed.', '')", (b"/c",))
        concepts.install(block.connection, TREE, "test")
        keys = concepts.ids_by_key(block.connection)
        run("INSERT INTO tag VALUES (?, ?, 0, 0, 0.9, 1)", [(1, keys["dog"]), (2, keys["animal"])])
        block.touch([1, 2, 3, 4])
        block.relist()


def _lines(branches: tuple[Branch, ...], depth: int = 0) -> list[str]:
    return [
        line for one in branches for line in (f"{' ' * depth}{one.name} {one.photos}", *_lines(one.below, depth + 1))
    ]


def test_folders_tags_and_years_are_trees_with_numbers(tmp_path: Path) -> None:
    with Library(tmp_path / "l.altfolio") as library:
        _fill(library)
        with library.read() as connection:
            assert _lines(overview.years(connection)) == ["2024 2", " 2024-12 1", " 2024-05 1", "2023 1", " 2023-01 1"]
            assert _lines(overview.folders(connection)) == ["� 1", "photos 3", " 2024 2", "  Rome 2"]
            assert _lines(overview.concepts(connection)) == ["animal 2", " pet 1", "  dog 1"]
            trees = (overview.years, overview.folders, overview.concepts)
            for branch in (one for tree in trees for one in _all(tree(connection))):
                assert search.count(connection, branch.query) == branch.photos, branch


def _all(branches: tuple[Branch, ...]) -> list[Branch]:
    return [one for branch in branches for one in (branch, *_all(branch.below))]


def test_troubles_are_listed(tmp_path: Path) -> None:
    with Library(tmp_path / "l.altfolio") as library:
        _fill(library)
        with library.read() as connection:
            assert overview.troubles(connection) == [
                overview.Trouble("/c", "scan", "Closed."),
                overview.Trouble("p4.jpg", "tag", "It broke."),
            ]
