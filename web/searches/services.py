"""Changes to saved searches: asked for, confirmed, told of what is new, stopped; and questions handed on."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID, uuid4

from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer
from sqlalchemy import CursorResult, delete, or_, update
from sqlalchemy.orm import Session

from models import Account, Area, SavedSearch
from web.listings.queries import town_day
from web.people.queries import coordinators_of
from web.searches import emails, queries
from web.searches.queries import News

LINK_LASTS: Final = timedelta(days=2)
SETTLES: Final = timedelta(minutes=5)
MOST_SEARCHES: Final = 20
MOST_MAILS_A_DAY: Final = 3
CONFIRM_SALT: Final = "confirm-search"
STOP_SALT: Final = "stop-searches"

MakePath = Callable[[str], str]


def save(
    session: Session, account: Account, parameters: Mapping[str, str], *, name: str, at: datetime
) -> SavedSearch | None:
    """Keep a search for an account, the same one once; None where the account keeps as many as can be kept."""
    kept = queries.searches_of(session, account)
    same = queries.same_search(kept, parameters)
    if same is not None:
        return same
    if len(kept) >= MOST_SEARCHES:
        return None
    search = SavedSearch(
        name=name,
        parameters=dict(parameters),
        locale=account.locale,
        told_until=at,
        confirmed_at=at,
        reader_id=account.id,
        account=account,
    )
    session.add(search)
    return search


def ask_to_save(
    session: Session,
    address: str,
    parameters: Mapping[str, str],
    *,
    name: str,
    locale: str,
    secret: str,
    make_link: MakePath,
    at: datetime,
) -> None:
    """Send an address the link that confirms a search; nothing else is ever sent to it before.

    Whoever types somebody else's address again and again sends them no more than a few mails a day. To the outside
    it is always the same.
    """
    address = address.strip().lower()
    kept = queries.searches_of_address(session, address)
    if queries.mails_asked_for(session, address, since=at - timedelta(days=1)) >= MOST_MAILS_A_DAY:
        return
    search = queries.same_search(kept, parameters)
    if search is None:
        if len(kept) >= MOST_SEARCHES:
            return
        reader_id = kept[0].reader_id if kept else uuid4()
        search = SavedSearch(
            name=name, parameters=dict(parameters), locale=locale, told_until=at, address=address, reader_id=reader_id
        )
        session.add(search)
    emails.confirm(session, search, link=make_link(confirm_token(search, secret)))


def confirm_token(search: SavedSearch, secret: str) -> str:
    """Return a signed token that confirms one search and works for two days."""
    return URLSafeTimedSerializer(secret, salt=CONFIRM_SALT).dumps(search.id.hex)


def search_to_confirm(session: Session, token: str, *, secret: str) -> SavedSearch | None:
    """Return the search that a confirming link is about, or None where the link is wrong or too old."""
    serializer = URLSafeTimedSerializer(secret, salt=CONFIRM_SALT)
    try:
        search_id = UUID(serializer.loads(token, max_age=int(LINK_LASTS.total_seconds())))
    except (BadSignature, ValueError, TypeError):
        return None
    return session.get(SavedSearch, search_id)


def stop_token(reader_id: UUID, secret: str) -> str:
    """Return a signed token that stops mails to one reader; it works as long as there is something to stop."""
    return URLSafeSerializer(secret, salt=STOP_SALT).dumps(reader_id.hex)


def stop_path(reader_id: UUID, secret: str) -> str:
    """Return where one reader stops the mails."""
    return f"/searches/stop/{stop_token(reader_id, secret)}"


def reader_of_token(token: str, *, secret: str) -> UUID | None:
    """Return the reader whom a stopping link is about, or None where the link is wrong."""
    try:
        return UUID(URLSafeSerializer(secret, salt=STOP_SALT).loads(token))
    except (BadSignature, ValueError, TypeError):
        return None


def stop(session: Session, reader_id: UUID, *, only: UUID | None = None) -> None:
    """Forget all searches of a reader, or the one that is named; doing so twice is no error."""
    for search in queries.searches_of_reader(session, reader_id):
        if only is None or search.id == only:
            session.delete(search)


def remove(session: Session, search: SavedSearch) -> None:
    """Forget one search."""
    session.delete(search)


def tell(session: Session, reader_id: UUID, *, at: datetime, secret: str) -> int:
    """Write one reader a mail about what is new, at most once a day, and return how many needs it names."""
    news = take_news(session, reader_id, at=at)
    if news:
        emails.digest(session, news, stop_path=stop_path(reader_id, secret))
    return sum(one.total for one in news)


def take_news(session: Session, reader_id: UUID, *, at: datetime) -> list[News]:
    """Return what is new for one reader's searches, at most once a day; whoever takes it tells it.

    What was opened within the last minutes waits for the next day: its transaction may not be over for everybody.
    """
    today, until = town_day(at), at - SETTLES
    due = [search for search in queries.searches_due(session, reader_id, on=today) if _take(session, search, at)]
    readable = [search for search in due if search.account is None or search.account.may_sign_in]
    found = [queries.news_for(session, search, until=until) for search in readable]
    for search in due:
        search.told_until = max(search.told_until, until)
    return [one for one in found if one.total]


def forget_unconfirmed(session: Session, *, at: datetime) -> int:
    """Remove the searches whose link was not used in its time, and return how many there were."""
    statement = delete(SavedSearch).where(SavedSearch.confirmed_at.is_(None), SavedSearch.created_at < at - LINK_LASTS)
    result = session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount


def ask(session: Session, place: Area, *, text: str, name: str, address: str, sought: str, path: str) -> int:
    """Hand a question to the coordinators of a municipality and return how many got it."""
    coordinators = coordinators_of(session, place)
    for coordinator in coordinators:
        emails.question(session, coordinator, text=text, name=name, address=address, sought=sought, path=path)
    return len(coordinators)


def _take(session: Session, search: SavedSearch, at: datetime) -> bool:
    """Note that a search is gone through today, unless another worker did so first."""
    today = town_day(at)
    taken = session.scalar(
        update(SavedSearch)
        .where(SavedSearch.id == search.id, or_(SavedSearch.told_on.is_(None), SavedSearch.told_on < today))
        .values(told_on=today)
        .returning(SavedSearch.id)
        .execution_options(synchronize_session=False)
    )
    return taken is not None
