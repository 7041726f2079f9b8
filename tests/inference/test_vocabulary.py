"""The tree of words: every label has its place, every shown concept its names, and a person's changes count."""

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference import own_words
from inference.grammar.base import KINDS
from inference.own_words import OwnWords
from inference.vocabulary import LANGUAGES, Vocabulary
from resources.vocabulary import build as builder
from storage.job import KnownError

VOCABULARY = Vocabulary.load()
FOLDER = Path(str(files("resources") / "vocabulary"))
COCO = tuple(
    """person;bicycle;car;motorcycle;airplane;bus;train;truck;boat;traffic light;fire hydrant;stop sign;parking meter
bench;bird;cat;dog;horse;sheep;cow;elephant;bear;zebra;giraffe;backpack;umbrella;handbag;tie;suitcase;frisbee;skis
snowboard;sports ball;kite;baseball bat;baseball glove;skateboard;surfboard;tennis racket;bottle;wine glass;cup;fork
knife;spoon;bowl;banana;apple;sandwich;orange;broccoli;carrot;hot dog;pizza;donut;cake;chair;couch;potted plant;bed
dining table;toilet;tv;laptop;mouse;remote;keyboard;cell phone;microwave;oven;toaster;sink;refrigerator;book;clock
vase;scissors;teddy bear;hair drier;toothbrush""".replace("\n", ";").split(";")
)
WNIDS = (FOLDER / "imagenet-1k.txt").read_text(encoding="ascii").split()


def test_all_coco_classes_are_concepts_under_their_own_names() -> None:
    assert len(COCO) == 80
    for name in COCO:
        assert VOCABULARY.meaning(name) == name
        assert VOCABULARY.name(name) == name
        assert VOCABULARY.concept(name).shown


def test_every_imagenet_class_means_a_concept_or_is_blocked_for_a_reason() -> None:
    assert len(WNIDS) == 1000
    for wnid in WNIDS:
        assert (VOCABULARY.meaning(wnid) is None) == (wnid in VOCABULARY.blocked)
    assert all(VOCABULARY.blocked.values())
    assert len(VOCABULARY.blocked) < 40


@pytest.mark.parametrize(
    "wnid", ["n10148035", "n02749479", "n04086273", "n04090263", "n04005630", "n02667093", "n03498962"]
)
def test_what_guesses_about_people_or_sees_a_weapon_means_nothing(wnid: str) -> None:
    assert VOCABULARY.meaning(wnid) is None


@pytest.mark.parametrize(
    ("wnid", "concept"),
    [
        ("n02099601", "golden retriever"),
        ("n02110806", "dog"),
        ("n02123394", "persian cat"),
        ("n03792782", "mountain bike"),
        ("n07753592", "banana"),
        ("n02504458", "elephant"),
        ("n03259280", "cooking pot"),
        ("n04009552", "projector"),
    ],
)
def test_a_label_means_the_nearest_concept(wnid: str, concept: str) -> None:
    assert VOCABULARY.meaning(wnid) == concept


def test_a_tag_of_a_richer_pack_finds_its_concept_by_name() -> None:
    assert VOCABULARY.meaning("Golden_Retriever") == "golden retriever"
    assert VOCABULARY.meaning("grass") == "grass"
    assert VOCABULARY.meaning("no such thing") is None


def test_the_tree_has_no_loops_and_kinds_that_are_known() -> None:
    for concept in VOCABULARY:
        assert concept.key not in VOCABULARY.ancestors(concept.key)
        assert concept.kind in KINDS
        assert 0.0 < concept.detect <= 1.0
        assert 0.0 < concept.classify <= 1.0


def test_a_search_for_animal_finds_every_breed() -> None:
    words = VOCABULARY.all_search_words("golden retriever", ("en", "de"))
    assert {"golden retriever", "dog", "dogs", "animal", "hund", "hunde", "tier"} <= set(words)
    assert "golden retriever" in VOCABULARY.descendants("dog")
    assert VOCABULARY.related("dog", "animal")
    assert not VOCABULARY.related("dog", "cat")


def test_the_everyday_word_is_a_tag_too() -> None:
    assert VOCABULARY.tags("golden retriever") == ("golden retriever", "dog")
    assert VOCABULARY.tags("dog") == ("dog",)
    assert VOCABULARY.tags("castle") == ("castle",)


def test_friendly_words_find_the_labels_of_the_trade() -> None:
    for word, key in [("television", "tv"), ("sofa", "couch"), ("plane", "airplane"), ("smartphone", "cell phone")]:
        assert word in VOCABULARY.search_words(key)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_shown_concept_has_a_name_in_every_language(language: str) -> None:
    shown = [concept for concept in VOCABULARY if concept.shown]
    assert len(shown) >= 400
    shapes = {
        "en": {"a", "an", "mass", "pl"},
        "de": {"m", "f", "n", "mass", "pl"},
        "es": {"m", "f", "fa", "mass", "pl"},
    }.get(language, {"m", "f", "mass", "pl"})
    words = builder.language_rows(language, {c.key: {} for c in VOCABULARY if c.shown}) if language != "en" else {}
    for concept in shown:
        noun = VOCABULARY.noun(concept.key, language)
        assert noun.shape.split()[0] in shapes, concept.key
        assert noun.singular.strip() == noun.singular != ""
        assert noun.plural.strip() == noun.plural != ""
        assert not any(mark in noun.singular + noun.plural for mark in ",|:_{}"), concept.key
        if language == "de":
            assert any(word[0].isupper() for word in noun.singular.split()), concept.key
        if language != "en":
            assert words[concept.key][:3] == [noun.shape, noun.singular, noun.plural]
    scenes = [c.key for c in shown if VOCABULARY.noun(c.key).scene]
    assert all(VOCABULARY.noun(key, language).scene for key in scenes)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_concepts_share_a_name(language: str) -> None:
    names = [name.lower() for name in VOCABULARY.names(language).values()]
    assert len(names) == len(set(names))


ENDINGS = {
    "fr": ("s", "x", "z", "VTT", "pare-feu"),
    "es": ("s",),
    "pt": ("s", "x", "shih tzu"),
}


@pytest.mark.parametrize("language", list(ENDINGS))
def test_plurals_look_like_plurals(language: str) -> None:
    """The head of every French, Spanish and Portuguese plural ends like one, save words that never change."""
    unchanging = {"shih tzu", "basset hound", "chow chow", "san bernardo", "pomerania", "VTT", "pick-up", "íbex"}
    unchanging |= {"louva-a-deus", "saint-bernard", "terre-neuve", "chow-chow"}
    for concept in VOCABULARY:
        if not concept.shown:
            continue
        noun = VOCABULARY.noun(concept.key, language)
        if noun.countable and noun.plural not in unchanging:
            head = noun.plural.split()[0].split("-")[0]
            assert any(part.endswith(ENDINGS[language]) for part in (head, noun.plural)), noun


def test_italian_plurals_change_where_the_ending_does() -> None:
    for concept in VOCABULARY:
        noun = VOCABULARY.noun(concept.key, "it") if concept.shown else None
        if noun is None or not noun.countable:
            continue
        head = noun.singular.split()[0]
        changed = head[-1] in "ao" and noun.shape == ("f" if head[-1] == "a" else "m")
        if changed and noun.singular == noun.plural:
            assert head in {
                "chihuahua",
                "gorilla",
                "panda",
                "puma",
                "koala",
                "lama",
                "ara",
                "cacatua",
                "cobra",
                "stupa",
            } | {
                "cinema",
                "fuoristrada",
                "tritatutto",
                "parafuoco",
                "poncho",
                "sombrero",
                "kimono",
                "banjo",
                "boa",
                "mocio",
                "radio",
            } | {"guardaroba"}, noun


def test_the_built_files_are_what_the_sources_say() -> None:
    pytest.importorskip("resources.vocabulary.wordnet")
    try:
        content = builder.build()
    except FileNotFoundError:
        pytest.skip("WordNet is not installed")
    for name, text in builder.to_files(content).items():
        assert (FOLDER / name).read_text(encoding="utf-8") == text, (
            f"run python -m resources.vocabulary.build for {name}"
        )


def test_the_curated_file_can_be_read_without_wordnet() -> None:
    rows, blocked = builder.read_curated(FOLDER / "curated.toml")
    assert set(rows) == {concept.key for concept in VOCABULARY}
    assert all(reason for reason in blocked.values())
    assert tomllib.loads((FOLDER / "thresholds.toml").read_text(encoding="utf-8"))["default"]


@pytest.mark.parametrize(
    ("singular", "several"),
    [
        ("dog", "dogs"),
        ("bus", "buses"),
        ("fox", "foxes"),
        ("church", "churches"),
        ("berry", "berries"),
        ("key", "keys"),
    ],
)
def test_english_plurals_are_regular_unless_told(singular: str, several: str) -> None:
    assert builder.plural(singular) == several


def test_a_persons_words_win() -> None:
    own = OwnWords(
        names={"golden retriever": {"en": ("Rex", "Rexes"), "de": ("Rex", "Rexe")}},
        synonyms={"dog": ("doggo",)},
        keywords={"golden retriever": "Animals|Dogs|Rex"},
        thresholds={"dog": 0.9},
        blocked=frozenset({"skateboard"}),
    )
    mine = VOCABULARY.with_own_words(own)
    assert mine.name("golden retriever") == "Rex"
    assert mine.noun("golden retriever", "de").plural == "Rexe"
    assert mine.name("golden retriever", "fr") == "golden retriever"
    assert mine.keyword("golden retriever") == "Animals|Dogs|Rex"
    assert mine.keyword("dog", "de") == "Hund"
    assert "doggo" in mine.all_search_words("golden retriever")
    assert mine.concept("dog").detect == mine.concept("dog").classify == 0.9
    assert not mine.concept("skateboard").shown
    assert "skateboard" not in mine.names()
    assert mine.version != VOCABULARY.version
    assert VOCABULARY.with_own_words(OwnWords()).version == VOCABULARY.version
    assert Vocabulary.load(own).version == mine.version


WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(str.strip)
OWN = st.builds(
    OwnWords,
    names=st.dictionaries(
        WORDS, st.dictionaries(st.sampled_from(LANGUAGES), st.tuples(WORDS, WORDS), max_size=2), max_size=3
    ),
    synonyms=st.dictionaries(WORDS, st.lists(WORDS, max_size=3).map(tuple), max_size=3),
    keywords=st.dictionaries(WORDS, WORDS, max_size=3),
    thresholds=st.dictionaries(WORDS, st.floats(0, 1), max_size=3),
    blocked=st.frozensets(WORDS, max_size=3),
)


@given(OWN)
def test_own_words_survive_being_shared(own: OwnWords) -> None:
    assert own_words.from_json(own_words.to_json(own)) == own


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        "{}",
        '{"altfolio-words": 99}',
        '{"altfolio-words": 1, "thresholds": {"dog": 3}}',
        '{"altfolio-words": 1, "names": {"dog": {"en": ["", "x"]}}}',
        '{"altfolio-words": 1, "names": {"dog": 3}}',
        '{"altfolio-words": 1, "surprise": {}}',
    ],
)
def test_another_file_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(KnownError, match="not a file with words"):
        own_words.from_json(text)


def test_own_words_are_kept_in_a_file(tmp_path: Path) -> None:
    own = OwnWords(keywords={"dog": "Tiere|Hund"})
    own_words.save(own, tmp_path / "my words.json")
    assert own_words.load(tmp_path / "my words.json") == own
    assert [path.name for path in tmp_path.iterdir()] == ["my words.json"]
    with pytest.raises(KnownError, match="cannot be read"):
        own_words.load(tmp_path / "none.json")
    with pytest.raises(KnownError, match="cannot be written"):
        own_words.save(own, tmp_path / "no folder" / "words.json")


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("Strand plage playa spiaggia praia beach", "seashore"),
        ("Wagen voiture coche macchina automóvel", "car"),
        ("Leute gens gente Menschen", "person"),
        ("Gebirge sommet sierra vetta serra", "mountain"),
        ("Kuscheltier peluche nounours orsacchiotto", "teddy bear"),
    ],
)
def test_everyday_words_of_every_language_find_what_they_mean(words: str, key: str) -> None:
    assert {word.lower() for word in words.split()} <= set(VOCABULARY.search_words(key, LANGUAGES))
