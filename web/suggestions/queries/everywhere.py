"""The offers that serve the whole country, kept by each process: a municipality does not cost more for all the others.

Whoever looks reads which of these offers are open now and in which version, a few bytes each, and
reads the words only of those that changed. What is found does not depend on what a process keeps.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from threading import Lock
from typing import Any, Final, TypeAlias
from uuid import UUID
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sqlalchemy import String, select, type_coerce
from sqlalchemy.orm import Session

from models import Area, Offer, OfferItem, OfferStatus, Reach, Skill
from web.suggestions.queries.retrieval import WORTH_LOOKING_AT, Found, Limits, Wanted

AT_ONCE: Final = 500
BLOCK: Final = 16_384
"""Meanings that are compared at once, so that their products need little room."""

IntArray: TypeAlias = npt.NDArray[np.int64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Kept:
    """By what an offer is found, as it was in this version; without words where they are not written yet."""

    key: str
    id: UUID
    version: int
    home: UUID
    path: str
    terms: Sequence[str] | None
    meaning: bytes | None
    skills: frozenset[str]


class Shelf:
    """Some offers in the order of their ids, arranged so that those for a need are found without reading all."""

    def __init__(self, offers: Iterable[Kept] = ()) -> None:
        self.offers = sorted(offers, key=attrgetter("key"))

    def renewed(self, session: Session) -> "Shelf":
        """Return the shelf as it has to be now: itself where nothing changed."""
        # The id as the database has it: thousands of them need not become objects.
        identity = type_coerce(Offer.id, String)
        statement = select(identity, Offer.version).where(
            Offer.reach == Reach.ANYWHERE, Offer.status == OfferStatus.OPEN
        )
        now = {str(one).replace("-", ""): version for one, version in session.execute(statement)}
        kept = [one for one in self.offers if one.terms is not None and now.get(one.key) == one.version]
        if len(kept) == len(self.offers) == len(now):
            return self
        return Shelf([*kept, *_read(session, sorted(now.keys() - {one.key for one in kept}))])

    def found(self, home: UUID, looking: Sequence[Wanted], limits: Limits) -> Found:
        """Return for each need what is found for it among the offers of other municipalities than its own."""
        others = self._homes != home.hex
        if np.count_nonzero(others) <= WORTH_LOOKING_AT:
            return [frozenset(self.offers[place].id for place in np.flatnonzero(others))] * len(looking)
        ways = (
            self._by_words(looking, others, limits.by_words),
            self._by_meaning(looking, others, limits.by_meaning),
            self._by_skill(looking, others, limits.by_skill),
        )
        return [
            frozenset(self.offers[place].id for of_way in of_need for place in of_way)
            for of_need in zip(*ways, strict=True)
        ]

    def _by_words(self, looking: Sequence[Wanted], others: BoolArray, most: int) -> Iterator[IntArray]:
        known, holders = self._words
        asking = [{known[term]: worth for term, worth in want.terms.items() if term in known} for want in looking]
        starts = np.cumsum([0, *map(len, asking)])
        worths = np.array([worth for one in asking for worth in one.values()], dtype=np.int64)
        terms = np.array([term for one in asking for term in one], dtype=np.int64)
        shared = sparse.csr_array((worths, terms, starts), shape=(len(asking), len(known))) @ holders
        for row in range(len(asking)):
            part = slice(shared.indptr[row], shared.indptr[row + 1])
            places, values = shared.indices[part], shared.data[part]
            useful = others[places]
            yield _best(places[useful], values[useful], most)

    def _by_meaning(self, looking: Sequence[Wanted], others: BoolArray, most: int) -> Iterator[IntArray]:
        given, places = self._meanings
        size = given.shape[1]
        known = [row for row, want in enumerate(looking) if want.meaning is not None and len(want.meaning) == size]
        asked = np.frombuffer(b"".join(looking[row].meaning or b"" for row in known), dtype=np.int8)
        asked = asked.reshape(-1, size).astype(np.float32)
        best: dict[int, list[tuple[IntArray, npt.NDArray[Any]]]] = {row: [] for row in known}
        for start in range(0, len(places), BLOCK):
            part = slice(start, start + BLOCK)
            useful = others[places[part]]
            # Exact: products of whole numbers, and their sums stay below 2**24.
            closeness = asked @ given[part][useful].astype(np.float32).T
            here = places[part][useful]
            for row, values in zip(known, closeness, strict=True):
                of_block = _best(np.arange(len(here)), values, most)
                best[row].append((here[of_block], values[of_block]))
        for row in range(len(looking)):
            if best.get(row):
                found, values = (np.concatenate(parts) for parts in zip(*best[row], strict=True))
                yield _best(found, values, most)
            else:
                yield _NOTHING

    def _by_skill(self, looking: Sequence[Wanted], others: BoolArray, most: int) -> Iterator[IntArray]:
        for want in looking:
            asked = [(self._skills[code], worth) for code, worth in want.skills.items() if code in self._skills]
            places = np.concatenate([_NOTHING, *(of_code for of_code, _ in asked)])
            worths = np.repeat([worth for _, worth in asked], [len(of_code) for of_code, _ in asked]).astype(np.int64)
            useful = others[places]
            places, worths = places[useful], worths[useful]
            order = np.lexsort((places, -self._depths(want.area)[places], -worths))
            # An offer with several of the skills stands where the best of them puts it.
            yield np.fromiter(dict.fromkeys(places[order].tolist()), dtype=np.int64)[:most]

    def _depths(self, area: str) -> IntArray:
        """Return how many levels each offer's place has in common with another."""
        levels, path_of = self._levels
        depths = np.zeros(len(levels), dtype=np.int64)
        for depth, prefix in enumerate(_prefixes(area)):
            if depth < levels.shape[1]:
                depths += levels[:, depth] == prefix
        return depths[path_of]

    @cached_property
    def _homes(self) -> npt.NDArray[np.str_]:
        return np.array([one.home.hex for one in self.offers], dtype=np.str_)

    @cached_property
    def _words(self) -> tuple[Mapping[str, int], sparse.csr_array]:
        """Return a number for each word, and for each number which offers hold the word."""
        known: dict[str, int] = {}
        terms = [known.setdefault(term, len(known)) for one in self.offers for term in one.terms or ()]
        holders = np.repeat(np.arange(len(self.offers)), [len(one.terms or ()) for one in self.offers])
        marks = np.ones(len(terms), dtype=np.int64)
        shape = (len(known), len(self.offers))
        return known, sparse.coo_array((marks, (np.array(terms, dtype=np.int64), holders)), shape=shape).tocsr()

    @cached_property
    def _meanings(self) -> tuple[npt.NDArray[np.int8], IntArray]:
        """Return the meanings that are known, all of the size of most of them, and whose they are."""
        sizes = [len(one.meaning) for one in self.offers if one.meaning is not None]
        size = max(set(sizes), key=sizes.count, default=1)
        places = [
            place for place, one in enumerate(self.offers) if one.meaning is not None and len(one.meaning) == size
        ]
        content = b"".join(self.offers[place].meaning or b"" for place in places)
        return np.frombuffer(content, dtype=np.int8).reshape(-1, size), np.array(places, dtype=np.int64)

    @cached_property
    def _skills(self) -> Mapping[str, IntArray]:
        found: dict[str, list[int]] = {}
        for place, one in enumerate(self.offers):
            for code in one.skills:
                found.setdefault(code, []).append(place)
        return {code: np.array(places, dtype=np.int64) for code, places in found.items()}

    @cached_property
    def _levels(self) -> tuple[npt.NDArray[np.str_], IntArray]:
        """Return of each different place the way down to it, level by level, and the place of each offer."""
        paths, path_of = np.unique(np.array([one.path for one in self.offers], dtype=np.str_), return_inverse=True)
        ways = [_prefixes(path) for path in paths.tolist()]
        deepest = max(map(len, ways), default=0)
        rows = [[*way, *[""] * (deepest - len(way))] for way in ways]
        return np.array(rows, dtype=np.str_).reshape(len(rows), deepest), path_of


def found(session: Session, municipality: Area, looking: Sequence[Wanted], limits: Limits) -> Found:
    """Return for each need of a municipality what is found among the offers of others for the whole country."""
    database = session.get_bind().engine
    with _lock:
        shelf = _shelves.get(database, _EMPTY).renewed(session)
        _shelves[database] = shelf
    return shelf.found(municipality.id, looking, limits)


def _best(places: IntArray, values: npt.NDArray[Any], most: int) -> IntArray:
    """Return the places with the greatest values; of equals the first."""
    if len(values) > most:
        enough = values >= np.partition(values, len(values) - most)[len(values) - most]
        places, values = places[enough], values[enough]
    return places[np.lexsort((places, -values))[:most]].astype(np.int64)


def _prefixes(path: str) -> list[str]:
    parts = path.split(".")
    return [".".join(parts[: depth + 1]) for depth in range(len(parts))]


def _read(session: Session, keys: Sequence[str]) -> Iterator[Kept]:
    """Yield what is to be kept of offers."""
    for start in range(0, len(keys), AT_ONCE):
        some = [UUID(key) for key in keys[start : start + AT_ONCE]]
        skills: dict[UUID, set[str]] = {}
        named = select(OfferItem.offer_id, Skill.code).join(Skill, OfferItem.skill_id == Skill.id)
        for offer, code in session.execute(named.where(OfferItem.offer_id.in_(some))):
            skills.setdefault(offer, set()).add(code)
        rows = session.execute(
            select(Offer.id, Offer.version, Offer.municipality_id, Area.path, Offer.terms, Offer.meaning)
            .join(Area, Offer.area_id == Area.id)
            .where(Offer.id.in_(some))
        )
        for identity, version, home, path, terms, meaning in rows:
            of_offer = frozenset(skills.get(identity, ()))
            yield Kept(identity.hex, identity, version, home, path, terms, meaning, of_offer)


_NOTHING: Final = np.empty(0, dtype=np.int64)
_EMPTY: Final = Shelf()
_lock: Final = Lock()
_shelves: Final[WeakKeyDictionary[Any, Shelf]] = WeakKeyDictionary()
