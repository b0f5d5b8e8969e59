"""Reads about the end of partnerships: when something is due, what still blocks an end, what followed from it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, lazyload

from models import (
    Account,
    Evaluation,
    LedgerLine,
    OutboxMail,
    Participant,
    Partnership,
    Party,
    Stage,
)
from models.partnerships import GRACE
from models.years import TOWN_TIME
from web.participants.queries import SeenParticipant, seen_by
from web.partnerships.queries.due import ALERTED_WITHOUT_AGREEMENT, TOLD_BEFORE_THE_END, WITHOUT_AGREEMENT
from web.people.queries import coordinators_of


@dataclass(frozen=True, slots=True)
class Outstanding:
    """A line of the ledger that is not balanced, and who gave it to whom."""

    line: LedgerLine
    giver: SeenParticipant
    receiver: SeenParticipant


@dataclass(frozen=True, slots=True)
class Hindrances:
    """What stands in the way of a decision, and who could not be asked to go on."""

    outstanding: Sequence[Outstanding]
    awaited: Sequence[SeenParticipant]
    until: date | None
    not_to_be_asked: Sequence[SeenParticipant]

    @property
    def block(self) -> bool:
        """Tell whether nothing can be decided yet."""
        return bool(self.outstanding or self.awaited)


def partnerships_due(session: Session, *, on: date) -> Sequence[UUID]:
    """Return the partnerships for which their clock may have something to do on a day."""
    # Accepted before the end of the day that lies so many days back.
    accepted = datetime.combine(on - ALERTED_WITHOUT_AGREEMENT + timedelta(days=1), time(), TOWN_TIME)
    statement = select(Partnership.id).where(
        or_(
            and_(Partnership.stage.in_(WITHOUT_AGREEMENT), Partnership.accepted_at < accepted),
            and_(Partnership.stage == Stage.AGREED, Partnership.starts_on <= on),
            and_(Partnership.stage == Stage.RUNNING, Partnership.ends_on <= on + TOLD_BEFORE_THE_END),
            and_(Partnership.stage == Stage.EVALUATING, Partnership.ends_on < on - GRACE),
        )
    )
    return session.scalars(statement.order_by(Partnership.id)).all()


def staff_of(session: Session, partnership: Partnership) -> Sequence[Account]:
    """Return who is told: the coordinator who proposed the partnership, or who coordinates the place now."""
    proposer = partnership.proposed_by
    if proposer is not None and proposer.may_sign_in:
        return [proposer]
    return coordinators_of(session, partnership.municipality)


def not_yet_told(
    session: Session, partnership: Partnership, what: str, accounts: Iterable[Account]
) -> dict[UUID, Account]:
    """Return the accounts that were not mailed this about the partnership before, each with the id of its mail.

    The id follows from partnership, cause and account, so that no mail can be written twice.
    """
    mails = {uuid5(partnership.id, f"{what} {account.id}"): account for account in accounts}
    written = set(session.scalars(select(OutboxMail.id).where(OutboxMail.id.in_(mails))))
    return {mail: account for mail, account in mails.items() if mail not in written}


def unbalanced(session: Session, partnership: Partnership) -> Sequence[LedgerLine]:
    """Return the lines of the ledger that must balance and do not; who wants to write into one waits."""
    lines = session.scalars(
        select(LedgerLine)
        .where(LedgerLine.partnership_id == partnership.id, LedgerLine.outstanding > 0)
        .order_by(LedgerLine.created_at, LedgerLine.id)
        .with_for_update(of=LedgerLine)
        .execution_options(populate_existing=True)
    ).all()
    return [line for line in lines if not line.is_balanced]


def awaited(session: Session, partnership: Partnership, *, on: date) -> Sequence[Party]:
    """Return the parties whose evaluation is still awaited; nobody's after the last day."""
    if partnership.evaluated_until is None or on > partnership.evaluated_until:
        return []
    present = {party.id: party for party in partnership.present}
    given = session.scalars(select(Evaluation.party_id).where(Evaluation.party_id.in_(present))).all()
    return [party for identity, party in present.items() if identity not in given]


def hindrances(session: Session, partnership: Partnership, account: Account, *, on: date) -> Hindrances:
    """Return what stands in the way of a decision on a day, as far as the account may see it."""
    identities = [party.participant_id for party in partnership.parties]
    # One query for all of them; the parties find theirs in the session.
    participants = session.scalars(select(Participant).where(Participant.id.in_(identities))).all()
    seen = {one.id: seen_by(account, one, partnership=partnership) for one in participants}
    parties = {party.id: party for party in partnership.parties}
    present = {party.participant_id for party in partnership.present}
    lines = session.scalars(
        select(LedgerLine)
        .where(LedgerLine.partnership_id == partnership.id, LedgerLine.outstanding > 0)
        .options(lazyload(LedgerLine.entries))
        .order_by(LedgerLine.created_at, LedgerLine.id)
    )
    return Hindrances(
        outstanding=[
            Outstanding(
                line,
                seen[parties[line.giver_id].participant_id],
                seen[parties[line.receiver_id].participant_id],
            )
            for line in lines
            if not line.is_balanced
        ],
        awaited=[seen[party.participant_id] for party in awaited(session, partnership, on=on)],
        until=partnership.evaluated_until,
        not_to_be_asked=[seen[one.id] for one in participants if one.id in present and not one.may_be_matched],
    )
