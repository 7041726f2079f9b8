"""What may be said: back-off, two models on one tree, counting people, and nothing that isn't sure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.findings import Box, Detection, Findings, Label, RawFindings, TextLine
from inference.judge import GROUP, judge, probabilities
from inference.own_words import OwnWords
from inference.placement import Position, Size, duplicates, in_reading_order, overlap, position, size
from inference.vocabulary import Vocabulary

VOCABULARY = Vocabulary.load()
GOLDEN, LABRADOR, TABBY, RIFLE = "n02099601", "n02099712", "n02123045", "n04090263"


def seen(label: str, score: float, left: float = 0.1, *, width: float = 0.2, height: float = 0.5) -> Detection:
    return Detection(label, score, Box(left, 0.3, left + width, 0.3 + height))


def said(raw: RawFindings) -> dict[str, int | None]:
    return {finding.concept: finding.count for finding in judge(raw, VOCABULARY).concepts}


def test_a_sure_breed_is_said() -> None:
    assert said(RawFindings(labels=(Label(GOLDEN, 0.97),))) == {"golden retriever": None}


def test_an_unsure_breed_backs_off_to_what_the_breeds_share() -> None:
    assert said(RawFindings(labels=(Label(GOLDEN, 0.5), Label(LABRADOR, 0.48)))) == {"retriever": None}
    mixed = (Label(GOLDEN, 0.3), Label("n02088364", 0.3), Label("n02108089", 0.38))
    assert said(RawFindings(labels=mixed)) == {"dog": None}


def test_dog_and_cat_are_an_animal() -> None:
    findings = said(RawFindings(labels=(Label(GOLDEN, 0.5), Label("n01514859", 0.48))))
    assert findings == {"animal": None}


def test_nothing_sure_is_nothing_said() -> None:
    raw = RawFindings((seen("dog", 0.1),), (Label(GOLDEN, 0.1), Label("n03063599", 0.1)))
    assert judge(raw, VOCABULARY) == Findings()


def test_the_detectors_dog_takes_the_classifiers_breed_and_keeps_its_box() -> None:
    (finding,) = judge(RawFindings((seen("dog", 0.9),), (Label(GOLDEN, 0.97),)), VOCABULARY).concepts
    assert (finding.concept, finding.count, len(finding.boxes)) == ("golden retriever", 1, 1)
    assert finding.score == 0.97


def test_two_dogs_stay_dogs_when_one_breed_is_named() -> None:
    raw = RawFindings((seen("dog", 0.9), seen("dog", 0.8, 0.6)), (Label(GOLDEN, 0.97),))
    assert said(raw) == {"dog": 2}


def test_a_breed_alone_is_where_a_weak_dog_was_seen() -> None:
    lenient = VOCABULARY.with_own_words(OwnWords(thresholds={"dog": 0.5}))
    (finding,) = judge(RawFindings((seen("dog", 0.37),), (Label(GOLDEN, 0.97),)), lenient).concepts
    assert (finding.concept, finding.count, len(finding.boxes)) == ("golden retriever", 1, 1)


def test_no_concept_stands_beside_one_above_it() -> None:
    raw = RawFindings((seen("cat", 0.9),), (Label(GOLDEN, 0.5), Label("n01514859", 0.5)))
    assert said(raw) == {"cat": 1}


def test_blocked_labels_are_never_said_and_count_for_nothing_above() -> None:
    assert probabilities((Label(RIFLE, 0.99),), VOCABULARY) == {}
    assert said(RawFindings(labels=(Label(RIFLE, 0.99),))) == {}


def test_hidden_concepts_are_never_said() -> None:
    mammals = (Label(GOLDEN, 0.33), Label(TABBY, 0.33), Label("n02391049", 0.33))
    assert said(RawFindings(labels=mammals)) == {"animal": None}


def test_what_a_person_rejected_stays_unsaid_with_all_below_it() -> None:
    raw = RawFindings((seen("dog", 0.9), seen("cat", 0.9, 0.6)), (Label(GOLDEN, 0.97),))
    rejected = judge(raw, VOCABULARY, rejected=frozenset({"dog"}))
    assert [finding.concept for finding in rejected.concepts] == ["cat"]
    less = judge(raw, VOCABULARY, rejected=frozenset({"golden retriever"}))
    assert {finding.concept for finding in less.concepts} == {"cat", "retriever"}


def test_a_persons_threshold_and_block_are_kept() -> None:
    raw = RawFindings((seen("dog", 0.6), seen("cat", 0.9, 0.6)))
    strict = VOCABULARY.with_own_words(OwnWords(thresholds={"dog": 0.95}, blocked=frozenset({"cat"})))
    assert judge(raw, strict).concepts == ()


def test_one_thing_seen_as_two_is_the_surer_one() -> None:
    assert said(RawFindings((seen("dog", 0.9), seen("sheep", 0.8)))) == {"dog": 1}
    assert said(RawFindings((seen("dog", 0.9), seen("frisbee", 0.8)))) == {"dog": 1, "frisbee": 1}


def test_an_animal_the_detector_does_not_know_is_not_its_nearest_guess_too() -> None:
    lizard = Label("n01693334", 0.95)
    assert said(RawFindings((seen("bird", 0.7),), (lizard,))) == {"lizard": None}
    unsure = Label("n01693334", 0.7)
    assert said(RawFindings((seen("bird", 0.98),), (unsure,))) == {"bird": 1, "lizard": None}
    assert said(RawFindings((seen("bird", 0.7), seen("bird", 0.7, 0.6)), (lizard,))) == {"bird": 2, "lizard": None}


def test_a_thing_the_detector_does_not_know_is_not_its_nearest_guess_too() -> None:
    squash = Label("n07716906", 0.95)
    frisbee = seen("frisbee", 0.7, width=0.6)
    aside = Detection("frisbee", 0.7, Box(0.7, 0.7, 0.95, 0.95))
    assert said(RawFindings((frisbee,), (squash,))) == {"squash": None}
    assert said(RawFindings((aside,), (squash,))) == {"frisbee": 1, "squash": None}
    assert "frisbee" in said(RawFindings((frisbee,), (Label("n07716906", 0.6),)))
    assert said(RawFindings((seen("dining table", 0.9, width=0.6),), (squash,))) == {"dining table": 1, "squash": None}


def test_clothes_are_no_other_name_for_what_is_beside_the_one_who_wears_them() -> None:
    helmet, motorcycle = Label("n03379051", 0.95), seen("motorcycle", 0.9, width=0.6)
    assert said(RawFindings((motorcycle, seen("person", 0.9)), (helmet,))).keys() >= {"motorcycle", "person"}


def test_an_animal_that_is_not_among_several_others_is_not_said() -> None:
    cheetah = Label("n02130308", 0.92)
    giraffes = (seen("giraffe", 0.99), seen("giraffe", 0.98, 0.6))
    assert said(RawFindings(giraffes, (cheetah,))) == {"giraffe": 2}


def test_a_detectors_silence_counts_against_a_classifier() -> None:
    corgi = Label("n02113023", 0.7)
    assert said(RawFindings((seen("couch", 0.9),), (corgi,))) == {"couch": 1, "animal": None}
    assert said(RawFindings((seen("couch", 0.9), seen("dog", 0.4, 0.6)), (corgi,))) == {"couch": 1, "dog": 1}
    assert said(RawFindings(labels=(corgi,))) == {"dog": None}


def people(*lefts: float, score: float = 0.9) -> RawFindings:
    return RawFindings(tuple(seen("person", score, left, width=0.1) for left in lefts))


@pytest.mark.parametrize("count", [1, 2, 3])
def test_people_are_counted(count: int) -> None:
    findings = judge(people(*(0.05 + 0.2 * i for i in range(count))), VOCABULARY)
    assert (findings.people, findings.people_exact) == (count, True)
    assert findings.concepts[0].count == count


def test_many_people_are_a_group() -> None:
    findings = judge(people(*(0.01 + 0.12 * i for i in range(GROUP))), VOCABULARY)
    assert findings.people >= GROUP
    assert not findings.people_exact


def test_one_person_seen_twice_is_one() -> None:
    twice = RawFindings((seen("person", 0.9), seen("person", 0.8, 0.12)))
    assert judge(twice, VOCABULARY).people == 1


def test_a_small_person_before_a_large_one_counts() -> None:
    large = Detection("person", 0.9, Box(0.1, 0.0, 0.9, 1.0))
    small = Detection("person", 0.9, Box(0.4, 0.6, 0.55, 1.0))
    assert judge(RawFindings((large, small)), VOCABULARY).people == 2


def test_what_fills_more_of_the_photo_comes_first() -> None:
    raw = RawFindings((seen("cup", 0.95, width=0.05, height=0.05), seen("bus", 0.8, 0.3, width=0.6)))
    assert list(said(raw)) == ["bus", "cup"]


def test_text_is_kept_where_it_is_legible_and_in_reading_order() -> None:
    lines = (
        TextLine("second", 0.95, Box(0.5, 0.1, 0.9, 0.2)),
        TextLine("noise", 0.5, Box(0.1, 0.5, 0.4, 0.6)),
        TextLine("first", 0.9, Box(0.1, 0.12, 0.4, 0.22)),
        TextLine("third", 0.9, Box(0.1, 0.7, 0.4, 0.8)),
        TextLine("!", 0.99, Box(0.1, 0.9, 0.2, 1.0)),
    )
    assert [line.text for line in judge(RawFindings(text=lines), VOCABULARY).text] == ["first", "second", "third"]


@pytest.mark.parametrize(
    ("box", "where", "how"),
    [
        (Box(0.0, 0.0, 0.1, 0.1), Position.TOP_LEFT, Size.SMALL),
        (Box(0.2, 0.2, 0.8, 0.8), Position.CENTER, Size.LARGE),
        (Box(0.7, 0.4, 1.0, 0.7), Position.RIGHT, Size.MEDIUM),
        (Box(0.4, 0.9, 0.6, 1.0), Position.BOTTOM, Size.SMALL),
    ],
)
def test_position_and_size(box: Box, where: Position, how: Size) -> None:
    assert (position(box), size(box)) == (where, how)


UNIT = st.floats(0, 1, allow_nan=False)
BOXES = st.tuples(UNIT, UNIT, UNIT, UNIT).map(
    lambda t: Box(min(t[0], t[1]), min(t[2], t[3]), max(t[0], t[1]), max(t[2], t[3]))
)
LABELS = st.sampled_from(sorted([*VOCABULARY.labels, *VOCABULARY.blocked, "nonsense"]))
RAW = st.builds(
    RawFindings,
    detections=st.lists(st.builds(Detection, LABELS, UNIT, BOXES), max_size=12).map(tuple),
    labels=st.lists(st.builds(Label, LABELS, UNIT), max_size=12).map(tuple),
    text=st.lists(st.builds(TextLine, st.text(max_size=20), UNIT, BOXES), max_size=6).map(tuple),
)


@given(RAW)
def test_whatever_models_say_the_rules_hold(raw: RawFindings) -> None:
    findings = judge(raw, VOCABULARY)
    keys = [finding.concept for finding in findings.concepts]
    assert len(keys) == len(set(keys))
    assert all(VOCABULARY.concept(key).shown for key in keys)
    assert not any(one in VOCABULARY.ancestors(other) for one in keys for other in keys)
    assert findings.people == sum(f.count or 0 for f in findings.concepts if f.concept == "person")
    assert findings.people_exact == (findings.people < GROUP)
    assert all(0 <= f.score <= 1 and (f.count is None or f.count == len(f.boxes) > 0) for f in findings.concepts)
    assert findings == judge(raw, VOCABULARY)


@given(BOXES, BOXES)
def test_overlap_is_symmetric_and_a_share(one: Box, other: Box) -> None:
    assert overlap(one, other) == pytest.approx(overlap(other, one))
    assert 0.0 <= overlap(one, other) <= 1.0 + 1e-9
    assert duplicates(one, one) == (one.area > 0)


@given(st.lists(st.builds(TextLine, st.text(max_size=5), UNIT, BOXES), max_size=8))
def test_reading_order_loses_no_line(lines: list[TextLine]) -> None:
    assert sorted(map(repr, in_reading_order(lines))) == sorted(map(repr, lines))
