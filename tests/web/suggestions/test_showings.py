"""The order of the day: what a helper and a coordinator are shown first, and how it changes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from matching import ROUNDS
from models import Account, AuditedSession, MatchingRun, NeedsShown, OfferStatus
from tests.factories import make_account, make_item, make_membership, make_need, make_offer, make_resident, make_slot
from web.suggestions.queries import desk
from web.suggestions.queries.season import season
from web.suggestions.queries.showings import needs_for, round_on

NOON = datetime(2026, 11, 22, 3, tzinfo=UTC)
DAYS = [NOON + timedelta(days=day) for day in range(ROUNDS)]


def helper(town: Any) -> Account:
    """Return the account of the resident who can set newsletters."""
    account = make_account(name="三枝 路子")
    town.session.add(make_membership(town.resident, account=account))
    town.session.commit()
    return account


def titles(session: AuditedSession, account: Account, at: datetime = NOON) -> list[str]:
    return [one.need.title for one in needs_for(session, account, at=at, limit=9)]


def test_a_helper_is_shown_the_needs_that_their_offer_fits(town: Any) -> None:
    account = helper(town)
    town.look_for_partners()

    shown = needs_for(town.session, account, at=NOON, limit=9)

    assert [(one.need.id, one.offer.id) for one in shown] == [(town.need.id, town.writing_offer.id)]
    assert shown[0].score is None or 0.0 <= shown[0].score <= 1.0


def test_two_equal_needs_take_turns_from_day_to_day(town: Any) -> None:
    account = helper(town)
    for title in ("会報その一", "会報その二"):
        slot = make_slot(what="会報を組む人", skill=town.newsletter)
        town.session.add(make_need(participant=town.association, title=title, slots=[slot]))
    town.session.delete(town.need)
    town.look_for_partners()

    first = [titles(town.session, account, day)[0] for day in DAYS]

    assert first.count("会報その一") == first.count("会報その二") == ROUNDS // 2


def test_the_round_changes_at_midnight_in_the_town() -> None:
    midnight = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)

    assert round_on(midnight - timedelta(seconds=1)) == round_on(NOON)
    assert round_on(midnight) == (round_on(NOON) + 1) % ROUNDS


def test_a_need_that_is_withdrawn_meanwhile_is_not_shown(town: Any) -> None:
    account = helper(town)
    town.look_for_partners()
    town.need.withdraw()
    town.session.commit()

    assert titles(town.session, account) == []


def test_an_offer_that_is_paused_meanwhile_is_not_held_out(town: Any) -> None:
    account = helper(town)
    town.look_for_partners()
    town.writing_offer.pause()
    town.session.commit()

    assert town.writing_offer.status is OfferStatus.PAUSED
    assert titles(town.session, account) == []


def test_nobody_is_shown_what_was_found_for_others(town: Any) -> None:
    town.look_for_partners()
    stranger = make_account()
    town.session.add(make_membership(make_resident(area=town.north), account=stranger))
    town.session.commit()

    assert titles(town.session, stranger) == []
    assert titles(town.session, make_account()) == []


def test_the_lists_of_a_former_run_are_removed(town: Any) -> None:
    town.look_for_partners()
    before = town.session.scalar(select(func.count()).select_from(NeedsShown))
    town.look_for_partners()

    published = town.published_run()
    assert town.session.scalar(select(func.count()).select_from(NeedsShown)) == before == 2
    assert set(town.session.scalars(select(NeedsShown.run_id))) == {published.id}


def test_a_run_notes_the_version_of_the_skills(town: Any) -> None:
    town.look_for_partners()

    assert len(town.session.scalars(select(MatchingRun.taxonomy_version)).one() or "") == 64


def test_teams_that_are_as_good_lead_the_desk_in_turn(town: Any) -> None:
    need = make_need(participant=town.association, title="朝の見回り", slots=[make_slot(what="朝の見回り")])
    town.session.add(need)
    for name in ("岩田", "上野"):
        resident = make_resident(name=name, area=town.north)
        town.session.add(make_offer(participant=resident, title="見回り", items=[make_item(what="朝の見回り")]))
    town.look_for_partners()

    best = []
    for day in DAYS:
        waiting = desk.desk(town.session, town.coordinator, at=day).waiting
        leading = [one.best for one in waiting if one.need.id == need.id]
        best += [team.partners[0].offer.participant.name for team in leading if team is not None]

    assert best.count("岩田") == best.count("上野") == ROUNDS // 2


def test_the_page_says_why_the_order_is_not_by_points_alone(town: Any, signed_in: Any) -> None:
    account = helper(town)
    town.look_for_partners()

    page = signed_in(account).get("/").get_data(as_text=True)

    assert town.need.title in page
    assert "The order is not by points alone" in page or "並び順は点数だけでは決めていません" in page


def test_a_season_gives_each_need_somebody_with_room_for_it(town: Any, signed_in: Any) -> None:
    town.resident.engagement_limit = 1
    for title in ("会報その一", "会報その二"):
        slot = make_slot(what="会報を組む人", skill=town.newsletter)
        town.session.add(make_need(participant=town.association, title=title, slots=[slot]))
    town.look_for_partners()

    rows = season(town.session, town.coordinator, town.municipality, by="stability", page=1).rows

    helped = [row.need.title for row in rows if town.writing_offer in row.offers]
    assert len(helped) == 1
    page = signed_in(town.coordinator).get("/desk/season").get_data(as_text=True)
    assert page.count(town.writing_offer.title) == 1


def test_who_took_something_else_meanwhile_leaves_the_season(town: Any) -> None:
    town.look_for_partners()
    town.printing_offer.withdraw()
    town.session.commit()

    rows = season(town.session, town.coordinator, town.municipality, by="stability", page=1).rows

    assert [[offer.id for offer in row.offers] for row in rows] == [[town.writing_offer.id]]


def test_a_pair_that_was_refused_leaves_the_season(town: Any) -> None:
    need = make_need(
        participant=town.association, title="会報", slots=[make_slot(what="会報を組む人", skill=town.newsletter)]
    )
    town.need.withdraw()
    town.session.add(need)
    town.look_for_partners()

    def assigned() -> set[Any]:
        rows = season(town.session, town.coordinator, town.municipality, by="stability", page=1).rows
        return {offer.id for row in rows if row.need.id == need.id for offer in row.offers}

    assert assigned() == {town.writing_offer.id}

    town.suggestions(need)[0].refuse(town.refuse_reason, note="", by=town.coordinator, at=NOON)
    town.session.commit()

    assert assigned() == set()


def test_who_withdrew_the_consent_is_neither_assigned_nor_shown_needs(town: Any) -> None:
    account = helper(town)
    town.look_for_partners()
    for consent in town.resident.consents:
        consent.withdrawn_at = NOON
    town.session.commit()

    rows = season(town.session, town.coordinator, town.municipality, by="stability", page=1).rows

    assert town.writing_offer.id not in {offer.id for row in rows for offer in row.offers}
    assert titles(town.session, account) == []


def test_a_season_can_be_asked_for_by_the_fit_of_all_together(town: Any, signed_in: Any) -> None:
    town.look_for_partners()
    browser = signed_in(town.coordinator)

    assert town.writing_offer.title in browser.get("/desk/season?by=total").get_data(as_text=True)
    assert browser.get("/desk/season?by=chance").status_code == 404


def test_what_was_not_computed_for_a_great_market_is_not_offered(
    town: Any, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matching.engine.MOST_IN_TOTAL", 0)
    town.look_for_partners()
    browser = signed_in(town.coordinator)

    assert list(town.published_run().season) == ["stability"]
    assert "What counts" not in browser.get("/desk/season").text
    assert browser.get("/desk/season?by=total").location == "/desk/season"
