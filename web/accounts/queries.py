"""Reads of accounts: who knows this address, how often a sign-in failed, what belongs to a person."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Table, func, or_, select
from sqlalchemy.orm import Session, joinedload, lazyload

from models import Account, ApiToken, Area, AreaLevel, Base, Participant, Passkey, Role, SignInAttempt
from models.privacy import BELONGS_BY, CATALOGUE, Privacy

FAILURES_ALLOWED: Final = 10
FAILURE_WINDOW: Final = timedelta(minutes=5)


def by_email(session: Session, email: str) -> Account | None:
    """Return the account with this address, however it was typed."""
    return session.scalar(select(Account).where(Account.email == email.strip().lower()))


def is_locked_out(session: Session, subject_hashes: Sequence[str], *, at: datetime) -> bool:
    """Tell whether one of the subjects failed too often within the past minutes."""
    most = session.scalar(
        select(func.count())
        .select_from(SignInAttempt)
        .where(SignInAttempt.subject_hash.in_(subject_hashes), SignInAttempt.created_at > at - FAILURE_WINDOW)
        .group_by(SignInAttempt.subject_hash)
        .order_by(func.count().desc())
        .limit(1)
    )
    return (most or 0) >= FAILURES_ALLOWED


def live_tokens(session: Session, account: Account) -> Sequence[ApiToken]:
    """Return the account's API tokens that were not revoked, newest first."""
    return session.scalars(
        select(ApiToken)
        .where(ApiToken.account_id == account.id, ApiToken.revoked_at.is_(None))
        .order_by(ApiToken.created_at.desc(), ApiToken.id)
    ).all()


def passkeys_of(session: Session, account: Account) -> Sequence[Passkey]:
    """Return the account's passkeys in the order in which they were added."""
    return session.scalars(
        select(Passkey)
        .where(Passkey.account_id == account.id)
        .options(lazyload(Passkey.account))
        .order_by(Passkey.created_at, Passkey.id)
    ).all()


def places(session: Session) -> Sequence[Area]:
    """Return the municipalities and districts where somebody can take part, in the order of the tree."""
    return session.scalars(
        select(Area)
        .where(Area.level.in_([AreaLevel.MUNICIPALITY, AreaLevel.DISTRICT]))
        .options(joinedload(Area.parent))
        .order_by(Area.is_demo.desc(), Area.path)
    ).all()


def demo_accounts(session: Session) -> Sequence[Account]:
    """Return the sign-ins of the demo town, staff first."""
    accounts = session.scalars(select(Account).where(Account.is_demo).order_by(Account.email)).all()
    return sorted(accounts, key=lambda account: (not account.is_staff, account.email))


def persons_of(account: Account) -> list[Participant]:
    """Return the participants that are this person, not bodies that the account represents."""
    return [membership.participant for membership in account.memberships if membership.participant.is_resident]


def rows_of_person(session: Session, account: Account) -> dict[str, list[dict[str, Any]]]:
    """Return everything that is kept of a person, table by table, without secrets and derived values."""
    export: dict[str, list[dict[str, Any]]] = {}
    for name in BELONGS_BY:
        table = Base.metadata.tables[name]
        shown = [
            table.c[column]
            for column, privacy in CATALOGUE[name].items()
            if privacy in {Privacy.OPEN, Privacy.PERSONAL}
        ]
        rows = session.execute(select(*shown).where(belongs_to(name, account)).order_by(table.c.id)).mappings()
        export[name] = [{column: _plain(value) for column, value in row.items()} for row in rows]
    return export


def belongs_to(name: str, account: Account) -> ColumnElement[bool]:
    """Return the condition that a row of the table belongs to the account's person."""
    table = Base.metadata.tables[name]
    column, owner = BELONGS_BY[name]
    if owner == "account":
        return table.c[column] == account.id
    if owner == "participant":
        return table.c[column].in_([person.id for person in persons_of(account)])
    parent: Table = Base.metadata.tables[owner]
    return table.c[column].in_(select(parent.c.id).where(belongs_to(owner, account)))


def snapshots_mentioning(account: Account) -> ColumnElement[bool]:
    """Return the condition that a suggestion's frozen input holds something of the person."""
    suggestions = Base.metadata.tables["suggestions"]
    partners = Base.metadata.tables["suggestion_partners"]
    offers = Base.metadata.tables["offers"]
    needs = Base.metadata.tables["needs"]
    own_offers = select(offers.c.id).where(belongs_to("offers", account))
    own_needs = select(needs.c.id).where(belongs_to("needs", account))
    return or_(
        suggestions.c.need_id.in_(own_needs),
        suggestions.c.id.in_(select(partners.c.suggestion_id).where(partners.c.offer_id.in_(own_offers))),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return value


def area_at(session: Session, path: str) -> Area | None:
    """Return the area that the path names."""
    return session.scalar(select(Area).where(Area.path == path))


def roles(account: Account) -> list[str]:
    """Return every role of the account, staff roles first."""
    held = {appointment.role for appointment in account.appointments}
    held |= {membership.role for membership in account.memberships}
    return [role.value for role in reversed(Role) if role in held]


def main_role(account: Account) -> str:
    """Return the role that decides which page the account sees first."""
    return next(iter(roles(account)), "")


def main_municipality(account: Account) -> str:
    """Return the name of the municipality that the account belongs to."""
    if account.appointments:
        return account.appointments[0].area.tenant.name_ja
    if account.memberships:
        return account.memberships[0].participant.area.tenant.name_ja
    return ""
