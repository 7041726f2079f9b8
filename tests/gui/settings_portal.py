"""The settings portal of a desktop, for tests: run by the system's Python, whose GLib speaks on the bus as GNOME does.

    /usr/bin/python3 settings_portal.py '{"enable-animations": false}'

The settings are given as JSON; each line `["namespace", "key", value]` on standard input changes one. A setting that
is not given is "not found".
"""

import json
import sys
from typing import Any

from gi.repository import Gio, GLib  # type: ignore[import-not-found]

PATH, NAME = "/org/freedesktop/portal/desktop", "org.freedesktop.portal.Settings"
INTERFACE = f"""<node><interface name="{NAME}">
<method name="Read"><arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="v" direction="out"/></method>
<signal name="SettingChanged"><arg type="s"/><arg type="s"/><arg type="v"/></signal>
</interface></node>"""


def variant(value: bool | int) -> Any:
    return GLib.Variant("b", value) if isinstance(value, bool) else GLib.Variant("u", value)


def main() -> None:
    settings = json.loads(sys.argv[1])

    def read(*call_of_a_method: Any) -> None:
        *_, parameters, call = call_of_a_method
        _, key = parameters.unpack()
        if key in settings:  # a variant in a variant, as portals answer
            call.return_value(GLib.Variant("(v)", (GLib.Variant("v", variant(settings[key])),)))
        else:
            call.return_dbus_error("org.freedesktop.portal.Error.NotFound", "Requested setting not found")

    def ready(connection: Any, _name: str) -> None:
        connection.register_object(PATH, Gio.DBusNodeInfo.new_for_xml(INTERFACE).interfaces[0], read)

        def change(_source: Any, _condition: Any) -> bool:
            line = sys.stdin.readline()
            if not line:
                loop.quit()
                return False
            namespace, key, value = json.loads(line)
            said = GLib.Variant("(ssv)", (namespace, key, variant(value)))
            connection.emit_signal(None, PATH, NAME, "SettingChanged", said)
            return True

        GLib.io_add_watch(sys.stdin, GLib.IOCondition.IN | GLib.IOCondition.HUP, change)

    def named(_connection: Any, _name: str) -> None:
        print("ready", flush=True)

    Gio.bus_own_name(Gio.BusType.SESSION, "org.freedesktop.portal.Desktop", 0, ready, named, None)
    loop = GLib.MainLoop()
    loop.run()


if __name__ == "__main__":
    main()
