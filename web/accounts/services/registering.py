"""Who takes part, who is appointed, and the language that somebody reads."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from models import (
    Account,
    Appointment,
    Area,
    ConsentChannel,
    ConsentPurpose,
    Membership,
    Participant,
    ParticipantKind,
    Role,
)
from models.errors import InvalidValue
from web.accounts.queries import persons_of


def register(  # noqa: PLR0913  # one argument for each thing that the form asks
    session: Session,
    *,
    by: Account,
    at: datetime,
    kind: ParticipantKind,
    name: str,
    reading: str,
    area: Area,
    contact_email: str,
    contact_phone: str,
    is_adult: bool,
    consents: Mapping[ConsentPurpose, bool],
) -> Participant:
    """Write a new participant that the account speaks for; a person's consents are taken one by one."""
    is_person = kind is ParticipantKind.RESIDENT
    if is_person and persons_of(by):
        raise InvalidValue("an account belongs to one person")
    participant = Participant(
        kind=kind,
        name=name,
        reading=reading.strip(),
        area=area,
        contact_name=by.name,
        contact_email=contact_email or by.email,
        contact_phone=contact_phone.strip(),
        is_adult=is_adult or not is_person,
    )
    session.add(participant)
    session.add(Membership(account=by, participant=participant, role=Role.RESIDENT if is_person else Role.MANAGER))
    if is_person:
        for purpose, given in consents.items():
            if given:
                participant.consent(purpose, by=by, at=at, channel=ConsentChannel.WEB)
    return participant


def appoint(session: Session, account: Account, area: Area, role: Role) -> Appointment:
    """Appoint an account to a place as coordinator or administrator."""
    appointment = Appointment(account=account, area=area, role=role)
    session.add(appointment)
    return appointment


def create_account(session: Session, *, email: str, name: str, password_hash: str, at: datetime) -> Account:
    """Write a confirmed account, as the command does for the first administrator."""
    account = Account(email=email, name=name, password_hash=password_hash, confirmed_at=at)
    session.add(account)
    return account


def change_locale(account: Account, locale: str) -> None:
    """Set the language that pages and mails use for this account."""
    account.locale = locale
