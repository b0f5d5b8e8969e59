from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from matching import TextIndex
from matching.text import index as module
from matching.text.archive import write_archive
from matching.text.vectors import word_vectors

TEXTS = ["広報紙のデザイン", "会場の貸し出し", "子ども食堂の調理", "パソコンの使い方の講師"]
WORDS = ["会場", "テント", "机と椅子", "草刈り", "送迎", "の", "ひっこし", "料理", "調理", "zzqx", "会計", ""]
some_texts = st.lists(st.lists(st.sampled_from(WORDS), max_size=3).map("の".join), max_size=6)


def test_the_closest_text_is_found_first() -> None:
    indices, scores = TextIndex().fit(TEXTS).search(["広報紙づくり", "調理"], top=2)

    assert indices.shape == scores.shape == (2, 2)
    assert indices.dtype == np.int64
    assert indices[:, 0].tolist() == [0, 2]


@pytest.mark.parametrize(
    ("query", "found"),
    [("料理", 2), ("会場を借りたい", 1), ("スマホ教室", 3), ("引越し", 4), ("ひっこし", 4)],
)
def test_a_text_is_found_by_meaning_by_another_spelling_and_by_intent(query: str, found: int) -> None:
    indices, _ = TextIndex().fit([*TEXTS, "引っ越しの手伝い"]).search([query], top=1)

    assert indices.tolist() == [[found]]


def test_a_word_that_nobody_knows_is_found_by_its_characters() -> None:
    indices, _ = TextIndex().fit([*TEXTS, "ぷれいぱあくの見守り"]).search(["ぷれいぱーく"], top=1)

    assert indices.tolist() == [[4]]


def test_ties_go_to_the_lower_position() -> None:
    indices, _ = TextIndex().fit(["会場", "会場", "会場"]).search(["会場"], top=2)

    assert indices.tolist() == [[0, 1]]


def test_where_fewer_texts_are_found_the_rest_is_empty() -> None:
    indices, scores = TextIndex().fit(TEXTS).search(["調理", "zzz", ""], top=6)

    assert indices[0].tolist() == [2, -1, -1, -1, -1, -1]
    assert indices[1:].tolist() == [[-1] * 6] * 2
    assert np.all(scores[indices == -1] == 0.0)
    assert np.all(scores[indices >= 0] > 0.0)


@pytest.mark.parametrize("texts", [[], [""], ["", "。"]])
def test_an_index_of_nothing_finds_nothing(texts: list[str]) -> None:
    indices, scores = TextIndex().fit(texts).search(["会場"], top=2)

    assert indices.tolist() == [[-1, -1]]
    assert scores.tolist() == [[0.0, 0.0]]


def test_an_index_of_one_text_finds_it() -> None:
    indices, _ = TextIndex().fit(["会場の貸し出し"]).search(["会場"])

    assert indices[0, 0] == 0


@pytest.mark.parametrize("query", ["", "！！", "😀"])
def test_a_query_without_a_word_finds_nothing_among_texts_of_many_words(query: str) -> None:
    index = TextIndex().fit(list(word_vectors().ranks)[1_000:1_400])

    assert not index.scores([query]).any()
    assert index.search([query], top=2)[0].tolist() == [[-1, -1]]
    assert index.scores(["会場", query, query]).tolist() == [index.scores(["会場"])[0].tolist(), *[[0.0] * 400] * 2]


@pytest.mark.parametrize("count", [1, 2, 10, 300])
def test_texts_that_are_all_the_same_score_as_one(count: int) -> None:
    scores = TextIndex().fit(["会計の助言"] * count).scores(["会計の助言"])

    np.testing.assert_allclose(scores, 5.0, rtol=1e-6)


def test_no_query_gives_no_row() -> None:
    indices, scores = TextIndex().fit(TEXTS).search([], top=3)

    assert indices.shape == scores.shape == (0, 3)


def test_a_search_for_no_text_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        TextIndex().fit(TEXTS).search(["会場"], top=0)


def test_only_allowed_texts_are_found_and_score_as_before() -> None:
    index = TextIndex().fit(["会場", "会場と机", "会場と椅子"])
    allowed = np.array([[False, True, True], [True, False, False], [False, False, False]])

    indices, scores = index.search(["会場"] * 3, allowed=allowed, top=2)

    assert [sorted(row) for row in indices.tolist()] == [[1, 2], [-1, 0], [-1, -1]]
    assert scores[0].tolist() == index.scores(["会場"])[0, indices[0]].tolist()


def test_what_is_allowed_must_speak_of_every_text() -> None:
    with pytest.raises(ValueError, match="a column for each text"):
        TextIndex().fit(TEXTS).search(["会場"], allowed=np.ones((1, 2), dtype=np.bool_))


@given(some_texts, some_texts, st.integers(1, 5))
def test_search_returns_the_best_of_the_scores(texts: list[str], queries: list[str], top: int) -> None:
    index = TextIndex().fit(texts)
    scores = index.scores(queries)

    indices, found = index.search(queries, top=top)

    assert scores.shape == (len(queries), len(texts))
    for row, column, score in zip(scores, indices, found, strict=True):
        expected = sorted((-value, place) for place, value in enumerate(row.tolist()) if value > 0.0)[:top]
        assert [(-value, place) for place, value in zip(column, score, strict=True) if place >= 0] == expected


@given(some_texts, st.lists(st.sampled_from(WORDS), min_size=1, max_size=4))
def test_a_query_scores_the_same_whatever_else_is_asked(texts: list[str], queries: list[str]) -> None:
    index = TextIndex().fit(texts)

    together = index.scores(queries)

    assert together.tolist() == [index.scores([query])[0].tolist() for query in queries]


def test_a_query_scores_the_same_bits_among_others_however_many_texts_there_are() -> None:
    places = ["会場", "テント", "机と椅子", "草刈り", "送迎", "料理", "会計"]
    index = TextIndex().fit([f"{places[number % 7]}と{places[number % 5]} {number}" for number in range(8_200)])
    queries = ["料理の会場", "机 81", "送迎をする人", "会計"]

    together = index.scores(queries)

    for query, scores in zip(queries, together, strict=True):
        np.testing.assert_array_equal(index.scores([query])[0], scores)


@given(some_texts, some_texts, st.sets(st.integers(0, 11)))
def test_after_changes_an_index_scores_as_one_fitted_to_what_is_left(
    first: list[str], second: list[str], gone: set[int]
) -> None:
    removed = [place for place in sorted(gone) if place < len(first) + len(second)]
    left = [place for place in range(len(first) + len(second)) if place not in removed]
    changed = TextIndex().fit(first)
    changed.scores(["会場"])

    changed.add(second).remove(removed)

    fresh = TextIndex().fit([(first + second)[place] for place in left])
    scores = changed.scores(WORDS)
    assert scores[:, left].tolist() == fresh.scores(WORDS).tolist()
    assert not scores[:, removed].any()


def test_a_removed_text_is_never_found_and_the_others_keep_their_positions() -> None:
    index = TextIndex().fit(["会場", "会場と机", "椅子"]).remove([0]).add(["会場"])

    indices, _ = index.search(["会場"], top=4)

    assert indices.tolist() == [[3, 1, -1, -1]]


def test_a_position_that_does_not_exist_cannot_be_removed() -> None:
    with pytest.raises(IndexError, match="no text"):
        TextIndex().fit(TEXTS).remove([4])
    with pytest.raises(IndexError, match="no text"):
        TextIndex().fit(TEXTS).remove([-1])


@pytest.mark.parametrize("mask", [np.array([True, False, True, False]), [True, False]])
def test_a_mask_is_not_taken_for_positions_to_remove(mask: Any) -> None:
    with pytest.raises(TypeError, match="whole numbers"):
        TextIndex().fit(TEXTS).remove(mask)


def test_a_text_is_not_taken_for_a_list_of_texts() -> None:
    index = TextIndex().fit(TEXTS)

    for read in (TextIndex().fit, index.add, index.scores, index.search):
        with pytest.raises(TypeError, match="one text alone"):
            read("会計")


def test_an_index_that_has_learned_no_texts_says_so(tmp_path: Path) -> None:
    uses: list[Callable[[TextIndex], object]] = [
        lambda index: index.search(["会場"]),
        lambda index: index.scores(["会場"]),
        lambda index: index.add(["会場"]),
        lambda index: index.remove([0]),
        lambda index: index.save(tmp_path / "index"),
    ]
    for use in uses:
        with pytest.raises(NotFittedError, match="call fit"):
            use(TextIndex())


def test_many_queries_are_cut_into_blocks_without_a_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    index = TextIndex().fit(TEXTS)
    queries = [*TEXTS, *WORDS] * 3
    whole = index.scores(queries)

    monkeypatch.setattr(module, "_CELLS", 8)

    assert index.scores(queries).tolist() == whole.tolist()


def test_the_best_of_many_texts_are_found_exactly() -> None:
    index = TextIndex().fit([f"{word}の品{number}" for number in range(60) for word in WORDS])
    scores = index.scores(WORDS)

    indices, _ = index.search(WORDS, top=3)

    expected = np.argsort(-scores, axis=1, kind="stable")[:, :3]
    assert indices.tolist() == np.where(np.take_along_axis(scores, expected, axis=1) > 0.0, expected, -1).tolist()


def test_keeps_its_hyperparameters_when_cloned() -> None:
    index = TextIndex(vectors=0.0, saturation=2.0, dense=None)

    assert clone(index).get_params() == index.get_params()


def test_a_saved_index_finds_the_same(tmp_path: Path) -> None:
    index = TextIndex(characters=0.5).fit([*TEXTS, "会場\ud800", "椅子"]).remove([1])

    index.save(tmp_path / "index")
    loaded = TextIndex.load(tmp_path / "index")

    assert loaded.get_params() == index.get_params()
    assert loaded.scores(WORDS).tolist() == index.scores(WORDS).tolist()
    assert loaded.add(["会場"]).scores(WORDS).tolist() == index.add(["会場"]).scores(WORDS).tolist()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 nothing", b"a list of texts"])
def test_another_file_is_refused_as_an_index(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "index"
    path.write_bytes(content)

    with pytest.raises(ValueError, match="not a saved text index"):
        TextIndex.load(path)


def test_another_archive_is_refused_as_an_index(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", numbers=np.arange(3))

    with pytest.raises(ValueError, match="not a saved text index"):
        TextIndex.load(tmp_path / "other.npz")


def test_an_index_with_objects_in_it_is_not_read(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", notes=np.array([{"format": 1}], dtype=object))

    with pytest.raises(ValueError, match="not a saved text index"):
        TextIndex.load(tmp_path / "other.npz")


def test_an_index_of_another_format_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matching.text.archive.FORMAT", 0)
    write_archive(tmp_path / "index", {}, {})
    monkeypatch.undo()

    with pytest.raises(ValueError, match="another format"):
        TextIndex.load(tmp_path / "index")


def test_a_missing_file_is_named_as_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        TextIndex.load(tmp_path / "index")
