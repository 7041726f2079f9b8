"""How texts are cut into words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.spelling import fold, forms, spelled, tokens

CUTS = {
    "Crème  brûlée": ["creme", "brulee"],
    "Straße": ["strasse"],
    "T-shirt’s": ["t", "shirt", "s"],
    "IMG20240501_77.jpg": ["img", "20240501", "77", "jpg"],
    "mp3": ["mp", "3"],
    "北京大学 abc": ["北", "京", "大", "学", "abc"],
    "ガラス": ["カ", "ラ", "ス"],
    "한국": ["한", "국"],
    "สวัสดี": ["ส", "ว", "ั", "ส", "ด", "ี"],
    "مرحبا بك": ["مرحبا", "بك"],
    "dog🐕‍🦺!": ["dog", "🐕", "🦺"],
    '\ud800\x00#*"': [],
    "soft\xadware": ["software"],
}


@pytest.mark.parametrize("text", CUTS)
def test_cuts(text: str) -> None:
    assert tokens(text) == CUTS[text]


@given(st.text())
def test_words_are_cut_once_and_safe_between_quotes(text: str) -> None:
    words = tokens(text)
    assert tokens(" ".join(words)) == words
    assert spelled(spelled(text)) == spelled(text)
    for word in words:
        assert word
        assert not set(word) & set(" \"'*()#:{}-^+,\0¶")
        assert not any(0xD800 <= ord(c) < 0xE000 for c in word)


@given(st.text())
def test_case_and_accents_do_not_matter(text: str) -> None:
    assert tokens(fold(text)) == tokens(text)


@pytest.mark.parametrize(
    ("word", "other"),
    [
        *(("dogs", "dog"), ("boxes", "box"), ("puppies", "puppy"), ("cookies", "cookie"), ("men", "man")),
        *(("children", "child"), ("leaves", "leaf"), ("horses", "horse"), ("buses", "bus"), ("potatoes", "potato")),
    ],
)
def test_plural_and_singular_are_forms_of_each_other(word: str, other: str) -> None:
    assert other in forms(word)
    assert word in forms(other)
    assert forms(word)[0] == word


@pytest.mark.parametrize("word", ["as", "犬", "42", "grass"])
def test_words_without_another_number(word: str) -> None:
    assert all(form == word or form == word + "es" for form in forms(word))
