"""Whole markets ranked at once, beside what each side wants, the most probable yeses, and the published methods."""
# ruff: noqa: T201  # as a script it answers by printing

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np

from bench import baselines
from bench.baselines import Matrix, Policy
from bench.table import Row, ms, peak
from matching.assignment import assign
from matching.market import Market, rank
from matching.market.capacity import realised

METHODS: Final[tuple[Callable[[Matrix, Matrix], Policy], ...]] = (
    baselines.naive,
    baselines.product,
    baselines.transferable,
    baselines.nash,
)
NAMES: Final = "own wish / product / transferable / Nash"
SIZES: Final = ((20, 30), (50, 75), (100, 150))
SCALES: Final = ((100_000, 100_000, 50), (1_000_000, 100_000, 20))
SEEDS_SHORT, SEEDS_FULL, SEEDS_LARGE = 3, 10, 2
GIGABYTE: Final = 1 << 20  # in kilobytes


def rows(*, full: bool) -> Iterator[Row]:
    """Measure the published markets, what is owed to equals and to the full, and large markets."""
    seeds = SEEDS_FULL if full else SEEDS_SHORT
    ours(*baselines.published_preferences(20, 30, 0))
    for size in SIZES:
        yield from published_rows(*size, seeds)
    yield from equal_rows(50, 75, seeds)
    yield from capacity_rows(50, 75, seeds)
    yield assignment_row()
    if full:
        yield from published_rows(500, 500, SEEDS_LARGE)
        yield from published_rows(900, 1_000, 1)
        for scale in SCALES:
            yield from scale_rows(*scale)
    else:
        yield from scale_rows(20_000, 20_000, 50)


def ours(left: Matrix, right: Matrix, *rooms: Any) -> Policy:
    """Return what the lists of a market deliver."""
    found = rank(Market(left, right, *rooms))
    return found.exposure_left.toarray(), found.exposure_right.toarray()


def published_rows(n_left: int, n_right: int, seeds: int) -> Iterator[Row]:
    """Measure matches, envy and time on markets as in the literature."""
    welfare: list[list[float]] = []
    envy: list[list[int]] = []
    seconds: list[list[float]] = []
    least = []
    for seed in range(seeds):
        left, right = baselines.published_preferences(n_left, n_right, seed)
        policies, times = zip(*(_timed(method, left, right) for method in (ours, *METHODS)), strict=True)
        welfare.append([baselines.welfare(left, right, policy) for policy in policies])
        envy.append([baselines.envious(left, right, policy) for policy in policies])
        seconds.append(list(times))
        chances = baselines.matches(left, right, policies[0])
        least.append(min(chances.sum(axis=0).min(), chances.sum(axis=1).min()))
    means = np.mean(welfare, axis=0)
    ratios = [of[0] / of[-1] for of in welfare]
    what = f"Market {n_left} × {n_right}, {seeds} seeds"
    yield Row(
        f"{what}: matches (ratio to Nash, least of a seed)",
        f"{means[0]:.2f} ({means[0] / means[-1]:.4f}, {min(ratios):.4f})",
        NAMES,
        " / ".join(f"{mean:.2f}" for mean in means[1:]),
    )
    pairs = np.mean(envy, axis=0)
    yield Row(f"{what}: envious pairs", f"{pairs[0]:.1f}", NAMES, " / ".join(f"{mean:.1f}" for mean in pairs[1:]))
    yield Row(f"{what}: fewest matches of anybody", f"{min(least):.3f}", "at least", "above 0")
    yield Row(
        f"{what}: processor time (most of a seed)",
        f"{ms(statistics.mean(of[0] for of in seconds))} ({ms(max(of[0] for of in seconds))})",
        "Nash by sorting",
        ms(statistics.mean(of[-1] for of in seconds)),
    )


def equal_rows(n_left: int, n_right: int, seeds: int) -> Iterator[Row]:
    """Measure by how much participants who are alike fare differently, and what other numbers change."""
    twins: list[tuple[float, float]] = []
    renamed: list[tuple[float, float]] = []
    for seed in range(seeds):
        left, right = baselines.published_preferences(n_left, n_right, seed)
        doubled = np.insert(left, 0, left[:, 0], axis=1), np.insert(right, 0, right[0], axis=0)
        chance = np.random.default_rng(seed)
        rows_, columns = chance.permutation(n_left), chance.permutation(n_right)
        for_twins, for_others = [], []
        for method in (ours, baselines.nash):
            of = baselines.matches(*doubled, method(*doubled)).sum(axis=0)
            for_twins.append(abs(float(of[0] / of[1]) - 1.0))
            before = baselines.matches(left, right, method(left, right)).sum(axis=1)[rows_]
            shuffled = left[rows_][:, columns], right[columns][:, rows_]
            after = baselines.matches(*shuffled, method(*shuffled)).sum(axis=1)
            for_others.append(float(np.abs(after / before - 1.0).max()))
        twins.append((for_twins[0], for_twins[1]))
        renamed.append((for_others[0], for_others[1]))
    for what, figures in (("between twins", twins), ("by other numbers", renamed)):
        mine, theirs = np.max(figures, axis=0)
        yield Row(
            f"Market: difference {what}, most of {seeds} seeds", f"{mine:.2%}", "Nash by sorting", f"{theirs:.2%}"
        )


def capacity_rows(n_left: int, n_right: int, seeds: int) -> Iterator[Row]:
    """Measure how many yeses must be turned down where there is room for none to three."""
    shares: list[list[float]] = []
    to_the_full = 0.0
    for seed in range(seeds):
        left, right = baselines.published_preferences(n_left, n_right, seed)
        chance = np.random.default_rng(seed)
        rooms = chance.integers(0, 4, size=n_left), chance.integers(0, 4, size=n_right)
        open_only = [np.where(room == 0, 0, -1) for room in rooms]
        of_seed = []
        for policy in (ours(left, right, *rooms), ours(left, right, *open_only), ours(left, right)):
            chances = baselines.matches(left, right, policy)
            expected = np.concatenate((chances.sum(axis=1), chances.sum(axis=0)))
            of_seed.append(1.0 - float(realised(expected, np.concatenate(rooms)).sum() / expected.sum()))
            if len(of_seed) == 1:
                to_the_full += float(chances[rooms[0] == 0].sum() + chances[:, rooms[1] == 0].sum())
        shares.append(of_seed)
    means = np.mean(shares, axis=0)
    yield Row(
        f"Market {n_left} × {n_right}, room for 0 to 3: share turned down (most of {seeds} seeds)",
        f"{means[0]:.3f} ({max(of[0] for of in shares):.3f})",
        "only the full left out / room unknown",
        f"{means[1]:.3f} / {means[2]:.3f}",
    )
    yield Row(f"Market {n_left} × {n_right}, room for 0 to 3: matches for the full", f"{to_the_full:g}", "at most", "0")


def assignment_row() -> Row:
    """Measure a stable assignment of many to many, beside one of the same pairs with the greatest total."""
    left, right = baselines.sparse_preferences(5_000, 5_000, 50)
    market = Market(left, right, np.ones(5_000, dtype=np.int64), np.ones(5_000, dtype=np.int64))
    stable, seconds = _timed(lambda: assign(market))
    total, longer = _timed(lambda: assign(market, by="total"))
    worth = market.worth()
    sums = [float(worth[found.left, found.right].sum()) for found in (stable, total)]
    return Row(
        "Assignment of 5,000 × 50 choices, stable: time, mutual yeses",
        f"{ms(seconds)}, {sums[0]:.0f}",
        "greatest total",
        f"{ms(longer)}, {sums[1]:.0f}",
    )


def scale_rows(n_left: int, n_right: int, candidates: int) -> Iterator[Row]:
    """Measure one large market in a process of its own, so that its memory can be told."""
    answer = subprocess.run(  # noqa: S603  # this very file
        [sys.executable, "-m", "bench.market", str(n_left), str(n_right), str(candidates)],
        env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        check=True,
        capture_output=True,
        text=True,
    )
    found = json.loads(answer.stdout)
    what = f"Market {n_left:,} × {n_right:,}, {candidates} candidates each"
    yield Row(f"{what}: matches", f"{found['ratio']:.3f} × product", "product", f"{found['product']:.0f} matches")
    yield Row(f"{what}: processor time", ms(found["seconds"]), "product", ms(found["product_seconds"]))
    yield Row(f"{what}: without any chance", f"{found['unlucky']:.0f}", "at most", "0")
    yield Row(f"{what}: memory at most", f"{found['peak']:.2f} GB", "the market alone", f"{found['before']:.2f} GB")


def _measure(n_left: int, n_right: int, candidates: int) -> dict[str, float]:
    left, right = baselines.sparse_preferences(n_left, n_right, candidates)
    market = Market(left, right)
    before = peak() / GIGABYTE
    found, seconds = _timed(lambda: rank(market))
    most = peak() / GIGABYTE
    chances = left * right.T.tocsr() * found.exposure_left * found.exposure_right.T.tocsr()
    welfare, unlucky = float(chances.sum()), int((chances.sum(axis=0) <= 0).sum() + (chances.sum(axis=1) <= 0).sum())
    product, product_seconds = _timed(lambda: baselines.sparse_product(left, right))
    return {
        "ratio": welfare / product,
        "product": product,
        "seconds": seconds,
        "product_seconds": product_seconds,
        "before": before,
        "peak": most,
        "unlucky": unlucky,
    }


def _timed(work: Callable[..., Any], *arguments: Any) -> tuple[Any, float]:
    began = time.process_time()
    done = work(*arguments)
    return done, time.process_time() - began


if __name__ == "__main__":
    print(json.dumps(_measure(*map(int, sys.argv[1:]))))
