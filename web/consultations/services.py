"""Changes to consultations, and what was heard somewhere as the draft of a need."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from models import (
    Account,
    ActKind,
    ActOnBehalf,
    Area,
    ConsentChannel,
    Consultation,
    ConsultationWay,
    HelpAsked,
    Need,
    Participant,
    ParticipantKind,
    Provenance,
    Role,
    Roundtable,
    Visit,
)
from models.errors import AlreadyDecided, NotAllowed
from web.consultations import queries
from web.listings.services.needs import NeedDraft, post_need

KEPT_AFTER_CLOSING: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A consultation as somebody wrote it down."""

    consulted_on: date
    way: ConsultationWay
    help_asked: HelpAsked
    asked: str
    answered: str
    area: Area
    participant: Participant | None
    asker_kind: ParticipantKind | None
    asker_name: str
    asker_contact: str
    is_closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A need as somebody told it, and the consent with which it is written down."""

    participant: Participant
    title: str
    body: str
    said_by: str
    said_on: date
    channel: ConsentChannel


def record(session: Session, told: Told, *, sent_key: str, by: Account, at: datetime) -> Consultation:
    """Write a consultation down; what is sent twice is kept once.

    Raises
    ------
    AlreadyDecided
        Somebody else sent something with the same key.

    """
    known = queries.by_key(session, sent_key)
    if known is not None:
        if known.taken_by_id != by.id:
            raise AlreadyDecided("another account sent this already")
        return known
    check_looks_after(by, told.area)
    consultation = Consultation(
        consulted_on=told.consulted_on,
        way=told.way,
        help_asked=told.help_asked,
        asker_kind=told.asker_kind,
        asker_name=told.asker_name,
        asker_contact=told.asker_contact,
        asked=told.asked,
        answered=told.answered,
        sent_key=sent_key,
        written_at=at,
        area=told.area,
        participant=told.participant,
        taken_by=by,
    )
    if told.is_closed:
        consultation.close(at=at)
    session.add(consultation)
    return consultation


def change(consultation: Consultation, told: Told, *, version: int, by: Account, at: datetime) -> None:
    """Write a consultation anew, such as with the answer that was given later."""
    consultation.check_version(version)
    check_looks_after(by, told.area)
    consultation.consulted_on, consultation.way = told.consulted_on, told.way
    consultation.help_asked, consultation.asker_kind = told.help_asked, told.asker_kind
    consultation.asker_name, consultation.asker_contact = told.asker_name, told.asker_contact
    consultation.asked, consultation.answered = told.asked, told.answered
    consultation.area, consultation.participant = told.area, told.participant
    if told.is_closed:
        consultation.close(at=at)
    else:
        consultation.reopen()


def mark_same_as(session: Session, consultation: Consultation, other: Consultation, *, at: datetime) -> None:
    """Note that a consultation was written down twice; what referred to this one refers to the other from now on."""
    consultation.mark_same_as(other, at=at)
    for double in queries.doubles_of(session, consultation):
        double.same_as = other


def check_looks_after(account: Account, area: Area) -> None:
    """Refuse to write about a place that the account does not coordinate."""
    if not account.covers(Role.COORDINATOR, area.path):
        raise NotAllowed("the account does not coordinate this place")


def begin_need(
    session: Session, heard: Heard, *, source: Visit | Consultation | Roundtable, by: Account, at: datetime
) -> Need:
    """Write down what was heard as the draft of a need: where it came from, who said it, and how they agreed."""
    lies_inside = heard.participant.municipality.covers(source.area.path)
    draft = NeedDraft(title=heard.title, body=heard.body, area=source.area if lies_inside else None)
    need = post_need(session, draft, participant=heard.participant, by=by, opened=False)
    session.add_all(
        [
            _provenance(need, source),
            ActOnBehalf(
                kind=ActKind.NEED,
                channel=heard.channel,
                said_by=heard.said_by,
                said_on=heard.said_on,
                entered_at=at,
                participant=heard.participant,
                need=need,
                entered_by=by,
            ),
        ]
    )
    return need


def _provenance(need: Need, source: Visit | Consultation | Roundtable) -> Provenance:
    if isinstance(source, Visit):
        return Provenance(need=need, visit=source)
    if isinstance(source, Roundtable):
        return Provenance(need=need, roundtable=source)
    return Provenance(need=need, consultation=source)


def forget_askers(session: Session, *, at: datetime) -> int:
    """Erase who asked, a year after a consultation was closed, where that is nobody registered; return how many.

    How to reach them is erased in referrals as well.
    """
    closed_before = at - KEPT_AFTER_CLOSING
    for referral in queries.contacts_to_forget(session, closed_before=closed_before):
        referral.contact = ""
    found = queries.to_forget(session, closed_before=closed_before)
    for consultation in found:
        consultation.asker_name = consultation.asker_contact = ""
    return len(found)
