"""Italian. The article follows the sound that the noun begins with ("uno squalo", "un’ape"); "e" is "ed" before e."""

import re

from inference.grammar.base import Grammar, frames, kinds, positions, sizes
from inference.vocabulary import Noun

_UNO = re.compile(r"(s[^aeiouàèéìòóùh]|sh|z|gn|ps|pn|x|y[aeiou]|i[aeiou])", re.IGNORECASE)
"""Sounds that want "uno": s before a consonant, z, gn, ps, pn, x, the half-vowel i (Serianni, Grammatica italiana)."""

_VOWEL = re.compile(r"[aeiouàèéìòóù]", re.IGNORECASE)


def _article(noun: Noun) -> str:
    name = noun.singular
    if not noun.countable:
        return name
    if noun.shape == "m":
        return f"uno {name}" if _UNO.match(name) else f"un {name}"
    return f"un’{name}" if _VOWEL.match(name) and not _UNO.match(name) else f"una {name}"


def _several(noun: Noun) -> str:
    return f"{'diversi' if noun.shape == 'm' else 'diverse'} {noun.plural}"


def _joined(before: str, last: str) -> str:
    """ "e", or "ed" before another e ("pane ed erba"; Serianni, Grammatica italiana)."""
    return f"{before} {'ed' if last[:1].lower() in ('e', 'è') else 'e'} {last}"


ITALIAN = Grammar(
    code="it",
    hedge="Potrebbe essere un’immagine di {}.",
    frames=frames(
        (
            "Potrebbe essere una schermata o un’illustrazione con {}.",
            "Potrebbe essere una schermata o un’illustrazione.",
        ),
        ("Potrebbe essere un’immagine in bianco e nero di {}.", "Potrebbe essere un’immagine in bianco e nero."),
        ("Potrebbe essere un’immagine scura di {}.", "Potrebbe essere un’immagine scura."),
    ),
    listed="L’immagine può contenere: {}",
    nothing="Nessuna descrizione disponibile.",
    machine="Descrizione fatta da un computer e non rivista; può essere sbagliata.",
    pair="{0} e {1}",
    article=_article,
    several=_several,
    bare=False,
    person=("1 persona", "una persona"),
    people="{} persone",
    group="un gruppo di persone",
    unsure="una o più persone",
    quote="testo che dice «{}»",
    inner_quotes={"«": "“", "»": "”"},
    text="testo",
    kinds=kinds(
        "Persone", "Animali", "Cibo", "Veicoli", "Edifici", "Natura", "Luogo", "Oggetti", "Attività", "Foto", "Testo"
    ),
    positions=positions(
        "in alto a sinistra",
        "in alto",
        "in alto a destra",
        "a sinistra",
        "al centro",
        "a destra",
        "in basso a sinistra",
        "in basso",
        "in basso a destra",
    ),
    sizes=sizes("dimensioni grandi", "dimensioni medie", "dimensioni piccole"),
    date="{day} {month} {year}",
    months=(
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    ),
    taken="Data",
    camera="Fotocamera",
    first="1º",
    joined=_joined,
)
