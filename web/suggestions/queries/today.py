"""What needs a coordinator today: a few of each kind of work, the most urgent first, in four queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, String, Text, Uuid, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session, joinedload, lazyload

from models import (
    Account,
    Area,
    Enquiry,
    Need,
    NeedOutcome,
    Offer,
    Participant,
    Partnership,
    Party,
    Role,
    Stage,
    Suggestion,
    SuggestionApproval,
    SuggestionPartner,
    lies_under,
)
from models.suggestions import UNDECIDED
from web.partnerships.queries import due_in_partnerships
from web.partnerships.queries.due import Due, DueSome
from web.suggestions.queries import profiles
from web.suggestions.queries.cases import has_team, needs_visible_to, of_need, outcome, visible_to
from web.suggestions.queries.overlooked import overlooked_offers

FEW: Final = 3
"""So many of each kind are shown at once; a link leads to the others."""

SCARCE: Final = 2
"""Up to so many candidates a need is scarce."""

NEW_FOR: Final = timedelta(days=7)
MOST_SECOND: Final = 100


class Kind(StrEnum):
    """What sort of work waits with a need, or with an offer."""

    SCARCE = "scarce"
    NEW = "new"
    NOBODY = "nobody"
    OVERLOOKED = "overlooked"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A need that waits for work, and how many candidates it has; None where nobody has looked yet."""

    need: Need
    candidates: int | None


@dataclass(frozen=True, slots=True)
class Forgotten:
    """An offer that was in no suggestion for 90 days."""

    offer_id: UUID
    title: str


@dataclass(frozen=True, slots=True)
class Some:
    """The first few of a kind of work, and how much of it there is."""

    rows: Sequence[Any]
    total: int


@dataclass(frozen=True, slots=True)
class Today:
    """What needs a coordinator today."""

    overdue: Some
    second: Some
    others: Some
    listings: Mapping[Kind, Some]
    partnerships: Mapping[Due, DueSome]


def today(session: Session, account: Account, *, at: datetime) -> Today:
    """Return the first few of each kind of work, with how much there is of each."""
    second, others = second_approvals(session, account)
    return Today(
        overdue=overdue(session, account, at=at, limit=FEW),
        second=Some(second[:FEW], len(second)),
        others=Some(others[:FEW], len(others)),
        listings=_listings(session, account, at=at),
        partnerships=due_in_partnerships(session, account, at=at),
    )


def overdue(session: Session, account: Account, *, at: datetime, limit: int, page: int = 1) -> Some:
    """Return the enquiries whose day for a reply has passed, the longest first."""
    rows = session.execute(
        select(Enquiry, func.count().over())
        .join(Party, Enquiry.party_id == Party.id)
        .join(Partnership, Party.partnership_id == Partnership.id)
        .join(Need, Partnership.need_id == Need.id)
        .join(Area, Need.area_id == Area.id)
        .where(
            lies_under(account.paths(Role.COORDINATOR)),
            Partnership.stage == Stage.PROPOSED,
            Enquiry.reply.is_(None),
            Enquiry.released_at.is_(None),
            Enquiry.due_on < at.astimezone(profiles.TOWN_TIME).date(),
        )
        .options(
            joinedload(Enquiry.party).options(
                lazyload(Party.commitments),
                joinedload(Party.participant).options(lazyload(Participant.consents)),
                joinedload(Party.partnership).options(lazyload(Partnership.parties)),
            )
        )
        .order_by(Enquiry.due_on, Enquiry.sent_at, Enquiry.id)
        .limit(limit)
        .offset((page - 1) * limit)
    ).all()
    return Some([row[0] for row in rows], rows[0][1] if rows else 0)


def second_approvals(session: Session, account: Account) -> tuple[list[Suggestion], list[Suggestion]]:
    """Return what waits for this coordinator's second approval, and what waits for that of somebody else."""
    only_name = (lazyload(Account.memberships), lazyload(Account.appointments))
    waiting = (
        session.scalars(
            visible_to(account)
            .where(
                Suggestion.verdict.in_(UNDECIDED),
                select(SuggestionApproval.id).where(SuggestionApproval.suggestion_id == Suggestion.id).exists(),
            )
            .options(
                joinedload(Suggestion.need).options(*of_need()),
                joinedload(Suggestion.approvals).joinedload(SuggestionApproval.account).options(*only_name),
                joinedload(Suggestion.partners).options(
                    joinedload(SuggestionPartner.offer), lazyload(SuggestionPartner.shares)
                ),
            )
            .order_by(Suggestion.created_at, Suggestion.id)
            .limit(MOST_SECOND)
        )
        .unique()
        .all()
    )
    mine = [suggestion for suggestion in waiting if not suggestion.involves(account)]
    others = [suggestion for suggestion in waiting if any(one.account_id == account.id for one in suggestion.approvals)]
    return mine, others


def is_scarce() -> ColumnElement[bool]:
    """Return whether there is a team for a `Need`, but hardly anybody to choose from, or a slot that nobody fills."""
    lacks_somebody = cast(NeedOutcome.relaxations, Text).contains('"relax_slots"')
    return has_team() & (NeedOutcome.candidates.between(1, SCARCE) | lacks_somebody)


def is_new(at: datetime) -> ColumnElement[bool]:
    """Return whether a `Need` was opened in the past days."""
    return Need.opened_at >= at - NEW_FOR


def is_without_anybody() -> ColumnElement[bool]:
    """Return whether partners were looked for for a `Need` and nobody was found who fits."""
    return NeedOutcome.id.is_not(None) & profiles.still_lacks() & ~has_team()


def _listings(session: Session, account: Account, *, at: datetime) -> dict[Kind, Some]:
    found = union_all(
        _first(account, Kind.SCARCE, is_scarce(), NeedOutcome.candidates, Need.opened_at),
        _first(account, Kind.NEW, is_new(at), Need.opened_at.desc()),
        _first(account, Kind.NOBODY, is_without_anybody(), Need.opened_at),
        _overlooked(account, at=at),
    ).subquery()
    rows = session.execute(
        select(Need, found.c.kind, found.c.candidates, found.c.total, found.c.offer_id, found.c.title)
        .select_from(found)
        .outerjoin(Need, found.c.need_id == Need.id)
        .options(*of_need())
        .order_by(found.c.kind, found.c.place)
    ).all()
    return {
        kind: Some(
            [
                Forgotten(row.offer_id, row.title) if row.Need is None else Waiting(row.Need, row.candidates)
                for row in rows
                if row.kind == kind
            ],
            next((row.total for row in rows if row.kind == kind), 0),
        )
        for kind in Kind
    }


def _first(account: Account, kind: Kind, condition: ColumnElement[bool], *order: Any) -> Select[Any]:
    """Return the first few needs of a kind, each with its place and how many there are."""
    found = (
        needs_visible_to(account)
        .outerjoin(*outcome())
        .where(condition)
        .with_only_columns(
            literal(kind.value).label("kind"),
            Need.id.label("need_id"),
            NeedOutcome.candidates.label("candidates"),
            func.count().over().label("total"),
            func.row_number().over(order_by=(*order, Need.id)).label("place"),
            cast(null(), Uuid).label("offer_id"),
            cast(null(), String).label("title"),
        )
        .subquery()
    )
    return select(found).where(found.c.place <= FEW)


def _overlooked(account: Account, *, at: datetime) -> Select[Any]:
    """Return the offers of the account's places that have waited longest for a suggestion, in the same columns."""
    found = (
        overlooked_offers(lies_under(account.paths(Role.COORDINATOR)), at=at)
        .with_only_columns(
            literal(Kind.OVERLOOKED.value).label("kind"),
            cast(null(), Uuid).label("need_id"),
            cast(null(), Integer).label("candidates"),
            func.count().over().label("total"),
            func.row_number().over(order_by=(Offer.created_at, Offer.id)).label("place"),
            Offer.id.label("offer_id"),
            Offer.title.label("title"),
        )
        .subquery()
    )
    return select(found).where(found.c.place <= FEW)
