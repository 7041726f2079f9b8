"""What macOS and Windows tell of the folders below one, through watchdog: which to scan."""

import os
from collections.abc import Callable
from pathlib import Path

from watchdog import events
from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer


class ObservedFolder(FileSystemEventHandler):
    """Reports what happens in a folder and those below it, in threads of watchdog, until it is closed."""

    def __init__(self, root: Path, note: Callable[..., None], concerns: Callable[[Path], bool]) -> None:
        """Begin.

        Args:
            note: called in a thread with a folder to scan; with `deep=True` where those below it are meant too.
            concerns: whether a file matters.

        Raises:
            OSError: the folder can't be watched.
        """
        self._root, self._note, self._concerns = root, note, concerns
        self._observer = Observer()
        kinds: list[type[FileSystemEvent]] = [
            events.FileCreatedEvent,
            events.FileModifiedEvent,
            events.FileMovedEvent,
            events.FileDeletedEvent,
            events.DirCreatedEvent,
            events.DirMovedEvent,
            events.DirDeletedEvent,
        ]
        self._observer.schedule(self, str(root), recursive=True, event_filter=kinds)
        self._observer.start()

    @property
    def works(self) -> bool:
        """False once the folder is gone."""
        return all(emitter.is_alive() for emitter in self._observer.emitters)

    def close(self) -> None:
        """End; returns when nothing is reported any more."""
        self._observer.stop()
        self._observer.join()

    def dispatch(self, event: FileSystemEvent) -> None:
        """Called by watchdog."""
        for name in (event.src_path, event.dest_path):
            path = Path(os.fsdecode(name))
            if not name or _is_hidden(path, self._root):
                continue
            if event.is_directory:
                self._note(path, deep=True)
            elif self._concerns(path):
                self._note(path.parent)


def _is_hidden(path: Path, root: Path) -> bool:
    """Whether a scan leaves something out: a file that is being written, or what lies in a disk's bin."""
    return path.is_relative_to(root) and any(part.startswith(".") for part in path.relative_to(root).parts)
