"""Sentence models on disk, an optional accelerator: which folder holds what is read from the folder itself.

None of the libraries that run such models is needed by this project; each is imported where its folder asks for it.
"""

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from matching.text.words import words

Kind = Literal["query", "passage"]
Vectors = npt.NDArray[np.float32]
_BLOCK = 64


class Encoder(Protocol):
    """Something that gives texts vectors, near where the meanings are near."""

    id: str

    def encode(self, texts: Sequence[str], *, kind: Kind) -> Vectors:
        """Return the vectors of queries or passages, shape (n_texts, dimension)."""


class ModelLibraryMissing(ImportError):
    """A folder holds a model that only a library can run which is not installed."""


@lru_cache(maxsize=4)
def load_encoder(path: str) -> Encoder:
    """Return the model that a folder holds, loaded once.

    Parameters
    ----------
    path : str
        A folder with `vectors.npz` (vectors of words), `model.onnx` and `tokenizer.json` (ONNX), or `modules.json`
        (sentence-transformers).

    Returns
    -------
    Encoder
        The model; its `id` changes when the files change.

    Raises
    ------
    ValueError
        When the folder does not exist or holds none of them.
    ModelLibraryMissing
        When the library that runs it is not installed.

    """
    folder = Path(path)
    for marker, kind in _KINDS.items():
        if (folder / marker).is_file():
            return kind(folder)
    raise ValueError(f"{path} holds no model: it needs one of {', '.join(_KINDS)}")


class WordVectorsFolder:
    """Vectors of words, added up: `vectors.npz` with `words` (UTF-8, one a line, as bytes) and `vectors`."""

    def __init__(self, folder: Path) -> None:
        self.id = _identity(folder)
        with np.load(folder / "vectors.npz", allow_pickle=False) as table:
            self._vectors = table["vectors"].astype(np.float32)
            self._rows = {word: row for row, word in enumerate(bytes(table["words"]).decode().split("\n"))}

    def encode(self, texts: Sequence[str], *, kind: Kind) -> Vectors:
        """Return the sum of the vectors of the words of each text, zeros where none is known."""
        del kind  # a word means the same on both sides
        found = np.zeros((len(texts), self._vectors.shape[1]), dtype=np.float32)
        for place, text in enumerate(texts):
            found[place] = self._vectors[[self._rows[word] for word in words(text) if word in self._rows]].sum(axis=0)
        return found


class OnnxFolder:
    """A transformer as ONNX, whose token vectors are averaged."""

    def __init__(self, folder: Path) -> None:
        runtime, tokenizers = _library("onnxruntime"), _library("tokenizers")
        self.id = _identity(folder)
        self._prompts = _prompts(folder)
        self._session = runtime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
        self._inputs = {entry.name for entry in self._session.get_inputs()}
        self._tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_padding()
        self._tokenizer.enable_truncation(max_length=512)

    def encode(self, texts: Sequence[str], *, kind: Kind) -> Vectors:
        """Return the means of the token vectors."""
        prompt = self._prompts.get(kind, "")
        return np.concatenate(
            [
                self._block([prompt + text for text in texts[start : start + _BLOCK]])
                for start in range(0, max(len(texts), 1), _BLOCK)
            ]
        )

    def _block(self, texts: Sequence[str]) -> Vectors:
        read = self._tokenizer.encode_batch(list(texts or [""]))
        given = {
            "input_ids": np.array([one.ids for one in read], dtype=np.int64),
            "attention_mask": np.array([one.attention_mask for one in read], dtype=np.int64),
            "token_type_ids": np.array([one.type_ids for one in read], dtype=np.int64),
        }
        tokens = self._session.run(None, {name: given[name] for name in sorted(self._inputs)})[0]
        mask = given["attention_mask"][:, :, None]
        means: Vectors = ((tokens * mask).sum(axis=1) / np.maximum(mask.sum(axis=1), 1)).astype(np.float32)
        return means[: len(texts)]


class SentenceTransformersFolder:
    """A model in the format of sentence-transformers."""

    def __init__(self, folder: Path) -> None:
        library = _library("sentence_transformers")
        self.id = _identity(folder)
        self._prompts = _prompts(folder)
        self._model = library.SentenceTransformer(str(folder), device="cpu")

    def encode(self, texts: Sequence[str], *, kind: Kind) -> Vectors:
        """Return what the model gives."""
        found = self._model.encode(list(texts), prompt=self._prompts.get(kind, ""), show_progress_bar=False)
        return np.asarray(found, dtype=np.float32)


_KINDS: dict[str, Callable[[Path], Encoder]] = {
    "vectors.npz": WordVectorsFolder,
    "model.onnx": OnnxFolder,
    "modules.json": SentenceTransformersFolder,
}


def _library(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ImportError as error:
        message = f"this model needs the library {name}, which is not installed"
        raise ModelLibraryMissing(message, name=name) from error


def _prompts(folder: Path) -> dict[str, str]:
    """Return what the model wants before queries and passages, as its own configuration says."""
    path = folder / "config_sentence_transformers.json"
    known: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")).get("prompts", {}) if path.is_file() else {}
    return {"query": known.get("query", ""), "passage": known.get("passage", known.get("document", ""))}


def _identity(folder: Path) -> str:
    """Return the name of the folder with a digest of its files."""
    digest = sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode())
        with path.open("rb") as file:
            while part := file.read(1 << 20):
                digest.update(part)
    return f"{folder.name}@{digest.hexdigest()[:16]}"
