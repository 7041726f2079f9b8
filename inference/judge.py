"""Decides what may be said of a photo: from what models saw, in their labels, to concepts that are sure enough.

Both models vote on one tree of concepts. A classifier's probabilities are summed below each concept, and the most
specific concept that is sure enough is said (Deng et al., "Hedging Your Bets", CVPR 2012): 0.55 golden retriever but
0.98 dog gives "dog". What a detector located and a classifier named is one finding, not two.

Invariants: nothing below its threshold is said; no concept stands beside one above it; rejected, blocked and hidden
concepts never appear; the same raw findings and vocabulary always give the same findings. Pure: no file, no model.
"""

from collections.abc import Iterable, Sequence, Set

from inference.findings import COUNTED, Box, Detection, Finding, Findings, Label, RawFindings, TextLine
from inference.placement import duplicates, in_reading_order, overlap
from inference.vocabulary import Vocabulary

PERSON = "person"
"""Key of the concept that is counted as people."""

GROUP = 4
"""From this many counted people on they are a group: detectors miss some of a crowd. On 128 COCO photos four counted
people were five or more in 2 of 3 to 8 of 8 photos, whatever the views and thresholds; three were mostly three."""

RIVALS = 0.6
"""Overlap (IoU) from which two boxes of different concepts of one kind are one thing seen twice; the surer stays."""

SUPPORT = 0.15
"""How much a classifier's full agreement lowers what a detector has to reach; more cost precision on COCO photos."""

DOUBTED = 0.75
"""Least probability of a concept that a detector knows and has not seen, though it was sure of something else. On 128
COCO photos 5 of 6 such namings below it were wrong; on 200 ImageNet photos all 7 above it were right."""

TRACE = 0.1
"""Probability below which a classifier sees next to nothing of a concept."""

INSTEAD = 0.7
"""Least probability of a thing that a detector doesn't know to take the place of what it saw there. Of 328 COCO and
ImageNet photos it takes the place of 26 wrong detections and of 2 right ones."""

FILLING = 0.1
"""Least share of the photo that a box covers, with the middle in it, to be where the classifier looked."""

GROUNDS = "furniture"
"""On what of a detector's things another thing that fills the photo may well stand: a dish on a table."""

SURE = 0.5
"""Score from which a detector is taken to have understood the photo."""

UNLOCATED = 0.3
"""Prominence of a concept without boxes: classifiers name what fills about a third of a photo."""

LEGIBLE = 0.8
"""Least score of a read line; below it readings are mostly noise (seen with PP-OCR on COCO photos). At it, text was
said of 72 of 328 COCO and ImageNet photos, and all 72 carry some; of 360 made photos without text none was said."""


def judge(raw: RawFindings, vocabulary: Vocabulary, *, rejected: Set[str] = frozenset()) -> Findings:
    """All that may be said of one photo.

    Args:
        rejected: keys of concepts that a person said are wrong for this photo; they and all below them stay unsaid.
    """
    allowed = _Allowed(vocabulary, rejected)
    mass = probabilities(raw.labels, vocabulary)
    boxes = _boxes_by_concept(raw.detections, vocabulary)
    located = {
        key: found
        for key, found in boxes.items()
        if allowed(key) and found[0].score + SUPPORT * mass.get(key, 0.0) >= vocabulary.concept(key).detect
    }
    named = most_specific(
        {key: p for key, p in mass.items() if allowed(key) and p >= _wanted(key, boxes, vocabulary)}, vocabulary
    )
    located = _without_misnamed(located, named, mass, vocabulary)
    named = _without_strangers(named, located, vocabulary)
    findings = _without_ancestors(_merge(located, named, boxes, vocabulary), vocabulary)
    findings.sort(key=_prominence, reverse=True)
    people = sum(finding.count or 0 for finding in findings if finding.concept == PERSON)
    lines = in_reading_order(line for line in raw.text if line.score >= LEGIBLE and _is_word(line))
    return Findings(tuple(findings), people, people < GROUP, tuple(lines))


def _wanted(key: str, boxes: dict[str, list[Detection]], vocabulary: Vocabulary) -> float:
    """The least probability with which a classifier's concept is said: more where the detector's silence speaks."""
    least = vocabulary.concept(key).classify
    known = [each for each in (key, *vocabulary.ancestors(key)) if vocabulary.labels.get(each) == each]
    if not known or not any(seen[0].score >= SURE for seen in boxes.values()):
        return least
    seen = any(boxes[each][0].score >= COUNTED for each in known if each in boxes)
    return least if seen else max(least, DOUBTED)


class _Allowed:
    """Whether a concept may be said at all: shown, and neither it nor anything above it was rejected."""

    def __init__(self, vocabulary: Vocabulary, rejected: Set[str]) -> None:
        self._vocabulary = vocabulary
        self._rejected = rejected | vocabulary.own.blocked

    def __call__(self, key: str) -> bool:
        if not self._vocabulary.concept(key).shown or key in self._rejected:
            return False
        return not (self._vocabulary.ancestors(key) & self._rejected)


def probabilities(labels: Iterable[Label], vocabulary: Vocabulary) -> dict[str, float]:
    """Concept → sum of the probabilities of all labels that mean it or something below it, 0..1."""
    mass: dict[str, float] = {}
    for label in labels:
        key = vocabulary.meaning(label.label)
        if key is None:
            continue
        for each in (key, *vocabulary.ancestors(key)):
            mass[each] = min(1.0, mass.get(each, 0.0) + label.score)
    return mass


def most_specific(sure: dict[str, float], vocabulary: Vocabulary) -> dict[str, float]:
    """The concepts among these that have none of the others below them."""
    above = {ancestor for key in sure for ancestor in vocabulary.ancestors(key)}
    return {key: p for key, p in sure.items() if key not in above}


def _boxes_by_concept(detections: Iterable[Detection], vocabulary: Vocabulary) -> dict[str, list[Detection]]:
    """Concept → what a detector saw of it, surest first, each thing once."""
    ordered = sorted(detections, key=lambda seen: -seen.score)
    kept: list[tuple[str, Detection]] = []
    for seen in ordered:
        key = vocabulary.meaning(seen.label)
        if key is None or any(_same_thing(key, seen, other, before, vocabulary) for other, before in kept):
            continue
        kept.append((key, seen))
    found: dict[str, list[Detection]] = {}
    for key, seen in kept:
        found.setdefault(key, []).append(seen)
    return found


def _same_thing(key: str, seen: Detection, other: str, before: Detection, vocabulary: Vocabulary) -> bool:
    if key == other:
        return duplicates(before.box, seen.box)
    if vocabulary.concept(key).kind != vocabulary.concept(other).kind:
        return False
    return overlap(before.box, seen.box) >= RIVALS


def _without_misnamed(
    located: dict[str, list[Detection]],
    named: dict[str, float],
    mass: dict[str, float],
    vocabulary: Vocabulary,
) -> dict[str, list[Detection]]:
    """What was located without single things that are the classifier's thing under a wrong name.

    A detector knows eighty things, ten of them animals, and calls a lizard a bird and a squash a frisbee. So a single
    thing is left out of which the classifier sees next to nothing, where that is sure of another one that the detector
    has not seen, and the box is where it looked; between animals it need only be surer, wherever the box is.
    """
    unseen = {name: p for name, p in named.items() if not _seen(name, located, vocabulary)}
    animal = max((p for name, p in unseen.items() if _is_animal(name, vocabulary)), default=0.0)
    worn = PERSON in located
    thing = max((p for name, p in unseen.items() if _fills(name, vocabulary, worn=worn)), default=0.0)

    def misnamed(key: str, seen: Sequence[Detection]) -> bool:
        if key == PERSON or len(_counted(seen)) > 1 or mass.get(key, 0.0) >= TRACE:
            return False
        if _is_animal(key, vocabulary) and (seen[0].score < animal or animal >= DOUBTED):
            return True
        return thing >= INSTEAD and _in_the_middle(seen[0].box) and GROUNDS not in vocabulary.ancestors(key)

    return {key: seen for key, seen in located.items() if not misnamed(key, seen)}


def _without_strangers(
    named: dict[str, float], located: dict[str, list[Detection]], vocabulary: Vocabulary
) -> dict[str, float]:
    """Named concepts without animals that a detector, surer of several others, doesn't see among them."""
    herd = max(
        (seen[0].score for key, seen in located.items() if _is_animal(key, vocabulary) and len(_counted(seen)) > 1),
        default=0.0,
    )
    return {
        name: p
        for name, p in named.items()
        if p >= herd or not _is_animal(name, vocabulary) or _seen(name, located, vocabulary)
    }


def _is_animal(key: str, vocabulary: Vocabulary) -> bool:
    return vocabulary.concept(key).kind == "animal"


def _seen(name: str, located: dict[str, list[Detection]], vocabulary: Vocabulary) -> bool:
    return any(vocabulary.related(name, key) for key in located)


def _fills(name: str, vocabulary: Vocabulary, *, worn: bool) -> bool:
    """Whether a concept is a thing that may be all there is, not a scene, nor clothes where there is who wears them."""
    if vocabulary.noun(name).scene or (worn and "clothing" in vocabulary.ancestors(name)):
        return False
    return vocabulary.concept(name).kind in ("animal", "food", "vehicle", "object", "building", "nature")


def _in_the_middle(box: Box) -> bool:
    return box.area >= FILLING and box.left < 0.5 < box.right and box.top < 0.5 < box.bottom


def _merge(
    located: dict[str, list[Detection]],
    named: dict[str, float],
    boxes: dict[str, list[Detection]],
    vocabulary: Vocabulary,
) -> list[Finding]:
    """One finding per thing: a located concept takes the more specific name where there is just one of it."""
    findings = []
    rest = dict(named)
    for key, seen in located.items():
        below = [name for name in rest if key == name or key in vocabulary.ancestors(name)]
        counted = _counted(seen) or (seen[0].box,)
        for name in below:
            rest.pop(name)
        best = max(below, key=lambda name: named[name], default=key)
        name = best if len(counted) == 1 else key
        score = max([seen[0].score, *(named[other] for other in below)])
        findings.append(Finding(name, score, len(counted), counted))
    for name, score in rest.items():
        seen = next((boxes[key] for key in (name, *vocabulary.ancestors(name)) if key in boxes), [])
        counted = _counted(seen)
        findings.append(Finding(name, score, len(counted) or None, counted))
    return findings


def _counted(seen: Sequence[Detection]) -> tuple[Box, ...]:
    return tuple(one.box for one in seen if one.score >= COUNTED)


def _without_ancestors(findings: Sequence[Finding], vocabulary: Vocabulary) -> list[Finding]:
    above = {ancestor for finding in findings for ancestor in vocabulary.ancestors(finding.concept)}
    return [finding for finding in findings if finding.concept not in above]


def _prominence(finding: Finding) -> tuple[float, float, str]:
    """By the share of the photo that it covers, then by certainty; the key makes the order unique."""
    area = max((box.area for box in finding.boxes), default=UNLOCATED)
    return area, finding.score, finding.concept


def _is_word(line: TextLine) -> bool:
    """Whether a line has at least two letters or digits; less is mostly a stain that was read."""
    return sum(character.isalnum() for character in line.text) >= 2
