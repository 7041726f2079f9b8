"""What the file of the photo in hand says about an image that AI made; Altfolio itself never writes or keeps it."""

from collections.abc import Sequence

from gui.desk import Desk
from gui.review_panel import ReviewPanel
from storage.job import KnownError
from storage.photos import PhotoDetail


def look(panel: ReviewPanel, desk: Desk, detail: PhotoDetail) -> None:
    """Read it, and show it while the panel still shows this photo."""

    def read() -> Sequence[str]:
        from storage.metadata.read import read_words

        try:
            return read_words(detail.row.path).made_by_ai
        except KnownError:
            return ()  # the photo's own problems are shown already

    def show(statements: Sequence[str]) -> None:
        if panel.detail is not None and panel.detail.row.id == detail.row.id:
            panel.show_made_by_ai(statements)

    desk.ask_library(read, show, only_latest="made by ai")
