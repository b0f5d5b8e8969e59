"""Reads of what runs in a partnership: what is to be reached, what was handed over, who worked, and who asks."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy import and_, case, exists, or_, select
from sqlalchemy.orm import Session, joinedload, lazyload
from sqlalchemy.orm.attributes import set_committed_value

from models import (
    Account,
    Appointment,
    ChangeRequest,
    LedgerEntry,
    LedgerLine,
    LedgerMove,
    Membership,
    Milestone,
    Participant,
    Partnership,
    Party,
    Role,
    Stage,
    WorkedHours,
)
from models.years import town_day
from web.participants.queries import SeenParticipant, seen_by

WRITES_LEDGER: Final = frozenset({Stage.AGREED, Stage.RUNNING, Stage.EVALUATING})
NOTES_HOURS: Final = frozenset({Stage.RUNNING, Stage.EVALUATING})
TAKES_REQUESTS: Final = frozenset({Stage.DRAFTING, Stage.AGREED, Stage.RUNNING})


@dataclass(frozen=True, slots=True)
class Voice:
    """A party for which the reader may write something down: their own, or one that nobody speaks for here."""

    party: Party
    participant: SeenParticipant
    is_own: bool


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote something down: a party, or a coordinator."""

    participant: SeenParticipant | None
    is_coordinator: bool


@dataclass(frozen=True, slots=True)
class SeenEntry:
    """One movement of the ledger."""

    entry: LedgerEntry
    author: Author


@dataclass(frozen=True, slots=True)
class SeenLine:
    """One line of the ledger with all that happened to it."""

    line: LedgerLine
    giver: SeenParticipant
    receiver: SeenParticipant
    entries: Sequence[SeenEntry]
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class SeenHours:
    """Hours that were noted, by the party itself or for it."""

    worked: WorkedHours
    on_behalf: bool


@dataclass(frozen=True, slots=True)
class HoursOfParty:
    """What the people of one party worked; its own limit is None where the reader must not know it."""

    participant: SeenParticipant
    this_month: float
    in_all: float
    limit: float | None
    noted: Sequence[SeenHours]


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """A request to change or leave, and what became of it."""

    request: ChangeRequest
    participant: SeenParticipant
    on_behalf: bool


@dataclass(frozen=True, slots=True)
class Work:
    """All that runs in a partnership, as far as the reader may see and write it."""

    partnership: Partnership
    today: date
    milestones: Sequence[Milestone]
    lines: Sequence[SeenLine]
    hours: Sequence[HoursOfParty]
    requests: Sequence[SeenRequest]
    writes_ledger: bool
    notes_hours: bool
    may_ask: bool
    decides: bool
    speaks: bool


_Known: TypeAlias = Mapping[UUID, SeenParticipant]


@dataclass(frozen=True, slots=True)
class _People:
    """Whose account is whose, among the parties and among those who wrote something down."""

    speaking: Mapping[UUID, frozenset[UUID]]
    active: frozenset[UUID]
    coordinators: frozenset[UUID]

    def author(self, account_id: UUID | None, seen: _Known) -> Author:
        """Name the party for which an account speaks, or say that it is a coordinator's."""
        spoken = (one for identity, one in seen.items() if account_id in self.speaking.get(identity, ()))
        return Author(next(spoken, None), account_id in self.coordinators)

    def wrote_for(self, account_id: UUID | None, participant_id: UUID) -> bool:
        """Tell whether a coordinator wrote this in the name of the participant."""
        return account_id in self.coordinators and account_id not in self.speaking.get(participant_id, ())


def began_on(partnership: Partnership) -> date:
    """Return the day on which all had said yes; nothing that is written down here happened before."""
    return town_day(partnership.accepted_at or partnership.proposed_at)


def milestone_of(session: Session, partnership: Partnership, identity: UUID) -> Milestone | None:
    """Return a milestone, if it is one of this partnership."""
    return session.scalar(select(Milestone).where(Milestone.id == identity, Milestone.partnership_id == partnership.id))


def line_of(session: Session, partnership: Partnership, identity: UUID) -> LedgerLine | None:
    """Return a line of the ledger, if it is one of this partnership."""
    return session.scalar(
        select(LedgerLine).where(LedgerLine.id == identity, LedgerLine.partnership_id == partnership.id)
    )


def participants_in(session: Session, partnership: Partnership, account: Account) -> dict[UUID, SeenParticipant]:
    """Return who takes part or took part, as far as the reader may see them, each once."""
    ids = {party.participant_id for party in partnership.parties}
    found = session.scalars(select(Participant).where(Participant.id.in_(ids)).options(lazyload(Participant.consents)))
    participants = {one.id: one for one in found}
    # The door has loaded the partnership with its parties: only what a page says besides is put beside them.
    for party in partnership.parties:
        set_committed_value(party, "participant", participants[party.participant_id])
    return {
        party.participant_id: seen_by(account, party.participant, partnership=partnership)
        for party in partnership.parties
    }


def parties_in(partnership: Partnership) -> Sequence[Party]:
    """Return the parties that are still in, once where a participant gives two things."""
    return list({party.participant_id: party for party in reversed(partnership.present)}.values())[::-1]


def voices_of(session: Session, partnership: Partnership, account: Account) -> Sequence[Voice]:
    """Return for which of the parties that are still in the reader may write something down."""
    seen = participants_in(session, partnership, account)
    coordinates = account.covers(Role.COORDINATOR, partnership.need.area.path)
    active = _people(session, seen, ()).active if coordinates else frozenset()
    return [
        Voice(party, seen[party.participant_id], is_own)
        for party in parties_in(partnership)
        if (is_own := account.represents(party.participant_id)) or (coordinates and party.participant_id not in active)
    ]


def waiting_requests(session: Session, partnership: Partnership) -> Sequence[ChangeRequest]:
    """Return the requests that nobody has decided."""
    return session.scalars(
        select(ChangeRequest)
        .join(Party, ChangeRequest.party_id == Party.id)
        .where(Party.partnership_id == partnership.id, ChangeRequest.decided_at.is_(None))
        .options(lazyload(ChangeRequest.party))
        .order_by(ChangeRequest.made_at, ChangeRequest.id)
    ).all()


def holding_back(session: Session, party: Party) -> Sequence[LedgerLine]:
    """Return the lines that must balance before the party leaves: its own, or all where its leaving is the end."""
    lines = session.scalars(
        select(LedgerLine)
        .where(LedgerLine.partnership_id == party.partnership_id, LedgerLine.outstanding > 0)
        .options(lazyload(LedgerLine.entries))
        .order_by(LedgerLine.created_at, LedgerLine.id)
    )
    is_the_end = not party.partnership.goes_on_without(party)
    return [
        line for line in lines if not line.is_balanced and (is_the_end or party.id in {line.giver_id, line.receiver_id})
    ]


def work_of(session: Session, partnership: Partnership, account: Account, *, on: date) -> Work:
    """Return all that runs in a partnership, ready to be shown."""
    seen = participants_in(session, partnership, account)
    ids = [party.id for party in partnership.parties]
    milestones = session.scalars(
        select(Milestone)
        .where(Milestone.partnership_id == partnership.id)
        .order_by(Milestone.due_on, Milestone.created_at, Milestone.id)
    ).all()
    lines = (
        session.scalars(
            select(LedgerLine)
            .where(LedgerLine.partnership_id == partnership.id)
            .options(joinedload(LedgerLine.entries))
            .order_by(LedgerLine.created_at, LedgerLine.id)
        )
        .unique()
        .all()
    )
    worked = session.scalars(
        select(WorkedHours)
        .where(WorkedHours.party_id.in_(ids))
        .order_by(WorkedHours.on.desc(), WorkedHours.noted_at.desc(), WorkedHours.id)
    ).all()
    requests = session.scalars(
        select(ChangeRequest)
        .where(ChangeRequest.party_id.in_(ids))
        .order_by(ChangeRequest.made_at.desc(), ChangeRequest.id)
    ).all()
    noted_by = {one.noted_by_id for line in lines for one in line.entries} | {one.noted_by_id for one in worked}
    people = _people(session, seen, noted_by | {one.made_by_id for one in requests})
    coordinates = account.covers(Role.COORDINATOR, partnership.need.area.path)
    party_of = {party.id: party for party in partnership.parties}
    return Work(
        partnership=partnership,
        today=on,
        milestones=milestones,
        lines=[_seen_line(line, seen, party_of, people, on=on) for line in lines],
        hours=_hours(worked, seen, party_of, people, on=on, limits_for=account, knows_limits=coordinates),
        requests=[
            SeenRequest(
                one,
                seen[party_of[one.party_id].participant_id],
                people.wrote_for(one.made_by_id, party_of[one.party_id].participant_id),
            )
            for one in requests
        ],
        writes_ledger=partnership.stage in WRITES_LEDGER,
        notes_hours=partnership.stage in NOTES_HOURS,
        may_ask=partnership.stage in TAKES_REQUESTS,
        decides=coordinates,
        speaks=any(
            account.represents(party.participant_id) or (coordinates and party.participant_id not in people.active)
            for party in partnership.present
        ),
    )


def _people(session: Session, participants: Collection[UUID], noted_by: Collection[UUID | None]) -> _People:
    """Return, in one query, whose accounts are whose among the participants and those who wrote something down."""
    coordinates = exists(
        select(Appointment.id).where(Appointment.account_id == Account.id, Appointment.role == Role.COORDINATOR)
    )
    is_active = and_(Account.confirmed_at.is_not(None), Account.suspended_at.is_(None))
    rows = session.execute(
        select(Account.id, Membership.participant_id, case((is_active, 1), else_=0), case((coordinates, 1), else_=0))
        .outerjoin(
            Membership, and_(Membership.account_id == Account.id, Membership.participant_id.in_([*participants]))
        )
        .where(or_(Membership.id.is_not(None), Account.id.in_([one for one in noted_by if one is not None])))
    )
    speaking: dict[UUID, set[UUID]] = {}
    active, coordinators = set(), set()
    for account_id, participant_id, may_sign_in, is_coordinator in rows:
        if participant_id is not None:
            speaking.setdefault(participant_id, set()).add(account_id)
            if may_sign_in:
                active.add(participant_id)
        if is_coordinator:
            coordinators.add(account_id)
    return _People(
        {one: frozenset(accounts) for one, accounts in speaking.items()}, frozenset(active), frozenset(coordinators)
    )


def _seen_line(
    line: LedgerLine, seen: _Known, party_of: Mapping[UUID, Party], people: _People, *, on: date
) -> SeenLine:
    return SeenLine(
        line=line,
        giver=seen[party_of[line.giver_id].participant_id],
        receiver=seen[party_of[line.receiver_id].participant_id],
        entries=[SeenEntry(entry, people.author(entry.noted_by_id, seen)) for entry in line.entries],
        is_overdue=line.outstanding > 0 and line.due_back_on is not None and line.due_back_on < on,
    )


def _hours(
    worked: Sequence[WorkedHours],
    seen: _Known,
    party_of: Mapping[UUID, Party],
    people: _People,
    *,
    on: date,
    limits_for: Account,
    knows_limits: bool,
) -> Sequence[HoursOfParty]:
    """Add up by participant what was worked, this month and in all."""
    noted: dict[UUID, list[WorkedHours]] = {identity: [] for identity in seen}
    for one in worked:
        noted[party_of[one.party_id].participant_id].append(one)
    limits = {
        party.participant_id: party.participant.hours_per_month
        for party in party_of.values()
        if knows_limits or limits_for.represents(party.participant_id)
    }
    return [
        HoursOfParty(
            participant=participant,
            this_month=sum(one.total for one in noted[identity] if (one.on.year, one.on.month) == (on.year, on.month)),
            in_all=sum(one.total for one in noted[identity]),
            limit=limits.get(identity),
            noted=[SeenHours(one, people.wrote_for(one.noted_by_id, identity)) for one in noted[identity]],
        )
        for identity, participant in seen.items()
    ]


def first_handed_over(line: LedgerLine) -> date | None:
    """Return the first day on which something of a line was handed over."""
    return min((one.on for one in line.entries if one.move is LedgerMove.HANDED_OVER), default=None)
