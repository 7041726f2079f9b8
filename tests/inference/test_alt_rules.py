"""What is wrong with an alt text is found, where it is, and nothing is wrong with what the composer says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.alt_rule_words import RULE_WORDS
from inference.alt_rules import RULES, Circumstances, Severity, check, folded
from inference.alt_text import compose
from inference.findings import Box, Finding, Findings, TextLine
from inference.vocabulary import LANGUAGES, Vocabulary

VOCABULARY = Vocabulary.load()
FINE = "Two brown dogs play with a ball on a beach."


def rules(text: str, about: Circumstances | None = None) -> set[str]:
    return {remark.rule for remark in check(text, about)}


def test_a_good_text_has_no_remarks() -> None:
    about = Circumstances(
        file_name="IMG_1.jpg", caption="Our holiday.", others={folded("A cat sleeps.")}, written=("BALL",)
    )
    assert check(FINE, about) == []


@pytest.mark.parametrize(
    ("text", "rule", "severity"),
    [
        ("", "empty", Severity.ERROR),
        (" \n", "empty", Severity.ERROR),
        ("A dog runs. " * 11, "long", Severity.WARNING),
        ("A dog runs. " * 22, "long", Severity.ERROR),
        ("A dog.", "short", Severity.ADVICE),
        ("May be an image of dog.", "hedge", Severity.ADVICE),
        ("IMG_2034.JPG", "file_name", Severity.ERROR),
        ("DSC01234", "file_name", Severity.ERROR),
        ("PXL_20230401_123456789", "file_name", Severity.ERROR),
        ("holiday-2019 (3).heic", "file_name", Severity.ERROR),
        ("20230401_123456", "file_name", Severity.ERROR),
        ("image", "placeholder", Severity.ERROR),
        ("TODO.", "placeholder", Severity.ERROR),
        ("Untitled (2)", "placeholder", Severity.ERROR),
        ("Image 4", "placeholder", Severity.ERROR),
        ("...", "placeholder", Severity.ERROR),
        ("Lorem ipsum dolor sit amet.", "placeholder", Severity.ERROR),
        ("No description available.", "placeholder", Severity.ERROR),
        ("Keine Beschreibung verfügbar.", "placeholder", Severity.ERROR),
        ("A dog runs along the beach", "end", Severity.ADVICE),
        ("A DOG RUNS ALONG THE BEACH.", "capitals", Severity.WARNING),
        ("A dog runs along the beach 🐕.", "emoji", Severity.WARNING),
    ],
)
def test_what_is_wrong_is_named(text: str, rule: str, severity: Severity) -> None:
    assert (rule, severity) in {(remark.rule, remark.severity) for remark in check(text)}


OPENINGS = {
    "en": [
        "Image of a dog.",
        "A photo of a dog.",
        "This is a picture showing a dog.",
        "photograph of two people at sea.",
    ],
    "de": ["Bild von einem Hund.", "Ein Foto mit einem Hund.", "Das Bild zeigt einen Hund.", "Aufnahme eines Hundes."],
    "fr": ["Image d'un chien.", "Une photo de deux chiens.", "Photo d’un chien.", "Cette image montre un chien."],
    "es": [
        "Imagen de un perro.",
        "Una foto de un perro.",
        "Esta imagen muestra un perro.",
        "Fotografía con dos perros.",
    ],
    "it": [
        "Immagine di un cane.",
        "Una foto di un cane.",
        "Questa immagine mostra un cane.",
        "Fotografia con due cani.",
    ],
    "pt": [
        "Imagem de um cachorro.",
        "Uma foto de um cachorro.",
        "Esta imagem mostra um cachorro.",
        "Foto com dois cães.",
    ],
}


@pytest.mark.parametrize("text", [text for texts in OPENINGS.values() for text in texts])
def test_a_text_need_not_say_that_it_is_an_image(text: str) -> None:
    (remark,) = (remark for remark in check(text) if remark.rule == "opening")
    assert remark.start == 0
    assert "image" in remark.sentence


@pytest.mark.parametrize(
    "text",
    [
        "Imagine a dog of this size.",
        "Photographer with a dog on the beach.",
        "Fotograf mit einem Hund am Strand.",
        "Bilderbuch auf einem Tisch am Fenster.",
        "Image-stabilised camera on a tripod.",
        "A wall of photos in a café.",
        "Screenshot of a weather forecast.",
    ],
)
def test_other_beginnings_are_fine(text: str) -> None:
    assert "opening" not in rules(text)


GUESSES = {
    "en": [
        ("An old man on a bench.", {"old", "man"}),
        ("A woman with a dog.", {"woman"}),
        ("An Asian person.", {"Asian"}),
    ],
    "de": [("Eine alte Frau mit Hund.", {"alte", "Frau"}), ("Ein Junge am Strand.", {"Junge"})],
    "fr": [("Une jeune femme au parc.", {"jeune", "femme"}), ("Un garçon et son chien.", {"garçon"})],
    "es": [("Un hombre joven en la playa.", {"hombre", "joven"}), ("Una niña con un perro.", {"niña"})],
    "it": [("Un uomo anziano al mare.", {"uomo", "anziano"}), ("Una ragazza con un cane.", {"ragazza"})],
    "pt": [("Um homem idoso na praia.", {"homem", "idoso"}), ("Uma menina com um cachorro.", {"menina"})],
}


@pytest.mark.parametrize(("language", "text", "words"), [(c, *case) for c, cases in GUESSES.items() for case in cases])
def test_guesses_about_people_are_pointed_at(language: str, text: str, words: set[str]) -> None:
    found = [remark for remark in check(text, Circumstances(language=language)) if remark.rule == "guess"]
    assert {text[remark.start : remark.end] for remark in found} == words


@pytest.mark.parametrize(
    "text", ["An old car on a street.", "A black dog and a white cat.", "A young tree in the snow."]
)
def test_age_and_colour_of_things_are_no_guesses(text: str) -> None:
    assert "guess" not in rules(text)


def test_the_photos_circumstances_count() -> None:
    assert "duplicate" in rules(FINE, Circumstances(others={folded(FINE.upper())}))
    assert "caption" in rules(FINE, Circumstances(caption="Two brown dogs play with a ball on a beach"))
    assert "caption" not in rules(FINE, Circumstances(caption=""))
    assert "file_name" in rules("sunset_beach", Circumstances(file_name="sunset-beach.jpg"))
    assert "file_name" not in rules("Two dogs play ball.", Circumstances(file_name="two dogs play ball.jpg"))
    written = Circumstances(written=("STOP", "Main Street"))
    assert "written" in rules(FINE, written)
    assert "written" not in rules("A sign says “Stop” beside a road.", written)
    assert "written" not in rules(FINE, Circumstances(written=("at",)))


def test_an_error_is_where_the_text_is_too_long() -> None:
    text = "x" * 300 + "."
    (remark,) = (remark for remark in check(text) if remark.rule == "long")
    assert (remark.start, remark.end) == (250, 301)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("A party 🎉🎉 with 👨‍👩‍👧 and 🇩🇪.", ["🎉🎉", "👨‍👩‍👧", "🇩🇪"]),
        ("Key 1️⃣.", ["1️⃣"]),
    ],
)
def test_an_emoji_of_several_characters_is_one_place(text: str, places: list[str]) -> None:
    assert [text[r.start : r.end] for r in check(text) if r.rule == "emoji"] == places


@pytest.mark.parametrize(
    ("text", "written", "mentioned"),
    [
        ("The end of a pier.", "THE END", True),
        ("A pier at the sea.", "THE FISH SHOP", False),
        ("A shop sells fish.", "THE FISH SHOP", True),
        ("A sign says “Hollywood”.", "H0LLYWOOD", True),
        ("Un panneau « Sortie ».", "SORTIE", True),
        ("看板に「営業中です」とある。", "営業中です", True),
        ("A cat.", "IT", True),
        ("A cat.", "© Jane Doe", True),
    ],
)
def test_a_text_mentions_what_is_written_by_a_word_that_tells(text: str, written: str, mentioned: bool) -> None:
    assert ("written" not in rules(text, Circumstances(written=(written,)))) == mentioned


def test_a_region_of_a_language_has_its_words_too() -> None:
    assert "guess" in rules("Um homem na praia com um chapéu.", Circumstances(language="pt-BR"))
    assert "guess" not in rules("Um homem na praia com um chapéu.", Circumstances(language="xx"))


def test_signs_that_take_the_room_of_two_are_not_short() -> None:
    assert "short" not in rules("狗在海滩上奔跑。")
    assert "short" in rules("狗。")


TEXTS = st.one_of(st.text(max_size=300), st.sampled_from([t for texts in OPENINGS.values() for t in texts]))


@given(TEXTS, st.sampled_from(LANGUAGES), st.text(max_size=20), st.text(max_size=20))
def test_spans_lie_in_the_text(text: str, language: str, caption: str, file_name: str) -> None:
    about = Circumstances(language=language, caption=caption, file_name=file_name, written=(caption,))
    remarks = check(text, about)
    assert remarks == sorted(remarks, key=lambda r: (r.start, r.end, r.rule))
    for remark in remarks:
        assert 0 <= remark.start <= remark.end <= len(text)
        assert remark.sentence.endswith((".", "?"))
        assert remark.rule in RULES or remark.rule == "empty"
    assert check(text, about) == remarks


COUNTS = st.one_of(st.none(), st.integers(1, 9))
SHOWN = sorted(concept.key for concept in VOCABULARY if concept.shown and concept.key != "text")


@given(
    st.lists(st.tuples(st.sampled_from(SHOWN), COUNTS), max_size=8),
    st.integers(0, 6),
    st.sampled_from(LANGUAGES),
)
def test_what_the_composer_says_plainly_passes(keys: list[tuple[str, int | None]], people: int, language: str) -> None:
    found = Findings(tuple(Finding(key, 0.9, count) for key, count in keys), people, people < 5)
    text = compose(found, VOCABULARY, language=language, style="plain")
    allowed = {"short"} if text else {"empty"}
    assert rules(text, Circumstances(language=language)) <= allowed


def test_quoted_text_counts_as_mentioned() -> None:
    found = Findings(text=(TextLine("Vorsicht Hund", 0.9, Box(0, 0, 1, 1)),))
    for language in LANGUAGES:
        text = compose(found, VOCABULARY, language=language, style="plain")
        assert "written" not in rules(text, Circumstances(language=language, written=("Vorsicht Hund",)))


def test_every_language_has_its_words() -> None:
    assert set(RULE_WORDS) == set(LANGUAGES)
    assert all(words.people and words.placeholders and words.traits for words in RULE_WORDS.values())


@given(st.text(max_size=40))
def test_folding_is_stable(text: str) -> None:
    assert folded(folded(text)) == folded(text)
