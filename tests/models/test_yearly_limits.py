"""The limit of a fiscal year: taken with the promise, given back while nothing came about, kept by the database."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from models import AuditedSession, Offer, Partnership, Stage, capacity
from models.errors import YearlyLimitReached
from models.years import begins_at, fiscal_year, town_day
from tests.factories import accept, make_offer, make_partnership
from tests.factories.partnerships import NOON

NEXT_APRIL = datetime(2027, 4, 2, 3, 0, tzinfo=UTC)


@pytest.fixture
def offer() -> Offer:
    offer = make_offer()
    offer.set_yearly_limit(1)
    offer.items[0].quantity = 9
    return offer


def propose(session: AuditedSession, offer: Offer, *, at: datetime = NOON) -> Partnership:
    partnership = make_partnership(offers=[offer])
    partnership.proposed_at = at
    session.add(partnership)
    session.flush()
    capacity.take(session, partnership)
    return partnership


def end(session: AuditedSession, partnership: Partnership, stage: Stage) -> None:
    unanswered = {party.participant.id: 1 for party in partnership.parties if party.enquiry.is_open}
    partnership.move_to(stage, by=None, at=NOON)
    session.flush()
    capacity.release(session, partnership, unanswered=unanswered, at=NOON)


@pytest.mark.parametrize(
    ("day", "year"), [(date(2026, 3, 31), 2025), (date(2026, 4, 1), 2026), (date(2027, 1, 1), 2026)]
)
def test_a_fiscal_year_begins_with_april(day: date, year: int) -> None:
    assert fiscal_year(day) == year


def test_a_fiscal_year_begins_at_midnight_of_the_town() -> None:
    assert begins_at(2026) == datetime(2026, 3, 31, 15, 0, tzinfo=UTC)
    assert town_day(begins_at(2026)) == date(2026, 4, 1)


def test_an_offer_is_promised_no_more_often_than_its_year_allows(session: AuditedSession, offer: Offer) -> None:
    propose(session, offer)

    with pytest.raises(YearlyLimitReached):
        propose(session, offer)


def test_a_new_year_counts_from_nothing(session: AuditedSession, offer: Offer) -> None:
    propose(session, offer)
    propose(session, offer, at=NEXT_APRIL)

    assert (offer.engagements_in(2027), offer.engagements_in(2026), offer.left_in(2027)) == (1, 0, 0)


def test_what_did_not_come_about_is_given_back(session: AuditedSession, offer: Offer) -> None:
    end(session, propose(session, offer), Stage.LAPSED)

    assert offer.left_in(2026) == 1


def test_what_all_said_yes_to_stays_given_when_it_is_over(session: AuditedSession, offer: Offer) -> None:
    partnership = propose(session, offer)
    accept(partnership)
    for party in partnership.parties:
        capacity.answer_received(session, party.enquiry)
    end(session, partnership, Stage.WITHDRAWN)

    assert offer.left_in(2026) == 0


def test_the_end_of_last_years_promise_leaves_this_year_alone(session: AuditedSession, offer: Offer) -> None:
    old = propose(session, offer)
    propose(session, offer, at=NEXT_APRIL)
    end(session, old, Stage.LAPSED)

    assert offer.engagements_in(2027) == 1


def test_a_limit_below_what_was_given_is_marked_as_exceeded(offer: Offer) -> None:
    offer.engagements_year, offer.yearly_engagements = 2026, 2
    offer.set_yearly_limit(1)

    assert (offer.yearly_limit_exceeded, offer.left_in(2026)) == (True, 0)


def test_the_database_keeps_the_limit_by_itself(session: AuditedSession, offer: Offer) -> None:
    session.add(offer)
    session.commit()

    with pytest.raises(IntegrityError, match="yearly_engagements_keep_the_limit"):
        session.execute(update(Offer).values(engagements_year=2026, yearly_engagements=2))
