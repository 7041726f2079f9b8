"""Questions to the library that can be stopped even while the database works on them.

At a million photos a broad question takes a second; whoever types on must not wait for answers that nobody wants any
more. So a newer question of the same name interrupts the older one (`sqlite3_interrupt`), which may be called from
another thread.

Invariant: a question that was stopped answers `STOPPED` and nothing else; it is never an error.
"""

import sqlite3
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from storage.library import Library

if TYPE_CHECKING:
    from sqlalchemy import Connection

STOPPED: Final = object()
"""The answer of a question that was stopped."""


class Question:
    """One question."""

    def __init__(self, library: Library, ask: Callable[["Connection"], Any]) -> None:
        self._library, self._ask = library, ask
        self._lock = threading.Lock()
        self._stopped = False
        self._driver: Any = None

    def run(self) -> Any:
        """Ask, in this thread.

        Returns:
            the answer, or `STOPPED`.
        """
        with self._library.read() as connection:
            try:
                with self._lock:
                    if self._stopped:
                        return STOPPED
                    self._driver = connection.connection.driver_connection
                return self._ask(connection)
            except Exception as error:
                if self._stopped and _interrupted(error):
                    return STOPPED
                raise
            finally:
                with self._lock:
                    self._driver = None

    def stop(self) -> None:
        """Nobody wants the answer any more; may be called from any thread."""
        with self._lock:
            self._stopped = True
            if self._driver is not None:
                self._driver.interrupt()


def _interrupted(error: Exception) -> bool:
    cause = getattr(error, "orig", error)
    return isinstance(cause, sqlite3.Error) and getattr(cause, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT
