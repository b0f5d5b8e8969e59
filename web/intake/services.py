"""Changes that a coordinator enters for somebody without an account; each leaves an act that says how it was said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from models import (
    Account,
    ActKind,
    ActOnBehalf,
    Area,
    ConsentChannel,
    ConsentPurpose,
    IntakePaper,
    Need,
    Offer,
    Participant,
    ParticipantKind,
    Role,
)
from models.errors import InvalidValue, NotAllowed
from models.years import town_day
from web.abilities.queries.answers import Answers
from web.abilities.services import Abilities, offer_for
from web.agreements.services import Paper


@dataclass(frozen=True, slots=True)
class Said:
    """Who said something, in which way, and on which day."""

    channel: ConsentChannel
    by: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """Somebody as they described themselves on paper, by telephone or face to face."""

    kind: ParticipantKind
    name: str
    reading: str
    area: Area
    contact_name: str
    contact_phone: str
    contact_email: str
    is_adult: bool
    hours_per_month: float | None
    engagement_limit: int | None
    answers: Answers
    offer_title: str
    consents: Mapping[ConsentPurpose, Said]
    said: Said
    paper: Paper | None = None


def register(session: Session, registration: Registration, *, by: Account, at: datetime) -> Participant:
    """Write somebody down who has no account, with what they can do and what they consented to.

    Raises
    ------
    NotAllowed
        The account does not coordinate the place.

    """
    if not by.covers(Role.COORDINATOR, registration.area.path):
        raise NotAllowed("a coordinator enters what people of the own places say")
    participant = Participant(
        kind=registration.kind,
        name=registration.name,
        reading=registration.reading,
        area=registration.area,
        contact_name=registration.contact_name,
        contact_phone=registration.contact_phone,
        contact_email=registration.contact_email,
        is_adult=registration.is_adult or registration.kind is not ParticipantKind.RESIDENT,
        hours_per_month=registration.hours_per_month,
    )
    participant.set_engagement_limit(registration.engagement_limit)
    session.add(participant)
    if participant.is_resident:
        for purpose, said in registration.consents.items():
            participant.consent(purpose, by=by, at=at, channel=said.channel)
            note(session, ActKind.CONSENT, participant, said, by=by, at=at)
    act = note(session, ActKind.REGISTRATION, participant, registration.said, by=by, at=at)
    if registration.paper is not None:
        _keep(session, act, registration.paper)
    session.flush()
    if not registration.answers.is_empty:
        abilities = Abilities(title=registration.offer_title, answers=registration.answers, skills=())
        offered = offer_for(session, participant, abilities, by=by)
        note(session, ActKind.OFFER, participant, registration.said, by=by, at=at, offer=offered)
    return participant


def note(  # one argument for each thing that an act tells
    session: Session,
    kind: ActKind,
    participant: Participant,
    said: Said,
    *,
    by: Account,
    at: datetime,
    need: Need | None = None,
    offer: Offer | None = None,
) -> ActOnBehalf:
    """Note in which way somebody said what a coordinator enters for them.

    Raises
    ------
    NotAllowed
        The account speaks for the participant itself, or does not coordinate its place.

    """
    if by.represents(participant.id) or not by.covers(Role.COORDINATOR, participant.area.path):
        raise NotAllowed("a coordinator enters what others say, not what they say themselves")
    if said.on > town_day(at):
        raise InvalidValue("what is entered was said before")
    act = ActOnBehalf(
        kind=kind,
        channel=said.channel,
        said_by=said.by,
        said_on=said.on,
        entered_at=at,
        participant=participant,
        need=need,
        offer=offer,
        entered_by=by,
    )
    session.add(act)
    return act


def _keep(session: Session, act: ActOnBehalf, paper: Paper) -> None:
    if paper.media_type is None:
        raise InvalidValue("a paper is a picture or a PDF")
    session.add(IntakePaper(act=act, media_type=paper.media_type, size=len(paper.content), content=paper.content))
