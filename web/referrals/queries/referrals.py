"""Reads of referrals: what stands open, what is overdue, and the one that a link leads to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from itsdangerous import URLSafeSerializer
from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, joinedload, lazyload

from models import (
    Account,
    ActivityField,
    Appointment,
    Area,
    Consultation,
    Intermediary,
    Need,
    Participant,
    Referral,
    ReferralState,
    Role,
    Visit,
    lies_under,
)
from models.listings import need_fields
from models.participants import participant_fields

PAGE_SIZE: Final = 30
LINK_SALT: Final = "referral"
OPEN: Final = (ReferralState.SENT, ReferralState.RECEIVED)
OVERDUE, ANY_OPEN, MINE = "overdue", "open", "mine"


@dataclass(frozen=True, slots=True)
class Shown:
    """One page of the list of referrals, and how many of them are overdue in all."""

    referrals: Sequence[Referral]
    total: int
    overdue: int
    number: int

    @property
    def pages(self) -> int:
        """Return how many pages the list has, at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be passed on: a consultation, a visit or a need, with what is known of it."""

    area: Area
    about: Sequence[ActivityField]
    title: str
    text: str
    contact: str
    consultation: Consultation | None = None
    visit: Visit | None = None
    need: Need | None = None
    participant: Participant | None = None


def visible_to(account: Account) -> Select[Referral]:
    """Return the referrals from places that the account coordinates."""
    return select(Referral).join(Area, Referral.area_id == Area.id).where(lies_under(account.paths(Role.COORDINATOR)))


def index_page(session: Session, account: Account, show: str, *, today: date, number: int) -> Shown:
    """Return one page of the referrals: overdue first, then what is open by its day, then what has ended."""
    found = visible_to(account)
    if show == OVERDUE:
        found = found.where(is_overdue(today))
    elif show == ANY_OPEN:
        found = found.where(Referral.state.in_(OPEN))
    elif show == MINE:
        found = found.where(Referral.sent_by_id == account.id)
    elif show in set(ReferralState):
        found = found.where(Referral.state == ReferralState(show))
    total = session.scalar(found.with_only_columns(func.count(Referral.id))) or 0
    late = session.scalar(visible_to(account).where(is_overdue(today)).with_only_columns(func.count(Referral.id)))
    number = min(max(number, 1), max(1, -(-total // PAGE_SIZE)))
    order = case((is_overdue(today), 0), (Referral.state.in_(OPEN), 1), else_=2)
    referrals = session.scalars(
        found.options(*_in_a_list())
        .order_by(
            order,
            case((Referral.state == ReferralState.SENT, Referral.receipt_due_on), else_=Referral.result_due_on),
            Referral.sent_on.desc(),
            Referral.id,
        )
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    ).all()
    return Shown(referrals, total, late or 0, number)


def overdue(session: Session, account: Account, today: date) -> Sequence[Referral]:
    """Return the referrals from the account's places for which nobody gave a receipt in time, the oldest first."""
    return session.scalars(
        visible_to(account)
        .where(is_overdue(today))
        .options(*_in_a_list())
        .order_by(Referral.receipt_due_on, Referral.id)
    ).all()


def of_consultation(session: Session, consultation: Consultation) -> Sequence[Referral]:
    """Return to whom a consultation was passed on, the newest first."""
    return _of(session, Referral.consultation_id == consultation.id)


def of_visit(session: Session, visit: Visit) -> Sequence[Referral]:
    """Return to whom what a visit brought to light was passed on, the newest first."""
    return _of(session, Referral.visit_id == visit.id)


def of_need(session: Session, need: Need) -> Sequence[Referral]:
    """Return to whom a need was passed on, the newest first."""
    return _of(session, Referral.need_id == need.id)


def whole(session: Session, referral: Referral) -> Referral:
    """Return a referral with all that its page shows."""
    return session.scalars(
        select(Referral)
        .where(Referral.id == referral.id)
        .options(
            *_in_a_list(),
            joinedload(Referral.consultation).lazyload(Consultation.participant),
            joinedload(Referral.visit).lazyload(Visit.participant),
            joinedload(Referral.need).lazyload(Need.participant),
        )
    ).one()


def subject_of(session: Session, account: Account, kind: type[Any], identity: UUID) -> Subject | None:
    """Return what is to be passed on, or None where it is not the account's to pass on."""
    row = session.get(kind, identity)
    if row is None or not account.covers(Role.COORDINATOR, row.area.path):
        return None
    if isinstance(row, Need):
        return Subject(
            area=row.area,
            about=_chosen(session, select(need_fields.c.activity_field_id).where(need_fields.c.need_id == row.id)),
            title=row.title,
            text="\n".join(part for part in (row.title, row.body) if part),
            contact="",
            need=row,
            participant=row.participant,
        )
    fields = _fields_of(session, row.participant_id)
    if isinstance(row, Consultation):
        return Subject(
            area=row.area,
            about=fields,
            title=row.asked,
            text=row.asked,
            contact=" ".join(part for part in (row.asker_name, row.asker_contact) if part),
            consultation=row,
            participant=row.participant,
        )
    heard = "\n".join(part for part in (row.heard, row.seen) if part)
    return Subject(
        area=row.area, about=fields, title=heard, text=heard, contact="", visit=row, participant=row.participant
    )


def token_for(session: Session, referral: Referral) -> str:
    """Return the token of the link in the mail; it follows from the key of the site, so no table holds it."""
    return URLSafeSerializer(session.info["link_key"], salt=LINK_SALT).dumps(referral.id.hex)


def hashed(token: str) -> str:
    """Return what the database keeps of a token."""
    return sha256(token.encode()).hexdigest()


def by_token(session: Session, token: str) -> Referral | None:
    """Return the referral that a link leads to."""
    return session.scalar(select(Referral).where(Referral.token_hash == hashed(token)).options(*_in_a_list()))


def lock(session: Session, referral: Referral) -> None:
    """Make others wait who want to answer or remind, and read it anew."""
    session.execute(select(Referral.id).where(Referral.id == referral.id).with_for_update(key_share=True))
    session.refresh(referral, ["state", "received_at", "result_due_on", "closed_at", "reminded_at", "version"])


def due_for_reminder(session: Session, today: date) -> Sequence[UUID]:
    """Return the referrals of which the other side is not heard, and was not reminded yet."""
    return session.scalars(
        select(Referral.id).where(is_overdue(today), Referral.reminded_at.is_(None)).order_by(Referral.id)
    ).all()


def coordinators_to_tell(session: Session, referral: Referral) -> Sequence[Account]:
    """Return whoever sent it; where they are gone, the coordinators around."""
    sender = referral.sent_by
    if sender is not None and sender.may_sign_in and sender.covers(Role.COORDINATOR, referral.area.path):
        return [sender]
    parts = referral.area.path.split(".")
    around = [".".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
    appointed = (
        select(Appointment.account_id)
        .join(Area, Appointment.area_id == Area.id)
        .where(Appointment.role == Role.COORDINATOR, Area.path.in_(around))
    )
    accounts = session.scalars(select(Account).where(Account.id.in_(appointed)).order_by(Account.id))
    return [account for account in accounts if account.may_sign_in]


def number_of(referral: Referral) -> str:
    """Return the number under which both sides keep a referral."""
    return f"{referral.sent_on:%Y%m%d}-{referral.id.hex[:6].upper()}"


def is_overdue(today: date) -> ColumnElement[bool]:
    """Return the condition that the other side should have been heard of."""
    return or_(
        and_(Referral.state == ReferralState.SENT, Referral.receipt_due_on < today),
        and_(Referral.state == ReferralState.RECEIVED, Referral.result_due_on < today),
    )


def _of(session: Session, condition: ColumnElement[bool]) -> Sequence[Referral]:
    return session.scalars(
        select(Referral).where(condition).options(*_in_a_list()).order_by(Referral.sent_on.desc(), Referral.id)
    ).all()


def _fields_of(session: Session, participant_id: UUID | None) -> Sequence[ActivityField]:
    if participant_id is None:
        return ()
    chosen = select(participant_fields.c.activity_field_id).where(participant_fields.c.participant_id == participant_id)
    return _chosen(session, chosen)


def _chosen(session: Session, chosen: Select[UUID]) -> Sequence[ActivityField]:
    return session.scalars(
        select(ActivityField).where(ActivityField.id.in_(chosen)).order_by(ActivityField.position)
    ).all()


def _in_a_list() -> tuple[Any, ...]:
    to = joinedload(Referral.intermediary).options(lazyload(Intermediary.area), lazyload(Intermediary.participant))
    return (to, *_sender())


def _sender() -> tuple[Any, ...]:
    return (joinedload(Referral.sent_by).options(lazyload(Account.memberships), lazyload(Account.appointments)),)
