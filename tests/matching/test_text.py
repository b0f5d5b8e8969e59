import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from matching.text import memory, normalise, remembered_words, words
from matching.text.characters import character_runs


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


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("引越し", "引っ越し"),
        ("引っ越し", "ひっこし"),
        ("引っ越す", "引っ越し"),
        ("サーバ", "サーバー"),
        ("ｻｰﾊﾞ", "サーバー"),
        ("子ども", "こども"),
        ("見守り", "見守る"),
        ("片づけ", "片付ける"),
        ("國學院", "国学院"),
    ],
)
def test_variants_of_one_word_are_the_same_word(one: str, other: str) -> None:
    assert words(one) == words(other)


def test_a_verb_and_a_noun_that_only_look_alike_stay_apart() -> None:
    assert words("夏の祭り") != words("夏を祭る")


@pytest.mark.parametrize(
    "text",
    [
        "会計を手伝ってくれる方を探しています",
        "会計をお願いしたいです",
        "会計ができる人を募集します",
        "会計をしていただける方、ぜひお待ちしています",
        "どなたか会計をしてくださる方はいらっしゃいますか",
        "会計で困っています。よろしくお願いします",
        "会計をご提供いたします",
        "会計の対応が可能です",
    ],
)
def test_words_of_intent_are_left_out(text: str) -> None:
    assert words(text) == ("会計",)


def test_a_text_of_intent_alone_keeps_its_words() -> None:
    assert words("ボランティアを募集") == ("ボランティア",)
    assert words("募集") == ("募集",)


def test_particles_marks_and_endings_are_no_words() -> None:
    assert words("公園の、草むしりを（毎月）します！") == ("公園", "草むしり", "毎月")


@pytest.mark.parametrize("text", ["", "。", "　", "\ud800", "🎪", "ぁ", "ー", "\x00"])
def test_what_holds_no_word_gives_none_or_itself_and_never_fails(text: str) -> None:
    assert all(words(text))


def test_a_text_too_long_for_the_analyser_is_read_in_parts() -> None:
    assert words("会場。" * 20_000) == ("会場",) * 20_000
    assert set(words("会" * 20_000)) == {"会"}


def test_threads_read_at_the_same_time() -> None:
    texts = [f"会場の机{number}" for number in range(200)]

    with ThreadPoolExecutor(4) as threads:
        read = list(threads.map(words, texts))

    assert read == [words(text) for text in texts]


def test_a_text_is_read_once_while_its_words_are_remembered() -> None:
    with remembered_words():
        first = words("会場の机")
        with remembered_words():
            assert words("会場の机") is first
        assert words("会場の机") is first

    assert words("会場の机") is not first
    assert words("会場の机") == first


def test_nothing_holds_a_text_once_its_words_are_read() -> None:
    text = "山田さんの電話はヌベリコ"
    before = sys.getrefcount(text)

    words(text)
    with remembered_words():
        words(text)
        assert sys.getrefcount(text) > before

    assert sys.getrefcount(text) == before


def test_a_failure_forgets_as_well() -> None:
    with pytest.raises(TypeError), remembered_words():
        words(None)  # type: ignore[arg-type]  # on purpose

    assert words("会場の椅子") is not words("会場の椅子")


def test_a_word_that_the_dictionary_does_not_know_is_not_kept() -> None:
    words("電話で山田さんに頼む")
    known = sys.modules["matching.text.words"]._form_of_known  # what is kept shows nowhere else
    kept = known.cache_info().currsize

    assert words("電話で山田zzqxvkさん09012345678に頼む") == ("電話", "山田", "zzqxvk", "09012345678", "頼む")

    assert known.cache_info().currsize == kept


def test_another_thread_remembers_by_itself() -> None:
    with remembered_words(), ThreadPoolExecutor(1) as threads:
        first = words("会場の机")
        elsewhere = threads.submit(words, "会場の机").result()

    assert elsewhere == first
    assert elsewhere is not first


def test_no_more_texts_are_remembered_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_TEXTS", 1)

    with remembered_words():
        assert words("会場の机") is words("会場の机")
        assert words("会場の椅子") is not words("会場の椅子")


def test_words_serve_as_an_analyser_of_scikit_learn() -> None:
    counted = CountVectorizer(analyzer=words).fit(["会場を貸します", "会場の椅子と机"])

    assert counted.get_feature_names_out().tolist() == ["会場", "机", "椅子", "貸す"]


def runs(text: str) -> set[str]:
    _, numbers = character_runs([text])
    return {"".join(chr(n >> shift & 0x1FFFFF) for shift in (42, 21, 0)).strip("\0") for n in numbers.tolist()}


def test_runs_of_characters_do_not_cross_a_gap_and_particles_are_left_out() -> None:
    assert runs("会の 場") == {"会", "会の", "場"}


def test_three_hiragana_are_a_run_of_their_own() -> None:
    assert runs("のぼり") == {"のぼり"}


def test_runs_stay_inside_their_text() -> None:
    owners, numbers = character_runs(["机", "", "椅子"])

    assert owners.tolist() == [0, 2, 2, 2]
    assert len(np.unique(numbers)) == 4


@given(st.text())
def test_runs_are_those_of_the_normalised_text(text: str) -> None:
    assert runs(text) == runs(normalise(text))
