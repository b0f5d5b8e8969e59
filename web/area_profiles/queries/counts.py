"""Every figure of a profile in one statement: grouped, and looked up by the few ids of the place."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Text,
    case,
    cast,
    distinct,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from models import (
    Account,
    ActivityField,
    Appointment,
    Area,
    Consent,
    ConsentPurpose,
    Course,
    Merger,
    Need,
    NeedOutcome,
    NeedStatus,
    Offer,
    OfferItem,
    OfferStatus,
    Office,
    Participant,
    ParticipantKind,
    Partnership,
    ResourceKind,
    Role,
    RoleHolding,
    Roundtable,
    Slot,
    SmallRole,
    Stage,
    Visit,
)
from models.listings import need_fields, offer_fields
from models.suggestions import published_runs
from models.taxonomy import FEW_HOURS
from models.years import begins_at, first_day, fiscal_year
from web.area_profiles.queries.places import Place

FEWEST_PEOPLE: Final = 5
"""Fewer people than this are shown to nobody but those who look after the place."""

MANY_OFFICES: Final = 3

Line: TypeAlias = Select[Any]


@dataclass(frozen=True, slots=True)
class Cell:
    """How many needs lack something, and how many offers give it."""

    needs: int = 0
    offers: int = 0

    @property
    def lacks(self) -> bool:
        """Tell whether more is sought than given."""
        return self.needs > self.offers

    @property
    def ratio(self) -> float | None:
        """Return how many needs come to one offer; None where there is no offer, which is no number."""
        return self.needs / self.offers if self.offers else None


@dataclass(frozen=True, slots=True)
class Row:
    """One field of activity, or what names no field, kind by kind."""

    field: ActivityField | None
    cells: Mapping[ResourceKind, Cell]


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted; None stands for fewer than five people where the reader may not know how many."""

    participants: Mapping[ParticipantKind, int | None]
    rows: Sequence[Row]
    totals: Mapping[ResourceKind, Cell]
    open_slots: Mapping[ResourceKind, int]
    open_needs: int
    offices: Mapping[int, int | None]
    unmet: int
    stages: Mapping[Stage, int]
    coordinators: Mapping[Office | None, int]
    visits: int
    talks_supported: int
    meetings: int
    courses: int
    small_roles: int
    newcomers: int | None
    hides_people: bool


def counts_of(session: Session, place: Place, *, on: date, whole: bool) -> Counts:
    """Count what there is in a place; `whole` is for those who look after it, all others get no small numbers."""
    found: dict[str, list[Any]] = defaultdict(list)
    for line in session.execute(union_all(*_lines(place, on=on))):
        found[line.part].append(line)
    fields = session.scalars(select(ActivityField).order_by(ActivityField.position, ActivityField.id)).all()
    shown = _shown_to(whole=whole)
    alone = {part: lines[0].number for part, lines in found.items() if lines[0].key is None}
    kinds = {ParticipantKind(line.key): line.number for line in found["participants"]}
    stages = {Stage(line.key): line.number for line in found["stages"]}
    offices = {int(line.key): line.number for line in found["offices"]}
    return Counts(
        participants={
            kind: shown(kinds.get(kind, 0)) if kind is ParticipantKind.RESIDENT else kinds.get(kind, 0)
            for kind in ParticipantKind
        },
        rows=_rows(fields, found["demand"], found["supply"], whole=whole),
        totals=_totals(found["demand_in_all"], found["supply_in_all"], whole=whole),
        open_slots={ResourceKind(line.key): line.more for line in found["demand_in_all"]},
        open_needs=alone["open_needs"],
        offices={number: shown(offices.get(number, 0)) for number in range(1, MANY_OFFICES + 1)},
        unmet=alone["unmet"],
        stages={stage: stages.get(stage, 0) for stage in Stage},
        coordinators=_coordinators(found["coordinators"]),
        visits=alone["visits"],
        talks_supported=alone["talks_supported"],
        meetings=alone["meetings"],
        courses=alone["courses"],
        small_roles=alone["small_roles"],
        newcomers=shown(alone["newcomers"]),
        hides_people=not whole,
    )


class _shown_to:  # noqa: N801  # it is called like a function
    """Show a number of people, unless there are few of them and the reader is anybody."""

    def __init__(self, *, whole: bool) -> None:
        self.whole = whole

    def __call__(self, people: int) -> int | None:
        return people if self.whole or people == 0 or people >= FEWEST_PEOPLE else None


def _lines(place: Place, *, on: date) -> list[Line]:
    """Return everything that is counted, each as one grouped part of the statement."""
    ids = place.ids
    year = fiscal_year(on)
    begins, ends = first_day(year), first_day(year + 1)
    return [
        _line("participants", Participant.kind, func.count())
        .where(Participant.area_id.in_(ids), Participant.left_at.is_(None))
        .group_by(Participant.kind),
        *_demand(ids),
        *_supply(ids),
        _offices(ids, on=on),
        _line("stages", Partnership.stage, func.count())
        .join(Need, Partnership.need_id == Need.id)
        .where(Need.area_id.in_(ids))
        .group_by(Partnership.stage),
        _coordinating(place),
        _line("visits", None, func.count(Visit.id)).where(
            Visit.area_id.in_(ids), Visit.visited_on >= begins, Visit.visited_on < ends
        ),
        _line("talks_supported", None, func.count(Roundtable.id)).where(
            *_held(ids, begins, ends), Roundtable.support != ""
        ),
        _line("meetings", None, func.count(Roundtable.id)).where(*_held(ids, begins, ends)),
        _line("courses", None, func.count(Course.id)).where(
            Course.area_id.in_(ids), Course.ends_on >= begins, Course.starts_on < ends
        ),
        _line("newcomers", None, func.count(Participant.id)).where(
            Participant.area_id.in_(ids),
            Participant.kind == ParticipantKind.RESIDENT,
            Participant.left_at.is_(None),
            Participant.created_at >= begins_at(year),
            Participant.created_at < begins_at(year + 1),
            ~_was_known(before=begins_at(year)),
        ),
    ]


def _was_known(*, before: datetime) -> ColumnElement[bool]:
    """Return whether an older record of the same person was given up for this one."""
    given_up = aliased(Participant)
    return (
        select(Merger.id)
        .join(given_up, Merger.merged_id == given_up.id)
        .where(Merger.kept_id == Participant.id, given_up.created_at < before)
        .correlate(Participant)
        .exists()
    )


def _line(
    part: str,
    key: Any,
    number: ColumnElement[int],
    *,
    other: Any = None,
    person: Any = None,
    more: ColumnElement[int] | None = None,
) -> Line:
    return select(
        literal(part).label("part"),
        _as_text(key).label("key"),
        _as_text(other).label("other"),
        (literal(0) if person is None else person).label("person"),
        number.label("number"),
        (literal(0) if more is None else more).label("more"),
    )


def _as_text(key: Any) -> ColumnElement[str]:
    return cast(null() if key is None else key, String)


def is_listed(ids: Sequence[UUID]) -> list[ColumnElement[bool]]:
    """Return the conditions under which a need is open and in the list that anybody reads."""
    return [Need.area_id.in_(ids), Need.status == NeedStatus.OPEN, *_may_be_asked()]


def _may_be_asked() -> list[ColumnElement[bool]]:
    return [
        Participant.left_at.is_(None),
        Participant.paused_at.is_(None),
        or_(Participant.is_adult, _consented(ConsentPurpose.GUARDIAN)),
    ]


def _consented(purpose: ConsentPurpose) -> ColumnElement[bool]:
    return (
        select(Consent.id)
        .where(Consent.participant_id == Participant.id, Consent.purpose == purpose, Consent.withdrawn_at.is_(None))
        .exists()
    )


def _demand(ids: Sequence[UUID]) -> list[Line]:
    """Count needs by what they still lack; a need of two fields stands under both, and once in all."""
    lacking = func.count(distinct(Need.id))
    owned = Participant.id == Need.participant_id
    welcomes = cast(Need.welcomes, Text).contains(f'"{SmallRole.TRIAL.value}"', autoescape=True)
    few_hours = (
        select(Slot.id)
        .where(Slot.need_id == Need.id, Slot.promised < Slot.quantity, Slot.hours_per_month <= FEW_HOURS)
        .exists()
    )
    unmet = (
        select(NeedOutcome.id)
        .where(NeedOutcome.need_id == Need.id, NeedOutcome.candidates == 0, NeedOutcome.run_id.in_(published_runs()))
        .exists()
    )

    def of_slots(part: str, key: Any, other: Any = None) -> Line:
        line = _line(part, key, lacking, other=other, more=func.count(distinct(Slot.id))).select_from(Need)
        joined = line.join(Participant, owned).join(Slot, Slot.need_id == Need.id)
        return joined.where(*is_listed(ids), Slot.promised < Slot.quantity)

    def of_needs(part: str, *only: ColumnElement[bool]) -> Line:
        line = _line(part, None, func.count(Need.id)).select_from(Need).join(Participant, owned)
        return line.where(*is_listed(ids), *only)

    field = need_fields.c.activity_field_id
    return [
        of_slots("demand", field, Slot.kind)
        .outerjoin(need_fields, need_fields.c.need_id == Need.id)
        .group_by(field, Slot.kind),
        of_slots("demand_in_all", Slot.kind).group_by(Slot.kind),
        of_needs("open_needs"),
        of_needs("small_roles", or_(welcomes, few_hours)),
        of_needs("unmet", unmet),
    ]


def _supply(ids: Sequence[UUID]) -> list[Line]:
    """Count offers that may be suggested and have something left; those of persons by themselves."""
    is_person = case((Participant.kind == ParticipantKind.RESIDENT, 1), else_=0)
    field = offer_fields.c.activity_field_id

    def of_items(part: str, key: Any, other: Any = None) -> Line:
        line = _line(
            part,
            key,
            func.count(distinct(Offer.id)),
            other=other,
            person=is_person,
            more=func.count(distinct(Participant.id)),
        ).select_from(Offer)
        return (
            line.join(Participant, Participant.id == Offer.participant_id)
            .join(OfferItem, OfferItem.offer_id == Offer.id)
            .where(
                Offer.area_id.in_(ids),
                Offer.status == OfferStatus.OPEN,
                OfferItem.promised < OfferItem.quantity,
                *_may_be_asked(),
                or_(Participant.kind != ParticipantKind.RESIDENT, _consented(ConsentPurpose.PROJECTS)),
            )
        )

    return [
        of_items("supply", field, OfferItem.kind)
        .outerjoin(offer_fields, offer_fields.c.offer_id == Offer.id)
        .group_by(field, OfferItem.kind, is_person),
        of_items("supply_in_all", OfferItem.kind).group_by(OfferItem.kind, is_person),
    ]


def _offices(ids: Sequence[UUID], *, on: date) -> Line:
    """Count who holds one, two, or three and more offices today."""
    held = (
        select(RoleHolding.participant_id, func.count().label("offices"))
        .join(Participant, Participant.id == RoleHolding.participant_id)
        .where(
            Participant.area_id.in_(ids),
            Participant.left_at.is_(None),
            RoleHolding.since <= on,
            or_(RoleHolding.until.is_(None), RoleHolding.until >= on),
        )
        .group_by(RoleHolding.participant_id)
        .subquery()
    )
    so_many = case((held.c.offices >= MANY_OFFICES, MANY_OFFICES), else_=held.c.offices)
    return _line("offices", so_many, func.count()).select_from(held).group_by(so_many)


def _coordinating(place: Place) -> Line:
    """Count the coordinators of the place, of what lies in it and of what it lies in, office by office."""
    parts = place.area.path.split(".")
    upwards = [".".join(parts[:length]) for length in range(1, len(parts))]
    return (
        _line("coordinators", func.coalesce(cast(Appointment.office, String), ""), func.count(distinct(Account.id)))
        .select_from(Appointment)
        .join(Account, Account.id == Appointment.account_id)
        .join(Area, Area.id == Appointment.area_id)
        .where(
            Appointment.role == Role.COORDINATOR,
            Account.suspended_at.is_(None),
            or_(Area.id.in_(place.ids), Area.path.in_(upwards)),
        )
        .group_by(Appointment.office)
    )


def _held(ids: Sequence[UUID], begins: date, ends: date) -> list[ColumnElement[bool]]:
    return [Roundtable.area_id.in_(ids), Roundtable.held_on >= begins, Roundtable.held_on < ends]


def _coordinators(lines: Sequence[Any]) -> dict[Office | None, int]:
    found = {line.key: line.number for line in lines}
    named: dict[Office | None, int] = {office: found.get(office.value, 0) for office in Office}
    if found.get(""):
        named[None] = found[""]
    return named


def _rows(fields: Sequence[ActivityField], demand: Sequence[Any], supply: Sequence[Any], *, whole: bool) -> list[Row]:
    """Return the fields in which anything is sought or given, in their order, what names no field last."""
    needs: dict[tuple[UUID | None, ResourceKind], int] = {
        (_field_id(line), ResourceKind(line.other)): line.number for line in demand
    }
    offers: dict[tuple[UUID | None, ResourceKind], int] = defaultdict(int)
    for line in supply:
        offers[_field_id(line), ResourceKind(line.other)] += _may_be_counted(line, whole=whole)
    rows = []
    for field in (*fields, None):
        id_ = field.id if field else None
        cells = {kind: Cell(needs.get((id_, kind), 0), offers.get((id_, kind), 0)) for kind in ResourceKind}
        if any(cell.needs or cell.offers for cell in cells.values()):
            rows.append(Row(field, cells))
    return rows


def _totals(demand: Sequence[Any], supply: Sequence[Any], *, whole: bool) -> dict[ResourceKind, Cell]:
    needs = {ResourceKind(line.key): line.number for line in demand}
    offers: dict[ResourceKind, int] = defaultdict(int)
    for line in supply:
        offers[ResourceKind(line.key)] += _may_be_counted(line, whole=whole)
    return {kind: Cell(needs.get(kind, 0), offers.get(kind, 0)) for kind in ResourceKind}


def _field_id(line: Any) -> UUID | None:
    return UUID(line.key) if line.key else None


def _may_be_counted(line: Any, *, whole: bool) -> int:
    """Return the offers of a line; those of fewer than five persons count for nobody but who looks after the place."""
    return int(line.number) if whole or not line.person or line.more >= FEWEST_PEOPLE else 0
