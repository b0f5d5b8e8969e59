"""The same few offers are found on SQLite, on PostgreSQL, and on PostgreSQL with pgvector."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models import Area, AreaLevel, AuditedSession, Need, Offer, utc_now
from seeds import country
from tests.conftest import make_settings
from tests.factories import make_item, make_need, make_offer, make_participant, make_slot
from web.app import create_app
from web.database import db, read_scope, session_scope
from web.suggestions import services
from web.suggestions.queries import profiles, retrieval

OFFERS, NEEDS = 450, 12


def build(app: Flask) -> None:
    at = utc_now()
    with session_scope(app, via="test") as session:
        ground = country.lay_ground(session, municipalities=1, at=at)
        country.settle(session, ground, 0, offers=OFFERS, needs=NEEDS, at=at)
    services.reindex_all(partial(session_scope, app, via="test"), only_missing=False)


def municipality(session: Session) -> Area:
    return session.scalars(select(Area).where(Area.level == AreaLevel.MUNICIPALITY, Area.is_demo)).one()


def found(session: Session) -> list[list[list[str]]]:
    """Return what each way finds for each need, alone and all together."""
    place = municipality(session)
    needs = profiles.told_needs(session, profiles.open_needs(place), at=utc_now())
    looking = retrieval.wanted(needs.values(), profiles.taxonomy(session))
    offers = profiles.open_here(place)
    ways: list[Callable[..., list[list[str]]]] = [
        retrieval.by_words, retrieval.by_meaning, retrieval.by_skill, retrieval.by_place,
    ]  # fmt: skip
    return [way(session, offers, some, 40) for way in ways for some in (looking, *([one] for one in looking))]


@pytest.fixture
def sqlite_app(sqlite_url: str, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(make_settings(tmp_path, sqlite_url))
    yield app
    with app.app_context():
        db.engine.dispose()


def test_every_kind_of_database_finds_the_same_offers_in_the_same_order(
    app: Flask, sqlite_app: Flask, database_url: str
) -> None:
    build(app)
    with read_scope(app) as session:
        here = found(session)
        assert not retrieval.has_vectors(session)
    if database_url.startswith("sqlite"):
        assert all(any(of_need) for of_need in here)
        return

    build(sqlite_app)
    with session_scope(app, via="test") as session:
        session.execute(text("CREATE EXTENSION vector"))
    with read_scope(app) as session, read_scope(sqlite_app) as plain:
        assert retrieval.has_vectors(session)
        with_vectors = found(session)
        assert here == with_vectors == found(plain)


def test_what_is_needed_alone_is_found_as_it_is_among_others(app: Flask) -> None:
    build(app)

    with read_scope(app) as session:
        ways = found(session)
        size = 1 + NEEDS
        for start in range(0, len(ways), size):
            together, *alone = ways[start : start + size]
            assert together == [of_need for (of_need,) in alone]


def test_the_offers_for_one_need_are_a_few_hundred_at_most(app: Flask) -> None:
    build(app)

    with read_scope(app) as session:
        for need in session.scalars(select(Need)).all():
            market = profiles.market_of(session, need, at=utc_now())
            assert len(market.needs) == 1
            assert 0 < len(market.offers) < OFFERS


def test_where_there_are_few_all_offers_are_taken(session: AuditedSession) -> None:
    offer = make_offer(title="まったく別のもの", items=[make_item(what="竹")])
    need = make_need(participant=make_participant(area=offer.participant.area), slots=[make_slot(what="通訳")])
    session.add_all([offer, need])
    session.flush()

    looking = retrieval.wanted(
        profiles.told_needs(session, profiles.open_needs(need.municipality), at=utc_now()).values(),
        profiles.taxonomy(session),
    )

    offers = profiles.open_here(need.municipality)
    assert retrieval.found(session, offers, looking, retrieval.FOR_ONE_NEED) == [frozenset({offer.id})]


def terms(session: Session, identity: UUID) -> set[str]:
    return set(session.scalar(select(Offer.terms).where(Offer.id == identity)) or ())


def test_an_offer_is_found_by_its_words_from_the_transaction_that_wrote_it(session: AuditedSession) -> None:
    offer = make_offer(title="通訳をします", items=[make_item(what="英語の通訳")])
    session.add(offer)
    session.commit()

    assert {"通訳", "英語"} <= terms(session, offer.id)


def test_an_item_that_changes_changes_by_what_its_offer_is_found(session: AuditedSession) -> None:
    offer = make_offer(title="手伝います", items=[make_item(what="英語の通訳")])
    session.add(offer)
    session.commit()

    offer.items[0].what = "障子の張り替え"
    session.commit()

    assert "障子" in terms(session, offer.id)
    assert "英語" not in terms(session, offer.id)


def test_an_offer_without_known_words_has_no_meaning(session: AuditedSession) -> None:
    offer = make_offer(title="zzxqv wvqxzz", items=[make_item(what="qxxzzq")])
    offer.body = ""
    session.add(offer)
    session.commit()

    assert session.scalar(select(Offer.meaning).where(Offer.id == offer.id)) is None


def test_reindexing_writes_what_is_missing(session: AuditedSession, app: Flask) -> None:
    offer = make_offer(title="通訳をします")
    session.add(offer)
    session.commit()
    kept = terms(session, offer.id)
    session.execute(Offer.__table__.update().values(terms=None, meaning=None))  # type: ignore[attr-defined]
    session.commit()

    outcome = app.test_cli_runner().invoke(args=["search", "reindex", "--missing"], catch_exceptions=False)

    assert outcome.stdout == "1 offers\n"
    session.commit()
    assert terms(session, offer.id) == kept
