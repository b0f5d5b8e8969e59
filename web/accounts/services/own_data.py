"""All that is kept of a person: handed out to them, or forgotten."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import String, cast, delete, func, literal, or_, update
from sqlalchemy.orm import Session

from models import Account, AuditAction, AuditedSession, Base, Offer, OfferStatus, Participant
from models.listings import Need, NeedStatus
from models.privacy import BELONGS_BY, CATALOGUE, DELETED_ON_ERASURE, Privacy
from web.accounts.queries import belongs_to, persons_of, rows_of_person, snapshots_mentioning
from web.charges.services import look_after_what_was_kept_by
from web.participants.services import leave_for_good

ERASED: Final = "erased"
SHORTEST_TELLING_WORD: Final = 2
NEVER_EMPTY: Final = frozenset({"answer_text", "asked", "council", "heard", "name", "said_by", "text", "title", "what"})
"""The columns of which something has to stand in every row: a word takes the place of what is forgotten."""


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
    look_after_what_was_kept_by(session, account, at=at)


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
    searches = Base.metadata.tables["saved_searches"]
    session.execute(delete(searches).where(searches.c.address.in_(words)))
    invitations = Base.metadata.tables["invitations"]
    session.execute(delete(invitations).where(invitations.c.email.in_(words)))
    for column in ("contact_name", "contact_email", "contact_phone"):
        session.execute(update(invitations).where(invitations.c[column].in_(words)).values({column: ""}))
    participants = Base.metadata.tables["participants"]
    for column in ("contact_name", "contact_email", "contact_phone"):
        session.execute(update(participants).where(participants.c[column].in_(words)).values({column: ""}))


def _scrub(session: Session, name: str, account: Account) -> None:
    table = Base.metadata.tables[name]
    erased: dict[str, Any] = {}
    for column, privacy in CATALOGUE[name].items():
        if privacy is Privacy.OPEN:
            continue
        if table.c[column].nullable:
            erased[column] = None
        elif table.c[column].unique:
            erased[column] = literal(f"{ERASED}-") + cast(table.c.id, String)
        elif column in NEVER_EMPTY:
            erased[column] = ERASED
        else:
            erased[column] = ""
    if name == "accounts":
        erased["email"] = f"{ERASED}-{account.id.hex}@enishi.invalid"
    if erased:
        session.execute(update(table).where(belongs_to(name, account)).values(erased))
