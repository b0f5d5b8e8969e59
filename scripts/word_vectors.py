"""Make the table of word vectors that `matching.text` reads from a part of chiVe.

python scripts/word_vectors.py chive100k_int8.npz matching/text/data/word-vectors.npz

The source holds `keys` (words by frequency, one a line), `rows` (which vector each word has), `q` (vectors in 8 bits)
and `scale` (what makes them vectors again).
"""

import sys
from pathlib import Path
from typing import Final

import numpy as np

from matching.text import normalise

FREQUENT: Final = 50_000
LEFT_OUT: Final = 8
KEPT: Final = 160


def main(source: Path, target: Path) -> None:
    """Centre the vectors, keep the directions that carry meaning, and spell the words as the project does."""
    with np.load(source, allow_pickle=False) as table:
        words = bytes(table["keys"]).decode().split("\n")
        rows, vectors = table["rows"], table["q"] * table["scale"][:, None].astype(np.float64)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    centred = vectors - vectors[rows[:FREQUENT]].mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    kept = centred @ directions[:, ::-1][:, LEFT_OUT : LEFT_OUT + KEPT]
    rounded = np.rint(kept / np.abs(kept).max(axis=1, keepdims=True) * 127).astype(np.int8)
    spelled: dict[str, int] = {}
    for word, row in zip(words, rows.tolist(), strict=True):
        spelled.setdefault(normalise(word).replace(" ", ""), row)
    spelled.pop("", None)
    np.savez_compressed(
        target,
        allow_pickle=False,
        words=np.frombuffer("\n".join(spelled).encode(), dtype=np.uint8),
        rows=np.array(list(spelled.values()), dtype=np.uint16),
        vectors=rounded,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
