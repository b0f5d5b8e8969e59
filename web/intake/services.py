"""Changes that a coordinator enters for somebody without an account; each leaves an act that says how it was said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models import (
    Account,
    ActKind,
    ActOnBehalf,
    Area,
    ConsentPurpose,
    IntakePaper,
    Participant,
    ParticipantKind,
    Role,
)
from models.errors import InvalidValue, NotAllowed
from web.abilities.queries.answers import Answers
from web.abilities.services import Abilities, offer_for
from web.acts.services import Said, note
from web.agreements.services import Paper


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


def _keep(session: Session, act: ActOnBehalf, paper: Paper) -> None:
    if paper.media_type is None:
        raise InvalidValue("a paper is a picture or a PDF")
    session.add(IntakePaper(act=act, media_type=paper.media_type, size=len(paper.content), content=paper.content))
