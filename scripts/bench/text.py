"""How well texts are found, beside what one would take instead, and what it costs.

The sets are not a part of the project (`../shared/data/text`, with their own licences); where they are not there, a row
says so. The reference reads the same words as `matching.text` does, but through nothing of it, so that it stays
where it is when the project moves.
"""

import csv
import json
import math
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import cycle, islice
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process
from scipy import sparse
from sudachipy import Dictionary, SplitMode
from threadpoolctl import threadpool_limits

from bench.table import Row, ms
from matching.text import TextIndex, encode, likeness
from web.config import PROJECT

SETS: Final = PROJECT.parent / "shared" / "data" / "text"
NAMES: Final = ("contracts", "trade-wordings", "guest-needs", "paragraphs", "words")
OVERLAPPING: Final = NAMES[:-1]
"""The sets in which BM25 has something to find; the ratio on the last one is large and says little about the others."""

SAMPLE: Final = 250
PLACES: Final = 10
MANY: Final = 31_000
BATCH_TEXTS, BATCH_QUERIES, BATCH_TOP = 20_000, 3_000, 60
PAIRS: Final = 300_000
CONTENT: Final = frozenset({"名詞", "動詞", "形容詞", "形状詞", "副詞", "接頭辞", "接尾辞"})
BASELINES: Final = "BM25 on words / BM25 on pairs of characters / TF-IDF on 2–3 characters"

Texts = Sequence[str]
Scores = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Measured:
    """One set: what is searched, what for, and what is right."""

    texts: list[str]
    queries: list[str]
    grades: list[Mapping[int, float]]


def rows(*, full: bool) -> Iterator[Row]:
    """Measure quality on the sets, then time and memory."""
    if not SETS.is_dir():
        yield Row("Text: quality of retrieval", "not measured", "the sets are not there", str(SETS))
        return
    with threadpool_limits(1):
        sets = {name: read(name) for name in NAMES}
        yield from quality(sets, full=full)
        yield from cost(sets, full=full)


def quality(sets: Mapping[str, Measured], *, full: bool) -> Iterator[Row]:
    """Measure nDCG@10 on each set."""
    ratios = {}
    for name, measured in sets.items():
        asked = sample(measured, None if full else SAMPLE)
        ours = ndcg(asked, ranked_by_index(asked))
        others = [
            ndcg(asked, ranked(system(asked.texts, asked.queries))) for system in (bm25_words, bm25_characters, tfidf)
        ]
        ratios[name] = ours / others[0]
        yield Row(
            f"Text: {name}, {len(asked.queries)} queries, nDCG@10 (ratio to BM25 on words)",
            f"{ours:.3f} ({ratios[name]:.3f})",
            BASELINES,
            " / ".join(f"{other:.3f}" for other in others),
        )
    mean = math.prod(ratios[name] for name in OVERLAPPING) ** (1 / len(OVERLAPPING))
    yield Row("Text: geometric mean of the ratios, without the set of words", f"{mean:.3f}", "to reach", "1.08")


def cost(sets: Mapping[str, Measured], *, full: bool) -> Iterator[Row]:
    """Measure the time to learn and to search many texts, and to compare many pairs."""
    texts = many(sets, MANY)
    queries = [query for measured in sets.values() for query in measured.queries[:: 20 if full else 60]]
    began = time.process_time()
    index = TextIndex().fit(texts)
    index.search(queries[:1])
    fitting = time.process_time() - began
    began = time.process_time()
    plain = PlainIndex(texts)
    yield Row(f"Text: {MANY} texts learned, CPU", ms(fitting), "TF-IDF", ms(time.process_time() - began))
    yield Row(
        f"Text: one query among {MANY}, CPU of one core, p50 / p95",
        latencies(index.search, queries),
        "TF-IDF",
        latencies(plain.search, queries),
    )
    if full:
        yield from batch(sets)


def batch(sets: Mapping[str, Measured]) -> Iterator[Row]:
    """Measure a whole run's questions at once."""
    lines = [line[:40] for measured in sets.values() for text in measured.texts for line in text.split("\n")]
    texts = list(islice(cycle(lines), BATCH_TEXTS))
    queries = [text[:14] for text in islice(cycle(lines[::7]), BATCH_QUERIES)]
    began = time.process_time()
    index = TextIndex().fit(texts)
    fitting = time.process_time() - began
    began = time.process_time()
    plain = PlainIndex(texts)
    yield Row(f"Text: {BATCH_TEXTS} short texts learned, CPU", ms(fitting), "TF-IDF", ms(time.process_time() - began))
    allowed = np.arange(BATCH_TEXTS) % 3 != np.arange(BATCH_QUERIES)[:, None] % 3
    began = time.process_time()
    index.search(queries, top=BATCH_TOP, allowed=allowed)
    searching = time.process_time() - began
    began = time.process_time()
    for start in range(0, len(queries), 200):
        plain.search(queries[start : start + 200])
    yield Row(
        f"Text: {BATCH_QUERIES} short queries at once, the best {BATCH_TOP} of those allowed, CPU",
        ms(searching),
        "TF-IDF, nothing forbidden",
        ms(time.process_time() - began),
    )
    rng = np.random.default_rng(0)
    left, right = rng.integers(0, BATCH_QUERIES, PAIRS), rng.integers(0, BATCH_TEXTS, PAIRS)
    began = time.process_time()
    likeness(encode(queries), encode(texts), left, right)
    comparing = time.process_time() - began
    began = time.process_time()
    process.cpdist([queries[k] for k in left], [texts[k] for k in right], scorer=fuzz.partial_ratio)
    yield Row(
        f"Text: likeness of {PAIRS} pairs, with reading, CPU",
        ms(comparing),
        "rapidfuzz partial_ratio",
        ms(time.process_time() - began),
    )


def read(name: str) -> Measured:
    """Read one set."""
    texts, queries = (
        {row["id"]: row["text"] for row in map(json.loads, (SETS / name / file).open(encoding="utf-8"))}
        for file in ("corpus.jsonl", "queries.jsonl")
    )
    places = {identity: place for place, identity in enumerate(texts)}
    grades: dict[str, dict[int, float]] = {identity: {} for identity in queries}
    with (SETS / name / "qrels.tsv").open(encoding="utf-8", newline="") as file:
        for query, text, grade in csv.reader(file, delimiter="\t"):
            grades[query][places[text]] = float(grade)
    judged = [identity for identity in queries if grades[identity]]
    return Measured(list(texts.values()), [queries[one] for one in judged], [grades[one] for one in judged])


def sample(measured: Measured, count: int | None) -> Measured:
    """Return the set with so many of its queries, evenly taken."""
    if count is None or count >= len(measured.queries):
        return measured
    chosen = np.linspace(0, len(measured.queries) - 1, count).round().astype(int).tolist()
    return Measured(
        measured.texts, [measured.queries[place] for place in chosen], [measured.grades[place] for place in chosen]
    )


def many(sets: Mapping[str, Measured], count: int) -> list[str]:
    """Return so many different texts: those of the sets, then halves of two."""
    texts = [text for measured in sets.values() for text in measured.texts]
    rng = np.random.default_rng(0)
    halves = (texts[one][: len(texts[one]) // 2 + 5] + texts[other][:30] for one, other in iter_pairs(rng, len(texts)))
    return [*texts, *islice(halves, count - len(texts))][:count]


def iter_pairs(rng: np.random.Generator, count: int) -> Iterator[tuple[int, int]]:
    """Yield random pairs without end."""
    while True:
        one, other = rng.integers(0, count, 2)
        yield int(one), int(other)


def ndcg(measured: Measured, found: Sequence[Sequence[int]]) -> float:
    """Return the mean of nDCG@10 with gains 2**grade - 1."""
    discounts = 1.0 / np.log2(np.arange(2, PLACES + 2))
    shares = []
    for grades, places in zip(measured.grades, found, strict=True):
        gains = np.array([2.0 ** grades.get(place, 0.0) - 1.0 for place in places[:PLACES]])
        best = np.sort([2.0**grade - 1.0 for grade in grades.values()])[::-1][:PLACES]
        shares.append((gains @ discounts[: len(gains)]) / (best @ discounts[: len(best)]))
    return float(np.mean(shares))


def ranked(scores: Scores) -> list[list[int]]:
    """Return the places of the best ten above 0."""
    order = np.argsort(-scores, axis=1, kind="stable")[:, :PLACES]
    return [
        [place for place in row if of_query[place] > 0.0] for row, of_query in zip(order.tolist(), scores, strict=True)
    ]


def ranked_by_index(measured: Measured) -> list[list[int]]:
    """Return what our index finds."""
    indices, _ = TextIndex().fit(measured.texts).search(measured.queries, top=PLACES)
    return [[place for place in row if place >= 0] for row in indices.tolist()]


@cache
def _tokenizer() -> Any:
    return Dictionary(dict="small").tokenizer(mode=SplitMode.A)


def _content(text: str) -> list[str]:
    read = _tokenizer().tokenize(unicodedata.normalize("NFKC", text).lower())
    return [morpheme.normalized_form() for morpheme in read if morpheme.part_of_speech()[0] in CONTENT]


def _pairs(text: str) -> list[str]:
    spelled = unicodedata.normalize("NFKC", text).lower()
    return [spelled[start : start + 2] for start in range(len(spelled) - 1)]


def bm25_words(texts: Texts, queries: Texts) -> Scores:
    """Score by BM25 over the normalised content words of SudachiPy: the reference."""
    return _bm25(texts, queries, _content)


def bm25_characters(texts: Texts, queries: Texts) -> Scores:
    """Score by BM25 over pairs of characters."""
    return _bm25(texts, queries, _pairs)


def _bm25(
    texts: Texts, queries: Texts, analyzer: Callable[[str], list[str]], *, k1: float = 1.2, b: float = 0.75
) -> Scores:
    from sklearn.feature_extraction.text import CountVectorizer

    vectorizer = CountVectorizer(analyzer=analyzer)
    counts = sparse.csr_array(vectorizer.fit_transform(texts)).astype(np.float64)
    documents = np.bincount(counts.indices, minlength=counts.shape[1])
    rarity = np.log1p((len(texts) - documents + 0.5) / (documents + 0.5))
    lengths = counts.sum(axis=1)
    damping = np.repeat(k1 * (1.0 - b + b * lengths / lengths.mean()), np.diff(counts.indptr))
    counts.data = counts.data * (k1 + 1.0) / (counts.data + damping) * rarity[counts.indices]
    found: Scores = (sparse.csr_array(vectorizer.transform(queries)).astype(np.float64) @ counts.T).toarray()
    return found


def tfidf(texts: Texts, queries: Texts) -> Scores:
    """Score by the cosine of scikit-learn's TF-IDF over two to three characters."""
    return PlainIndex(texts).scores(queries)


class PlainIndex:
    """What a day of work with scikit-learn would give."""

    def __init__(self, texts: Texts) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(2, 3))
        self._weights = self._vectorizer.fit_transform(texts)

    def scores(self, queries: Texts) -> Scores:
        """Return cosines."""
        found: Scores = (self._vectorizer.transform(queries) @ self._weights.T).toarray()
        return found

    def search(self, queries: Texts) -> npt.NDArray[np.int64]:
        """Return the places of the best ten."""
        return np.argpartition(-self.scores(queries), PLACES, axis=1)[:, :PLACES]


def latencies(search: Callable[[list[str]], object], queries: Texts) -> str:
    """Return p50 and p95 of the processor's time for one query."""
    times = []
    for query in queries:
        began = time.process_time()
        search([query])
        times.append(time.process_time() - began)
    return " / ".join(ms(float(np.quantile(times, place))) for place in (0.5, 0.95))
