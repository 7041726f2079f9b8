"""Sentences written by hand, in six languages: what the composer says is what a person would have written.

The English hedged and listed forms are real outputs of Facebook's automatic alt text.
"""

import pytest

from inference.alt_text import Style, compose, compose_extended
from inference.findings import Box, Finding, Findings, TextLine
from inference.grammar import GRAMMARS, join
from inference.vocabulary import Vocabulary

VOCABULARY = Vocabulary.load()
BOX = Box(0.1, 0.1, 0.4, 0.6)


def found(words: str = "", *, people: int = 0, exact: bool = True, text: str = "") -> Findings:
    """Findings from "dog, 2 cat, grass": concepts in their order, with their count, each a bit less certain."""
    concepts = []
    for place, part in enumerate(filter(None, words.split(", "))):
        number, _, key = part.partition(" ") if part[0].isdigit() else ("", "", part)
        concepts.append(Finding(key, 0.95 - 0.01 * place, int(number) if number else None))
    lines = (TextLine(text, 0.9, BOX),) if text else ()
    return Findings(tuple(concepts), people, exact, lines)


HEDGED, LISTED, PLAIN = Style.HEDGED, Style.LISTED, Style.PLAIN

REAL = [
    (
        LISTED,
        found("people smiling, people standing", people=2),
        "Image may contain: 2 people, people smiling, people standing",
    ),
    (
        LISTED,
        found("outdoor, water, closeup, nature", people=1),
        "Image may contain: 1 person, outdoor, water, closeup and nature",
    ),
    (
        LISTED,
        found("closeup", people=1, exact=False, text="..."),
        "Image may contain: one or more people and closeup, text that says '...'",
    ),
    (HEDGED, found("magazine, text"), "May be an image of magazine and text."),
    (HEDGED, found(text="Step 1: Do it"), "May be an image of text that says 'Step 1: Do it'."),
]


@pytest.mark.parametrize(("style", "findings", "sentence"), REAL)
def test_what_facebook_says_of_the_same(style: Style, findings: Findings, sentence: str) -> None:
    assert compose(findings, VOCABULARY, style=style) == sentence


CASES = [
    ("en", HEDGED, found("dog, frisbee", people=2), "May be an image of 2 people, dog and frisbee."),
    ("en", PLAIN, found("dog, grass", people=2), "2 people and a dog on grass."),
    ("en", PLAIN, found("dog", people=1), "A person and a dog."),
    ("en", HEDGED, found(people=7, exact=False), "May be an image of a group of people."),
    ("en", PLAIN, found("elephant, 2 zebra"), "An elephant and 2 zebras."),
    ("en", PLAIN, found("scissors, broccoli, umbrella"), "Scissors, broccoli and an umbrella."),
    ("en", PLAIN, found("9 book, german shepherd"), "Several books and a German shepherd."),
    (
        "en",
        HEDGED,
        found("tv, remote, mouse, 2 knife"),
        "May be an image of TV, remote control, computer mouse and 2 knives.",
    ),
    ("en", PLAIN, found("bicycle, street", text="STOP"), "A bicycle on a street, text that says 'STOP'."),
    ("en", PLAIN, found("seashore"), "A seashore."),
    ("en", PLAIN, found("3 sheep, mountain, dog, animal"), "3 sheep and a dog in the mountains."),
    ("en", PLAIN, found("dog, restaurant, black-and-white photo"), "A dog in a restaurant in black and white."),
    ("en", PLAIN, found("black-and-white photo", text="Café"), "A black-and-white photo and text that says 'Café'."),
    ("de", PLAIN, found("black-and-white photo, cat"), "Eine Katze in Schwarz-Weiß."),
    ("en", HEDGED, found("black-and-white photo"), "May be a black-and-white image."),
    ("en", HEDGED, found("black-and-white photo", people=1), "May be a black-and-white image of 1 person."),
    ("en", HEDGED, found("dark photo, black-and-white photo, dog"), "May be a black-and-white image of dog."),
    ("en", PLAIN, found("dark photo, black-and-white photo, dog"), "A dog in black and white."),
    ("en", PLAIN, found("dark photo, motorcycle"), "A motorcycle in the dark."),
    (
        "en",
        HEDGED,
        found("screenshot or graphic", text="Sign in"),
        "May be a screenshot or graphic of text that says 'Sign in'.",
    ),
    ("de", HEDGED, found("dark photo, cat"), "Möglicherweise im Dunkeln zu sehen: eine Katze."),
    ("de", HEDGED, found("black-and-white photo"), "Möglicherweise eine Schwarz-Weiß-Aufnahme."),
    ("fr", HEDGED, found("black-and-white photo, cat"), "L’image en noir et blanc montre peut-être un chat."),
    ("es", HEDGED, found("dark photo, cat"), "Puede ser una imagen oscura de un gato."),
    ("it", HEDGED, found("screenshot or graphic"), "Potrebbe essere una schermata o un’illustrazione."),
    ("pt", HEDGED, found("black-and-white photo, cat"), "Pode ser uma imagem em preto e branco de um gato."),
    ("en", PLAIN, found("dog, grass, tree, outdoor", people=1), "A person, a dog and a tree on grass outdoors."),
    ("en", PLAIN, found("2 dog, seashore, sunset"), "2 dogs by the sea at sunset."),
    ("en", PLAIN, found("dog, mountain, forest"), "A dog, a mountain and a forest."),
    ("en", PLAIN, found("closeup, flower"), "A flower in close-up."),
    ("en", PLAIN, found("vegetable, guitar pick, 2 alligator"), "Vegetables, a guitar pick and 2 alligators."),
    ("en", HEDGED, found("dog", text="Sam's"), "May be an image of dog and text that says 'Sam’s'."),
    ("de", HEDGED, found("dog, frisbee", people=2), "Möglicherweise zu sehen: 2 Personen, ein Hund und ein Frisbee."),
    ("de", PLAIN, found("dog, grass", people=2), "2 Personen und ein Hund auf Gras."),
    ("de", PLAIN, found("cat", people=1), "Eine Person und eine Katze."),
    ("de", PLAIN, found("2 apple, bread, scissors"), "2 Äpfel, Brot und eine Schere."),
    ("de", PLAIN, found("7 book"), "Mehrere Bücher."),
    ("de", HEDGED, found(people=8, exact=False), "Möglicherweise zu sehen: eine Gruppe von Personen."),
    ("de", PLAIN, found("german shepherd, snow"), "Ein Deutscher Schäferhund im Schnee."),
    ("de", HEDGED, found(text="Zum „Adler“"), "Möglicherweise zu sehen: der Text „Zum ‚Adler‘“."),
    ("de", PLAIN, found("3 bus, restaurant", people=3), "3 Personen und 3 Busse in einem Restaurant."),
    ("de", HEDGED, found(), "Keine Beschreibung verfügbar."),
    ("de", PLAIN, found("2 wine glass, skis"), "2 Weingläser und Ski."),
    ("de", PLAIN, found("bicycle, street", text="STOP"), "Ein Fahrrad auf einer Straße, der Text „STOP“."),
    (
        "de",
        HEDGED,
        found("screenshot or graphic", text="Anmelden"),
        "Möglicherweise eine Bildschirmaufnahme oder Grafik, zu sehen: der Text „Anmelden“.",
    ),
    ("de", PLAIN, found("screenshot or graphic"), "Eine Bildschirmaufnahme oder Grafik."),
    ("de", PLAIN, found("outdoor, bench"), "Eine Bank im Freien."),
    ("de", PLAIN, found("5 german shepherd, 2 red panda"), "Mehrere Deutsche Schäferhunde und 2 Rote Pandas."),
    ("fr", HEDGED, found("dog, frisbee", people=2), "L’image montre peut-être 2 personnes, un chien et un frisbee."),
    ("fr", PLAIN, found("dog, grass", people=2), "2 personnes et un chien sur l’herbe."),
    ("fr", PLAIN, found("orange", people=1), "Une personne et une orange."),
    ("fr", PLAIN, found("bread, water, scissors"), "Du pain, des ciseaux et de l’eau."),
    ("fr", PLAIN, found("3 horse, 2 bird"), "3 chevaux et 2 oiseaux."),
    ("fr", HEDGED, found("6 boat"), "L’image montre peut-être plusieurs bateaux."),
    ("fr", HEDGED, found(people=9, exact=False), "L’image montre peut-être un groupe de personnes."),
    ("fr", PLAIN, found("cake, kitchen", people=3), "3 personnes et un gâteau dans une cuisine."),
    ("fr", HEDGED, found(text="Café de la Gare"), "L’image montre peut-être un texte qui dit « Café de la Gare »."),
    ("fr", LISTED, found("2 owl"), "L’image contient peut-être : 2 hiboux"),
    ("fr", HEDGED, found(), "Aucune description disponible."),
    ("fr", HEDGED, found(text="Le «Chat»"), "L’image montre peut-être un texte qui dit « Le ‹Chat› »."),
    ("fr", PLAIN, found("screenshot or graphic"), "Une capture d’écran ou illustration."),
    ("fr", PLAIN, found("fabric, rooster, seashell"), "Du tissu, un coq et un coquillage."),
    ("es", HEDGED, found("dog, frisbee", people=2), "Puede ser una imagen de 2 personas, un perro y un frisbee."),
    ("es", PLAIN, found("dog, grass", people=2), "2 personas y un perro sobre la hierba."),
    ("es", PLAIN, found("eagle, 2 fish"), "Un águila y 2 peces."),
    ("es", PLAIN, found("dog, iguana"), "Un perro y una iguana."),
    ("es", PLAIN, found("cat, 2 church"), "Un gato y 2 iglesias."),
    ("es", HEDGED, found("6 chair, 5 eagle"), "Puede ser una imagen de varias sillas y varias águilas."),
    ("es", PLAIN, found("bread, scissors, wine"), "Pan, tijeras y vino."),
    ("es", HEDGED, found(people=12, exact=False), "Puede ser una imagen de un grupo de personas."),
    ("es", HEDGED, found("bottle", text="Agua"), "Puede ser una imagen de una botella y texto que dice «Agua»."),
    ("es", PLAIN, found("2 pencil case, umbrella", people=1), "Una persona, 2 estuches de lápices y un paraguas."),
    ("es", HEDGED, found(), "No hay descripción disponible."),
    ("es", PLAIN, found("motorcycle, cart, vegetable"), "Una moto, una carreta y verduras."),
    ("es", HEDGED, found("outdoor, ant"), "Puede ser una imagen de una hormiga y exterior."),
    ("es", PLAIN, found("6 airplane wing, harp"), "Varias alas de avión y un arpa."),
    ("it", HEDGED, found("dog, frisbee", people=2), "Potrebbe essere un’immagine di 2 persone, un cane e un frisbee."),
    ("it", PLAIN, found("dog, grass", people=2), "2 persone e un cane sull’erba."),
    ("it", PLAIN, found("shark, bee"), "Uno squalo e un’ape."),
    ("it", PLAIN, found("backpack, orange"), "Uno zaino e un’arancia."),
    ("it", PLAIN, found("2 orange, 3 friend".replace(", 3 friend", ", 3 snake")), "2 arance e 3 serpenti."),
    ("it", HEDGED, found("5 book, 6 chair"), "Potrebbe essere un’immagine di diversi libri e diverse sedie."),
    ("it", PLAIN, found("bread, scissors"), "Pane e forbici."),
    ("it", HEDGED, found(people=6, exact=False), "Potrebbe essere un’immagine di un gruppo di persone."),
    ("it", PLAIN, found("squirrel, forest"), "Uno scoiattolo in una foresta."),
    ("it", HEDGED, found(text="Vietato fumare"), "Potrebbe essere un’immagine di testo che dice «Vietato fumare»."),
    ("it", HEDGED, found(), "Nessuna descrizione disponibile."),
    ("it", PLAIN, found("2 car, bread, grass, street"), "2 auto, pane, erba e una strada."),
    ("it", HEDGED, found("bread, grass"), "Potrebbe essere un’immagine di pane ed erba."),
    ("it", PLAIN, found("car, street", text="Via «Roma»"), "Un’auto per strada, testo che dice «Via “Roma”»."),
    ("it", PLAIN, found("porcupine, clog, swing"), "Un istrice, uno zoccolo e un’altalena."),
    ("pt", HEDGED, found("dog, frisbee", people=2), "Pode ser uma imagem de 2 pessoas, um cachorro e um frisbee."),
    ("pt", PLAIN, found("dog, grass", people=2), "2 pessoas e um cachorro na grama."),
    ("pt", PLAIN, found("2 dog, airplane"), "2 cachorros e um avião."),
    ("pt", PLAIN, found("3 airplane, 2 hotel".replace(", 2 hotel", ", 2 lighthouse")), "3 aviões e 2 faróis."),
    ("pt", HEDGED, found("7 chair, 5 book"), "Pode ser uma imagem de várias cadeiras e vários livros."),
    ("pt", PLAIN, found("bread, sunglasses, scissors"), "Pão, óculos de sol e uma tesoura."),
    ("pt", HEDGED, found(people=20, exact=False), "Pode ser uma imagem de um grupo de pessoas."),
    ("pt", PLAIN, found("2 wine glass, restaurant", people=2), "2 pessoas e 2 taças de vinho em um restaurante."),
    ("pt", HEDGED, found("bus", text="Centro"), "Pode ser uma imagem de um ônibus e texto que diz “Centro”."),
    ("pt", LISTED, found("2 lion, cat"), "A imagem pode conter: 2 leões e um gato"),
    ("pt", PLAIN, found("acoustic guitar, 2 frog"), "Um violão e 2 rãs."),
    ("pt", HEDGED, found(text="O “Rei”"), "Pode ser uma imagem de texto que diz “O ‘Rei’”."),
    ("pt", HEDGED, found(), "Nenhuma descrição disponível."),
]


@pytest.mark.parametrize(("language", "style", "findings", "sentence"), CASES)
def test_what_a_person_would_have_written(language: str, style: Style, findings: Findings, sentence: str) -> None:
    assert compose(findings, VOCABULARY, language=language, style=style) == sentence


def test_there_are_cases_enough() -> None:
    assert len(CASES) >= 60
    assert all(sum(case[0] == code for case in CASES) >= 10 for code in ("en", "de", "fr", "es", "it", "pt"))


@pytest.mark.parametrize(
    ("last", "joined"), [("interior", "pan e interior"), ("hielo", "pan y hielo"), ("vino", "pan y vino")]
)
def test_spanish_and_before_an_i(last: str, joined: str) -> None:
    assert join(["pan", last], GRAMMARS["es"]) == joined


def test_the_least_certain_goes_first() -> None:
    many = found("dog, cat, horse, sheep, cow, elephant, bear, zebra, giraffe, backpack, umbrella, handbag", people=2)
    assert compose(many, VOCABULARY, limit=60) == "May be an image of 2 people, dog, cat, horse, sheep and cow."


def test_a_long_line_of_text_is_quoted_by_its_beginning() -> None:
    line = "The quick brown fox jumps over the lazy dog and then it sleeps for a very long while"
    text = compose(found(text=line), VOCABULARY)
    assert text == "May be an image of text that says 'The quick brown fox jumps over the lazy dog and then it…'."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("© Ivan M.", "May be an image of dog."),
        ("Copyright 2009 All rights reserved", "May be an image of dog."),
        ("Photo by Juan", "May be an image of dog."),
        ("PHOTOS", "May be an image of dog and text that says 'PHOTOS'."),
        ("STOP.", "May be an image of dog and text that says 'STOP'."),
        ("U.S.", "May be an image of dog and text that says 'U.S.'."),
    ],
)
def test_who_took_a_photo_is_not_seen_in_it_and_no_sentence_ends_twice(text: str, said: str) -> None:
    assert compose(found("dog", text=text), VOCABULARY) == said
    assert text in compose_extended(found("dog", text=text), VOCABULARY)
