"""An import as a job: it says how far it is, and stopped before its end it has changed nothing."""

from pathlib import Path

from storage import history, photos
from storage.exchange.importing import importing, plan_import, planning
from storage.library import Library
from tests.storage.conftest import add_photos


def texts(library: Library, ids: list[int]) -> list[str]:
    with library.read() as connection:
        return [row.alt_text for row in photos.rows(connection, ids)]


def test_a_stopped_import_has_changed_nothing(library: Library, tmp_path: Path) -> None:
    names = [f"{number}.jpg" for number in range(600)]
    ids = add_photos(library, *names)
    table = tmp_path / "words.csv"
    rows = [f"1,/photos/{name},Text {name}" for name in names]
    table.write_text("\r\n".join(["altfolio_version,path,alt_text.en", *rows]), encoding="utf-8")
    assert [step.done for step in planning(library, table)] == [500, 600]
    plan = plan_import(library, table)
    job = importing(library, plan)
    assert next(job).total == 600
    job.close()
    with library.read() as connection:
        changed = bool(history.batches(connection, 1))
    assert set(texts(library, ids)) == ({f"Text {name}" for name in names} if changed else {""}), "all or nothing"
    last = list(importing(library, plan_import(library, table)))[-1:]
    assert texts(library, ids) == [f"Text {name}" for name in names]
    assert changed or last[0].done == 600
