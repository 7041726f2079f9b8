from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference import boxes as candidates_of
from inference.boxes import Boxes, Second
from inference.detect import placed
from inference.views import View

VOTE = Second(weight=0.5, shift=1.4, alone=np.array([7], np.intp))

_edge = st.floats(0, 1, width=32)

Row = tuple[float, float, float, float, float, int]


def boxes(*rows: Row) -> Boxes:
    table = np.asarray(rows, np.float32).reshape(-1, 6)
    return Boxes(table[:, :4], table[:, 4], table[:, 5].astype(np.intp))


def test_one_thing_is_seen_once_and_labels_do_not_disturb_each_other() -> None:
    same = boxes((0.1, 0.1, 0.5, 0.5, 0.9, 0), (0.12, 0.1, 0.5, 0.5, 0.8, 0), (0.1, 0.1, 0.5, 0.5, 0.7, 1))
    merged = candidates_of.merge([same], 0.5)
    assert merged.scores.tolist() == pytest.approx([0.9, 0.7])
    assert merged.labels.tolist() == [0, 1]


def test_a_part_of_a_thing_is_not_another_one_where_there_are_several_views() -> None:
    whole, part = boxes((0.1, 0.1, 0.9, 0.9, 0.9, 0)), boxes((0.2, 0.2, 0.4, 0.4, 0.8, 0))
    assert len(candidates_of.merge([whole, part], 0.5).scores) == 1
    both = boxes((0.1, 0.1, 0.9, 0.9, 0.9, 0), (0.2, 0.2, 0.4, 0.4, 0.8, 0))
    assert len(candidates_of.merge([both], 0.5).scores) == 2


def test_the_whole_photo_lowers_what_it_does_not_see_and_raises_nothing() -> None:
    found = boxes((0.1, 0.1, 0.2, 0.2, 0.9, 0), (0.5, 0.5, 0.9, 0.9, 0.8, 1), (0.3, 0.3, 0.4, 0.4, 0.3, 1))
    judged = candidates_of.in_context(found, boxes((0.5, 0.5, 0.9, 0.9, 0.8, 1)))
    assert judged.scores.tolist() == pytest.approx([0.8, 0.6185, 0.3], abs=1e-3)
    assert judged.labels.tolist() == [1, 0, 1]
    assert len(candidates_of.in_context(boxes(), boxes()).scores) == 0


def test_what_both_networks_see_counts_more_than_what_one_sees() -> None:
    first = boxes((0.1, 0.1, 0.4, 0.4, 0.6, 0), (0.5, 0.5, 0.9, 0.9, 0.6, 0))
    second = boxes((0.1, 0.1, 0.4, 0.42, 0.6, 0), (0.5, 0.5, 0.9, 0.9, 0.9, 1))
    found = candidates_of.voted(first, second, VOTE)
    assert found.corners[0].tolist() == pytest.approx([0.1, 0.1, 0.4, 0.4]), "the first network's place stays"
    assert found.scores[0] > 0.6 > found.scores[1], "another label beside it is no vote"
    assert found.labels.tolist() == [0, 0, 1]
    assert found.scores[2] < 0.4, "what only the second sees is doubtful"


def test_a_label_that_the_first_judges_alone_is_left_as_it_is() -> None:
    first, second = boxes((0.1, 0.1, 0.4, 0.4, 0.6, 7)), boxes((0.5, 0.5, 0.9, 0.9, 0.9, 7))
    found = candidates_of.voted(first, second, VOTE)
    assert found.corners.tolist() == first.corners.tolist()
    assert found.scores.tolist() == first.scores.tolist()


def test_a_vote_of_a_box_counts_for_one_thing_alone() -> None:
    first = boxes((0.1, 0.1, 0.5, 0.5, 0.6, 0), (0.12, 0.1, 0.52, 0.5, 0.5, 0))
    once = candidates_of.voted(first, boxes((0.1, 0.1, 0.5, 0.5, 0.9, 0)), VOTE)
    assert once.scores[0] > 0.6 and once.scores[1] < 0.5


def _rows() -> st.SearchStrategy[list[Row]]:
    return st.lists(
        st.tuples(_edge, _edge, _edge, _edge, st.floats(0.125, 1, width=32), st.integers(5, 7)), max_size=12
    )


@given(
    st.lists(st.tuples(_edge, _edge, _edge, _edge, st.floats(0.125, 1, width=32), st.integers(0, 3)), max_size=30),
    st.sampled_from((2, 3, candidates_of.BLOCK)),
)
def test_what_is_kept_is_apart_and_what_is_dropped_was_a_double(rows: list[Row], block: int) -> None:
    candidates = placed(boxes(*rows), View())
    with mock.patch.object(candidates_of, "BLOCK", block):
        kept = candidates_of.merge([candidates], 0.5)
    assert kept.scores.tolist() == sorted(kept.scores.tolist(), reverse=True)
    pairs = [(i, j) for i in range(len(kept.scores)) for j in range(i)]
    assert all(iou(kept, i, kept, j) <= 0.5 + 1e-5 for i, j in pairs if kept.labels[i] == kept.labels[j])
    for i in range(len(candidates.scores)):
        assert any(
            candidates.labels[i] == kept.labels[j] and iou(candidates, i, kept, j) > 0.5 - 1e-5
            for j in range(len(kept.scores))
        )


def iou(a: Boxes, i: int, b: Boxes, j: int) -> float:
    one, two = a.corners[i].astype(float), b.corners[j].astype(float)
    shared = max(0.0, min(one[2], two[2]) - max(one[0], two[0])) * max(0.0, min(one[3], two[3]) - max(one[1], two[1]))
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, two)]
    union = sum(areas) - shared
    return 1.0 if union < 1e-12 else float(shared / union)


@given(_rows(), _rows())
def test_a_vote_loses_no_thing_and_keeps_the_order(first: list[Row], second: list[Row]) -> None:
    ours, theirs = (candidates_of.merge([placed(boxes(*rows), View())], 0.5) for rows in (first, second))
    found = candidates_of.voted(ours, theirs, VOTE)
    assert found.scores.tolist() == sorted(found.scores.tolist(), reverse=True)
    assert ((found.scores > 0) & (found.scores < 1.0001)).all()
    kept = {tuple(corners) for corners in found.corners.tolist()}
    assert {tuple(corners) for corners in ours.corners.tolist()} <= kept
    assert ours.labels.size <= found.labels.size <= ours.labels.size + theirs.labels.size
