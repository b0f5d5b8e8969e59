"""By what offers are found, written with the offer itself; the structure sees to it, no service can forget."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, event, select, update
from sqlalchemy.orm import Session, UOWTransaction

from models import AuditedSession, Offer, OfferItem
from models.listings import touched_listings, words_of
from web.suggestions.queries import retrieval

AT_ONCE: Final = 500


@event.listens_for(AuditedSession, "before_flush")
def _renew_keys(session: AuditedSession, context: UOWTransaction, instances: object) -> None:
    """Write words and meaning of every offer about to be flushed whose own words may have changed."""
    del context, instances
    offers = [row for row in touched_listings(session) if isinstance(row, Offer) and row not in session.deleted]
    keys = retrieval.keys_of([words_of(session, offer) for offer in offers]) if offers else []
    for offer, key in zip(offers, keys, strict=True):
        offer.terms = key.terms
        offer.meaning = key.meaning


def reindex_all(writing: Callable[[], AbstractContextManager[Session]], *, only_missing: bool) -> int:
    """Write anew by what every offer is found, in short transactions; return how many offers that were."""
    count, after, is_done = 0, None, False
    while not is_done:
        with writing() as session:
            written = reindex(session, after=after, limit=AT_ONCE, only_missing=only_missing)
        count += len(written)
        after, is_done = (written[-1], False) if written else (after, True)
    return count


def reindex(session: Session, *, after: UUID | None, limit: int, only_missing: bool) -> Sequence[UUID]:
    """Write anew by what some offers are found, in the order of their ids; return which they were."""
    some = select(Offer.id, Offer.title, Offer.body).order_by(Offer.id).limit(limit)
    if after is not None:
        some = some.where(Offer.id > after)
    if only_missing:
        some = some.where(Offer.terms.is_(None))
    offers = session.execute(some).all()
    ids = [row.id for row in offers]
    things: dict[UUID, list[str]] = {}
    items = select(OfferItem.offer_id, OfferItem.what).order_by(OfferItem.offer_id, OfferItem.position)
    for offer, what in session.execute(items.where(OfferItem.offer_id.in_(ids))):
        things.setdefault(offer, []).append(what)
    texts = [" ".join([row.title, row.body, *things.get(row.id, ())]) for row in offers]
    if ids:
        written: list[dict[str, Any]] = [
            {"offer": row.id, "terms": key.terms, "meaning": key.meaning}
            for row, key in zip(offers, retrieval.keys_of(texts), strict=True)
        ]
        session.execute(_WRITE, written)
    return ids


_TABLE: Final = Offer.__table__
_WRITE: Final = (
    update(_TABLE)  # type: ignore[arg-type]  # a table by declaration
    .where(_TABLE.c.id == bindparam("offer"))
    .values(terms=bindparam("terms"), meaning=bindparam("meaning"))
)
