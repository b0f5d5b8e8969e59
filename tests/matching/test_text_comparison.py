import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.text import encode, likeness, words
from matching.text.comparison import EVERYDAY
from matching.text.vectors import word_vectors

OFFERS = [
    "会計の相談",
    "体育館の貸し出し",
    "広報紙のデザインを手伝えます（元印刷会社勤務）",
    "子ども食堂で料理を作ります",
    "車の運転ができます",
    "公園の草取り",
    "パソコンの使い方を教えます",
    "テントと机をお貸しします",
]


def test_a_text_is_not_taken_for_a_list_of_texts() -> None:
    with pytest.raises(TypeError, match="one text alone"):
        encode("会計")


def alike(wanted: str, given: str) -> float:
    return float(likeness(encode([wanted]), encode([given]), np.array([0]), np.array([0]))[0])


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("引越し", "引っ越し"),
        ("引っ越し", "ひっこし"),
        ("サーバ", "サーバー"),
        ("草刈りを手伝ってほしい", "草刈りができます"),
        ("会場", "会場の貸し出し"),
        ("zzqx", "ZZQX"),
    ],
)
def test_a_text_that_holds_every_wanted_word_is_wholly_alike(wanted: str, given: str) -> None:
    assert alike(wanted, given) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("草刈りを手伝ってほしい", "会計の相談"),
        ("加工", "記録"),
        ("会場", "会計"),
        ("机", "料理"),
        ("送迎", "会報"),
        ("のぼり", "おにぎり"),
    ],
)
def test_unrelated_texts_are_hardly_alike(wanted: str, given: str) -> None:
    assert alike(wanted, given) < 0.1


def test_other_words_of_the_same_meaning_are_alike_but_less_than_the_same() -> None:
    assert 0.4 < alike("公園の草むしり", "草取り") < 1.0
    assert 0.2 < alike("子ども食堂の調理", "料理ができます") < 1.0


def test_meaning_leads_to_an_offer_that_shares_no_word_with_the_need() -> None:
    need = encode(["会報をきれいに作れる人を探しています"])

    scores = likeness(need, encode(OFFERS), np.zeros(len(OFFERS), dtype=np.int64), np.arange(len(OFFERS)))

    assert scores[2] > np.median(scores) + 0.05
    assert scores.argsort()[-2:].tolist().count(2) == 1


def test_what_only_the_whole_town_has_in_common_counts_little() -> None:
    assert alike("地域の会計", "地域の会場") < 0.4


@pytest.mark.parametrize("word", sorted(EVERYDAY))
def test_every_everyday_word_is_listed_as_it_is_read(word: str) -> None:
    assert words(word) == (word,)


def test_a_word_that_nobody_knows_is_met_by_its_spelling() -> None:
    assert alike("ぷれぱ太郎", "ぷれぱ次郎") > alike("ぷれぱ太郎", "会場")


@pytest.mark.parametrize(("wanted", "given"), [("", "会場"), ("会場", ""), ("", "")])
def test_a_text_without_words_is_like_nothing(wanted: str, given: str) -> None:
    assert alike(wanted, given) == 0.0


def test_no_pairs_give_no_scores() -> None:
    none = np.zeros(0, dtype=np.int64)

    assert likeness(encode(OFFERS), encode(OFFERS), none, none).shape == (0,)


@given(st.lists(st.text(), min_size=1, max_size=4), st.lists(st.text(), min_size=1, max_size=4))
def test_likeness_lies_between_zero_and_one(wanted: list[str], given: list[str]) -> None:
    rows, columns = (pairs.ravel() for pairs in np.indices((len(wanted), len(given))))

    scores = likeness(encode(wanted), encode(given), rows, columns)

    assert np.all((scores >= 0.0) & (scores <= 1.0))


@given(st.permutations(range(len(OFFERS))), st.integers(1, len(OFFERS)))
def test_a_pair_is_as_alike_whatever_else_is_compared(order: list[int], size: int) -> None:
    chosen = [OFFERS[place] for place in order[:size]]
    rows, columns = (pairs.ravel() for pairs in np.indices((size, size)))

    together = likeness(encode(chosen), encode(chosen), rows, columns).reshape(size, size)

    assert together.tolist() == [[alike(one, other) for other in chosen] for one in chosen]


def test_many_pairs_are_cut_into_blocks_without_a_trace() -> None:
    vocabulary = list(word_vectors().ranks)[5000:6500]
    texts = ["、".join(vocabulary[start : start + 30]) for start in range(0, len(vocabulary), 30)]
    rows, columns = (pairs.ravel() for pairs in np.indices((len(texts), len(texts))))

    scores = likeness(encode(texts), encode(texts), rows, columns).reshape(len(texts), len(texts))

    assert scores[0].tolist() == [alike(texts[0], text) for text in texts]
    assert scores[-1].tolist() == [alike(texts[-1], text) for text in texts]


def test_encoded_texts_know_how_many_they_are() -> None:
    assert len(encode(OFFERS)) == len(OFFERS)
    assert len(encode([])) == 0
