"""Changes: entries of the directory, and a referral on its way there and back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models import (
    Account,
    ActivityField,
    Area,
    ConsentChannel,
    Intermediary,
    IntermediaryKind,
    Referral,
    Role,
)
from models.business_days import add_business_days
from models.errors import InvalidValue, NotAllowed
from models.referrals import RECEIPT_BUSINESS_DAYS
from models.years import town_day
from web.referrals import emails, queries
from web.referrals.queries.referrals import hashed


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the directory says of an intermediary or office."""

    kind: IntermediaryKind
    name: str
    summary: str
    phone: str
    email: str
    url: str
    hours: str
    area: Area
    areas: Sequence[Area]
    fields: Sequence[ActivityField]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is passed on, and whether with it how the person is reached."""

    text: str
    contact: str = ""
    consent: ConsentChannel | None = None


def add_entry(session: Session, entry: Entry, *, by: Account) -> Intermediary:
    """Write somebody into the directory of a place that the account looks after."""
    _check_looks_after(by, entry.area)
    added = Intermediary(
        kind=entry.kind,
        name=entry.name,
        summary=entry.summary,
        phone=entry.phone,
        email=entry.email,
        url=entry.url,
        hours=entry.hours,
        area=entry.area,
        areas=list(entry.areas),
        fields=list(entry.fields),
    )
    session.add(added)
    return added


def edit_entry(written: Intermediary, entry: Entry, *, version: int, by: Account) -> None:
    """Change what the directory says."""
    written.check_version(version)
    _check_looks_after(by, entry.area)
    for name in ("kind", "name", "summary", "phone", "email", "url", "hours", "area"):
        setattr(written, name, getattr(entry, name))
    written.areas, written.fields = list(entry.areas), list(entry.fields)


def end_entry(written: Intermediary, *, at: datetime) -> None:
    """Take somebody out of the directory."""
    written.end(on=town_day(at))


def send(
    session: Session,
    subject: queries.Subject,
    to: Intermediary,
    message: Message,
    *,
    by: Account,
    at: datetime,
) -> Referral:
    """Pass something on; whoever gets it gives a receipt through the link in the mail.

    Raises
    ------
    NotAllowed
        The account does not coordinate the place that it comes from.
    InvalidValue
        The entry is in the directory no longer.

    """
    if not by.covers(Role.COORDINATOR, subject.area.path):
        raise NotAllowed("what is passed on comes from a place that the account coordinates")
    if not to.stands:
        raise InvalidValue("nobody is passed on to an entry that has ended")
    today = town_day(at)
    referral = Referral(
        text=message.text,
        contact=message.contact,
        consent=message.consent if message.contact else None,
        sent_on=today,
        receipt_due_on=add_business_days(today, RECEIPT_BUSINESS_DAYS),
        token_hash="",
        area=subject.area,
        intermediary=to,
        consultation=subject.consultation,
        visit=subject.visit,
        need=subject.need,
        participant=subject.participant,
        sent_by=by,
    )
    referral.token_hash = hashed(queries.token_for(session, referral))
    session.add(referral)
    if to.email:
        emails.referral(session, referral)
    return referral


def receive(session: Session, referral: Referral, *, name: str, at: datetime, by: Account | None = None) -> None:
    """Note the receipt; whoever asked is looked after by the other side from now on."""
    queries.lock(session, referral)
    referral.receive(by=name, at=at)
    if referral.consultation is not None:
        referral.consultation.close(at=at)
    _tell(session, referral, by=by)


def decline(session: Session, referral: Referral, *, because: str, at: datetime, by: Account | None = None) -> None:
    """Note that the other side cannot look after it; here, somebody must again."""
    queries.lock(session, referral)
    referral.decline(because=because, at=at)
    _reopen(referral)
    _tell(session, referral, by=by)


def finish(session: Session, referral: Referral, *, outcome: str, at: datetime, by: Account | None = None) -> None:
    """Note what came of it."""
    queries.lock(session, referral)
    referral.finish(outcome=outcome, at=at)
    _tell(session, referral, by=by)


def go_on(session: Session, referral: Referral, *, at: datetime) -> None:
    """Note that the other side is still at it; it is asked for what came of it later."""
    queries.lock(session, referral)
    referral.go_on(at=at)


def withdraw(session: Session, referral: Referral, *, because: str, at: datetime) -> None:
    """Take a referral back and tell the other side; somebody here looks after it again."""
    queries.lock(session, referral)
    referral.withdraw(because=because, at=at)
    _reopen(referral)
    if referral.intermediary.email:
        emails.withdrawn(session, referral)


def remind(session: Session, referral: Referral, *, at: datetime) -> None:
    """Ask once more for the receipt, or for what came of it, and tell whoever sent it that nothing was heard."""
    queries.lock(session, referral)
    if referral.reminded_at is not None or not referral.is_overdue(town_day(at)):
        return
    referral.reminded_at = at
    if referral.intermediary.email:
        emails.reminder(session, referral)
    for account in queries.coordinators_to_tell(session, referral):
        emails.overdue(session, referral, to=account)


def _reopen(referral: Referral) -> None:
    if referral.consultation is not None:
        referral.consultation.reopen()


def _tell(session: Session, referral: Referral, *, by: Account | None) -> None:
    """Tell whoever sent it what the other side said, unless they noted it themselves."""
    for account in queries.coordinators_to_tell(session, referral):
        if account is not by:
            emails.answered(session, referral, to=account)


def _check_looks_after(account: Account, area: Area) -> None:
    if not any(account.covers(role, area.path) for role in (Role.COORDINATOR, Role.ADMINISTRATOR)):
        raise NotAllowed("the directory of a place is kept by those who look after it")
