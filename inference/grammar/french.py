"""French. Nouns that aren't counted carry their partitive article in their shape ("mass du", "mass de l’")."""

from inference.grammar.base import Grammar, frames, kinds, positions, sizes
from inference.vocabulary import Noun

_ARTICLES = {"m": "un", "f": "une"}


def _article(noun: Noun) -> str:
    if noun.countable:
        return f"{_ARTICLES[noun.shape]} {noun.singular}"
    if noun.shape.startswith("pl"):
        return f"des {noun.plural}"
    partitive = noun.shape.removeprefix("mass").strip()
    if partitive.endswith("’"):
        return partitive + noun.singular
    return f"{partitive} {noun.singular}".strip()


def _several(noun: Noun) -> str:
    return f"plusieurs {noun.plural}"


FRENCH = Grammar(
    code="fr",
    hedge="L’image montre peut-être {}.",
    frames=frames(
        (
            "L’image est peut-être une capture d’écran ou une illustration avec {}.",
            "L’image est peut-être une capture d’écran ou une illustration.",
        ),
        ("L’image en noir et blanc montre peut-être {}.", "L’image est peut-être en noir et blanc."),
        ("L’image sombre montre peut-être {}.", "L’image est peut-être sombre."),
    ),
    listed="L’image contient peut-être : {}",
    nothing="Aucune description disponible.",
    machine="Description faite par un ordinateur et non relue ; elle peut être fausse.",
    pair="{0} et {1}",
    article=_article,
    several=_several,
    bare=False,
    person=("1 personne", "une personne"),
    people="{} personnes",
    group="un groupe de personnes",
    unsure="une ou plusieurs personnes",
    quote="un texte qui dit « {} »",
    inner_quotes={"«": "‹", "»": "›"},
    text="du texte",
    kinds=kinds(
        "Personnes",
        "Animaux",
        "Nourriture",
        "Véhicules",
        "Bâtiments",
        "Nature",
        "Lieu",
        "Objets",
        "Activité",
        "Photo",
        "Texte",
    ),
    positions=positions(
        "en haut à gauche",
        "en haut",
        "en haut à droite",
        "à gauche",
        "au centre",
        "à droite",
        "en bas à gauche",
        "en bas",
        "en bas à droite",
    ),
    sizes=sizes("grande taille", "taille moyenne", "petite taille"),
    date="{day} {month} {year}",
    months=(
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
    taken="Date de prise de vue",
    camera="Appareil photo",
    first="1er",
    colon=" : ",
    semicolon=" ; ",
)
