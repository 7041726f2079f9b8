"""Questions in plain words, in six languages, become what a person would have written in the query language."""

from datetime import date

import pytest

from storage import search
from storage.search.parser import parse

TODAY = date(2026, 2, 10)

SAME = {
    "dogs without people": "dogs -people",
    "a dog, without people, last summer": "a dog, -people date:summer-2025",
    "animals but not hot dogs": "animals but -(hot dogs)",
    "photos with no people": "photos with -people",
    "dogs no people": "dogs -people",
    "Hunde ohne Menschen am Strand": "Hunde -Menschen am Strand",
    "kein Hund": "-Hund",
    "des chats sans personne": "des chats -personne",
    "perros sin gente": "perros -gente",
    "cani senza persone": "cani -persone",
    "cachorros sem pessoas": "cachorros -pessoas",
    "cachorro no parque": '"cachorro" "no" "parque"',
    "gato no sofá com crianças": "gato no sofá com crianças",
    "Hund oder Katze": "Hund OR Katze",
    "chien ou chat": "chien OR chat",
    "perro o gato": "perro OR gato",
    "où est le chat": "où est le chat",
    "de l'eau": "de eau",
    "d'un chien": "un chien",
    "the dog's frisbee": "the dog frisbee",
    "Wo ist mein Hund ?": "Wo ist mein Hund",
    "at least three people": "people:>=3",
    "mehr als zwei Personen": "people:>2",
    "2 or more people": "people:>=2",
    "exactly one person": "people:1",
    "beaucoup de gens": "people:3..",
    "niemand": "people:0",
    "summer 2023": "date:summer-2023",
    "im Mai 2023": "im date:2023-05",
    "noël 2022": "date:2022-12-24..2022-12-26",
    "photos from 2019 to 2021": "photos from date:2019..2021",
    "before 2020": "date:<2020",
    "depuis 2020": "date:>=2020",
    "in 2020": "in date:2020",
    "letzten Winter": "date:winter-2024",
    "this winter": "date:winter-2025",
    "l'année dernière": "date:2025",
    "last month": "date:2026-01",
    "last week": "date:2026-02-02..2026-02-08",
    "yesterday": "date:2026-02-09",
    "in portrait format": "in shape:portrait",
    "Hunde im Hochformat": "Hunde im shape:portrait",
    "format carré": "shape:square",
    "a sign that says no parking": 'a sign ocr:"no parking"',
    'Schild mit der Aufschrift "Halt" nachts': 'Schild ocr:"Halt" nachts',
    "photos with no text": "photos with missing:ocr",
    "mit Text": "has:ocr",
    '"without people"': '"without people"',
    "(dog or cat) without people": "(dog OR cat) -people",
    "dog without": '"dog" without',
}


@pytest.mark.parametrize("question", SAME)
def test_plain_words_mean_the_same_as_signs(question: str) -> None:
    assert _shape(parse(question, today=TODAY)) == _shape(parse(SAME[question], today=TODAY))


def _shape(tree: object) -> object:
    """A tree as nested tuples, without the places of its words and whether they stood in quotes."""
    if isinstance(tree, tuple):
        return tuple(map(_shape, tree))
    fields = getattr(type(tree), "__dataclass_fields__", None)
    if fields is None:
        return tree
    kept = (name for name in fields if name not in ("start", "end", "phrase"))
    return (type(tree).__name__, *(_shape(getattr(tree, name)) for name in kept))


def test_an_error_points_at_the_words_that_were_typed() -> None:
    with pytest.raises(search.QueryError) as caught:
        parse("dogs without (", today=TODAY)
    assert caught.value.start == 13
