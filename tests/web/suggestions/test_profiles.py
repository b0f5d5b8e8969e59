import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from matching import NeedProfile, OfferProfile, to_json
from models import ConsentPurpose, Need, Offer, Reach, Reply, ResourceKind, Stage, WorkedHours, capacity
from models.years import town_day
from tests.factories import (
    answer,
    make_item,
    make_municipality,
    make_need,
    make_offer,
    make_participant,
    make_partnership,
    make_reason,
    make_resident,
    make_slot,
)
from web.suggestions.queries import profiles

NOON = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def need_profile(town: Any, need: Need | None = None) -> NeedProfile:
    town.session.commit()
    statement = select(Need).where(Need.id == (need or town.need).id)
    profile = next(iter(profiles.needs(town.session, statement, at=NOON).values()))[1]
    # A run reads the columns alone, and must be told the same.
    assert profiles.told_needs(town.session, statement, at=NOON) == {profile.id: profile}
    return profile


def offer_profile(town: Any, offer: Offer | None = None) -> OfferProfile:
    town.session.commit()
    statement = profiles.just_these([offer or town.printing_offer])
    profile = next(iter(profiles.offers(town.session, statement, at=NOON).values()))[1]
    assert profiles.told_offers(town.session, statement, at=NOON) == {profile.id: profile}
    return profile


def told_offers(town: Any) -> set[str]:
    town.session.commit()
    return {offer.title for offer in _market(town).offers}


def _market(town: Any) -> profiles.Market:
    town.session.commit()
    return profiles.market(town.session, town.municipality, at=NOON)


def test_a_need_is_told_with_its_slots_skills_fields_and_place(town: Any) -> None:
    profile = need_profile(town)

    assert profile.area == town.north.path
    assert [(slot.what, slot.skill, slot.quantity) for slot in profile.slots] == [
        ("会報を組む人", town.newsletter.code, 1),
        ("会報の印刷", town.printing.code, 1),
    ]
    assert profile.fields == {town.need.fields[0].code}


def test_what_nobody_said_is_unknown(town: Any) -> None:
    profile = need_profile(town)

    assert (profile.windows, profile.accepts, profile.online) == (None, None, None)


def test_names_and_contact_details_never_reach_the_engine(town: Any) -> None:
    market = _market(town)
    told = json.dumps([*map(to_json, market.needs), *map(to_json, market.offers)], ensure_ascii=False)

    for hidden in ("北山自治会", "kaicho@kitayama.example", "0191-00-0001", "三枝", "michiko@hiyori.example"):
        assert hidden not in told


def test_a_slot_lacks_what_was_not_promised_yet(town: Any) -> None:
    need = make_need(participant=town.association, slots=[make_slot(quantity=3)])
    partnership = make_partnership(need=need, offers=[town.printing_offer])
    town.session.add(partnership)
    town.session.flush()
    capacity.take(town.session, partnership)

    assert need_profile(town, need).slots[0].quantity == 2
    assert offer_profile(town).items[0].quantity == 0


def test_information_is_not_used_up(town: Any) -> None:
    offer = make_offer(participant=town.company, items=[make_item(ResourceKind.INFORMATION, "助成金の一覧")])
    partnership = make_partnership(need=town.need, offers=[offer])
    town.session.add(partnership)
    town.session.flush()
    capacity.take(town.session, partnership)

    assert offer_profile(town, offer).items[0].quantity == 1


def test_a_resident_without_consent_is_told_as_such(town: Any) -> None:
    resident = make_resident(area=town.north, consents=(ConsentPurpose.LECTURER,))
    offer = make_offer(participant=resident)
    town.session.add(offer)

    assert offer_profile(town, offer).consented is False


def test_the_tighter_of_two_limits_is_told(town: Any) -> None:
    town.company.set_engagement_limit(5)
    town.printing_offer.set_engagement_limit(2)

    assert offer_profile(town).engagement_limit == 2


def test_a_limit_for_a_year_is_told_with_what_was_promised_in_it(town: Any) -> None:
    town.printing_offer.set_yearly_limit(1)
    partnership = make_partnership(need=town.need, offers=[town.printing_offer])
    town.session.add(partnership)
    town.session.flush()
    capacity.take(town.session, partnership)

    profile = offer_profile(town)

    assert (profile.yearly_engagements, profile.yearly_limit, profile.room) == (1, 1, 0)


def test_what_was_promised_last_year_counts_no_longer(town: Any) -> None:
    town.printing_offer.set_yearly_limit(1)
    town.printing_offer.engagements_year, town.printing_offer.yearly_engagements = 2025, 1

    assert offer_profile(town).yearly_engagements == 0


def test_the_hours_of_partnerships_under_way_are_pledged(town: Any) -> None:
    town.need.slots[0].hours_per_month = 6.0
    town.session.add(make_partnership(stage=Stage.RUNNING, need=town.need, offers=[town.printing_offer]))

    assert offer_profile(town).hours_pledged == 6.0


@pytest.mark.parametrize(
    ("worked", "days_ago", "counted"),
    [(9.0, 3, 9.0), (2.0, 3, 6.0), (9.0, 29, 9.0), (9.0, 30, 6.0)],
    ids=["more", "less", "within thirty days", "longer ago"],
)
def test_hours_really_worked_count_where_they_are_more_than_was_pledged(
    town: Any, worked: float, days_ago: int, counted: float
) -> None:
    town.need.slots[0].hours_per_month = 6.0
    partnership = make_partnership(stage=Stage.RUNNING, need=town.need, offers=[town.printing_offer])
    on = town_day(NOON) - timedelta(days=days_ago)
    town.session.add(
        WorkedHours(party=partnership.parties[1], on=on, hours=worked / 2, people=2, noted_at=NOON, noted_by=None)
    )

    assert offer_profile(town).hours_pledged == counted


@pytest.mark.parametrize("is_over", [True, False], ids=["over", "left"])
def test_hours_worked_for_what_is_over_or_was_left_are_no_load(town: Any, is_over: bool) -> None:  # noqa: FBT001  # a parameter
    stage = Stage.CLOSED if is_over else Stage.RUNNING
    partnership = make_partnership(stage=stage, need=town.need, offers=[town.printing_offer])
    party = partnership.parties[1]
    party.left_at = None if is_over else NOON
    for commitment in party.commitments:
        commitment.released_at = NOON
    town.session.add(WorkedHours(party=party, on=town_day(NOON), hours=9, noted_at=NOON, noted_by=None))

    assert offer_profile(town).hours_pledged == 0.0


@pytest.mark.parametrize(("stage", "record"), [(Stage.CLOSED, 1.0), (Stage.RUNNING, None), (Stage.DECLINED, None)])
def test_the_record_is_the_share_that_was_brought_to_an_end(town: Any, stage: Stage, record: float | None) -> None:
    town.session.add(make_partnership(stage=stage, need=town.need, offers=[town.printing_offer]))

    assert offer_profile(town).record == record


def test_engagements_of_more_than_a_year_ago_do_not_count(town: Any) -> None:
    recent = make_partnership(stage=Stage.RUNNING, need=town.need, offers=[town.printing_offer])
    old = make_partnership(stage=Stage.RUNNING, need=town.need, offers=[town.printing_offer])
    old.accepted_at = NOON - timedelta(days=400)
    town.session.add_all([recent, old])

    assert offer_profile(town).engagements_past_year == 1


def test_who_declined_this_need_before_is_told(town: Any) -> None:
    partnership = make_partnership(need=town.need, offers=[town.printing_offer])
    answer(partnership.parties[1], Reply.NO, reason=make_reason())
    town.session.add(partnership)

    assert need_profile(town).declined_by == {str(town.company.id)}


def test_a_need_whose_slots_are_all_promised_is_not_told(town: Any) -> None:
    partnership = make_partnership(need=town.need, offers=[town.writing_offer, town.printing_offer])
    town.session.add(partnership)
    town.session.flush()
    capacity.take(town.session, partnership)

    assert _market(town).needs == ()


def test_a_need_of_somebody_who_left_is_not_told(town: Any) -> None:
    town.association.leave(at=NOON)

    assert _market(town).needs == ()


@pytest.mark.parametrize("reach", list(Reach))
def test_offers_from_elsewhere_are_told_as_far_as_they_reach(town: Any, reach: Reach) -> None:
    neighbour = make_municipality(prefecture=town.municipality.parent)
    abroad = make_municipality()
    town.session.add_all(
        [
            make_offer(participant=make_participant(area=neighbour), title="隣の市から", reach=reach),
            make_offer(participant=make_participant(area=abroad), title="ほかの県から", reach=reach),
        ]
    )

    from_elsewhere = told_offers(town) - {"紙面を組みます", "印刷します"}

    assert (
        from_elsewhere
        == {
            Reach.DISTRICT: set(),
            Reach.MUNICIPALITY: set(),
            Reach.PREFECTURE: {"隣の市から"},
            Reach.ANYWHERE: {"隣の市から", "ほかの県から"},
        }[reach]
    )


def test_a_resident_from_elsewhere_who_did_not_consent_is_not_told(town: Any) -> None:
    resident = make_resident(area=make_municipality(), consents=())
    town.session.add(make_offer(participant=resident, title="ほかの県の人", reach=Reach.ANYWHERE))

    assert "ほかの県の人" not in told_offers(town)


def test_the_number_of_queries_does_not_grow_with_the_market(town: Any) -> None:
    def queries() -> int:
        town.session.commit()
        town.session.expunge_all()
        counted: list[str] = []
        engine = town.session.get_bind()
        listener = lambda *arguments: counted.append(arguments[2])  # noqa: E731  # an event wants a function
        event.listen(engine, "before_cursor_execute", listener)
        profiles.market(town.session, town.municipality, at=NOON)
        event.remove(engine, "before_cursor_execute", listener)
        return len(counted)

    few = queries()
    town.session.add_all(make_need(participant=make_participant(area=town.municipality)) for _ in range(8))
    town.session.add_all(make_offer(participant=make_participant(area=town.municipality)) for _ in range(8))

    assert queries() == few


def test_an_offer_for_a_prefecture_is_not_told_to_a_need_known_only_by_its_country(town: Any) -> None:
    country = town.municipality.parent.parent
    offer = make_offer(participant=make_participant(area=town.municipality), title="県内だけ", reach=Reach.PREFECTURE)
    need = make_need(participant=make_participant(area=country))
    town.session.add_all([offer, need])
    town.session.commit()

    told = profiles.market(town.session, country, at=NOON).offers

    assert "県内だけ" not in {one.title for one in told}
