"""Handing over who is in charge, and setting by which rules needs find an inbox."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Account,
    ActivityField,
    Appointment,
    Area,
    Charge,
    ChargeCause,
    HandOver,
    Office,
    Role,
    RoutingRule,
)
from models.errors import AlreadyDecided, InvalidValue, NotAllowed
from web.charges.queries import lock_needs
from web.inbox import emails, queries


def ask(session: Session, charge: Charge, to: Account, *, note: str, by: Account, at: datetime) -> HandOver:
    """Ask somebody to take a need over; until they accept, nothing changes."""
    lock_needs(session, [charge.need_id])
    charge = queries.whole_charge(session, charge)
    _check_covers(to, charge)
    question = charge.ask(to, note=note, by=by, at=at)
    session.add(question)
    session.flush()
    emails.asked(session, question)
    return question


def take_back(session: Session, charge: Charge, *, at: datetime) -> None:
    """Ask no longer."""
    lock_needs(session, [charge.need_id])
    charge = queries.whole_charge(session, charge)
    question = charge.open_hand_over
    if question is None:
        raise AlreadyDecided("nobody is asked")
    question.take_back(at=at)


def accept(session: Session, question: HandOver, *, at: datetime) -> Charge:
    """Take a need over: the one charge ends, and the other begins."""
    charge = _lock(session, question)
    if question.to is None or not charge.stands:
        raise AlreadyDecided("somebody else is in charge by now")
    _check_covers(question.to, charge)
    following = question.accept(at=at)
    # What has ended is written before what begins: a need is never in two inboxes.
    session.flush()
    session.add(following)
    emails.answered(session, question)
    return following


def decline(session: Session, question: HandOver, *, answer: str, at: datetime) -> None:
    """Leave a need with who is in charge, and tell them why."""
    _lock(session, question)
    question.decline(answer=answer, at=at)
    emails.answered(session, question)


def reassign(session: Session, charge: Charge, to: Account, *, by: Account, at: datetime) -> Charge:
    """Put somebody in charge at once, where who was in charge is away.

    Raises
    ------
    NotAllowed
        Who asks for it does not administer the place.

    """
    lock_needs(session, [charge.need_id])
    charge = queries.whole_charge(session, charge)
    if not by.covers(Role.ADMINISTRATOR, charge.need.area.path):
        raise NotAllowed("only an administrator puts somebody in charge without asking")
    if not charge.stands:
        raise AlreadyDecided("somebody else is in charge by now")
    if to is charge.keeper:
        raise InvalidValue("they are in charge already")
    _check_covers(to, charge)
    before, question = charge.keeper, charge.open_hand_over
    charge.end(at=at)
    session.flush()
    following = Charge(need=charge.need, keeper=to, since=at, cause=ChargeCause.HANDED_OVER)
    session.add(following)
    if to is not by:
        emails.put_in_charge(session, following, by=by)
    asked = None if question is None else question.to
    for account in {before, asked} - {None, to, by}:
        if account is not None and account.may_sign_in:
            emails.taken_over(session, following, to=account, by=by)
    return following


def set_rules(
    session: Session, municipality: Area, offices: Mapping[ActivityField, Office | None], rest: Office | None
) -> None:
    """Set to which office needs of each field go, and those of all others; None leaves it to the rule for the rest."""
    session.execute(select(Area.id).where(Area.id == municipality.id).with_for_update(key_share=True))
    present = {rule.field_id: rule for rule in queries.own_rules(session, municipality)}
    wanted: list[tuple[ActivityField | None, Office | None]] = [*offices.items(), (None, rest)]
    for field, office in wanted:
        rule = present.get(None if field is None else field.id)
        is_needed = office is not None or field is None
        if rule is None and is_needed:
            session.add(RoutingRule(municipality=municipality, field=field, office=office))
        elif rule is not None and is_needed:
            rule.office = office
        elif rule is not None:
            session.delete(rule)


def set_office(session: Session, area: Area, appointment_id: UUID, office: Office | None) -> Appointment:
    """Say in which office a coordinator of a place works."""
    appointment = queries.appointment_in(session, area, appointment_id)
    if appointment is None:
        raise InvalidValue("this is no coordinator of the place")
    appointment.office = office
    return appointment


def _lock(session: Session, question: HandOver) -> Charge:
    """Wait for whoever else decides about the need, and read how things stand after that."""
    lock_needs(session, [question.charge.need_id])
    charge = queries.whole_charge(session, question.charge)
    session.refresh(question)
    return charge


def _check_covers(account: Account, charge: Charge) -> None:
    if not account.may_sign_in or not account.covers(Role.COORDINATOR, charge.need.area.path):
        raise InvalidValue("this account does not coordinate the place of the need")
