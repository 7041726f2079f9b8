"""German. What is seen stands in the nominative, so that no noun has to be declined."""

from inference.grammar.base import Grammar, frames, kinds, positions, sizes
from inference.vocabulary import Noun

_ARTICLES = {"m": "ein", "n": "ein", "f": "eine"}


def _article(noun: Noun) -> str:
    return f"{_ARTICLES[noun.shape]} {noun.singular}" if noun.countable else noun.singular


def _several(noun: Noun) -> str:
    return f"mehrere {noun.plural}"


GERMAN = Grammar(
    code="de",
    hedge="Möglicherweise zu sehen: {}.",
    frames=frames(
        (
            "Möglicherweise eine Bildschirmaufnahme oder Grafik, zu sehen: {}.",
            "Möglicherweise eine Bildschirmaufnahme oder Grafik.",
        ),
        ("Möglicherweise in Schwarz-Weiß zu sehen: {}.", "Möglicherweise eine Schwarz-Weiß-Aufnahme."),
        ("Möglicherweise im Dunkeln zu sehen: {}.", "Möglicherweise eine dunkle Aufnahme."),
    ),
    listed="Bild könnte enthalten: {}",
    nothing="Keine Beschreibung verfügbar.",
    machine="Von einem Computer erstellt und nicht geprüft; kann falsch sein.",
    pair="{0} und {1}",
    article=_article,
    several=_several,
    bare=False,
    person=("1 Person", "eine Person"),
    people="{} Personen",
    group="eine Gruppe von Personen",
    unsure="eine oder mehrere Personen",
    quote="der Text „{}“",
    inner_quotes={"„": "‚", "“": "‘"},
    text="Text",
    kinds=kinds(
        "Personen",
        "Tiere",
        "Essen",
        "Fahrzeuge",
        "Bauwerke",
        "Natur",
        "Ort",
        "Gegenstände",
        "Tätigkeit",
        "Aufnahme",
        "Text",
    ),
    positions=positions(
        "oben links", "oben", "oben rechts", "links", "in der Mitte", "rechts", "unten links", "unten", "unten rechts"
    ),
    sizes=sizes("groß", "mittelgroß", "klein"),
    date="{day}. {month} {year}",
    months=(
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ),
    taken="Aufgenommen",
    camera="Kamera",
)
