"""Takes every picture of the window that the documentation shows: real window, real photos, real models.

`make screenshots`, or `python docs/take_screenshots.py SCENE…` for some scenes. The sample photos are copied to a
folder of their own, scanned, tagged and described as a user would; some are then reviewed. Every scene of
`tests.gui.scenes` is taken, light, dark and with text at 200 %. Needs no display (Qt's offscreen platform).
"""

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Collection
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
sys.path.insert(0, str(REPOSITORY))
os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PIL import Image  # noqa: E402
from PySide6.QtCore import QEventLoop, QPoint, QSettings, QTimer  # noqa: E402
from PySide6.QtGui import QFont, QFontDatabase, QImage, QPainter  # noqa: E402
from PySide6.QtWidgets import QApplication, QWidget  # noqa: E402

from gui.app import Session  # noqa: E402
from gui.work import PHOTOS  # noqa: E402
from inference.whole_job import find_words  # noqa: E402
from storage import photos, review, settings  # noqa: E402
from storage.concepts import ids_by_key  # noqa: E402
from storage.library import Library  # noqa: E402
from storage.schema import TagState  # noqa: E402
from tests.gui.scenes import SCENES, Scene  # noqa: E402

SAMPLES = REPOSITORY / "resources" / "samples"
DOCS = REPOSITORY / "docs"

FONTS = ("Inter", "Cantarell", "Noto Sans", "DejaVu Sans")
"""The first that is installed is used, because the offscreen platform knows no desktop font."""

REVIEWED = {
    "astronaut.jpg": "An astronaut in an orange suit smiles in front of a flag and a model of the space shuttle.",
    "coffee.webp": "A red cup of espresso with a spoon on its saucer, on a wooden table.",
    "dahlia.jpg": "An orange dahlia in full bloom before dark leaves.",
}
"""What a person typed: file name → alt text."""

WRONG_TAGS = {"dahlia.jpg": ("honeycomb",)}
"""What the models saw that is not there, and the person who reviews rejects."""

APPROVED = ("cat.png",)
"""Photos whose drafts were right."""


def wait(condition: Callable[[], object], what: str, seconds: float = 60.0) -> None:
    """Run the event loop until something is true."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(what)
        pause(20)


def pause(milliseconds: int) -> None:
    """Run the event loop for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def fill(library: Library, folder: Path) -> None:
    """The samples as they are in the middle of a review."""
    for _ in find_words(library, [folder]):
        pass
    with library.read() as connection:
        ids = {path.name: photos.id_of(connection, path) for path in folder.iterdir()}
    for name, text in REVIEWED.items():
        review.set_text(library, [ids[name] or 0], text)
    with library.read() as connection:
        concepts_by_key = ids_by_key(connection)
    for name, keys in WRONG_TAGS.items():
        for key in keys:
            review.judge_tag(library, [ids[name] or 0], concepts_by_key[key], TagState.REJECTED)
    review.approve(library, [ids[name] or 0 for name in (*REVIEWED, *APPROVED)])


class Photographer:
    """Opens the window in one state after another and keeps pictures of it."""

    def __init__(self, app: QApplication, library: Library, folder: Path) -> None:
        self._app, self._library, self._folder = app, library, folder

    def take(
        self,
        name: str,
        *,
        theme: str = "light",
        text_size: int = 100,
        size: tuple[int, int] = (1280, 800),
        prepare: Callable[[Session], QWidget | None] = lambda _: None,
        at: str = "coffee.webp",
    ) -> None:
        """Take one picture; `prepare` may return a dialog, which is shown over the window."""
        settings.save(self._library, theme=theme, text_size=text_size)
        stored = QSettings(str(self._folder / f"{name}.ini"), QSettings.Format.IniFormat)
        session = Session(self._app, self._library, stored)
        session.window.resize(*size)
        session.window.show()
        session.window.activateWindow()
        session.begin(work=False)
        pause(300)
        if session.model.rowCount():
            rows = range(session.model.rowCount())
            session.flow.go(next((r for r in rows if (p := session.model.photo(r, wait=True)) and p.name == at), 0))
        dialog = prepare(session)
        pause(1200)
        self._keep(name, session.window, dialog)
        if dialog is not None:
            dialog.close()
        session.window.close()
        session.close()
        for thing in (session.window, session.appearance, session):
            thing.deleteLater()
        pause(20)

    def _keep(self, name: str, window: QWidget, dialog: QWidget | None) -> None:
        picture = QImage(window.size(), QImage.Format.Format_RGB32)
        painter = QPainter(picture)
        window.render(painter, QPoint(0, 0))
        if dialog is not None:
            painter.fillRect(picture.rect(), "#60000000")
            place = QPoint((window.width() - dialog.width()) // 2, (window.height() - dialog.height()) // 2)
            dialog.render(painter, place)
        painter.end()
        target = DOCS / f"{name}.png" if "/" not in name else DOCS / "screenshots" / f"{name.split('/')[1]}.png"
        target.parent.mkdir(exist_ok=True)
        picture.save(str(target))
        if "/" not in name:  # what the README shows keeps all its colours
            return
        with Image.open(target) as taken:
            small = taken.convert("RGB").quantize(256, dither=Image.Dither.FLOYDSTEINBERG)
        small.save(target, optimize=True)
        print(f"{target.relative_to(REPOSITORY)}  {target.stat().st_size // 1024} KB")


def of_scene(scene: Scene, *, boxes: bool = False) -> Callable[[Session], QWidget | None]:
    """Open a scene; answers its dialog, or None for the window itself."""

    def prepare(session: Session) -> QWidget | None:
        opened = scene.open(session)
        if boxes:
            session.window.actions_table["boxes"].trigger()
        if opened is session.window:
            return None
        opened.resize(opened.size().boundedTo(session.window.size()))
        opened.show()
        return opened

    return prepare


def working(session: Session) -> None:
    """The status line in the middle of a job."""
    from storage.job import Progress

    session.window.jobs.work(PHOTOS)
    session.window.jobs.show_progress("Finding what is in them", Progress(stage="tag", done=5, total=8))


SCREEN = {
    "name": "screen",
    "x": 0,
    "y": 0,
    "width": 1280,
    "height": 832,
    "logicalDpi": 96,
    "logicalBaseDpi": 96,
    "dpr": 1,
}
"""The screen of the offscreen platform; its own is smaller than the windows, and dialogs are bounded by the screen."""


def main() -> None:
    """Take all pictures."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as screens:
        json.dump({"screens": [SCREEN]}, screens)
        screens.flush()
        os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={screens.name}"
        app = QApplication(["altfolio"])
    family = next((f for f in FONTS if f in QFontDatabase.families()), app.font().family())
    app.setFont(QFont(family, 10))
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        os.environ["XDG_CACHE_HOME"] = str(root / "cache")
        os.environ["HOME"] = str(root)  # paths of this machine are nobody's business
        folder = root / "Pictures"
        shutil.copytree(SAMPLES, folder, ignore=shutil.ignore_patterns("*.md"))
        (folder / "half-copied.jpg").write_bytes((SAMPLES / "pagoda.jpg").read_bytes()[:9000])
        with Library(root / "empty.altfolio") as empty:
            first = Photographer(app, empty, root)
            for theme in ("light", "dark"):
                first.take(f"screenshots/first-run-{theme}", theme=theme)
            first.take("screenshots/first-run-200", text_size=200)
        with Library(root / "library.altfolio") as library:
            fill(library, folder)
            _take_views(Photographer(app, library, root), sys.argv[1:])


def _take_views(camera: Photographer, only: Collection[str]) -> None:
    camera.take("window-light", prepare=working, at="photographer.jpg")
    camera.take("window-dark", theme="dark", at="grace-hopper.jpg")
    for scene in (scene for scene in SCENES if not scene.empty and scene.name in (only or {scene.name})):
        at = "cat.png" if scene.name == "review" else "coffee.webp"
        for theme in ("light", "dark"):
            prepare = of_scene(scene, boxes=scene.name == "review")
            camera.take(f"screenshots/{scene}-{theme}", theme=theme, prepare=prepare, at=at)
        camera.take(f"screenshots/{scene}-200", text_size=200, prepare=of_scene(scene), at=at)
    camera.take("screenshots/contrast", theme="contrast")
    camera.take("screenshots/small-1024x600", size=(1024, 600))


if __name__ == "__main__":
    main()
