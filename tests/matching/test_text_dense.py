import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from matching.text import TextIndex
from matching.text.dense import Encoder, ModelLibraryMissing, load_encoder

TEXTS = ["会場の貸し出し", "机と椅子", "会計の相談"]


@pytest.fixture(autouse=True)
def fresh_models() -> Iterator[None]:
    load_encoder.cache_clear()
    yield
    load_encoder.cache_clear()


def make_word_vectors(folder: Path, **vectors: Sequence[float]) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    words = np.frombuffer("\n".join(vectors).encode(), dtype=np.uint8)
    np.savez(folder / "vectors.npz", words=words, vectors=np.array(list(vectors.values()), dtype=np.float32))
    return str(folder)


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """A model for which a pumpkin (かぼちゃ) and accounting (会計) are the same."""
    return make_word_vectors(tmp_path / "tiny", 会計=[1.0, 0.0], 南瓜=[1.0, 0.1], 机=[0.0, 1.0])


def test_a_dense_model_finds_what_only_it_knows_to_be_close(folder: str) -> None:
    without, _ = TextIndex().fit(TEXTS).search(["南瓜"], top=1)

    found, _ = TextIndex(dense=folder).fit(TEXTS).search(["南瓜"], top=1)

    assert without.tolist() != [[2]]
    assert found.tolist() == [[2]]


def test_texts_added_later_have_dense_vectors_too(folder: str) -> None:
    whole = TextIndex(dense=folder).fit(TEXTS)
    grown = TextIndex(dense=folder).fit(TEXTS[:1]).add(TEXTS[1:]).add([])

    assert grown.scores(["南瓜", "机"]).tolist() == whole.scores(["南瓜", "机"]).tolist()


def test_a_removed_text_is_not_found_by_its_dense_vector(folder: str) -> None:
    found, _ = TextIndex(dense=folder).fit([*TEXTS, "会計"]).remove([2]).search(["南瓜"], top=1)

    assert found.tolist() == [[3]]


def test_dense_vectors_are_kept_with_the_index(folder: str, tmp_path: Path) -> None:
    index = TextIndex(dense=folder).fit(TEXTS)
    index.save(tmp_path / "index")

    loaded = TextIndex.load(tmp_path / "index", dense=folder)

    assert loaded.dense_id_ == index.dense_id_
    assert loaded.scores(["南瓜"]).tolist() == index.scores(["南瓜"]).tolist()


def test_dense_vectors_are_renewed_when_the_model_changes(folder: str, tmp_path: Path) -> None:
    TextIndex(dense=folder).fit(TEXTS).save(tmp_path / "index")
    make_word_vectors(Path(folder), 会場=[1.0, 0.0, 0.0], 南瓜=[1.0, 0.0, 0.1])
    load_encoder.cache_clear()

    found, _ = TextIndex.load(tmp_path / "index", dense=folder).search(["南瓜"], top=1)

    assert found.tolist() == [[0]]


def test_an_index_can_be_loaded_without_the_model_it_was_made_with(folder: str, tmp_path: Path) -> None:
    TextIndex(dense=folder).fit(TEXTS).save(tmp_path / "index")

    loaded = TextIndex.load(tmp_path / "index")

    assert loaded.dense_id_ is None
    assert loaded.scores(["会計"]).tolist() == TextIndex().fit(TEXTS).scores(["会計"]).tolist()


def test_the_id_of_a_model_says_what_is_in_its_files(tmp_path: Path) -> None:
    one, same, other = (
        load_encoder(make_word_vectors(tmp_path / place / "tiny", 会計=vector))
        for place, vector in (("a", [1.0]), ("b", [1.0]), ("c", [2.0]))
    )

    assert one.id == same.id
    assert one.id != other.id


@pytest.mark.parametrize("missing", ["nowhere", ""])
def test_a_folder_without_a_model_is_refused(tmp_path: Path, missing: str) -> None:
    with pytest.raises(ValueError, match="holds no model"):
        TextIndex(dense=str(tmp_path / missing)).fit(TEXTS)


@pytest.mark.parametrize(
    ("marker", "library"), [("model.onnx", "onnxruntime"), ("modules.json", "sentence_transformers")]
)
def test_a_missing_library_is_named(tmp_path: Path, marker: str, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / marker).write_bytes(b"")
    monkeypatch.setitem(sys.modules, library, None)

    with pytest.raises(ModelLibraryMissing, match=library):
        load_encoder(str(tmp_path))


class StandInSession:
    """Stands for onnxruntime, which is not installed with the project: two numbers for each token."""

    def __init__(self, path: str, *, providers: Sequence[str]) -> None:
        assert Path(path).is_file()
        assert list(providers) == ["CPUExecutionProvider"]

    def get_inputs(self) -> list[SimpleNamespace]:
        return [SimpleNamespace(name="input_ids"), SimpleNamespace(name="attention_mask")]

    def run(self, outputs: None, inputs: dict[str, npt.NDArray[np.int64]]) -> list[npt.NDArray[np.float32]]:
        assert outputs is None
        assert set(inputs) == {"input_ids", "attention_mask"}
        ids = inputs["input_ids"].astype(np.float32)
        return [np.stack([ids, ids + 1.0], axis=2)]


class StandInTokenizer:
    """Stands for tokenizers: a token is a character, its id its number."""

    @classmethod
    def from_file(cls, path: str) -> "StandInTokenizer":
        assert Path(path).is_file()
        return cls()

    def enable_padding(self) -> None: ...

    def enable_truncation(self, *, max_length: int) -> None:
        assert max_length == 512

    def encode_batch(self, texts: list[str]) -> list[SimpleNamespace]:
        longest = max(map(len, texts))
        return [
            SimpleNamespace(
                ids=[ord(character) for character in text] + [7] * (longest - len(text)),
                attention_mask=[1] * len(text) + [0] * (longest - len(text)),
                type_ids=[0] * longest,
            )
            for text in texts
        ]


def make_library(monkeypatch: pytest.MonkeyPatch, name: str, **contents: Any) -> None:
    library = ModuleType(name)
    library.__dict__.update(contents)
    monkeypatch.setitem(sys.modules, name, library)


@pytest.fixture
def onnx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Encoder:
    make_library(monkeypatch, "onnxruntime", InferenceSession=StandInSession)
    make_library(monkeypatch, "tokenizers", Tokenizer=StandInTokenizer)
    (tmp_path / "model.onnx").write_bytes(b"")
    (tmp_path / "tokenizer.json").write_text("{}")
    return load_encoder(str(tmp_path))


def test_a_model_as_onnx_gives_the_mean_of_its_tokens_without_the_padding(onnx: Encoder) -> None:
    vectors = onnx.encode(["ab", "c"], kind="passage")

    assert vectors.dtype == np.float32
    assert vectors.tolist() == [[97.5, 98.5], [99.0, 100.0]]


def test_a_model_as_onnx_takes_any_number_of_texts(onnx: Encoder) -> None:
    assert onnx.encode([], kind="query").shape == (0, 2)
    assert onnx.encode(["a"] * 150, kind="query").shape == (150, 2)


class StandInModel:
    """Stands for sentence-transformers, which is not installed with the project."""

    def __init__(self, path: str, *, device: str) -> None:
        assert Path(path).is_dir()
        assert device == "cpu"

    def encode(self, texts: list[str], *, prompt: str, show_progress_bar: bool) -> npt.NDArray[np.float64]:
        assert not show_progress_bar
        return np.array([[len(prompt + text), 1.0] for text in texts]).reshape(-1, 2)


def test_a_model_of_sentence_transformers_is_asked_with_its_own_prompts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_library(monkeypatch, "sentence_transformers", SentenceTransformer=StandInModel)
    (tmp_path / "modules.json").write_text("[]")
    prompts = {"prompts": {"query": "query: ", "document": "text: "}}
    (tmp_path / "config_sentence_transformers.json").write_text(json.dumps(prompts))

    encoder = load_encoder(str(tmp_path))

    assert encoder.encode(["ab"], kind="query").tolist() == [[9.0, 1.0]]
    assert encoder.encode(["ab"], kind="passage").tolist() == [[8.0, 1.0]]


def test_an_index_works_with_a_model_of_sentence_transformers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_library(monkeypatch, "sentence_transformers", SentenceTransformer=StandInModel)
    (tmp_path / "modules.json").write_text("[]")

    indices, _ = TextIndex(dense=str(tmp_path)).fit(TEXTS).search(["会場"], top=1)

    assert indices.tolist() == [[0]]
