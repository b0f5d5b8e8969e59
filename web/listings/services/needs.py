"""Needs as people change them: posted, edited, opened, withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from models import (
    Account,
    ActivityField,
    Area,
    Condition,
    Job,
    Need,
    NeedOrigin,
    NeedStatus,
    Participant,
    Role,
    SmallRole,
    Window,
    utc_now,
)
from models.errors import IllegalMove, InvalidValue, NotAllowed
from web.charges.services import settle
from web.listings import queries
from web.listings.services.pieces import Piece, change_slots, new_slot


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedDraft:
    """A need as somebody describes it."""

    title: str
    body: str = ""
    area: Area | None = None
    fields: Sequence[ActivityField] = ()
    online: bool | None = None
    accepts: list[Condition] | None = None
    windows: list[Window] | None = None
    welcomes: list[SmallRole] | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    expires_on: date | None = None
    notice_contact: str | None = None
    notice_phone: str | None = None
    slots: Sequence[Piece] = ()


def post_need(session: Session, draft: NeedDraft, *, participant: Participant, by: Account, opened: bool) -> Need:
    """Write a need down for a participant, as a draft or open at once."""
    check_speaks_for(by, participant)
    check_place(draft.area, participant)
    need = Need(
        participant=participant,
        title=draft.title,
        body=draft.body,
        area=draft.area or participant.area,
        online=draft.online,
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
        expires_on=draft.expires_on,
        notice_contact=draft.notice_contact,
        notice_phone=draft.notice_phone,
        fields=list(draft.fields),
        origin=NeedOrigin.OWN_POST,
        posted_by=by,
    )
    need.set_accepts(draft.accepts)
    need.set_windows(draft.windows)
    need.set_welcomes(draft.welcomes)
    if draft.slots:
        need.set_slots([new_slot(piece) for piece in draft.slots])
    session.add(need)
    if opened:
        at = utc_now()
        _open(need, at=at)
        Job.request_for(session, need, by=by)
        settle(session, [need], at=at)
    return need


def edit_need(session: Session, need: Need, draft: NeedDraft, *, version: int, by: Account, opened: bool) -> None:
    """Change a need; what was suggested for it so far gives way, and partners are sought anew while it is open."""
    queries.whole_need(session, need)
    need.check_version(version)
    change_need(session, need, draft)
    if opened and not need.is_open:
        open_need(session, need, by=by)
        return
    _seek_anew(session, need, by=by)


def change_need(session: Session, need: Need, draft: NeedDraft) -> None:
    """Write a described need over the present one, whose slots and fields are loaded.

    The dates of a need for seats in a council are their term.
    """
    check_place(draft.area, need.participant)
    if draft.starts_on and draft.ends_on and draft.ends_on < draft.starts_on:
        raise InvalidValue("the end lies before the start")
    need.title = draft.title
    need.body = draft.body
    need.area = draft.area or need.participant.area
    need.online = draft.online
    need.starts_on = draft.starts_on
    need.ends_on = draft.ends_on
    need.expires_on = draft.expires_on
    need.notice_contact = draft.notice_contact
    need.notice_phone = draft.notice_phone
    if need.council_seat is not None and draft.starts_on and draft.ends_on:
        need.council_seat.term_starts_on, need.council_seat.term_ends_on = draft.starts_on, draft.ends_on
    need.set_accepts(draft.accepts)
    need.set_windows(draft.windows)
    need.set_welcomes(draft.welcomes)
    if need.fields != list(draft.fields):
        need.fields = list(draft.fields)
    if not draft.slots and need.status is not NeedStatus.DRAFT:
        raise InvalidValue("a need that was opened names what it lacks")
    change_slots(session, need, draft.slots)


def open_need(session: Session, need: Need, *, by: Account | None) -> None:
    """Show a need and look for partners; a date of expiry that has passed counts no longer."""
    queries.whole_need(session, need)
    _open(need, at=utc_now())
    _seek_anew(session, need, by=by)


def withdraw_need(session: Session, need: Need, *, by: Account) -> None:
    """Stop looking for partners; what nobody decided about yet gives way, what is agreed stays."""
    if need.status is NeedStatus.WITHDRAWN:
        raise IllegalMove("the need is withdrawn already")
    need.withdraw()
    _seek_anew(session, need, by=by)


def discard_need(need: Need, *, by: Account, at: datetime) -> None:
    """Put a draft away; it is removed when that can no longer be undone."""
    check_speaks_for(by, need.participant)
    need.discard(at=at)


def take_out_again(need: Need, *, by: Account) -> None:
    """Take back that a draft was discarded."""
    check_speaks_for(by, need.participant)
    need.take_out_again()


def take_back_withdrawal(session: Session, need: Need, status: NeedStatus, *, by: Account) -> None:
    """Let a need stand again as it stood before it was withdrawn, and seek partners anew."""
    check_speaks_for(by, need.participant)
    need.reopen_as(status)
    _seek_anew(session, need, by=by)


def check_speaks_for(account: Account, participant: Participant) -> None:
    """Refuse to post for a participant that the account neither represents nor coordinates."""
    if participant.left_at is not None:
        raise NotAllowed("nobody posts for a participant that has left")
    if not account.represents(participant.id) and not account.covers(Role.COORDINATOR, participant.area.path):
        raise NotAllowed("the account does not speak for this participant")


def check_place(area: Area | None, participant: Participant) -> None:
    """Refuse a place outside of the municipality that looks after the participant."""
    if area is not None and not participant.municipality.covers(area.path):
        raise InvalidValue(f"{area.path} does not lie in {participant.municipality.path}")


def _open(need: Need, *, at: datetime) -> None:
    if not need.slots:
        raise InvalidValue("a need names at least one thing that is lacking before it is opened")
    if need.expires_on is not None and need.expires_on < queries.town_day(at):
        need.expires_on = None
    need.open(at=at)


def _seek_anew(session: Session, need: Need, *, by: Account | None) -> None:
    for suggestion in queries.undecided_suggestions(session, need):
        suggestion.supersede()
    if need.status is not NeedStatus.DRAFT:
        Job.request_for(session, need, by=by)
        settle(session, [need], at=utc_now())
