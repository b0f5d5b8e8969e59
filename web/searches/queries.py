"""Reads of saved searches, of what is new for them, and of who can be asked in person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models import Account, Appointment, Area, AreaLevel, Need, OutboxMail, Role, SavedSearch
from web.listings.queries import Filters, Seen, narrowed, newest_first, visible_needs_to
from web.participants.queries import seen_by

MOST_TOLD: Final = 10
MOST_IN_A_FEED: Final = 50


@dataclass(frozen=True, slots=True)
class News:
    """What is new for one saved search: the newest few, and how many there are in all."""

    search: SavedSearch
    needs: Sequence[Seen[Need]]
    total: int

    @property
    def filters(self) -> Filters:
        """Return what is looked for."""
        return Filters.from_address(self.search.parameters)


def visible_to(account: Account) -> Select[SavedSearch]:
    """Return the searches that the account keeps."""
    return select(SavedSearch).where(SavedSearch.account_id == account.id)


def searches_of(session: Session, account: Account) -> Sequence[SavedSearch]:
    """Return the searches that the account keeps, the newest first."""
    return session.scalars(visible_to(account).order_by(SavedSearch.created_at.desc(), SavedSearch.id)).all()


def searches_of_address(session: Session, address: str) -> Sequence[SavedSearch]:
    """Return the searches that were asked for with an address, confirmed or not."""
    statement = select(SavedSearch).where(SavedSearch.address == address)
    return session.scalars(statement.order_by(SavedSearch.created_at, SavedSearch.id)).all()


def searches_of_reader(session: Session, reader_id: UUID) -> Sequence[SavedSearch]:
    """Return the confirmed searches that one reader gets mails about, for the page on which they are stopped."""
    statement = select(SavedSearch).where(SavedSearch.reader_id == reader_id, SavedSearch.confirmed_at.is_not(None))
    return session.scalars(statement.order_by(SavedSearch.created_at, SavedSearch.id)).all()


def same_search(searches: Sequence[SavedSearch], parameters: Mapping[str, Any]) -> SavedSearch | None:
    """Return the one of the searches that looks for exactly this."""
    return next((search for search in searches if search.parameters == parameters), None)


def mails_asked_for(session: Session, address: str, *, since: datetime) -> int:
    """Count the mails that were sent to an address because somebody typed it into the form."""
    statement = select(func.count()).select_from(OutboxMail)
    asked = (OutboxMail.to_address == address, OutboxMail.template == "search-confirm", OutboxMail.created_at > since)
    return session.scalar(statement.where(*asked)) or 0


def readers_due(session: Session, *, on: date) -> Sequence[UUID]:
    """Return the readers without an account whose confirmed searches were not gone through on this day."""
    statement = select(SavedSearch.reader_id).where(SavedSearch.account_id.is_(None), _is_due(on))
    return session.scalars(statement.distinct().order_by(SavedSearch.reader_id)).all()


def accounts_due(session: Session, *, on: date) -> Sequence[UUID]:
    """Return the accounts whose searches were not gone through on this day; they get one mail with all their news."""
    statement = select(SavedSearch.account_id).where(SavedSearch.account_id.is_not(None), _is_due(on)).distinct()
    return [account_id for account_id in session.scalars(statement) if account_id is not None]


def searches_due(session: Session, reader_id: UUID, *, on: date) -> Sequence[SavedSearch]:
    """Return one reader's searches that were not gone through on this day."""
    statement = select(SavedSearch).where(SavedSearch.reader_id == reader_id, _is_due(on))
    options = (joinedload(SavedSearch.account),)
    return session.scalars(statement.options(*options).order_by(SavedSearch.created_at, SavedSearch.id)).all()


def news_for(session: Session, search: SavedSearch, *, until: datetime) -> News:
    """Return the needs that were opened since the reader was told last, as anybody may see them."""
    statement = narrowed(visible_needs_to(None), Need, Filters.from_address(search.parameters), None).where(
        Need.opened_at > search.told_until, Need.opened_at <= until
    )
    total = session.scalar(statement.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)) or 0
    options = (joinedload(Need.participant), joinedload(Need.area), selectinload(Need.slots))
    rows = session.scalars(statement.options(*options).order_by(*newest_first(Need)).limit(MOST_TOLD)).all()
    return News(search, [Seen(row, seen_by(None, row.participant)) for row in rows], total)


def newest_needs(session: Session, filters: Filters) -> Sequence[Seen[Need]]:
    """Return the newest needs of a search as anybody may see them, whoever asks: a feed is read by programs."""
    return _as_anybody_sees(session, filters, dated=False)


def dated_needs(session: Session, filters: Filters) -> Sequence[Seen[Need]]:
    """Return the needs of a search that have a day, as anybody may see them."""
    return _as_anybody_sees(session, filters, dated=True)


def places_with_somebody_to_ask(session: Session) -> Sequence[Area]:
    """Return the municipalities that have a coordinator."""
    places = (
        select(Area.id, Area.parent_id, Area.level)
        .join(Appointment, Appointment.area_id == Area.id)
        .where(Appointment.role == Role.COORDINATOR)
        .subquery()
    )
    whole = select(places.c.id).where(places.c.level == AreaLevel.MUNICIPALITY)
    above = select(places.c.parent_id).where(places.c.level == AreaLevel.DISTRICT)
    return session.scalars(select(Area).where(or_(Area.id.in_(whole), Area.id.in_(above))).order_by(Area.path)).all()


def _as_anybody_sees(session: Session, filters: Filters, *, dated: bool) -> Sequence[Seen[Need]]:
    statement = narrowed(visible_needs_to(None), Need, filters, None)
    if dated:
        statement = statement.where(or_(Need.starts_on.is_not(None), Need.ends_on.is_not(None)))
    options = (joinedload(Need.participant), joinedload(Need.area), selectinload(Need.slots))
    rows = session.scalars(statement.options(*options).order_by(*newest_first(Need)).limit(MOST_IN_A_FEED)).all()
    return [Seen(row, seen_by(None, row.participant)) for row in rows]


def _is_due(on: date) -> ColumnElement[bool]:
    return SavedSearch.confirmed_at.is_not(None) & or_(SavedSearch.told_on.is_(None), SavedSearch.told_on < on)
