"""What the user chose, kept in the library: one table of settings with their types, ranges and defaults."""

import json
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from storage.job import KnownError
from storage.library import Library, Peek

if TYPE_CHECKING:
    from sqlalchemy import Connection

_PREFIX = "user."

CHOICES: dict[str, tuple[str, ...]] = {
    "language": ("en", "de", "fr", "es", "it", "pt"),
    "style": ("hedged", "plain"),
    "write_when": ("asked", "approved"),
    "sidecar": ("never", "risky", "always"),
    "sidecar_name": ("IMG.jpg.xmp", "IMG.xmp"),
    "theme": ("system", "light", "dark", "contrast"),
    "effort": ("quiet", "balanced", "all cores"),
}
"""The values that a setting of the same name may have."""

PERCENT = {"least_certainty": ("least certainty", 0, 95), "text_size": ("text size", 75, 300)}
"""Settings in percent: what they are, the least and the most."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings.

    Attributes:
        language: of the texts the program writes, BCP 47 primary subtag.
        style: drafts begin with "May be an image of" ("hedged") or say it at once ("plain"); approved, all are plain.
        extended: an extended description is drafted, too.
        date_and_camera: an extended description that is drafted on demand ends with when and with what it was taken.
        least_certainty: percent from which on anything is said at all, 0..95; concepts have limits of their own, which
            are kept where they are higher.
        packs_off: ids of model packs that look at no more photos, sorted, separated by commas.
        write_when: approved words are written into photos "asked" for, or by themselves soon after they were
            "approved" in the window.
        sidecar: "never", "risky" (RAW and formats that are not written in the file) or "always".
        sidecar_name: how a new sidecar is called.
        keep_times: a written file keeps its modification time.
        read_text: text in photos is read, in a second, slower pass.
        exiftool: where it is installed, ExifTool may write formats that Altfolio itself refuses.
        write_signed: photos with a C2PA signature are written in the file, which breaks the signature.
        write_keywords: accepted tags are written as keywords too.
        theme: of the window.
        text_size: of the window, percent of the system's, 75..300.
        effort: how much of the machine a job takes.
    """

    language: str = "en"
    style: str = "hedged"
    extended: bool = False
    date_and_camera: bool = False
    least_certainty: int = 0
    packs_off: str = ""
    write_when: str = "asked"
    sidecar: str = "risky"
    sidecar_name: str = "IMG.jpg.xmp"
    keep_times: bool = True
    exiftool: bool = False
    write_signed: bool = False
    read_text: bool = True
    write_keywords: bool = True
    theme: str = "system"
    text_size: int = 100
    effort: str = "balanced"


def load(connection: "Connection | Peek") -> Settings:
    """The settings of this library; what is missing or no longer allowed is at its default."""
    found: dict[str, Any] = {}
    known = {f.name: f for f in fields(Settings)}
    for key, value in connection.exec_driver_sql(
        "SELECT key, value FROM setting WHERE key >= ? AND key < ?", (_PREFIX, _PREFIX[:-1] + "/")
    ):
        name = str(key).removeprefix(_PREFIX)
        if key != name and name in known:
            try:
                found[name] = _checked(name, json.loads(value))
            except (KnownError, ValueError):
                continue
    return replace(Settings(), **found)


def save(library: Library, **changes: object) -> Settings:
    """Change some settings.

    Raises:
        KnownError: a value is not allowed; nothing is changed.
    """
    checked = {name: _checked(name, value) for name, value in changes.items()}
    from storage import refresh  # which the first screen does not wait for

    with library.write() as block:
        before = load(block.connection)
        for name, value in checked.items():
            block.connection.exec_driver_sql(
                "INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)", (_PREFIX + name, json.dumps(value))
            )
        block.settings_changed()
        after = load(block.connection)
        if after.write_keywords != before.write_keywords:
            block.touch(refresh.out_of_step(block.connection, keywords=after.write_keywords))
        return after


def _checked(name: str, value: object) -> object:
    default = getattr(Settings(), name)
    if name in CHOICES and value not in CHOICES[name]:
        raise KnownError(f"“{value}” is not possible for {name}; choose one of {', '.join(CHOICES[name])}.")
    if not isinstance(value, type(default)) or (isinstance(value, bool) != isinstance(default, bool)):
        possible = f"give {possible_values(name)}" if possible_values(name) else "give text"
        raise KnownError(f"“{value}” is not possible for {name}; {possible}.")
    if name in PERCENT:
        what, least, most = PERCENT[name]
        if not least <= int(str(value)) <= most:
            raise KnownError(f"The {what} is between {least} and {most} percent.")
    return value


def possible_values(name: str) -> str:
    """What a setting may be, for people: its choices, or its range; empty where it is any text."""
    if name in CHOICES:
        return " | ".join(CHOICES[name])
    if name in PERCENT:
        _, least, most = PERCENT[name]
        return f"{least} to {most} percent"
    return "true | false" if isinstance(getattr(Settings(), name), bool) else ""
