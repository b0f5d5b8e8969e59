"""What a process keeps of the offers for the whole country changes nothing about what is found."""

from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import Area, AreaLevel, Offer, OfferStatus, Reach, ResourceKind, Skill, utc_now
from seeds import country
from tests.factories import make_item, make_municipality, make_need, make_offer, make_participant, make_slot
from web.database import read_scope, session_scope
from web.listings.services.offers import OfferDraft, edit_offer
from web.listings.services.pieces import Piece
from web.suggestions import services
from web.suggestions.queries import everywhere, profiles, retrieval

OFFERS, NEEDS = 450, 8


@pytest.fixture
def places(app: Flask) -> list[Area]:
    """Return two municipalities whose offers all serve the whole country."""
    at = utc_now()
    with session_scope(app, via="test") as session:
        ground = country.lay_ground(session, municipalities=2, at=at)
        for number in range(2):
            country.settle(session, ground, number, offers=OFFERS, needs=NEEDS, at=at)
        session.execute(update(Offer).values(reach=Reach.ANYWHERE))
    services.reindex_all(partial(session_scope, app, via="test"), only_missing=False)
    with read_scope(app) as session:
        invented = select(Area).where(Area.level == AreaLevel.MUNICIPALITY, Area.is_demo)
        return list(session.scalars(invented.order_by(Area.path)))


def looking_of(session: Session, place: Area) -> list[retrieval.Wanted]:
    needs = profiles.told_needs(session, profiles.open_needs(place), at=utc_now())
    return retrieval.wanted(needs.values(), profiles.taxonomy(session))


def found_by_asking(session: Session, place: Area) -> retrieval.Found:
    """Return what is found where nothing is kept."""
    offers = select(Offer).where(
        Offer.reach == Reach.ANYWHERE, Offer.status == OfferStatus.OPEN, Offer.municipality_id != place.id
    )
    return retrieval.found(session, offers, looking_of(session, place), retrieval.FROM_ELSEWHERE)


def found(session: Session, place: Area) -> retrieval.Found:
    return everywhere.found(session, place, looking_of(session, place), retrieval.FROM_ELSEWHERE)


def test_what_is_kept_finds_what_the_database_finds(app: Flask, places: list[Area]) -> None:
    with read_scope(app) as session:
        for place in places:
            asked = found_by_asking(session, place)
            assert len(asked) == NEEDS
            assert all(0 < len(offers) < OFFERS for offers in asked)
            assert list(found(session, place)) == list(asked)


def test_what_is_kept_is_compared_in_blocks(app: Flask, places: list[Area], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(everywhere, "BLOCK", 100)

    with read_scope(app) as session:
        assert list(found(session, places[0])) == list(found_by_asking(session, places[0]))


def test_offers_that_change_come_and_go_are_found_as_they_are_now(app: Flask, places: list[Area]) -> None:
    with read_scope(app) as session:
        before = found(session, places[0])
        taken = sorted(set().union(*before))
    with session_scope(app, via="test") as session:
        for offer in session.scalars(select(Offer).where(Offer.id.in_(taken[::2]))):
            offer.pause()
        for offer in session.scalars(select(Offer).where(Offer.id.in_(taken[1::2]))):
            offer.title, offer.body = "まったく別のもの", ""
        for offer in session.scalars(select(Offer).where(Offer.municipality_id == places[1].id).limit(9)):
            offer.reach = Reach.MUNICIPALITY

    with read_scope(app) as session:
        after = found(session, places[0])
        assert list(after) == list(found_by_asking(session, places[0]))
        assert list(after) != list(before)


def test_nothing_is_read_again_of_what_did_not_change(app: Flask, places: list[Area]) -> None:
    with read_scope(app) as session:
        found(session, places[0])
        kept = everywhere._shelves[session.get_bind().engine]
        assert kept.renewed(session) is kept


def test_words_that_are_not_written_yet_are_read_when_they_are(app: Flask, places: list[Area]) -> None:
    with session_scope(app, via="test") as session:
        session.execute(update(Offer).values(terms=None, meaning=None))
    with read_scope(app) as session:
        assert list(found(session, places[0])) == list(found_by_asking(session, places[0]))
    services.reindex_all(partial(session_scope, app, via="test"), only_missing=True)

    with read_scope(app) as session:
        assert list(found(session, places[0])) == list(found_by_asking(session, places[0]))


def test_where_there_are_few_all_are_found(town: Any) -> None:
    far = make_participant(area=make_municipality())
    offer = make_offer(participant=far, title="どこへでも行きます", items=[make_item(what="竹")], reach=Reach.ANYWHERE)
    town.session.add_all([offer, make_need(participant=far, slots=[make_slot(what="竹")])])
    town.session.flush()

    for place, expected in ((town.municipality, {offer.id}), (far.municipality, set())):
        looking = looking_of(town.session, place)
        assert everywhere.found(town.session, place, looking, retrieval.FROM_ELSEWHERE) == [frozenset(expected)]


def test_a_skill_that_is_chosen_later_is_known(town: Any) -> None:
    offer = make_offer(title="手伝います", items=[make_item(what="いろいろ")], reach=Reach.ANYWHERE)
    town.session.add(offer)
    town.session.commit()
    everywhere.found(town.session, town.municipality, [], retrieval.FROM_ELSEWHERE)
    skill = town.session.get_one(Skill, town.printing.id)
    piece = Piece(position=1, kind=ResourceKind.PEOPLE, what="いろいろ", skill=skill)
    draft = OfferDraft(title=offer.title, body=offer.body, area=offer.area, reach=Reach.ANYWHERE, items=[piece])

    edit_offer(town.session, offer, draft, version=offer.version, by=town.coordinator, opened=False)
    town.session.commit()

    everywhere.found(town.session, town.municipality, [], retrieval.FROM_ELSEWHERE)
    (kept,) = everywhere._shelves[town.session.get_bind().engine].offers
    assert kept.skills == {skill.code}
