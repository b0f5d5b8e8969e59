"""What a reader may see of partnerships and enquiries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload, lazyload, selectinload

from models import (
    Account,
    Area,
    Enquiry,
    Need,
    Participant,
    Partnership,
    Party,
    Permission,
    Reply,
    Reveal,
    ReviewReason,
    ReviewStep,
    Role,
    Side,
    Slot,
    Stage,
    StageChange,
    Window,
    is_granted,
    lies_under,
)
from web.participants.queries import SeenParticipant, accounts_of, has_account, seen_by, was_revealed_within_the_hour

PAGE_SIZE: Final = 20
ENDED_BEFORE_ALL_SAID_YES: Final = frozenset({Stage.DECLINED, Stage.LAPSED, Stage.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Gift:
    """How much of what a party gives towards which lack."""

    slot: Slot
    what: str
    quantity: int
    unit: str


@dataclass(frozen=True, slots=True)
class SeenParty:
    """One party as far as the reader may see it; what the reader must not learn is None or False."""

    id: UUID
    participant: SeenParticipant
    side: Side
    leads: bool
    is_own: bool
    page_may_be_opened: bool
    gifts: tuple[Gift, ...]
    reply: Reply | None
    is_awaited: bool
    own_enquiry: Enquiry | None
    enquiry: Enquiry | None
    has_account: bool
    may_be_revealed: bool
    publishes: bool
    may_publish: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """A participant and what else the page tells about it."""

    participant: Participant
    has_account: bool
    is_revealed: bool
    shown_at: datetime | None


@dataclass(frozen=True, slots=True)
class SeenPartnership:
    """A partnership as far as the reader may see it."""

    partnership: Partnership
    parties: tuple[SeenParty, ...]
    changes: tuple[tuple[Stage, datetime, str | None], ...]
    shown_to: tuple[tuple[SeenParticipant, datetime], ...]
    is_coordinators: bool

    @property
    def awaiting_reader(self) -> tuple[Enquiry, ...]:
        """Return the enquiries that the reader can answer now."""
        return tuple(party.own_enquiry for party in self.parties if party.own_enquiry and party.own_enquiry.is_open)

    @property
    def windows(self) -> tuple[Window, ...]:
        """Return the parts of the week that suit the need."""
        return tuple(window for window in Window if window in (self.partnership.need.windows or ()))

    @property
    def participants(self) -> tuple[SeenParticipant, ...]:
        """Return who takes part, each once, also where one gives two things."""
        return tuple({party.participant.id: party.participant for party in self.parties}.values())

    @property
    def others(self) -> tuple[SeenParty, ...]:
        """Return the parties for which the reader does not speak."""
        return tuple(party for party in self.parties if not party.is_own)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list of partnerships."""

    partnerships: Sequence[SeenPartnership]
    number: int
    pages: int


def visible_to(account: Account) -> Select[Partnership]:
    """Return the partnerships of the account's participants and of the needs in the places it coordinates."""
    own = [membership.participant_id for membership in account.memberships]
    return (
        select(Partnership)
        .join(Need, Partnership.need_id == Need.id)
        .join(Area, Need.area_id == Area.id)
        .where(
            or_(
                Partnership.id.in_(select(Party.partnership_id).where(Party.participant_id.in_(own))),
                lies_under(account.paths(Role.COORDINATOR)),
            )
        )
    )


def page_of(session: Session, account: Account, *, number: int) -> Page:
    """Return one page of the partnerships that the account may see: what runs first, then what is over."""
    found = visible_to(account)
    total = session.scalar(select(func.count()).select_from(found.with_only_columns(Partnership.id).subquery())) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    number = min(max(number, 1), pages)
    partnerships = session.scalars(
        found.options(
            selectinload(Partnership.need).joinedload(Need.area),
            selectinload(Partnership.parties).options(
                joinedload(Party.participant).lazyload(Participant.consents),
                selectinload(Party.enquiry),
                selectinload(Party.commitments),
            ),
        )
        .order_by(Partnership.over_at.is_not(None), Partnership.proposed_at.desc(), Partnership.id)
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    ).all()
    return Page([_in_short(partnership, account) for partnership in partnerships], number, pages)


def awaiting_answer_of(session: Session, account: Account) -> Sequence[Enquiry]:
    """Return the enquiries that wait for an answer of the account's participants, the most urgent first."""
    own = [membership.participant_id for membership in account.memberships]
    return session.scalars(
        select(Enquiry)
        .join(Party, Enquiry.party_id == Party.id)
        .where(Party.participant_id.in_(own), Enquiry.reply.is_(None), Enquiry.released_at.is_(None))
        .options(
            joinedload(Enquiry.party).options(
                lazyload(Party.commitments),
                joinedload(Party.offer),
                joinedload(Party.partnership).lazyload(Partnership.parties),
            )
        )
        .order_by(Enquiry.due_on, Enquiry.sent_at, Enquiry.id)
    ).all()


def seen_partnership(session: Session, partnership: Partnership, account: Account) -> SeenPartnership:
    """Return all of a partnership that the reader may see, ready to be shown."""
    is_coordinators = account.covers(Role.COORDINATOR, partnership.need.area.path)
    known = _known_about(session, partnership, account)
    if is_coordinators and any(party.enquiry.reason_id for party in partnership.parties):
        session.scalars(
            select(Enquiry)
            .where(Enquiry.party_id.in_([party.id for party in partnership.parties]))
            .options(joinedload(Enquiry.reason))
        ).all()
    changes = session.scalars(
        select(StageChange)
        .where(StageChange.partnership_id == partnership.id)
        .options(joinedload(StageChange.by).options(lazyload(Account.memberships), lazyload(Account.appointments)))
    )
    # The clock may do several steps at one moment: they stand in the order in which stages follow each other.
    stages = tuple(Stage)
    in_order = sorted(changes, key=lambda change: (change.at, stages.index(change.stage)))
    return SeenPartnership(
        partnership=partnership,
        parties=tuple(
            _seen_party(
                party,
                account,
                is_coordinators=is_coordinators,
                has_account=known[party.participant_id].has_account,
                revealed=known[party.participant_id].is_revealed,
            )
            for party in partnership.parties
        ),
        changes=tuple(
            (change.stage, change.at, _who(change, partnership, account) if is_coordinators else None)
            for change in in_order
        ),
        shown_to=tuple(
            (seen_by(account, one.participant, partnership=partnership), one.shown_at)
            for one in known.values()
            if one.shown_at is not None and not account.represents(one.participant.id)
        ),
        is_coordinators=is_coordinators,
    )


def seen_question(session: Session, enquiry: Enquiry, account: Account) -> SeenPartnership:
    """Return what the party that is asked reads before it answers."""
    partnership = (
        session.scalars(
            select(Partnership)
            .where(Partnership.id == enquiry.party.partnership_id)
            .options(
                joinedload(Partnership.need).joinedload(Need.area),
                joinedload(Partnership.proposed_by).options(
                    lazyload(Account.memberships), lazyload(Account.appointments)
                ),
                joinedload(Partnership.parties).options(
                    joinedload(Party.participant).lazyload(Participant.consents),
                    joinedload(Party.commitments),
                    joinedload(Party.enquiry),
                ),
            )
        )
        .unique()
        .one()
    )
    return _in_short(partnership, account)


def _known_about(session: Session, partnership: Partnership, account: Account) -> dict[UUID, _Known]:
    """Return each participant with what the page tells about it; so each party finds its own without a query."""
    own = [party.participant_id for party in partnership.parties if account.represents(party.participant_id)]
    shown_at = (
        select(func.min(Reveal.at))
        .where(
            Reveal.partnership_id == partnership.id,
            Reveal.subject_id.in_(own),
            Reveal.to_participant_id == Participant.id,
        )
        .scalar_subquery()
    )
    rows = session.execute(
        select(Participant, has_account(), was_revealed_within_the_hour(account), shown_at)
        .where(Participant.id.in_([party.participant_id for party in partnership.parties]))
        .options(lazyload(Participant.consents))
        .order_by(Participant.id)
    )
    return {row[0].id: _Known(*row) for row in rows}


def decline_reasons(session: Session) -> Sequence[ReviewReason]:
    """Return the reasons for which an enquiry can be declined."""
    return session.scalars(
        select(ReviewReason)
        .where(ReviewReason.step == ReviewStep.DECLINE)
        .order_by(ReviewReason.created_at, ReviewReason.id)
    ).all()


def decline_reason(session: Session, code: str | None) -> ReviewReason | None:
    """Return the reason to decline that has this code, or None."""
    return session.scalar(
        select(ReviewReason).where(ReviewReason.step == ReviewStep.DECLINE, ReviewReason.code == code)
    )


def open_slots(session: Session, partnership: Partnership) -> Sequence[Slot]:
    """Return what the need lacks and no party of this partnership gives, in its order."""
    given = {commitment.slot_id for party in partnership.parties for commitment in party.commitments}
    return session.scalars(
        select(Slot).where(Slot.need_id == partnership.need_id, Slot.id.not_in(given)).order_by(Slot.position, Slot.id)
    ).all()


def _in_short(partnership: Partnership, account: Account) -> SeenPartnership:
    is_coordinators = account.covers(Role.COORDINATOR, partnership.need.area.path)
    return SeenPartnership(
        partnership=partnership,
        parties=tuple(
            _seen_party(party, account, is_coordinators=is_coordinators, has_account=True, revealed=False)
            for party in partnership.parties
        ),
        changes=(),
        shown_to=(),
        is_coordinators=is_coordinators,
    )


def _who(change: StageChange, partnership: Partnership, reader: Account) -> str | None:
    """Name the coordinator at work; the name of a party's account could be a name that the reader may not see."""
    if change.by is None or change.by.id not in {partnership.proposed_by_id, reader.id}:
        return None
    return change.by.name


def _seen_party(
    party: Party, account: Account, *, is_coordinators: bool, has_account: bool, revealed: bool
) -> SeenParty:
    partnership, enquiry = party.partnership, party.enquiry
    is_own = account.represents(party.participant_id)
    # Whoever sees the replies of all the others knows who said no; so the end hides them from the parties.
    knows_reply = is_coordinators or is_own or partnership.stage not in ENDED_BEFORE_ALL_SAID_YES
    may_publish = is_own or (is_coordinators and not has_account)
    return SeenParty(
        id=party.id,
        participant=seen_by(account, party.participant, partnership=partnership, revealed=revealed and is_coordinators),
        side=party.side,
        leads=party.leads,
        is_own=is_own,
        page_may_be_opened=is_granted(Permission.PARTICIPANT_SEE, account, party.participant),
        gifts=tuple(
            Gift(commitment.slot, commitment.item.what, commitment.quantity, commitment.item.unit)
            for commitment in sorted(party.commitments, key=lambda commitment: commitment.slot.position)
        ),
        reply=enquiry.reply if knows_reply else None,
        is_awaited=knows_reply and enquiry.is_open,
        own_enquiry=enquiry if is_own else None,
        enquiry=enquiry if is_coordinators else None,
        has_account=has_account or not is_coordinators,
        may_be_revealed=is_coordinators and is_granted(Permission.PARTICIPANT_REVEAL, account, party.participant),
        publishes=may_publish and party.publishes_at is not None,
        may_publish=may_publish,
    )


def parties_without_account(session: Session, partnership: Partnership) -> list[Participant]:
    """Return the parties that no account speaks for, so that somebody has to ring them."""
    participants = list({party.participant_id: party.participant for party in partnership.parties}.values())
    accounts = accounts_of(session, participants)
    return [participant for participant in participants if not accounts[participant.id]]
