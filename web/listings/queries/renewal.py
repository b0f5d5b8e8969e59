"""What ends soon or has ended, and the signed link by which its people say whether it stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import ColumnElement, or_, select, union
from sqlalchemy.orm import Session, joinedload

from models import Account, Need, NeedStatus, Offer, OfferStatus, Permission, is_granted

ASKED_BEFORE: Final = timedelta(days=14)
RENEW_SALT: Final = "renew"
KINDS: Final[dict[str, type[Need] | type[Offer]]] = {"need": Need, "offer": Offer}


@dataclass(frozen=True, slots=True)
class ToRenew:
    """A need or offer that ends, and the account that says whether it does, without signing in."""

    row: Need | Offer
    account: Account


def participants_due(session: Session, *, on: date) -> Sequence[UUID]:
    """Return the participants that have something open of which the end is near or past, and was not asked about."""
    needs = select(Need.participant_id).where(*_is_due(Need, on))
    offers = select(Offer.participant_id).where(*_is_due(Offer, on))
    return sorted(session.scalars(union(needs, offers)))


def rows_due(session: Session, participant_id: UUID, *, on: date) -> list[Need | Offer]:
    """Return what of a participant is to be asked about or ended, what ends first at the top."""
    found: list[Need | Offer] = []
    for kind in KINDS.values():
        statement = select(kind).where(kind.participant_id == participant_id, *_is_due(kind, on))
        found += session.scalars(statement.options(joinedload(kind.participant), joinedload(kind.municipality)))
    return sorted(found, key=lambda row: (row.expires_on or date.max, row.id))


def renewal_token(session: Session, row: Need | Offer, account: Account) -> str:
    """Return what the link in the mail carries; it is used up as soon as the end of the row is another."""
    kind = "need" if isinstance(row, Need) else "offer"
    return str(_serializer(session).dumps([kind, row.id.hex, account.id.hex, _day(row)]))


def to_renew(session: Session, token: str) -> ToRenew | None:
    """Return who says of what whether it stays, or None where the link is wrong or used, or the account may not."""
    try:
        kind, row_id, account_id, day = _serializer(session).loads(token)
        row: Need | Offer | None = session.get(KINDS[kind], UUID(row_id))  # type: ignore[assignment]  # one of the two
        account = session.get(Account, UUID(account_id))
    except (BadSignature, ValueError, TypeError, KeyError):
        return None
    if row is None or account is None or _day(row) != day or not _can_be_renewed(row):
        return None
    permission = Permission.NEED_EDIT if isinstance(row, Need) else Permission.OFFER_EDIT
    if not account.may_act_by_link or not is_granted(permission, account, row):
        return None
    return ToRenew(row, account)


def _is_due(kind: type[Need] | type[Offer], on: date) -> tuple[ColumnElement[bool], ...]:
    open_ = NeedStatus.OPEN if kind is Need else OfferStatus.OPEN
    was_not_asked = kind.renewal_asked_for.is_distinct_from(kind.expires_on)
    return (kind.status == open_, kind.expires_on <= on + ASKED_BEFORE, or_(was_not_asked, kind.expires_on < on))


def _can_be_renewed(row: Need | Offer) -> bool:
    return row.is_open or row.status in {NeedStatus.EXPIRED, OfferStatus.EXPIRED}


def _day(row: Need | Offer) -> str:
    return "" if row.expires_on is None else row.expires_on.isoformat()


def _serializer(session: Session) -> URLSafeSerializer:
    return URLSafeSerializer(session.info["link_key"], salt=RENEW_SALT)
