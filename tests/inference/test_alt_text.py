"""The rules every text keeps, whatever was found; the sentences themselves are in test_alt_text_sentences.py."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from inference.alt_text import (
    LIMIT,
    LONGEST,
    NO_DESCRIPTION,
    NUMBERED,
    Style,
    compose,
    compose_extended,
    distinct,
    people_phrase,
    phrase,
    quotation,
    shot,
)
from inference.findings import Box, Finding, Findings, TextLine
from inference.grammar import FACTS, GRAMMARS, join
from inference.own_words import OwnWords
from inference.vocabulary import LANGUAGES, Vocabulary

VOCABULARY = Vocabulary.load()
BOX = Box(0.1, 0.1, 0.4, 0.6)
KEYS = sorted(VOCABULARY.concepts)
SCORES = st.floats(0.3, 1.0, allow_nan=False)
LINES = st.builds(TextLine, st.text(min_size=1, max_size=300), SCORES, st.just(BOX))


@st.composite
def findings(draw: st.DrawFn) -> Findings:
    """Any findings, even such as no judge would hand over: doubles, ancestors, hidden concepts, long text."""
    keys = draw(st.lists(st.sampled_from(KEYS), max_size=14))
    counts = st.one_of(st.none(), st.integers(1, 30))
    concepts = []
    for key in keys:
        count = draw(counts)
        boxes = (BOX,) * min(count or 0, 3)
        concepts.append(Finding(key, draw(SCORES), count, boxes))
    people = draw(st.integers(0, 40))
    lines = tuple(draw(st.lists(LINES, max_size=3)))
    return Findings(tuple(concepts), people, draw(st.booleans()), lines)


CODES = st.sampled_from(LANGUAGES)
STYLES = st.sampled_from(list(Style))


@given(findings(), CODES, STYLES, st.integers(0, 600))
def test_no_text_is_longer_than_its_limit(found: Findings, language: str, style: Style, limit: int) -> None:
    text = compose(found, VOCABULARY, language=language, style=style, limit=limit)
    empty = "" if style is Style.PLAIN else NO_DESCRIPTION[language]
    assert text == empty or len(text) <= min(limit, LONGEST)
    assert "\n" not in text
    assert text == text.strip()


@given(findings(), CODES, STYLES)
def test_a_text_aims_at_what_screen_readers_take(found: Findings, language: str, style: Style) -> None:
    assert len(compose(found, VOCABULARY, language=language, style=style)) <= LIMIT


@given(findings(), CODES, STYLES)
def test_a_text_is_one_finished_sentence(found: Findings, language: str, style: Style) -> None:
    text = compose(found, VOCABULARY, language=language, style=style)
    if text and style is not Style.LISTED:
        assert text[-1] in ".!?"
        assert text[0] == text[0].upper()
    frames = GRAMMARS[language].frames.values()
    openings = [GRAMMARS[language].hedge, *(form for frame in frames for form in (frame.of, frame.alone))]
    hedged = any(text.startswith(form.partition("{}")[0]) for form in openings)
    assert hedged == (style is Style.HEDGED and text != NO_DESCRIPTION[language])


@given(findings(), CODES)
def test_nothing_is_said_twice_and_nothing_beside_what_is_above_it(found: Findings, language: str) -> None:
    said = distinct(found, VOCABULARY)
    keys = [finding.concept for finding in said]
    assert len(set(keys)) == len(keys)
    assert not any(one in VOCABULARY.ancestors(other) for one in keys for other in keys)
    unquoted = Findings(found.concepts, found.people, found.people_exact)
    text = compose(unquoted, VOCABULARY, language=language, limit=LONGEST)
    inner = text.removeprefix(GRAMMARS[language].hedge.partition("{}")[0]).removesuffix(".")
    *parts, last = inner.split(", ")
    pair = GRAMMARS[language].pair.format("\0", "\0").strip("\0")
    parts += last.split(pair) if language != "es" else []
    assert len(set(parts)) == len(parts)


@given(findings(), CODES, STYLES)
def test_people_come_first_and_are_the_last_to_go(found: Findings, language: str, style: Style) -> None:
    assume(found.people > 0)
    grammar = GRAMMARS[language]
    phrase = people_phrase(found, grammar, plain=style is Style.PLAIN)
    text = compose(found, VOCABULARY, language=language, style=style)
    if style is Style.PLAIN:
        assert text.lower().startswith(phrase.lower())
    else:
        hedges = (grammar.hedge, *(frame.of for frame in grammar.frames.values()))
        patterns = hedges if style is Style.HEDGED else (grammar.listed,)
        assert text.startswith(tuple(pattern.partition("{}")[0] + phrase for pattern in patterns))


@given(findings(), CODES)
def test_a_text_gets_shorter_by_whole_items_the_least_certain_first(found: Findings, language: str) -> None:
    quiet = Findings(found.concepts, found.people, found.people_exact)
    full = compose(quiet, VOCABULARY, language=language, limit=LONGEST)
    short = compose(quiet, VOCABULARY, language=language, limit=90)
    assume(short not in (full, NO_DESCRIPTION[language]) and full != NO_DESCRIPTION[language])
    grammar = GRAMMARS[language]
    names = {f.concept: VOCABULARY.noun(f.concept, language) for f in distinct(quiet, VOCABULARY)}
    left_out = [f.score for f in distinct(quiet, VOCABULARY) if not _named(names[f.concept], short)]
    kept = [f.score for f in distinct(quiet, VOCABULARY) if _named(names[f.concept], short) and f.concept != "person"]
    beginnings = (grammar.hedge, *(frame.of for frame in grammar.frames.values()))
    assert short.startswith(tuple(pattern.partition("{}")[0] for pattern in beginnings))
    assert not kept or not left_out or min(left_out) <= max(kept)


GROUPS = {"person": 0, "activity": 1, "building": 3, "nature": 4, "place": 4, "photo": 5, "text": 6}


@given(findings(), CODES)
def test_things_come_by_prominence_then_places_then_text(found: Findings, language: str) -> None:
    """In a long list, so that nothing is missing; a name that is part of another's is looked for after that."""
    quiet = Findings(found.concepts[:5], found.people, found.people_exact, (TextLine("Ahoy 99", 0.9, BOX),))
    text = compose(quiet, VOCABULARY, language=language, style=Style.LISTED, limit=LONGEST)
    assume(text != NO_DESCRIPTION[language])
    said = [f for f in distinct(quiet, VOCABULARY) if f.concept not in ("person", "text", *FACTS)]
    grammar = GRAMMARS[language]
    phrases = [
        phrase(VOCABULARY.noun(f.concept, language), f.count, grammar, bare=grammar.bare)
        for f in sorted(said, key=lambda f: GROUPS.get(VOCABULARY.concept(f.concept).kind, 2))
    ]
    place = 0
    for words in phrases:
        at = text.find(words, place)
        if at < 0:  # left out to keep the limit
            assert words not in text[:place] or any(words in other for other in phrases if other != words)
            continue
        place = at + len(words)
    if "Ahoy" in text:
        assert text.find("Ahoy") >= place


@given(st.integers(1, 60), CODES)
def test_numbers_say_one_some_or_several(count: int, language: str) -> None:
    grammar = GRAMMARS[language]
    noun = VOCABULARY.noun("dog", language)
    words = phrase(noun, count, grammar, bare=False)
    if count == 1:
        assert words == grammar.article(noun)
    elif count <= NUMBERED:
        assert words == f"{count} {noun.plural}"
    else:
        assert words == grammar.several(noun)
        assert str(count) not in words
    for sure in (True, False):
        people = people_phrase(Findings(people=count, people_exact=sure), grammar, plain=True)
        assert (str(count) in people) == (sure and count > 1)


def _named(noun: object, text: str) -> bool:
    return any(str(getattr(noun, name)) in text for name in ("singular", "plural"))


@given(st.text(max_size=300), st.integers(3, 80), CODES)
def test_a_quotation_is_never_cut_inside_a_word(text: str, longest: int, language: str) -> None:
    grammar = GRAMMARS[language]
    quoted = quotation(text, grammar, longest)
    assert len(quoted) <= longest
    assert not set(grammar.inner_quotes) & set(quoted)
    words = " ".join(text.split()).translate({ord(mark): inner for mark, inner in grammar.inner_quotes.items()}).split()
    kept = quoted.removesuffix("…").split()
    if quoted.endswith("…") and not " ".join(words).endswith("…"):
        assert all(word.startswith(own.rstrip(",;:.-")) for own, word in zip(kept, words, strict=False))
        assert kept[:-1] == words[: len(kept) - 1]
    elif quoted:
        assert kept == quoted.removesuffix("…").split()


@given(findings(), CODES, STYLES)
def test_the_extended_description_says_all_of_it(found: Findings, language: str, style: Style) -> None:
    text = compose_extended(found, VOCABULARY, language=language, style=style)
    for finding in distinct(found, VOCABULARY):
        if (finding.concept == "person" and found.people) or (finding.concept == "text" and found.text):
            continue
        assert _named(VOCABULARY.noun(finding.concept, language), text)
    read = " / ".join(" ".join(line.text.split()) for line in found.text)
    assert read in text
    assert (text == "") == (not distinct(found, VOCABULARY) and not found.people and not found.text)


@given(st.lists(st.text("ab c", min_size=1, max_size=5), max_size=5), CODES)
def test_a_list_holds_every_item_in_order(items: list[str], language: str) -> None:
    text = join(items, GRAMMARS[language])
    rest = text
    for item in items:
        assert item in rest
        rest = rest[rest.index(item) + len(item) :]
    assert text.count(", ") == max(0, len(items) - 2)


def test_all_grammars_are_complete() -> None:
    assert set(GRAMMARS) == set(LANGUAGES)
    for grammar in GRAMMARS.values():
        assert len(grammar.months) == 12
        assert len(grammar.positions) == 9
        assert len(grammar.sizes) == 3
        assert grammar.hedge.count("{}") == grammar.listed.count("{}") == grammar.people.count("{}") == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_concept_makes_a_phrase_in_every_form(language: str) -> None:
    grammar = GRAMMARS[language]
    for concept in VOCABULARY:
        if concept.shown:
            noun = VOCABULARY.noun(concept.key, language)
            assert noun.singular in grammar.article(noun)
            assert not noun.countable or noun.plural in grammar.several(noun)


def test_nothing_found_is_said_or_left_empty() -> None:
    assert compose(Findings(), VOCABULARY) == "No description available."
    assert compose(Findings(), VOCABULARY, style="plain") == ""
    assert compose_extended(Findings(), VOCABULARY) == ""
    assert compose(Findings(), VOCABULARY, style=Style.PLAIN) == ""


def test_an_unknown_concept_is_not_said() -> None:
    found = Findings((Finding("no such concept", 0.9), Finding("dog", 0.9, 1, (BOX,))))
    assert compose(found, VOCABULARY) == "May be an image of dog."


def test_a_renamed_concept_is_said_as_the_user_says_it() -> None:
    mine = VOCABULARY.with_own_words(OwnWords(names={"dog": {"en": ("Rex", "Rexes")}}))
    assert compose(Findings((Finding("dog", 0.9, 1, (BOX,)),)), mine) == "May be an image of Rex."


def test_people_are_called_what_the_user_calls_a_person() -> None:
    mine = VOCABULARY.with_own_words(OwnWords(names={"person": {"en": ("human", "humans")}}))

    def said(people: int, *, exact: bool = True, style: str = "plain") -> str:
        return compose(Findings(people=people, people_exact=exact), mine, style=style)

    assert said(1) == "A human."
    assert said(1, style="hedged") == "May be an image of 1 human."
    assert said(3) == "3 humans."
    assert said(9, exact=False) == "Several humans."
    assert said(2, exact=False) == "One or more people."
    assert compose(Findings(people=2), mine, language="de", style="plain") == "2 Personen."


def test_a_name_longer_than_any_text_is_left_out() -> None:
    mine = VOCABULARY.with_own_words(OwnWords(names={"dog": {"en": ("x" * 400, "y" * 400)}}))
    found = Findings((Finding("dog", 0.9, 1), Finding("cat", 0.95, 1)))
    assert compose(found, mine) == "May be an image of cat."
    assert compose(Findings((Finding("dog", 0.9, 1),)), mine) == "No description available."


def test_braces_in_a_photo_or_a_name_are_only_characters() -> None:
    mine = VOCABULARY.with_own_words(OwnWords(names={"dog": {"en": ("{0} {dog}", "{}")}}))
    found = Findings((Finding("dog", 0.9, 1),), text=(TextLine("{x} {}", 0.9, BOX),))
    assert compose(found, mine) == "May be an image of {0} {dog} and text that says '{x} {}'."


def test_date_and_camera_are_sentences() -> None:
    assert shot(date(2024, 5, 3), " Canon  EOS ", "en") == "Taken: 3 May 2024. Camera: Canon EOS."
    assert shot(date(2024, 5, 3), "", "de") == "Aufgenommen: 3. Mai 2024."
    assert shot(None, " ", "fr") == ""


@pytest.mark.parametrize(
    ("language", "first"),
    [
        ("en", "1 January 2024"),
        ("de", "1. Januar 2024"),
        ("fr", "1er janvier 2024"),
        ("es", "1 de enero de 2024"),
        ("it", "1º gennaio 2024"),
        ("pt", "1º de janeiro de 2024"),
    ],
)
def test_the_first_of_a_month_is_said_as_the_language_says_it(language: str, first: str) -> None:
    assert f"{first}." in shot(date(2024, 1, 1), "", language)


def test_an_extended_description_tells_where_and_how_large_and_ends_what_ends_itself() -> None:
    boxes = (Box(0.1, 0.1, 0.9, 0.9), Box(0.5, 0.7, 0.6, 0.9))
    found = Findings((Finding("dog", 0.9, 2, boxes),), text=(TextLine("SALE!", 0.9, BOX),))
    assert compose_extended(found, VOCABULARY, style=Style.PLAIN) == (
        "Animals: 2 dogs (large, center; small, bottom). Text: SALE!"
    )
    assert compose_extended(found, VOCABULARY, language="fr", style=Style.PLAIN) == (
        "Animaux : 2 chiens (grande taille, au centre ; petite taille, en bas). Texte : SALE!"
    )
    assert compose_extended(found, VOCABULARY, language="de", style=Style.PLAIN) == (
        "Tiere: 2 Hunde (groß, in der Mitte; klein, unten). Text: SALE!"
    )
