"""Reads of the directory: who stands in it, and which of them fit what is to be passed on."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, lazyload, selectinload

from models import Account, ActivityField, Area, AreaLevel, Intermediary, IntermediaryKind, Role, lies_under
from models.referrals import intermediary_areas
from models.search import MOST_WORDS

PAGE_SIZE: Final = 20
MOST_CHOICES: Final = 200


@dataclass(frozen=True, slots=True)
class Sought:
    """What the directory is narrowed down to."""

    words: str = ""
    kind: str = ""
    field: str = ""
    area: str = ""

    def active(self) -> dict[str, str]:
        """Return the parts that narrow the list, as the parameters of its address."""
        parts = {"q": self.words, "kind": self.kind, "field": self.field, "area": self.area}
        return {name: value for name, value in parts.items() if value}


@dataclass(frozen=True, slots=True)
class Directory:
    """One page of the directory."""

    entries: Sequence[Intermediary]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """Return how many pages the directory has, at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class Fit:
    """An entry, and what of it fits what is to be passed on."""

    entry: Intermediary
    fields: Sequence[ActivityField]
    looks_after_the_place: bool

    @property
    def fits(self) -> bool:
        """Tell whether something speaks for it."""
        return bool(self.fields) or self.looks_after_the_place

    @property
    def rank(self) -> tuple[int, int, str]:
        """Return what comes first: common fields, then the place, then the name."""
        return (-len(self.fields), -self.looks_after_the_place, self.entry.name)


def directory_page(session: Session, sought: Sought, *, number: int) -> Directory:
    """Return one page of the directory, by name."""
    found = _narrowed(_standing(), sought)
    total = session.scalar(select(func.count()).select_from(found.with_only_columns(Intermediary.id).subquery())) or 0
    number = min(max(number, 1), max(1, -(-total // PAGE_SIZE)))
    entries = session.scalars(
        found.options(*_of_an_entry())
        .order_by(Intermediary.name, Intermediary.id)
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    ).all()
    return Directory(entries, total, number)


def whole_entry(session: Session, entry: Intermediary) -> Intermediary:
    """Return an entry with its fields and places."""
    return session.scalars(select(Intermediary).where(Intermediary.id == entry.id).options(*_of_an_entry())).one()


def fitting(session: Session, area: Area, about: Collection[UUID]) -> list[Fit]:
    """Return to whom something from a place can be passed on, those that fit best first.

    Entries of the municipality and of places around it, and those that name a place around as one they look after.
    """
    around = _around(area.path)
    looks_after = select(intermediary_areas.c.intermediary_id).join(Area, intermediary_areas.c.area_id == Area.id)
    entries = session.scalars(
        _standing()
        .where(
            or_(
                Area.path.in_(around),
                lies_under([area.tenant.path]),
                Intermediary.id.in_(looks_after.where(Area.path.in_(around))),
            )
        )
        .options(*_of_an_entry())
        .order_by(Intermediary.name, Intermediary.id)
        .limit(MOST_CHOICES)
    ).all()
    fits = [
        Fit(
            entry=entry,
            fields=[field for field in entry.fields if field.id in about],
            looks_after_the_place=any(place.covers(area.path) for place in (entry.areas or [entry.area])),
        )
        for entry in entries
    ]
    return sorted(fits, key=lambda fit: fit.rank)


def fields(session: Session) -> Sequence[ActivityField]:
    """Return every field of activity in its order."""
    return session.scalars(select(ActivityField).order_by(ActivityField.position, ActivityField.id)).all()


def areas_of_entries(session: Session) -> Sequence[Area]:
    """Return the municipalities in which an entry stands or which one looks after, in the order of the tree."""
    at_home = select(Intermediary.area_id).where(Intermediary.ended_on.is_(None))
    looked_after = select(intermediary_areas.c.area_id)
    return session.scalars(
        select(Area)
        .where(or_(Area.id.in_(at_home), Area.id.in_(looked_after)), Area.level != AreaLevel.COUNTRY)
        .options(lazyload(Area.parent))
        .order_by(Area.path)
    ).all()


def places_looked_after(session: Session, account: Account) -> Sequence[Area]:
    """Return the places in which the account may add entries, in the order of the tree."""
    paths = account.paths(Role.COORDINATOR) + account.paths(Role.ADMINISTRATOR)
    return session.scalars(select(Area).where(lies_under(paths)).order_by(Area.path).limit(MOST_CHOICES)).all()


def _standing() -> Select[Intermediary]:
    return select(Intermediary).join(Area, Intermediary.area_id == Area.id).where(Intermediary.ended_on.is_(None))


def _of_an_entry() -> tuple[Any, ...]:
    return (selectinload(Intermediary.fields), selectinload(Intermediary.areas), lazyload(Intermediary.participant))


def _around(path: str) -> list[str]:
    parts = path.split(".")
    return [".".join(parts[:depth]) for depth in range(1, len(parts) + 1)]


def _narrowed(found: Select[Intermediary], sought: Sought) -> Select[Intermediary]:
    if sought.words:
        for word in sought.words.split()[:MOST_WORDS]:
            columns = (Intermediary.name, Intermediary.summary)
            found = found.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    if sought.kind in set(IntermediaryKind):
        found = found.where(Intermediary.kind == IntermediaryKind(sought.kind))
    if sought.field:
        found = found.where(Intermediary.fields.any(ActivityField.code == sought.field))
    if sought.area:
        around = _around(sought.area)
        found = found.where(
            or_(
                Area.path.in_(around),
                lies_under([sought.area]),
                Intermediary.areas.any(Area.path.in_(around)),
                Intermediary.areas.any(lies_under([sought.area])),
            )
        )
    return found
