import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone

from matching import TextIndex, normalise
from matching.text import WORDS_OF_INTENT, grams, without_intent

TEXTS = ["広報紙のデザイン", "会場の貸し出し", "子ども食堂の調理", "パソコンの使い方の講師"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ﾃﾞｻﾞｲﾝ", "デザイン"),
        ("ＮＰＯ", "npo"),
        ("サ−ビス", "サービス"),
        ("サーービス", "サービス"),
        ("会場、教室", "会場 教室"),
        ("　会場　", "会場"),
    ],
)
def test_spellings_of_one_word_become_one(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_words_of_intent_are_left_out() -> None:
    assert without_intent(normalise("会計を手伝ってくれる方を探しています")) == "会計を くれる"


def test_a_text_of_intent_alone_stays() -> None:
    assert without_intent("募集") == "募集"


def test_no_word_of_intent_is_listed_twice() -> None:
    assert len(set(WORDS_OF_INTENT)) == len(WORDS_OF_INTENT)


def test_pairs_do_not_cross_a_gap_and_particles_are_left_out() -> None:
    assert grams("会の 場") == {"会": 1, "会の": 1, "場": 1}


def test_the_closest_text_is_found_first() -> None:
    indices, scores = TextIndex().fit(TEXTS).search(["広報紙づくり", "調理"], top=2)

    assert indices.shape == scores.shape == (2, 2)
    assert indices[:, 0].tolist() == [0, 2]


def test_ties_go_to_the_lower_position() -> None:
    indices, _ = TextIndex().fit(["会場", "会場", "会場"]).search(["会場"], top=2)

    assert indices.tolist() == [[0, 1]]


def test_where_fewer_texts_are_found_the_rest_is_empty() -> None:
    indices, scores = TextIndex().fit(TEXTS).search(["調理", "zzz", ""], top=6)

    assert indices[0].tolist() == [2, -1, -1, -1, -1, -1]
    assert indices[1:].tolist() == [[-1] * 6] * 2
    assert np.all(scores[indices == -1] == 0.0)


@pytest.mark.parametrize("texts", [[], [""], ["", "。"]])
def test_an_index_of_nothing_finds_nothing(texts: list[str]) -> None:
    indices, scores = TextIndex().fit(texts).search(["会場"], top=2)

    assert indices.tolist() == [[-1, -1]]
    assert scores.tolist() == [[0.0, 0.0]]


def test_no_query_gives_no_row() -> None:
    indices, scores = TextIndex().fit(TEXTS).search([], top=3)

    assert indices.shape == scores.shape == (0, 3)


def test_a_search_for_no_text_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        TextIndex().fit(TEXTS).search(["会場"], top=0)


@given(st.lists(st.text(), min_size=1, max_size=5), st.lists(st.text(), max_size=4))
def test_scores_lie_between_zero_and_one(texts: list[str], queries: list[str]) -> None:
    scores = TextIndex().fit(texts).scores(queries)

    assert scores.shape == (len(queries), len(texts))
    assert np.all((scores >= 0.0) & (scores <= 1.0))


def test_a_query_that_is_mostly_unknown_scores_low() -> None:
    scores = TextIndex().fit(TEXTS).scores(["会場", "会zzzzzzzzzz"])[:, 1]

    assert scores[1] < scores[0] / 4


def test_keeps_its_hyperparameters_when_cloned() -> None:
    assert clone(TextIndex(saturation=2.0)).get_params() == {"saturation": 2.0, "length_penalty": 0.75}


def test_endings_count_less_than_words() -> None:
    scores = TextIndex().fit(["仕事をします", "遊びをする"]).scores(["仕事をする"])

    assert scores[0, 0] > scores[0, 1]
