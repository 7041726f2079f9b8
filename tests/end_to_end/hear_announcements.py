"""Prints each announcement on the accessibility bus as JSON: politeness (1 polite, 2 assertive, as `Atspi.Live`), text.

Run by the system's Python, which has GLib's bindings.
"""

import json
from typing import Any

import gi  # type: ignore[import-not-found]

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi  # type: ignore[import-not-found]  # noqa: E402


def main() -> None:
    def hear(event: Any) -> None:
        print(json.dumps([event.detail1, event.any_data]), flush=True)

    listener = Atspi.EventListener.new(hear)
    listener.register("object:announcement")
    print("ready", flush=True)
    Atspi.event_main()


if __name__ == "__main__":
    main()
