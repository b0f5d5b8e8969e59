"""How much waits in the field for a coordinator, counted in one query beside the plan of visits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, lazyload

from models import (
    Account,
    Area,
    Charge,
    Consultation,
    HandOver,
    Need,
    NeedStatus,
    Network,
    Participant,
    Petition,
    Provenance,
    Referral,
    Role,
    Roundtable,
    lies_under,
)
from models.business_days import add_business_days
from models.years import town_day
from web.consultations import queries as consultations
from web.petitions.queries import REMINDED_BUSINESS_DAYS, waits
from web.referrals.queries import is_overdue
from web.visits import queries as visits

MOST_DRAFTS: Final = 100
SOON: Final = timedelta(days=14)
NETWORKS_SOON: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits for a coordinator out in the field."""

    visits: int
    asked: int
    in_charge: int
    consultations: int
    drafts: int
    referrals: int
    meetings: int
    without_minutes: int
    petitions: int
    networks: int


def drafts(session: Session, account: Account) -> Sequence[Need]:
    """Return the needs that were heard in the account's places and are still drafts, the oldest first."""
    only_name = (lazyload(Account.memberships), lazyload(Account.appointments))
    return session.scalars(
        _drafts(account)
        .options(
            joinedload(Need.participant).lazyload(Participant.consents),
            joinedload(Need.area),
            joinedload(Need.posted_by).options(*only_name),
        )
        .order_by(Need.created_at, Need.id)
        .limit(MOST_DRAFTS)
    ).all()


def _drafts(account: Account) -> Select[Need]:
    here = select(Area.id).where(lies_under(account.paths(Role.COORDINATOR)))
    return (
        select(Need)
        .join(Provenance, Provenance.need_id == Need.id)
        .where(Need.area_id.in_(here), Need.status == NeedStatus.DRAFT, Need.discarded_at.is_(None))
    )


def waiting(session: Session, account: Account, *, at: datetime) -> Waiting:
    """Count what waits for the account: what it is asked and in charge of, and what is due in its places."""
    today = town_day(at)
    here = select(Area.id).where(lies_under(account.paths(Role.COORDINATOR)))
    not_over = Roundtable.held_on.is_(None) & Roundtable.called_off_at.is_(None)
    open_consultations = consultations.visible_to(account).where(Consultation.closed_at.is_(None))
    counted: list[Select[Any]] = [
        select(HandOver.id)
        .join(Charge, HandOver.charge_id == Charge.id)
        .where(HandOver.to_id == account.id, HandOver.answered_at.is_(None), Charge.until.is_(None)),
        select(Charge.id).where(Charge.keeper_id == account.id, Charge.until.is_(None)),
        open_consultations.with_only_columns(Consultation.id),
        _drafts(account).with_only_columns(Need.id),
        select(Referral.id).where(Referral.area_id.in_(here), is_overdue(today)),
        select(Roundtable.id).where(
            Roundtable.area_id.in_(here), not_over, Roundtable.starts_at >= at, Roundtable.starts_at < at + SOON
        ),
        select(Roundtable.id).where(Roundtable.area_id.in_(here), not_over, Roundtable.starts_at < at),
        select(Petition.id).where(
            Petition.area_id.in_(here),
            waits(),
            Petition.answer_due_on <= add_business_days(today, REMINDED_BUSINESS_DAYS),
        ),
        select(Network.id).where(
            Network.area_id.in_(here), Network.ended_at.is_(None), Network.ends_on <= today + NETWORKS_SOON
        ),
    ]
    numbers = session.execute(
        select(*(select(func.count()).select_from(one.subquery()).scalar_subquery() for one in counted))
    ).one()
    return Waiting(len(visits.due(session, account, today)), *numbers)
