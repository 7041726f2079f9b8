"""Whether the system asks for no animation, as Linux desktops say it; elsewhere Qt's style knows by itself.

Asked of the settings portal (org.freedesktop.portal.Settings): `reduced-motion` of `org.freedesktop.appearance`, which
newer portals have, and `enable-animations` of `org.gnome.desktop.interface`, which GNOME's switch "Reduce animation"
sets. Where there is no portal, `gsettings` is asked once. The answers come later and never stop the window; a change
of the setting is heard while the program runs.
"""

import sys
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import SLOT, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from PySide6.QtCore import QProcess
    from PySide6.QtDBus import QDBusConnection

ASK_MS = 2_000
"""After the start, when the first photos are shown: the bus takes some milliseconds to import and to connect."""

PORTAL, PATH = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
SETTINGS = "org.freedesktop.portal.Settings"

APPEARANCE, GNOME = (
    ("org.freedesktop.appearance", "reduced-motion"),
    ("org.gnome.desktop.interface", "enable-animations"),
)
"""Namespace and key of the two settings."""

_ASKS_FOR_NONE = "asks for no animation"
"""Property of the application."""


def asks_for_none() -> bool:
    """True where the system was heard to ask for no animation."""
    app = QApplication.instance()
    return app is not None and app.property(_ASKS_FOR_NONE) is True


class Motion(QObject):
    """Listens to the system's wish; there is one for the program.

    Signals:
        changed(bool): no animation is asked for, or no longer.
    """

    changed = Signal(bool)

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._said: dict[tuple[str, str], bool] = {}
        self._calls: list[Any] = []
        self._process: QProcess | None = None
        if sys.platform == "linux":
            QTimer.singleShot(ASK_MS, self, self.ask)

    def ask(self, bus: "QDBusConnection | None" = None) -> None:
        """Ask the system and listen to it from now on.

        Args:
            bus: None for that of the session.
        """
        from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher

        bus = bus or QDBusConnection.sessionBus()
        if not bus.isConnected():
            self._ask_gsettings()
            return
        slot = SLOT("hear(QDBusMessage)")  # text, whatever the stubs say of bytes
        bus.connect("", PATH, SETTINGS, "SettingChanged", self, slot)  # type: ignore[call-overload]
        for setting in (APPEARANCE, GNOME):
            message = QDBusMessage.createMethodCall(PORTAL, PATH, SETTINGS, "Read")
            message.setArguments(list(setting))
            watcher = QDBusPendingCallWatcher(bus.asyncCall(message), self)
            watcher.finished.connect(lambda done, setting=setting: self._answered(setting, done.reply()))
            self._calls.append(watcher)

    @Slot("QDBusMessage")
    def hear(self, message: Any) -> None:
        """A setting of the desktop is another now."""
        namespace, key, value = message.arguments()
        if (namespace, key) in (APPEARANCE, GNOME):
            self._take((namespace, key), value)

    def _answered(self, setting: tuple[str, str], reply: Any) -> None:
        from PySide6.QtDBus import QDBusMessage

        if reply.type() == QDBusMessage.MessageType.ReplyMessage:
            self._take(setting, reply.arguments()[0])
        elif setting == GNOME:
            self._ask_gsettings()

    def _ask_gsettings(self) -> None:
        import shutil

        from PySide6.QtCore import QProcess

        if shutil.which("gsettings") is None:
            return
        self._process = process = QProcess(self)
        process.finished.connect(lambda *_: self._hear_gsettings(bytes(process.readAllStandardOutput().data())))
        process.start("gsettings", ["get", *GNOME])

    def _hear_gsettings(self, said: bytes) -> None:
        if said.strip() in (b"true", b"false"):
            self._take(GNOME, said.strip() == b"true")

    def _take(self, setting: tuple[str, str], value: Any) -> None:
        while hasattr(value, "variant"):  # `Read` answers a variant in a variant
            value = value.variant()
        if not isinstance(value, int):  # a bool is one
            return
        self._said[setting] = bool(value) if setting == APPEARANCE else not value
        none = any(self._said.values())
        if none != asks_for_none():
            self._app.setProperty(_ASKS_FOR_NONE, none)
            for effect in (Qt.UIEffect.UI_AnimateMenu, Qt.UIEffect.UI_AnimateCombo, Qt.UIEffect.UI_AnimateTooltip):
                if none:
                    QApplication.setEffectEnabled(effect, False)
            self.changed.emit(none)
