"""Spanish. "fa" is a feminine noun with the article "un" ("un águila, varias águilas"); "y" is "e" before i."""

import unicodedata

from inference.grammar.base import Grammar, frames, kinds, positions, sizes
from inference.vocabulary import Noun

_ARTICLES = {"m": "un", "f": "una", "fa": "un"}


def _article(noun: Noun) -> str:
    return f"{_ARTICLES[noun.shape]} {noun.singular}" if noun.countable else noun.singular


def _several(noun: Noun) -> str:
    return f"{'varios' if noun.shape == 'm' else 'varias'} {noun.plural}"


def _joined(before: str, last: str) -> str:
    """ "y", or "e" where the next word begins with the sound i, but not with the diphthong of "hielo" (RAE, DPD)."""
    plain = "".join(c for c in unicodedata.normalize("NFD", last.lower()) if not unicodedata.combining(c))
    sound = plain.removeprefix("h")
    vowel = sound.startswith("i") and sound[1:2] not in ("a", "e", "o", "u")
    return f"{before} {'e' if vowel else 'y'} {last}"


SPANISH = Grammar(
    code="es",
    hedge="Puede ser una imagen de {}.",
    frames=frames(
        (
            "Puede ser una captura de pantalla o una ilustración con {}.",
            "Puede ser una captura de pantalla o una ilustración.",
        ),
        ("Puede ser una imagen en blanco y negro de {}.", "Puede ser una imagen en blanco y negro."),
        ("Puede ser una imagen oscura de {}.", "Puede ser una imagen oscura."),
    ),
    listed="La imagen puede contener: {}",
    nothing="No hay descripción disponible.",
    machine="Descripción hecha por un ordenador y sin revisar; puede ser errónea.",
    pair="{0} y {1}",
    article=_article,
    several=_several,
    bare=False,
    person=("1 persona", "una persona"),
    people="{} personas",
    group="un grupo de personas",
    unsure="una o varias personas",
    quote="texto que dice «{}»",
    inner_quotes={"«": "“", "»": "”"},
    text="texto",
    kinds=kinds(
        "Personas",
        "Animales",
        "Comida",
        "Vehículos",
        "Edificios",
        "Naturaleza",
        "Lugar",
        "Objetos",
        "Actividad",
        "Foto",
        "Texto",
    ),
    positions=positions(
        "arriba a la izquierda",
        "arriba",
        "arriba a la derecha",
        "a la izquierda",
        "en el centro",
        "a la derecha",
        "abajo a la izquierda",
        "abajo",
        "abajo a la derecha",
    ),
    sizes=sizes("tamaño grande", "tamaño mediano", "tamaño pequeño"),
    date="{day} de {month} de {year}",
    months=(
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ),
    taken="Fecha",
    camera="Cámara",
    joined=_joined,
)
