"""Changes to petitions: written, answered, and kept in mind until then."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from models import Account, ConsentChannel, Goal, Participant, Petition, PetitionAnswer, Role
from models.errors import NotAllowed
from models.petitions import ANSWERED_WITHIN
from models.years import town_day
from web.participants.queries import accounts_of
from web.people.queries import administrators_of, coordinators_of
from web.petitions import emails, queries


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What is asked of the administration, in the words of the body."""

    title: str
    text: str
    priority: int
    own_role: str
    burden: str
    addressed_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which body asks what of the administration, and in which way it reached us."""

    participant: Participant
    wording: Wording
    received_on: date
    channel: ConsentChannel


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What the administration says to a petition."""

    answer: PetitionAnswer
    text: str
    is_public: bool
    goal: Goal | None


def make(session: Session, asked: Asked, *, by: Account, at: datetime) -> Petition:
    """Hand a petition in; those who look after the place hear of it.

    Raises
    ------
    NotAllowed
        The account neither speaks for the body nor looks after its place.

    """
    speaks = by.represents(asked.participant.id)
    if not speaks and not by.covers(Role.COORDINATOR, asked.participant.area.path):
        raise NotAllowed("the account may not write for this body")
    petition = Petition(
        **asdict(asked.wording),
        received_on=town_day(at) if speaks else asked.received_on,
        answer_due_on=(town_day(at) if speaks else asked.received_on) + ANSWERED_WITHIN,
        channel=ConsentChannel.WEB if speaks else asked.channel,
        area=asked.participant.area,
        participant=asked.participant,
        written_by=by,
    )
    session.add(petition)
    session.flush()
    for account in _who_answers(session, petition):
        if account is not by:
            emails.received(session, petition, to=account)
    return petition


def reword(petition: Petition, wording: Wording, *, version: int) -> None:
    """Change the words of a petition that is not answered yet."""
    petition.check_version(version)
    petition.check_open()
    for name, value in asdict(wording).items():
        setattr(petition, name, value)


def withdraw(session: Session, petition: Petition, *, by: Account, on: date) -> None:
    """Take a petition back before it is answered; those who owed the answer hear of it."""
    petition.withdraw(on=on)
    for account in _who_answers(session, petition):
        if account is not by:
            emails.withdrawn(session, petition, to=account)


def publish(session: Session, petition: Petition, *, public: bool, version: int) -> None:
    """Show petition and answer to everybody, or no longer; those who speak for the body hear of it."""
    petition.check_version(version)
    petition.publish(public=public)
    for account in accounts_of(session, [petition.participant])[petition.participant_id]:
        emails.published(session, petition, to=account)


def answer(session: Session, petition: Petition, answered: Answered, *, by: Account, on: date, version: int) -> None:
    """Answer a petition; those who speak for the body hear of it."""
    petition.check_version(version)
    petition.reply(answered.answer, answered.text, public=answered.is_public, by=by, on=on)
    petition.goal = answered.goal
    for account in accounts_of(session, [petition.participant])[petition.participant_id]:
        emails.answered(session, petition, to=account)


def remind(session: Session, *, at: datetime) -> int:
    """Remind those who look after a place, once, of each answer that is due soon; return of how many."""
    reminded = 0
    for petition in queries.to_remind_of(session, town_day(at)):
        accounts = _who_answers(session, petition)
        for account in accounts:
            emails.due(session, petition, to=account)
        if accounts:
            petition.reminded_at = at
            reminded += 1
    return reminded


def _who_answers(session: Session, petition: Petition) -> Sequence[Account]:
    """Return who is told of a petition: the coordinators of its municipality, or else its administrators."""
    return coordinators_of(session, petition.area.tenant) or administrators_of(session, petition.area.tenant)
