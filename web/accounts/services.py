"""Changes to accounts: signing up, passwords, second factors, tokens, registering, being forgotten."""

import hashlib
import secrets
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import pyotp
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from models import (
    Account,
    ApiToken,
    Appointment,
    Area,
    AuditAction,
    AuditedSession,
    Base,
    ConsentChannel,
    ConsentPurpose,
    Membership,
    Offer,
    OfferStatus,
    Participant,
    ParticipantKind,
    Role,
    SignIn,
    SignInAttempt,
)
from models.errors import InvalidValue, NotAllowed
from models.listings import Need, NeedStatus
from models.privacy import BELONGS_BY, CATALOGUE, DELETED_ON_ERASURE, Privacy
from web.accounts import emails
from web.accounts.queries import belongs_to, by_email, persons_of, rows_of_person, snapshots_mentioning
from web.participants.services import leave_for_good

LINK_LASTS: Final = timedelta(days=2)
TOKEN_LASTS: Final = timedelta(days=365)
LINK_SALT: Final = "set-password"
STEP_SECONDS: Final = 30
ERASED: Final = "erased"
SHORTEST_TELLING_WORD: Final = 2

MakeLink = Callable[[str], str]


def sign_up(session: Session, *, email: str, name: str, locale: str, secret: str, make_link: MakeLink) -> None:
    """Write a new account and send it a link, or send a known one a link: to the outside it is the same."""
    account = by_email(session, email)
    if account is not None:
        emails.new_password(session, account, link=make_link(password_token(account, secret)))
        return
    account = Account(email=email, name=name.strip(), locale=locale)
    session.add(account)
    emails.welcome(session, account, link=make_link(password_token(account, secret)))


def send_password_link(
    session: Session, *, email: str, locale: str, secret: str, make_link: MakeLink, sign_up_link: str
) -> None:
    """Send a link to set a new password, or word that there is no account: to the outside it is the same."""
    account = by_email(session, email)
    if account is None:
        emails.no_account(session, email.strip(), locale=locale, link=sign_up_link)
    else:
        emails.new_password(session, account, link=make_link(password_token(account, secret)))


def password_token(account: Account, secret: str) -> str:
    """Return a signed token that works until the password is set with it."""
    return _serializer(secret).dumps([account.id.hex, _state(account)])


def account_of_token(session: Session, token: str, *, secret: str) -> Account | None:
    """Return the account that a password link was sent to, or None where the link is used up or wrong."""
    try:
        account_id, state = _serializer(secret).loads(token, max_age=int(LINK_LASTS.total_seconds()))
        account = session.get(Account, UUID(account_id))
    except (BadSignature, ValueError, TypeError):
        return None
    return account if account is not None and state == _state(account) else None


def set_password(session: Session, account: Account, password_hash: str, *, at: datetime) -> None:
    """Set a password, confirm the address, and end every session that was open."""
    account.password_hash = password_hash
    account.confirmed_at = account.confirmed_at or at
    end_all_sessions(session, account, at=at)
    for token in session.scalars(select(ApiToken).where(ApiToken.account_id == account.id)):
        token.revoke(at=at)


def end_all_sessions(session: Session, account: Account, *, at: datetime) -> None:
    """End the account's sessions on the server."""
    for sign_in in session.scalars(select(SignIn).where(SignIn.account_id == account.id, SignIn.ended_at.is_(None))):
        sign_in.end(at=at)


def note_failures(session: Session, subject_hashes: Iterable[str]) -> None:
    """Count one failed sign-in for each subject."""
    session.add_all(SignInAttempt(subject_hash=subject) for subject in subject_hashes)


def change_locale(account: Account, locale: str) -> None:
    """Set the language that pages and mails use for this account."""
    account.locale = locale


def new_second_factor_secret() -> str:
    """Return a random secret for an authenticator."""
    return pyotp.random_base32()


def enrolment_uri(account: Account, secret: str) -> str:
    """Return the address that an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account.email, issuer_name="Enishi")


def enrol_second_factor(account: Account, secret: str, code: str, *, at: datetime) -> bool:
    """Take the authenticator into use if it shows the right code; a code counts once."""
    step = _matching_step(secret, code, at=at)
    if step is None:
        return False
    account.second_factor_secret = secret
    account.second_factor_since = at
    account.second_factor_last_step = step
    return True


def pass_second_factor(account: Account, sign_in: SignIn, code: str, *, at: datetime) -> bool:
    """Open the session fully if the code is right and was not used before."""
    if account.second_factor_secret is None:
        return False
    step = _matching_step(account.second_factor_secret, code, at=at)
    if step is None or (account.second_factor_last_step is not None and step <= account.second_factor_last_step):
        return False
    account.second_factor_last_step = step
    sign_in.second_factor_passed = True
    return True


def create_token(session: Session, account: Account, *, name: str, at: datetime) -> str:
    """Write a new API token and return it; it is shown this once and never again."""
    token = secrets.token_urlsafe(32)
    session.add(
        ApiToken(
            account=account,
            name=name,
            token_hash=hashlib.sha256(token.encode()).hexdigest(),
            expires_at=at + TOKEN_LASTS,
        )
    )
    return token


def revoke_token(token: ApiToken, *, by: Account, at: datetime) -> None:
    """Close one of the account's own tokens."""
    if token.account_id != by.id:
        raise NotAllowed("a token is closed by its own account")
    token.revoke(at=at)


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


def export(session: AuditedSession, account: Account) -> dict[str, list[dict[str, Any]]]:
    """Return all that is kept of a person, and record that it was handed out."""
    session.record(AuditAction.EXPORT, account)
    return rows_of_person(session, account)


def erase(session: AuditedSession, account: Account, *, at: datetime) -> None:
    """Forget a person: delete what is only theirs, scrub what others must still see, keep a pseudonym."""
    persons = persons_of(account)
    person_ids = [person.id for person in persons]
    known_words = _known_words(account, persons)
    for person in persons:
        # What stands on the consent ends first, while it can still be found and given back.
        leave_for_good(session, person, by=account, at=at)
    session.flush()
    session.execute(
        update(Offer)
        .where(Offer.participant_id.in_(person_ids))
        .values(status=OfferStatus.WITHDRAWN)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Need)
        .where(Need.participant_id.in_(person_ids))
        .values(status=NeedStatus.WITHDRAWN, opened_at=func.coalesce(Need.opened_at, at))
        .execution_options(synchronize_session=False)
    )
    suggestions = Base.metadata.tables["suggestions"]
    session.execute(update(suggestions).where(snapshots_mentioning(account)).values(snapshot={}))
    # Scrub before deleting: what belongs to a person is found through rows that go last.
    for name in BELONGS_BY:
        if name not in DELETED_ON_ERASURE:
            _scrub(session, name, account)
    for name in DELETED_ON_ERASURE:
        table = Base.metadata.tables[name]
        session.execute(delete(table).where(belongs_to(name, account)))
    account_row = Base.metadata.tables["accounts"]
    session.execute(update(account_row).where(account_row.c.id == account.id).values(suspended_at=at))
    _forget_elsewhere(session, known_words)
    # The bulk statements above pass the listener by, so the erasure is recorded by hand.
    session.record(AuditAction.ERASE, account)
    for person in persons:
        session.record(AuditAction.ERASE, person)
    session.expire_all()


def _known_words(account: Account, persons: list[Participant]) -> set[str]:
    """Return the names and contact details under which others may have written of the person."""
    words = {account.name, account.email}
    for person in persons:
        words |= {person.name, person.contact_name, person.contact_email, person.contact_phone}
    return {word for word in words if len(word) >= SHORTEST_TELLING_WORD}


def _forget_elsewhere(session: Session, words: set[str]) -> None:
    """Remove what others were about to be told, kept answers, and the person's contact details at bodies."""
    mails = Base.metadata.tables["outbox_mails"]
    told = [column.contains(word, autoescape=True) for word in words for column in (mails.c.subject, mails.c.body)]
    session.execute(delete(mails).where(or_(*told)))
    session.execute(delete(Base.metadata.tables["handled_requests"]))
    participants = Base.metadata.tables["participants"]
    for column in ("contact_name", "contact_email", "contact_phone"):
        session.execute(update(participants).where(participants.c[column].in_(words)).values({column: ""}))


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


def _scrub(session: Session, name: str, account: Account) -> None:
    table = Base.metadata.tables[name]
    erased: dict[str, Any] = {}
    for column, privacy in CATALOGUE[name].items():
        if privacy is Privacy.OPEN:
            continue
        if table.c[column].nullable:
            erased[column] = None
        elif column in {"name", "title", "what"}:
            erased[column] = ERASED
        else:
            erased[column] = ""
    if name == "accounts":
        erased["email"] = f"{ERASED}-{account.id.hex}@enishi.invalid"
    if erased:
        session.execute(update(table).where(belongs_to(name, account)).values(erased))


def _serializer(secret: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt=LINK_SALT)


def _state(account: Account) -> str:
    return hashlib.sha256(f"{account.password_hash}{account.confirmed_at}".encode()).hexdigest()[:16]


def _matching_step(secret: str, code: str, *, at: datetime) -> int | None:
    """Return the time step whose code this is, one step of drift allowed, or None."""
    plain = unicodedata.normalize("NFKC", code)
    digits = "".join(character for character in plain if character.isascii() and character.isdigit())
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    now = int(at.timestamp()) // STEP_SECONDS
    for step in (now, now - 1, now + 1):
        if secrets.compare_digest(totp.generate_otp(step), digits):
            return step
    return None
