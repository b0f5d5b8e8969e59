"""Which few offers could serve a need, found in the database: by words, by meaning, by skill, by kind and place.

Every order here is one of whole numbers with ties by id, so that SQLite, PostgreSQL and PostgreSQL
with pgvector find the same offers. The indexes of PostgreSQL (GIN over the words, pgvector over the
meanings) only leave out sooner what would not be found anyway.
"""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import Any, Final, TypeAlias
from uuid import UUID

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    Select,
    String,
    Text,
    case,
    cast,
    func,
    select,
    text,
    type_coerce,
)
from sqlalchemy.orm import Session, aliased
from sqlalchemy.types import UserDefinedType

from matching import NeedProfile, Taxonomy
from matching.signals import SkillFit
from matching.text import words
from matching.text.vectors import weights, word_vectors
from models import ActivityField, Area, AreaNeighbour, Offer, OfferItem, Skill
from models.listings import offer_fields

WORTH_LOOKING_AT: Final = 400
"""So many offers are simply all taken."""

WORD_DIGITS: Final = 64
"""What a word tells, as a whole number, is at most this."""

PRECISION: Final = 127
ARRAY_HEAD: Final = 5
SAME_SKILL, NEAR_SKILL = 2, 1

Found: TypeAlias = Sequence[frozenset[UUID]]
Float32Matrix: TypeAlias = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Limits:
    """How many offers each way may find for a need."""

    by_words: int
    by_meaning: int
    by_skill: int
    by_place: int


FOR_ONE_NEED: Final = Limits(by_words=120, by_meaning=80, by_skill=100, by_place=60)
FROM_ELSEWHERE: Final = Limits(by_words=3, by_meaning=2, by_skill=3, by_place=0)
"""For those of the prefecture, and again for those of the whole country."""


@dataclass(frozen=True, slots=True)
class Key:
    """By what an offer is found: its words, each once, and the direction of their mean meaning."""

    terms: tuple[str, ...]
    meaning: bytes | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a need looks for: words with what each tells, a meaning, skills, kinds and fields, and where."""

    terms: Mapping[str, int]
    meaning: bytes | None
    skills: Mapping[str, int]
    kinds: frozenset[str]
    fields: frozenset[str]
    area: str


def keys_of(texts: Sequence[str]) -> list[Key]:
    """Return by what texts are found; the one place that chooses how they are read."""
    return [Key(tuple(sorted(worth)), meaning) for worth, meaning in _read(texts)]


def wanted(needs: Iterable[NeedProfile], taxonomy: Taxonomy) -> list[Wanted]:
    """Return what needs look for: the words of title and slots count twice, those of the text once."""
    looking = list(needs)
    telling = _read([" ".join([need.title, *(slot.what for slot in need.open_slots)]) for need in looking])
    whole = _read([need.text for need in looking])
    skill = SkillFit(taxonomy=taxonomy)
    below: dict[str, list[str]] = {}
    for code, above in taxonomy.parents.items():
        below.setdefault(above, []).append(code)
    return [
        Wanted(
            terms=_together(first, second),
            meaning=meaning,
            skills=_related([skill.skill_of(slot)[0] for slot in need.open_slots], taxonomy.parents, below),
            kinds=frozenset(slot.kind for slot in need.open_slots),
            fields=need.fields,
            area=need.area or "",
        )
        for need, (first, meaning), (second, _) in zip(looking, telling, whole, strict=True)
    ]


def found(session: Session, offers: Select[Offer], looking: Sequence[Wanted], limits: Limits) -> Found:
    """Return for each need the ids of those of the offers that could serve it; all where they are few."""
    first = session.scalars(offers.with_only_columns(Offer.id).limit(WORTH_LOOKING_AT + 1)).all()
    if len(first) <= WORTH_LOOKING_AT:
        return [frozenset(first)] * len(looking)
    ways = (
        by_words(session, offers, looking, limits.by_words),
        by_meaning(session, offers, looking, limits.by_meaning),
        by_skill(session, offers, looking, limits.by_skill),
        by_place(session, offers, looking, limits.by_place),
    )
    return [frozenset(UUID(one) for of_way in of_need for one in of_way) for of_need in zip(*ways, strict=True)]


def by_words(session: Session, offers: Select[Offer], looking: Sequence[Wanted], most: int) -> list[list[str]]:
    """Return for each need the offers that share the words that tell most."""
    asking = {term: place for place, term in enumerate(sorted({term for want in looking for term in want.terms}))}
    statement = offers.with_only_columns(_identity(), Offer.terms).where(Offer.terms.is_not(None))
    if _is_postgresql(session):
        # As one text: the driver would make ten thousand arrays of it word by word.
        lines = func.array_to_string(Offer.terms, "\n", type_=Text)
        statement = offers.with_only_columns(_identity(), lines).where(Offer.terms.op("&&")(list(asking)))
    rows = _by_identity(session.execute(statement))
    shared = [[asking[term] for term in _as_words(terms) if term in asking] for _, terms in rows]
    given = _marks(shared, [[1] * len(places) for places in shared], len(asking))
    told = _marks(
        [[asking[term] for term in want.terms] for want in looking],
        [list(want.terms.values()) for want in looking],
        len(asking),
    )
    return _best(rows, (told @ given.T).toarray(), most, least=1)


def by_meaning(session: Session, offers: Select[Offer], looking: Sequence[Wanted], most: int) -> list[list[str]]:
    """Return for each need the offers that mean something close."""
    known = [want.meaning for want in looking if want.meaning is not None]
    if len(known) == 1 and has_vectors(session):
        found = iter([_nearest_by_pgvector(session, offers, known[0], most)])
    elif known:
        size = word_vectors().vectors.shape[1]
        rows, given = _meanings(session, offers, size)
        closeness = _as_numbers(b"".join(known), size) @ given.T
        found = iter(_best(rows, closeness.astype(np.int64), most, least=None))
    else:
        found = iter(())
    return [next(found) if want.meaning is not None else [] for want in looking]


def by_skill(session: Session, offers: Select[Offer], looking: Sequence[Wanted], most: int) -> list[list[str]]:
    """Return for each need the offers of the skill itself, then of a related one, in each the nearer place first."""
    asking: dict[str, list[tuple[int, int]]] = {}
    for place, want in enumerate(looking):
        for code, worth in want.skills.items():
            asking.setdefault(code, []).append((place, worth))
    found: list[dict[tuple[str, str], int]] = [{} for _ in looking]
    statement = (
        offers.with_only_columns(_identity(), Area.path, Skill.code)
        .join(Area, Offer.area_id == Area.id)
        .join(OfferItem, OfferItem.offer_id == Offer.id)
        .join(Skill, OfferItem.skill_id == Skill.id)
        .where(Skill.code.in_(sorted(asking)))
    )
    for identity, path, code in session.execute(statement) if asking else ():
        key = (_plain(identity), path)
        for place, worth in asking[code]:
            found[place][key] = max(worth, found[place].get(key, 0))
    ordered = []
    for want, worths in zip(looking, found, strict=True):
        depths = {path: _shared_depth(path, want.area) for _, path in worths}
        best = heapq.nsmallest(most, ((-worth, -depths[path], identity) for (identity, path), worth in worths.items()))
        ordered.append([identity for _, _, identity in best])
    return ordered


def by_place(session: Session, offers: Select[Offer], looking: Sequence[Wanted], most: int) -> list[list[str]]:
    """Return for each need offers of something of its kinds in its fields, the nearest place first."""
    return [_near(session, offers, want, most) if most else [] for want in looking]


def has_vectors(session: Session) -> bool:
    """Tell whether this is PostgreSQL with pgvector."""
    if not _is_postgresql(session):
        return False
    return session.scalar(text("SELECT 1 FROM pg_extension WHERE extname = 'vector'")) is not None


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def _as_words(terms: str | Sequence[str]) -> Sequence[str]:
    return terms.split("\n") if isinstance(terms, str) else terms


def _meanings(session: Session, offers: Select[Offer], size: int) -> tuple[list[tuple[str, Any]], Float32Matrix]:
    """Return the rows of offers with a meaning of this size, and their meanings as a matrix."""
    is_known = Offer.meaning.is_not(None)
    if not _is_postgresql(session):
        found = session.execute(offers.with_only_columns(_identity(), Offer.meaning).where(is_known))
        rows = _by_identity(row for row in found if len(row[1]) == size)
        return rows, _as_numbers(b"".join(meaning for _, meaning in rows), size)
    # The bytes that PostgreSQL itself sends for an array: a head of five numbers, then length and value of each.
    sent = func.array_send(Offer.meaning, type_=LargeBinary)
    found = session.execute(offers.with_only_columns(_identity(), sent).where(is_known))
    width = ARRAY_HEAD + 2 * size
    rows = _by_identity(row for row in found if len(row[1]) == 4 * width)
    numbers = np.frombuffer(b"".join(bytes(content) for _, content in rows), dtype=">i4").reshape(-1, width)
    return rows, numbers[:, ARRAY_HEAD + 1 :: 2].astype(np.float32)


def _read(texts: Sequence[str]) -> list[tuple[dict[str, int], bytes | None]]:
    """Return what each word of each text tells, and the direction of their weighed mean; None without known words."""
    table = word_vectors()
    found: list[tuple[dict[str, int], bytes | None]] = []
    for read in (sorted(set(words(one))) for one in texts):
        ranks = np.array([table.ranks.get(word, -1) for word in read], dtype=np.int64)
        worths = weights(ranks)
        known = ranks >= 0
        vectors = table.vectors[table.rows[ranks[known]]].astype(np.float64)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        mean = worths[known] @ vectors
        length = np.linalg.norm(mean)
        meaning = np.rint(mean / length * PRECISION).astype(np.int8).tobytes() if length > 0.0 else None
        whole = np.maximum(1, np.rint(worths * WORD_DIGITS)).astype(np.int64)
        found.append((dict(zip(read, whole.tolist(), strict=True)), meaning))
    return found


def _together(first: Mapping[str, int], second: Mapping[str, int]) -> dict[str, int]:
    return {**second, **{term: 2 * worth for term, worth in first.items()}}


def _related(
    meant: Iterable[str | None], parents: Mapping[str, str], below: Mapping[str, Sequence[str]]
) -> dict[str, int]:
    """Return the skills that are meant, and those above, below and beside them."""
    skills = {skill for skill in meant if skill is not None}
    near: set[str] = set()
    for skill in skills:
        above = parents.get(skill)
        near |= {*below.get(skill, ()), *((above, *below.get(above, ())) if above is not None else ())}
    return {skill: SAME_SKILL if skill in skills else NEAR_SKILL for skill in near | skills}


def _identity() -> ColumnElement[Any]:
    """Return the id as the database has it: ten thousand of them need not become objects."""
    return type_coerce(Offer.id, String)


def _plain(identity: object) -> str:
    """Return an id in the one spelling in which ids are compared."""
    return str(identity).replace("-", "")


def _by_identity(rows: Iterable[Any]) -> list[tuple[str, Any]]:
    """Return rows of an id and something else in the order of the ids."""
    return sorted(((_plain(identity), value) for identity, value in rows), key=itemgetter(0))


def _marks(places: Sequence[Sequence[int]], values: Sequence[Sequence[int]], width: int) -> sparse.csr_array:
    """Return a matrix with these values at these places of each row."""
    starts = np.cumsum([0, *map(len, places)])
    return sparse.csr_array(
        (np.array([*chain(*values)], dtype=np.int64), np.array([*chain(*places)], dtype=np.int64), starts),
        shape=(len(places), width),
    )


def _best(
    rows: Sequence[tuple[str, Any]], worths: npt.NDArray[np.int64], most: int, *, least: int | None
) -> list[list[str]]:
    """Return for each need, a row of the worths, the ids that are worth most; ties in the order of the ids."""
    best: list[list[str]] = []
    for of_need in worths:
        order = np.argsort(-of_need, kind="stable")[:most]
        best.append([rows[place][0] for place in order if least is None or of_need[place] >= least])
    return best


def _as_numbers(content: bytes, size: int) -> Float32Matrix:
    """Return vectors of whole numbers; products of two of them are exact in this type, for all are below 2**24."""
    return np.frombuffer(content, dtype=np.int8).reshape(-1, size).astype(np.float32)


def _shared_depth(one: str, other: str) -> int:
    """Return how many levels two places have in common."""
    levels = 0
    for first, second in zip(one.split("."), other.split("."), strict=False):
        if first != second:
            break
        levels += 1
    return levels


def _nearest_by_pgvector(session: Session, offers: Select[Offer], meaning: bytes, most: int) -> list[str]:
    """Return the nearest as PostgreSQL finds them; the sums of whole numbers are exact in its arithmetic, too."""
    size = len(meaning)
    query = "[" + ",".join(map(str, np.frombuffer(meaning, dtype=np.int8).tolist())) + "]"
    distance = cast(Offer.meaning, _Vector(size)).op("<#>")(cast(query, _Vector(size)))
    statement = (
        offers.with_only_columns(_identity())
        .where(func.cardinality(Offer.meaning) == size)
        .order_by(distance, Offer.id)
        .limit(most)
    )
    return [_plain(identity) for identity in session.scalars(statement)]


def _near(session: Session, offers: Select[Offer], want: Wanted, most: int) -> list[str]:
    neighbour = aliased(Area)
    beside = (
        select(neighbour.path)
        .join(AreaNeighbour, AreaNeighbour.neighbour_id == neighbour.id)
        .join(Area, AreaNeighbour.area_id == Area.id)
        .where(Area.path == want.area)
    )
    around = session.scalars(beside).all()
    gives = select(OfferItem.id).where(OfferItem.offer_id == Offer.id, OfferItem.kind.in_(sorted(want.kinds)))
    shared = (
        select(func.count())
        .select_from(offer_fields)
        .join(ActivityField, offer_fields.c.activity_field_id == ActivityField.id)
        .where(offer_fields.c.offer_id == Offer.id, ActivityField.code.in_(sorted(want.fields)))
        .scalar_subquery()
    )
    nearness = case((Area.path == want.area, 2), (Area.path.in_(around), 1), else_=0)
    statement = (
        offers.with_only_columns(_identity())
        .join(Area, Offer.area_id == Area.id)
        .where(gives.exists())
        .order_by(nearness.desc(), shared.desc(), Offer.id)
        .limit(most)
    )
    return [_plain(identity) for identity in session.scalars(statement)]


class _Vector(UserDefinedType[str]):
    """The type of pgvector."""

    cache_ok = True

    def __init__(self, size: int) -> None:
        self.size = size

    def get_col_spec(self, **settings: Any) -> str:
        """Return how the type is written."""
        del settings
        return f"vector({self.size})"
