"""A map without coordinates: places drawn so that those which border each other lie close to each other.

Places have no coordinates, so nothing here says where a place lies; the page says so. The drawing is computed from
the borders alone and is the same every time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

APART: Final = 150.0
NODE_HEIGHT: Final = 48
SIGN_WIDTH: Final = 18
PADDING: Final = 28
MARGIN: Final = 12
ROUNDS: Final = 200
GAP: Final = 14
FAR: Final = 4.0


@dataclass(frozen=True, slots=True)
class Node:
    """A place on the map: the middle of its box, and how wide the box is."""

    x: int
    y: int
    width: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """Where everything stands, in pixels."""

    nodes: Sequence[Node]
    lines: Sequence[tuple[Node, Node]]
    width: int
    height: int


def drawn(names: Sequence[str], pairs: Sequence[tuple[int, int]]) -> Drawing:
    """Return a map of named places and of which border each other."""
    widths = np.array([len(name) * SIGN_WIDTH + PADDING for name in names], dtype=float)
    places = _spread(_laid_out(len(names), pairs), widths)
    left = (places[:, 0] - widths / 2).min() - MARGIN
    top = places[:, 1].min() - NODE_HEIGHT / 2 - MARGIN
    places -= (left, top)
    nodes = [Node(round(x), round(y), round(width)) for (x, y), width in zip(places, widths, strict=True)]
    return Drawing(
        nodes,
        [(nodes[one], nodes[other]) for one, other in pairs],
        width=max(round(node.x + node.width / 2 + MARGIN) for node in nodes),
        height=max(node.y + NODE_HEIGHT // 2 + MARGIN for node in nodes),
    )


def _steps(count: int, pairs: Sequence[tuple[int, int]]) -> NDArray[np.float64]:
    """Return how many borders lie between each two places; those without a way between them lie far apart."""
    steps = np.full((count, count), FAR)
    np.fill_diagonal(steps, 0.0)
    for one, other in pairs:
        steps[one, other] = steps[other, one] = 1.0
    for middle in range(count):
        steps = np.minimum(steps, steps[:, [middle]] + steps[[middle], :])
    return steps


def _laid_out(count: int, pairs: Sequence[tuple[int, int]]) -> NDArray[np.float64]:
    """Return a place for each node by stress majorisation (Gansner, Koren, North 2004) from a circle."""
    angles = 2.0 * np.pi * np.arange(count) / max(count, 1)
    places = np.column_stack([np.cos(angles), np.sin(angles)]) * APART
    wanted = _steps(count, pairs) * APART
    weights = np.divide(1.0, wanted**2, out=np.zeros_like(wanted), where=wanted > 0)
    for _round in range(ROUNDS if count > 1 else 0):
        apart = places[:, None, :] - places[None, :, :]
        length = np.linalg.norm(apart, axis=2)
        pull = np.divide(wanted, length, out=np.zeros_like(wanted), where=length > 0)
        moved = weights[:, :, None] * (places[None, :, :] + apart * pull[:, :, None])
        places = moved.sum(axis=1) / weights.sum(axis=1)[:, None]
    return places


def _spread(places: NDArray[np.float64], widths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Push boxes apart that lie over each other, down the page, where there is room."""
    order = np.lexsort((places[:, 0], places[:, 1]))
    settled: list[int] = []
    for node in order:
        moved = True
        while moved:
            moved = False
            for other in settled:
                near = abs(places[node, 0] - places[other, 0]) < (widths[node] + widths[other]) / 2 + GAP
                if near and abs(places[node, 1] - places[other, 1]) < NODE_HEIGHT + GAP:
                    places[node, 1] = places[other, 1] + NODE_HEIGHT + GAP
                    moved = True
        settled.append(int(node))
    return places
