"""The search for needs: how many each further condition would leave, and what helps where nothing is found."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, distinct, func, select, true
from sqlalchemy.orm import Session

from matching.names import closest
from matching.text import words
from models import Account, ActivityField, Area, AreaLevel, Need, ResourceKind, Slot, SmallRole
from models.listings import need_fields
from models.search import fold
from web.listings.queries.lists import (
    Filters,
    Show,
    When,
    conditions,
    is_small,
    narrowed,
    newest_first,
    takes_place,
)
from web.listings.queries.rows import vocabulary_of_skills
from web.listings.queries.visibility import visible_needs_to

MOST_AREAS: Final = 60
MOST_READ_FOR_WORDS: Final = 300
NEARLY: Final = 74.0
LONGEST_WORD: Final = 12


@dataclass(frozen=True, slots=True)
class Facets:
    """How many needs there are with each value of a filter, the other filters staying as they are."""

    total: int
    areas: Sequence[tuple[Area, int]]
    nearby: int
    fields: Sequence[tuple[ActivityField, int]]
    kinds: Mapping[ResourceKind, int]
    whens: Mapping[When, int]
    smalls: Mapping[SmallRole, int]
    place: Area | None
    above: Sequence[Area]


@dataclass(frozen=True, slots=True)
class Widening:
    """A wider search and how many needs it finds; `dropped` names the condition that it gives up."""

    filters: Filters
    dropped: str
    found: int


@dataclass(frozen=True, slots=True)
class Meant:
    """Other words that somebody perhaps meant, and how many needs they find."""

    filters: Filters
    found: int


@dataclass(frozen=True, slots=True)
class WaysOn:
    """What helps where a search finds nothing."""

    meant: Meant | None = None
    widenings: Sequence[Widening] = ()


def facets(session: Session, account: Account | None, filters: Filters) -> Facets:
    """Count the needs with each value of each filter, in five statements however many values there are."""
    sums = _sums(session, account, filters)
    places = _places(session, account, filters)
    place, above = _where(places, filters.area)
    return Facets(
        total=sums["total"],
        areas=_offered(places, place),
        nearby=sums["nearby"],
        fields=_fields(session, account, filters),
        kinds=_kinds(session, account, filters),
        whens={when: sums[f"when {when}"] for when in When},
        smalls={small: sums[f"small {small}"] for small in SmallRole},
        place=place,
        above=above,
    )


def ways_on(session: Session, account: Account | None, filters: Filters, found: Facets) -> WaysOn:
    """Return what helps where nothing was found: words that were perhaps meant, and wider searches that find something.

    The nearest to what was asked stands first; what would find nothing is left out.
    """
    wider = [(dropped, one) for dropped, one in _wider(filters, found.place) if one != filters]
    written = filters.q.split()
    counts = _counts(session, account, [*(one for _, one in wider), *(Filters(q=word) for word in written)])
    widenings = [Widening(one, dropped, count) for (dropped, one), count in zip(wider, counts, strict=False) if count]
    unknown = {word for word, count in zip(written, counts[len(wider) :], strict=True) if not count}
    names = [field.name_ja for field, _ in found.fields]
    respelled = _respelled(session, account, written, unknown, names) if unknown else ""
    parts = _parts(filters.q)
    apart = " ".join(parts)
    texts = [text for text in dict.fromkeys([respelled, apart, *parts]) if fold(text) != fold(filters.q)]
    return WaysOn(_meant(session, account, filters, texts), widenings)


def _meant(session: Session, account: Account | None, filters: Filters, texts: Sequence[str]) -> Meant | None:
    """Return the first of the texts that finds something, with the other filters if it does so with them."""
    asked = [replace(base, q=text) for text in texts if text for base in (filters, Filters())]
    counts = _counts(session, account, asked)
    return next((Meant(one, found) for one, found in zip(asked, counts, strict=True) if found), None)


def _sums(session: Session, account: Account | None, filters: Filters) -> dict[str, int]:
    """Count what is found in all, next door, and with each sort of time and of small role, in one pass."""
    nearby = replace(filters, nearby=bool(filters.area))
    base = narrowed(visible_needs_to(account), Need, nearby, account, without=("when", "small"))
    found = conditions(Need, filters, account)
    here, when, small = (found.get(name, true()) for name in ("area", "when", "small"))
    asked: dict[str, ColumnElement[bool]] = {"total": and_(here, when, small), "nearby": and_(when, small)}
    asked |= {f"when {one}": and_(here, small, takes_place(one)) for one in When}
    asked |= {f"small {one}": and_(here, when, is_small(one)) for one in SmallRole}
    columns = [func.coalesce(func.sum(case((condition, 1), else_=0)), 0) for condition in asked.values()]
    row = session.execute(base.with_only_columns(*columns, maintain_column_froms=True).order_by(None)).one()
    return dict(zip(asked, (int(number) for number in row), strict=True))


def _places(session: Session, account: Account | None, filters: Filters) -> list[tuple[Area, int]]:
    """Return places with what lies in each: the municipalities, or what lies in, beside and above the chosen one."""
    statement = narrowed(visible_needs_to(account), Need, filters, account, without=("area",))
    counts = session.execute(
        statement.with_only_columns(Area.path, func.count(), maintain_column_froms=True).group_by(Area.path)
    ).all()
    listed: dict[str, int] = {}
    for path, number in counts:
        parts = path.split(".")
        for length in range(1, len(parts) + 1):
            ancestor = ".".join(parts[:length])
            listed[ancestor] = listed.get(ancestor, 0) + number
    if not listed and not filters.area:
        return []
    if filters.area:
        parts = filters.area.split(".")
        upwards = [".".join(parts[:length]) for length in range(1, len(parts) + 1)]
        family = [path for path in listed if path.rpartition(".")[0] in upwards[-2:]]
        statement_of_areas = select(Area).where(Area.path.in_([*upwards, *family]))
    else:
        statement_of_areas = select(Area).where(Area.path.in_(list(listed)), Area.level == AreaLevel.MUNICIPALITY)
    areas = session.scalars(statement_of_areas.order_by(Area.path)).all()
    return [(area, listed.get(area.path, 0)) for area in areas]


def _where(places: Sequence[tuple[Area, int]], path: str) -> tuple[Area | None, list[Area]]:
    """Return the chosen place and the places above it, from the municipality down."""
    place = next((area for area, _ in places if area.path == path), None)
    if place is None:
        return None, []
    inner = {AreaLevel.MUNICIPALITY, AreaLevel.DISTRICT}
    return place, [area for area, _ in places if area.level in inner and area.path != path and area.covers(path)]


def _offered(places: Sequence[tuple[Area, int]], place: Area | None) -> list[tuple[Area, int]]:
    """Return the places that can be chosen next: those in the chosen one, or beside it where it holds none."""
    if place is None:
        offered = [(area, number) for area, number in places if area.level is AreaLevel.MUNICIPALITY]
    else:
        inside = [(area, number) for area, number in places if area.path.rpartition(".")[0] == place.path]
        beside = place.path.rpartition(".")[0]
        offered = inside or [(area, number) for area, number in places if area.path.rpartition(".")[0] == beside]
    offered = [(area, number) for area, number in offered if number or area is place]
    return sorted(offered, key=lambda one: (-one[1], one[0].path))[:MOST_AREAS]


def _fields(session: Session, account: Account | None, filters: Filters) -> list[tuple[ActivityField, int]]:
    statement = narrowed(visible_needs_to(account), Need, filters, account, without=("field",))
    counted = (
        statement.join(need_fields, need_fields.c.need_id == Need.id)
        .with_only_columns(need_fields.c.activity_field_id, func.count().label("found"), maintain_column_froms=True)
        .group_by(need_fields.c.activity_field_id)
        .order_by(None)
        .subquery()
    )
    rows = session.execute(
        select(ActivityField, func.coalesce(counted.c.found, 0))
        .outerjoin(counted, counted.c.activity_field_id == ActivityField.id)
        .order_by(ActivityField.position, ActivityField.id)
    ).all()
    return [(field, found) for field, found in rows]


def _kinds(session: Session, account: Account | None, filters: Filters) -> dict[ResourceKind, int]:
    statement = narrowed(visible_needs_to(account), Need, filters, account, without=("kind",))
    rows = session.execute(
        statement.join(Slot, Slot.need_id == Need.id)
        .with_only_columns(Slot.kind, func.count(distinct(Need.id)), maintain_column_froms=True)
        .group_by(Slot.kind)
        .order_by(None)
    ).all()
    found = {row[0]: row[1] for row in rows}
    return {kind: found.get(kind, 0) for kind in ResourceKind}


def _counts(session: Session, account: Account | None, asked: Sequence[Filters]) -> list[int]:
    """Count what each of several searches finds, in one statement."""
    if not asked:
        return []
    columns = []
    for filters in asked:
        statement: Select[Any] = narrowed(visible_needs_to(account), Need, filters, account)
        counting = statement.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
        columns.append(counting.scalar_subquery())
    return [int(number) for number in session.execute(select(*columns)).one()]


def _wider(filters: Filters, place: Area | None) -> list[tuple[str, Filters]]:
    """Return the searches that give up one condition, and last the one that gives up all."""
    wider: list[tuple[str, Filters]] = []
    if filters.area and not filters.nearby:
        wider.append(("nearby", replace(filters, nearby=True)))
    if place is not None and place.level is AreaLevel.DISTRICT:
        wider.append(("municipality", replace(filters, area=place.path.rpartition(".")[0], nearby=False)))
    if filters.area:
        wider.append(("area", replace(filters, area="", nearby=False)))
    alone = ("field", "kind", "when", "small")
    wider.extend((name, filters.without(name)) for name in alone if getattr(filters, name))
    if filters.show is not Show.OPEN:
        wider.append(("show", replace(filters, show=Show.OPEN)))
    if filters.q and len(filters.active()) > 1:
        wider.append(("all but the words", Filters(q=filters.q)))
        wider.append(("q", replace(filters, q="")))
    wider.append(("everything", Filters()))
    return wider


def _respelled(
    session: Session, account: Account | None, written: Sequence[str], unknown: Collection[str], fields: Sequence[str]
) -> str:
    """Return the words, each unknown one spelled like something known; empty where nothing is near."""
    known = _known_words(session, account) | {f"field {name}": (name,) for name in fields}
    near = {word: closest(word, known, least=NEARLY) for word in unknown}
    spelled = [word if (match := near.get(word)) is None else match.form for word in written]
    return "" if fold(" ".join(spelled)) == fold(" ".join(written)) else " ".join(spelled)


def _known_words(session: Session, account: Account | None) -> dict[str, Sequence[str]]:
    """Return what can be meant: the words of the newest open needs, and skills with their other names."""
    known: dict[str, Sequence[str]] = {}
    newest = narrowed(visible_needs_to(account), Need, Filters(), account)
    rows = session.execute(
        newest.outerjoin(Slot, Slot.need_id == Need.id)
        .with_only_columns(Need.title, Slot.what, maintain_column_froms=True)
        .order_by(*newest_first(Need))
        .limit(MOST_READ_FOR_WORDS)
    ).all()
    for title, what in rows:
        texts = [what or "", *words(title), *words(what or "")]
        known |= {text: (text,) for text in texts if 1 < len(text) <= LONGEST_WORD}
    for skill in vocabulary_of_skills(session):
        known[f"skill {skill.code}"] = [skill.name_ja, *(alias.text for alias in skill.aliases)]
    return known


def _parts(text: str) -> list[str]:
    """Return the words that a phrase is made of, as far as they stand in it, the longest first.

    A word with hiragana in it is rarely what a phrase is about: of 「ぞうきん作り」 the 「作り」 is not.
    """
    folded = fold(text)
    found = dict.fromkeys(word for word in words(text) if _tells(word) and fold(word) in folded)
    return sorted(found, key=lambda word: -len(word))


def _tells(word: str) -> bool:
    return len(word) > 1 and not any("ぁ" <= sign <= "ゖ" for sign in word)
