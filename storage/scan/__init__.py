"""Bring the library in step with the folders: new, changed, moved and vanished photos, and nothing else.

`storage.scan.scanning` says how. What is named here is loaded when it is first asked for: the processes that read
photos for a scan import a part of this package, and starting them must not load the database a few times more (0.35 s
of a core each instead of 0.12).
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.scan.scanning import ScanOptions, folder_problems, remove_root, roots, scan

__all__ = ["ScanOptions", "folder_problems", "remove_root", "roots", "scan"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(name)
    from storage.scan import scanning

    return getattr(scanning, name)
