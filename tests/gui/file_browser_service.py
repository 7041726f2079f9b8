"""A file manager on a session bus, for tests: run by the system's Python, whose GLib is strict about types.

    /usr/bin/python3 file_browser_service.py [hangs]

What `ShowItems` is asked for is printed as JSON, line by line; one that hangs never answers.
"""

import json
import sys
from typing import Any

from gi.repository import Gio, GLib  # type: ignore[import-not-found]

NAME, PATH = "org.freedesktop.FileManager1", "/org/freedesktop/FileManager1"
INTERFACE = f"""<node><interface name="{NAME}"><method name="ShowItems">
<arg type="as" direction="in"/><arg type="s" direction="in"/></method></interface></node>"""


def main() -> None:
    def show(*call_of_a_method: Any) -> None:
        *_, parameters, call = call_of_a_method
        print(json.dumps(parameters.unpack()), flush=True)
        if "hangs" not in sys.argv:
            call.return_value(None)

    def ready(connection: Any, _name: str) -> None:
        connection.register_object(PATH, Gio.DBusNodeInfo.new_for_xml(INTERFACE).interfaces[0], show)

    def named(_connection: Any, _name: str) -> None:
        print("ready", flush=True)

    Gio.bus_own_name(Gio.BusType.SESSION, NAME, 0, ready, named, None)
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
