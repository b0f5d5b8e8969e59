"""Reads of who is in charge, who could be, and where something is not as it should be."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select
from sqlalchemy.orm import Session, joinedload, lazyload, selectinload

from models import (
    Account,
    ActivityField,
    Appointed,
    Appointment,
    Area,
    Charge,
    HandOver,
    Need,
    NeedStatus,
    Office,
    Partnership,
    RoutingRule,
    lies_under,
)
from models.listings import need_fields
from seeds.routing import default_offices

PORTION: Final = 500


@dataclass(frozen=True, slots=True)
class Place:
    """Where a need lies, and how it stands."""

    need_id: UUID
    path: str
    municipality_id: UUID
    status: NeedStatus


def portions(ids: Collection[UUID]) -> Iterator[Sequence[UUID]]:
    """Yield ids in portions that every database takes as parameters."""
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), PORTION):
        yield ordered[start : start + PORTION]


def lock_needs(session: Session, ids: Sequence[UUID]) -> None:
    """Wait until nobody else decides who is in charge of these needs; on SQLite there is one writer anyway."""
    session.execute(select(Need.id).where(Need.id.in_(ids)).order_by(Need.id).with_for_update(key_share=True))


def places_of(session: Session, ids: Sequence[UUID]) -> list[Place]:
    """Return where needs lie and how they stand now, in the order of the ids."""
    rows = session.execute(
        select(Need.id, Area.path, Need.municipality_id, Need.status)
        .join(Area, Need.area_id == Area.id)
        .where(Need.id.in_(ids))
        .order_by(Need.id)
    )
    return [Place(*row) for row in rows]


def needs_of(session: Session, ids: Collection[UUID]) -> dict[UUID, Need]:
    """Return needs by id, with nothing of theirs loaded beside them."""
    found = session.scalars(select(Need).where(Need.id.in_(ids)).options(lazyload("*")))
    return {need.id: need for need in found}


def standing(session: Session, ids: Collection[UUID]) -> dict[UUID, Charge]:
    """Return the charges that stand, by need, as the database holds them at this moment."""
    found = session.scalars(
        select(Charge)
        .where(Charge.need_id.in_(ids), Charge.until.is_(None))
        .options(
            joinedload(Charge.keeper).options(lazyload(Account.memberships), lazyload(Account.appointments)),
            selectinload(Charge.hand_overs),
        )
        .execution_options(populate_existing=True)
    )
    return {charge.need_id: charge for charge in found}


def keepers_of(session: Session, ids: Collection[UUID]) -> dict[UUID, Account]:
    """Return who is in charge of each of these needs, for lists that show it; whoever is gone is left out."""
    rows = session.execute(
        select(Charge.need_id, Account)
        .join(Account, Charge.keeper_id == Account.id)
        .where(Charge.need_id.in_(ids), Charge.until.is_(None))
        .options(lazyload(Account.memberships), lazyload(Account.appointments))
    )
    return {row[0]: row[1] for row in rows}


def with_work_under_way(session: Session, ids: Sequence[UUID]) -> set[UUID]:
    """Return those of the needs for which a partnership is proposed or goes on."""
    return set(
        session.scalars(
            select(Partnership.need_id).where(Partnership.need_id.in_(ids), Partnership.over_at.is_(None)).distinct()
        )
    )


def may_sign_in() -> ColumnElement[bool]:
    """Return the condition that an `Account` is confirmed and not suspended."""
    return and_(Account.confirmed_at.is_not(None), Account.suspended_at.is_(None))


def staff_covering(session: Session, paths: Iterable[str]) -> list[Appointed]:
    """Return who can sign in and looks after one of these places, or one that it lies in; the oldest first."""
    above = sorted({prefix for path in paths for prefix in prefixes(path)})
    rows = session.execute(
        select(
            Appointment.account_id, Area.path, Appointment.role, Appointment.office, Appointment.created_at,
            Appointment.id,
        )
        .join(Area, Appointment.area_id == Area.id)
        .join(Account, Appointment.account_id == Account.id)
        .where(Area.path.in_(above), may_sign_in())
        .order_by(Appointment.created_at, Appointment.id)
    )  # fmt: skip
    return [Appointed(*row) for row in rows]


def prefixes(path: str) -> list[str]:
    """Return the paths of a place and of all that it lies in."""
    parts = path.split(".")
    return [".".join(parts[:depth]) for depth in range(1, len(parts) + 1)]


def load_of(session: Session, accounts: Collection[UUID]) -> dict[UUID, int]:
    """Count the needs that each account is in charge of."""
    rows = session.execute(
        select(Charge.keeper_id, func.count())
        .where(Charge.keeper_id.in_(accounts), Charge.until.is_(None))
        .group_by(Charge.keeper_id)
    )
    return {keeper: count for keeper, count in rows if keeper is not None}


def first_fields(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the code of the first field of each need that names one."""
    rows = session.execute(
        select(need_fields.c.need_id, ActivityField.code)
        .join(ActivityField, need_fields.c.activity_field_id == ActivityField.id)
        .where(need_fields.c.need_id.in_(ids))
        .order_by(ActivityField.position, ActivityField.code)
    )
    first: dict[UUID, str] = {}
    for need_id, code in rows:
        first.setdefault(need_id, code)
    return first


def rules_of(session: Session, municipalities: Collection[UUID]) -> dict[UUID, Mapping[str | None, Office | None]]:
    """Return by municipality to which office the needs of each field go; the sheet speaks where it said nothing."""
    rows = session.execute(
        select(RoutingRule.municipality_id, ActivityField.code, RoutingRule.office)
        .outerjoin(ActivityField, RoutingRule.field_id == ActivityField.id)
        .where(RoutingRule.municipality_id.in_(municipalities))
    )
    own: defaultdict[UUID, dict[str | None, Office | None]] = defaultdict(dict)
    for municipality, code, office in rows:
        own[municipality][code] = office
    return {one: own[one] if one in own else default_offices() for one in municipalities}


def questions_to(session: Session, account: Account) -> Sequence[HandOver]:
    """Return the questions to an account whether it takes a need over that wait for its answer, the oldest first."""
    return session.scalars(
        select(HandOver)
        .join(Charge, HandOver.charge_id == Charge.id)
        .where(HandOver.to_id == account.id, HandOver.answered_at.is_(None), Charge.until.is_(None))
        .options(
            joinedload(HandOver.asked_by).options(lazyload(Account.memberships), lazyload(Account.appointments)),
            joinedload(HandOver.charge)
            .joinedload(Charge.need)
            .options(lazyload(Need.posted_by), joinedload(Need.area)),
        )
        .order_by(HandOver.asked_at, HandOver.id)
    ).all()


def kept_by(session: Session, account_id: UUID) -> Sequence[UUID]:
    """Return the needs that an account is in charge of."""
    return session.scalars(select(Charge.need_id).where(Charge.keeper_id == account_id, Charge.until.is_(None))).all()


def out_of_order(session: Session) -> list[UUID]:
    """Return the needs of which nobody who is appointed there is in charge, or that nobody has to look after."""
    wrong = set(session.scalars(without_keeper()))
    wrong |= set(session.scalars(_kept_though_nothing_is_to_do()))
    return sorted(wrong)


def without_keeper_in(session: Session, area: Area) -> Sequence[UUID]:
    """Return those of a place."""
    return session.scalars(without_keeper().where(lies_under([area.path]))).all()


def without_keeper() -> Select[UUID]:
    """Return the open needs of which nobody is in charge who can sign in and is appointed for their place."""
    kept = (
        select(Charge.id)
        .join(Account, Charge.keeper_id == Account.id)
        .where(Charge.need_id == Need.id, Charge.until.is_(None), may_sign_in(), _is_appointed_there())
        .correlate(Need, Area)
        .exists()
    )
    return (
        select(Need.id)
        .join(Area, Need.area_id == Area.id)
        .where(
            or_(
                Need.status == NeedStatus.OPEN,
                and_(Need.status != NeedStatus.DRAFT, _has_work_under_way()),
                select(Charge.id).where(Charge.need_id == Need.id, Charge.until.is_(None)).correlate(Need).exists(),
            ),
            not_(kept),
        )
        .order_by(Need.id)
    )


def _is_appointed_there() -> ColumnElement[bool]:
    covering = Area.__table__.alias("covering")
    return (
        select(Appointment.id)
        .join(covering, Appointment.area_id == covering.c.id)
        .where(
            Appointment.account_id == Charge.keeper_id,
            or_(Area.path == covering.c.path, Area.path.startswith(covering.c.path + ".")),
        )
        .correlate(Charge, Area)
        .exists()
    )


def _has_work_under_way() -> ColumnElement[bool]:
    return (
        select(Partnership.id)
        .where(Partnership.need_id == Need.id, Partnership.over_at.is_(None))
        .correlate(Need)
        .exists()
    )


def _kept_though_nothing_is_to_do() -> Select[UUID]:
    return (
        select(Charge.need_id)
        .join(Need, Charge.need_id == Need.id)
        .where(Charge.until.is_(None), Need.status != NeedStatus.OPEN, not_(_has_work_under_way()))
    )


def accounts(session: Session, ids: Collection[UUID]) -> dict[UUID, Account]:
    """Return accounts by id."""
    return {account.id: account for account in session.scalars(select(Account).where(Account.id.in_(ids)))}
