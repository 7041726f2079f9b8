"""Texts that a person gave and that the library does not have yet: an edit of many photos can keep them waiting.

Who comes back to a photo meanwhile sees the words that were typed, not those that they take the place of.
"""

from collections.abc import Callable, Container
from dataclasses import replace

from gui.desk import Desk
from gui.review_panel import ReviewPanel
from storage.photos import PhotoDetail, PhotoText
from storage.schema import Field, Origin, TextState


class TextsOnTheWay:
    """The newest text of each photo, field and language until it is kept."""

    def __init__(self, panel: ReviewPanel, desk: Desk, kept: Callable[[Container[int]], None]) -> None:
        """Watch the texts of a panel; `kept(photos)` is called once one is in the library, or could not be kept."""
        self._panel, self._desk, self._kept = panel, desk, kept
        self._texts: dict[int, list[PhotoText]] = {}

    def add(self, photo: int, field: Field, words: str) -> None:
        """Take words of the editor for those of the photo. Call it when the edit that keeps them was asked for."""
        text = PhotoText(field, self._panel.language, words, Origin.USER, TextState.DRAFT)
        self._texts.setdefault(photo, []).append(text)
        self._desk.edit(lambda: None, lambda _: self._drop(photo, text))
        if self._panel.detail is not None:
            self._panel.detail = self.over(self._panel.detail)
        self._panel.editor(field).accept()

    def _drop(self, photo: int, text: PhotoText) -> None:
        self._texts[photo].remove(text)
        if not self._texts[photo]:
            del self._texts[photo]
        self._kept({photo})

    def over(self, detail: PhotoDetail) -> PhotoDetail:
        """A photo as it will be once they are kept."""
        if detail.row.id not in self._texts:
            return detail
        texts = {(text.field, text.language): text for text in (*detail.texts, *self._texts[detail.row.id])}
        return replace(detail, texts=tuple(text for text in texts.values() if text.text))
