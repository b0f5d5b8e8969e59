"""Reads of participants; `seen_by` is the one serializer that decides how much of them a reader gets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session, joinedload, lazyload, selectinload

from models import (
    Account,
    ActivityField,
    Area,
    AreaLevel,
    ConsentPurpose,
    Membership,
    Need,
    NeedStatus,
    Offer,
    OfferStatus,
    Participant,
    ParticipantKind,
    Partnership,
    Party,
    Permission,
    Reveal,
    Role,
    Stage,
    Suggestion,
    SuggestionPartner,
    is_granted,
    lies_under,
    utc_now,
)
from models.lifecycle import NEXT
from models.suggestions import UNDECIDED

REVEAL_LASTS: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach somebody."""

    name: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class SeenParticipant:
    """As much of a participant as the reader may see; a hidden name is None."""

    id: UUID
    kind: ParticipantKind
    name: str | None
    area: Area
    summary: str
    contact: Contact | None


@dataclass(frozen=True, slots=True)
class SeenReveal:
    """Somebody learnt the contact details: a party of a common partnership, or staff with a purpose."""

    at: datetime
    purpose: str
    to_participant: SeenParticipant | None
    to_staff: str | None
    title: str | None


def seen_by(
    account: Account | None,
    participant: Participant,
    *,
    partnership: Partnership | None = None,
    revealed: bool = False,
) -> SeenParticipant:
    """Return what this reader may see of the participant, for pages, API, sheets and mail alike.

    A body's name is public. A person's name is for those who represent or coordinate them, and for
    the parties of a common partnership. Contact details are for the participant itself, for the
    other parties while all have said yes, and for whom they were `revealed` to.
    """
    is_own = account is not None and account.represents(participant.id)
    coordinates = account is not None and account.covers(Role.COORDINATOR, participant.area.path)
    shares_partnership = (
        account is not None
        and partnership is not None
        and any(party.participant_id == participant.id for party in partnership.parties)
        and any(account.represents(party.participant_id) for party in partnership.parties)
    )
    shows_name = not participant.is_resident or is_own or coordinates or shares_partnership
    shows_contact = (
        is_own or revealed or (shares_partnership and partnership is not None and partnership.shows_contacts)
    )
    return SeenParticipant(
        id=participant.id,
        kind=participant.kind,
        name=participant.name if shows_name else None,
        area=participant.area,
        summary=participant.summary if shows_name else "",
        contact=Contact(participant.contact_name, participant.contact_email, participant.contact_phone)
        if shows_contact
        else None,
    )


def reveals_of(session: Session, participant: Participant, *, limit: int = 50) -> Sequence[Reveal]:
    """Return to whom the participant's contact details became visible, newest first."""
    return session.scalars(
        select(Reveal)
        .where(Reveal.subject_id == participant.id)
        .options(
            joinedload(Reveal.to_participant).lazyload(Participant.consents),
            joinedload(Reveal.to_account).options(lazyload(Account.memberships), lazyload(Account.appointments)),
            joinedload(Reveal.partnership)
            .selectinload(Partnership.parties)
            .options(lazyload(Party.commitments), lazyload(Party.enquiry)),
        )
        .order_by(Reveal.at.desc(), Reveal.id)
        .limit(limit)
    ).all()


def seen_reveals(session: Session, participant: Participant, account: Account) -> Sequence[SeenReveal]:
    """Return to whom the contact details became visible, as far as the reader may see those."""
    return [
        SeenReveal(
            at=reveal.at,
            purpose=reveal.purpose,
            to_participant=seen_by(account, reveal.to_participant, partnership=reveal.partnership)
            if reveal.to_participant is not None
            else None,
            to_staff=reveal.to_account.name if reveal.to_account is not None else None,
            title=reveal.partnership.title if reveal.partnership is not None else None,
        )
        for reveal in reveals_of(session, participant)
    ]


def purposes_asked(participant: Participant) -> list[ConsentPurpose]:
    """Return the purposes that a person is asked about; a guardian only where the person is a minor."""
    if not participant.is_resident:
        return []
    return [purpose for purpose in ConsentPurpose if purpose is not ConsentPurpose.GUARDIAN or not participant.is_adult]


def was_revealed_within_the_hour(account: Account) -> ColumnElement[bool]:
    """Return the condition that a `Participant`'s contact details were shown to this account not long ago."""
    return exists(
        select(Reveal.id).where(
            Reveal.subject_id == Participant.id,
            Reveal.to_account_id == account.id,
            Reveal.at > utc_now() - REVEAL_LASTS,
        )
    )


def is_revealed_to(session: Session, participant: Participant, account: Account) -> bool:
    """Tell whether this coordinator asked for the contact details within the past hour."""
    condition = was_revealed_within_the_hour(account)
    return session.scalar(select(Participant.id).where(Participant.id == participant.id, condition)) is not None


def accounts_of(session: Session, participants: Iterable[Participant]) -> dict[UUID, Sequence[Account]]:
    """Return the accounts that speak for each participant and can sign in, by the participant's id.

    A participant without one gets no mail; the coordinator acts for it.
    """
    found: dict[UUID, list[Account]] = {participant.id: [] for participant in participants}
    memberships = session.scalars(
        select(Membership)
        .where(Membership.participant_id.in_(found))
        .options(joinedload(Membership.account))
        .order_by(Membership.created_at, Membership.id)
    )
    for membership in memberships:
        if membership.account.may_sign_in:
            found[membership.participant_id].append(membership.account)
    return {identity: tuple(accounts) for identity, accounts in found.items()}


def open_needs(session: Session, participant: Participant, account: Account | None) -> Sequence[Need]:
    """Return what the participant is looking for, as far as the reader may see it."""
    needs = session.scalars(
        select(Need)
        .where(Need.participant_id == participant.id, Need.status == NeedStatus.OPEN)
        .options(joinedload(Need.area))
        .order_by(Need.opened_at.desc(), Need.id)
    )
    return [need for need in needs if is_granted(Permission.NEED_SEE, account, need)]


def open_offers(session: Session, participant: Participant, account: Account | None) -> Sequence[Offer]:
    """Return what the participant offers, as far as the reader may see it."""
    offers = session.scalars(
        select(Offer)
        .where(Offer.participant_id == participant.id, Offer.status == OfferStatus.OPEN)
        .options(joinedload(Offer.area))
        .order_by(Offer.created_at.desc(), Offer.id)
    )
    return [offer for offer in offers if is_granted(Permission.OFFER_SEE, account, offer)]


def fields_of(session: Session, participant: Participant) -> Sequence[ActivityField]:
    """Return the fields in which the participant is active, and load them into it."""
    session.scalars(
        select(Participant)
        .where(Participant.id == participant.id)
        .options(selectinload(Participant.fields), lazyload(Participant.consents))
    ).all()
    return participant.fields


def all_fields(session: Session) -> Sequence[ActivityField]:
    """Return every field of activity in its order."""
    return session.scalars(select(ActivityField).order_by(ActivityField.position, ActivityField.id)).all()


def places_for(session: Session, participant: Participant, account: Account) -> Sequence[Area]:
    """Return where the participant can be placed: its municipality and districts; coordinators can move it on.

    Needs, offers and partnerships belong to the municipality in which they were made; so whoever
    has any stays in it.
    """
    home = participant.municipality.path
    paths = [home]
    if not _is_bound_to_its_municipality(session, participant):
        paths += account.paths(Role.COORDINATOR)
    places = session.scalars(select(Area).where(lies_under(paths)).order_by(Area.path, Area.id)).all()
    return [
        place
        for place in places
        if place is participant.area
        or place.path == home
        or place.level in {AreaLevel.MUNICIPALITY, AreaLevel.DISTRICT}
    ]


def _is_bound_to_its_municipality(session: Session, participant: Participant) -> bool:
    return bool(
        session.scalar(
            select(
                or_(
                    exists(select(Need.id).where(Need.participant_id == participant.id)),
                    exists(select(Offer.id).where(Offer.participant_id == participant.id)),
                    exists(select(Party.id).where(Party.participant_id == participant.id)),
                )
            )
        )
    )


def undecided_suggestions_with(session: Session, participant: Participant) -> Sequence[Suggestion]:
    """Return the suggestions nobody has decided about that contain the participant, as helper or as helped."""
    return session.scalars(
        select(Suggestion)
        .where(
            Suggestion.verdict.in_(UNDECIDED),
            or_(
                Suggestion.need_id.in_(select(Need.id).where(Need.participant_id == participant.id)),
                Suggestion.id.in_(
                    select(SuggestionPartner.suggestion_id)
                    .join(Offer, SuggestionPartner.offer_id == Offer.id)
                    .where(Offer.participant_id == participant.id)
                ),
            ),
        )
        .order_by(Suggestion.id)
    ).all()


def lock_participant(session: Session, participant: Participant) -> None:
    """Make others wait who want to change, ask or promise this participant, and read it anew."""
    session.execute(select(Participant.id).where(Participant.id == participant.id).with_for_update(key_share=True))
    session.refresh(participant, ["consents", "is_adult", "paused_at", "left_at"])


def locked_proposals_of(session: Session, participant: Participant) -> Sequence[Partnership]:
    """Return the partnerships that await answers and in which the participant is asked, with their rows locked."""
    return _locked(session, participant, frozenset({Stage.PROPOSED}))


def locked_partnerships_of(session: Session, participant: Participant) -> Sequence[Partnership]:
    """Return the partnerships that go on and can still be withdrawn from, with their rows locked."""
    return _locked(session, participant, frozenset(stage for stage in NEXT if Stage.WITHDRAWN in NEXT[stage]))


def _locked(session: Session, participant: Participant, stages: frozenset[Stage]) -> Sequence[Partnership]:
    return session.scalars(
        select(Partnership)
        .where(
            Partnership.stage.in_(stages),
            Partnership.id.in_(select(Party.partnership_id).where(Party.participant_id == participant.id)),
        )
        .options(*whole_proposal())
        .order_by(Partnership.id)
        .with_for_update(key_share=True, of=Partnership)
        .execution_options(populate_existing=True)
    ).all()


def whole_proposal() -> tuple[Any, ...]:
    """Return the options that load what answering a proposal or ending it needs."""
    return (
        selectinload(Partnership.parties).options(
            joinedload(Party.participant), joinedload(Party.offer), selectinload(Party.enquiry)
        ),
        selectinload(Partnership.need),
        selectinload(Partnership.municipality),
        selectinload(Partnership.proposed_by),
        selectinload(Partnership.changes),
    )
