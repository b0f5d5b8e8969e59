"""Meetings are called and held; who came, which support was given and what was decided is written down once."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models import (
    Account,
    ActOnBehalf,
    AreaPlan,
    Goal,
    Need,
    NeedOrigin,
    ParticipantKind,
    Roundtable,
    RoundtableKind,
    Stage,
    utc_now,
)
from models.errors import AlreadyDecided, IllegalMove
from tests.factories import make_need, make_network, make_offer, make_participant, make_partnership

SignedIn = Callable[[Account], FlaskClient]


def invitation(town: Any, **changes: str) -> dict[str, str]:
    return {
        "kind": "team_meeting",
        "title": "チーム会議",
        "area": str(town.north.id),
        "on": "2026/12/10",
        "begins": "18:30",
        "ends": "20:00",
        "place": "北山集会所",
        "agenda": "買い物\n通院",
        "convenor": "",
        "network": "",
    } | changes


def minutes(town: Any, **changes: str) -> dict[str, str]:
    return {
        "held_on": "2026/12/01",
        "bodies-0-body": str(town.association.id),
        "bodies-0-people": "3",
        "people_resident": "１２",
        "minutes": "移動販売を望む声が多かった。",
        "support": "進行をした",
        "decisions-0": "移動販売の場所をさがす",
        "version": "1",
    } | changes


def held(town: Any, *, by: FlaskClient) -> Roundtable:
    answer = by.post(f"/meetings/{town.roundtable.id}/minutes", data=minutes(town))
    assert answer.status_code == 303
    town.session.expire_all()
    return town.session.get_one(Roundtable, town.roundtable.id)  # type: ignore[no-any-return]


def test_a_meeting_is_called_with_its_time_in_the_town(town: Any, signed_in: SignedIn) -> None:
    signed_in(town.coordinator).post("/meetings/new", data=invitation(town))

    called = town.session.scalars(select(Roundtable).where(Roundtable.title == "チーム会議")).one()
    assert (called.kind, called.area_id) == (RoundtableKind.TEAM_MEETING, town.north.id)
    assert called.starts_at.isoformat() == "2026-12-10T09:30:00+00:00"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"title": ""}, "何についての会議か"),
        ({"ends": "18:00"}, "終わりが始まりより前"),
        ({"begins": "夜"}, "時刻を入力"),
    ],
)
def test_what_is_missing_or_wrong_is_asked_for_and_nothing_is_lost(
    town: Any, signed_in: SignedIn, typed: dict[str, str], said: str
) -> None:
    answer = signed_in(town.coordinator).post("/meetings/new", data=invitation(town, **typed))

    assert answer.status_code == 422
    assert said in answer.text
    assert "北山集会所" in answer.text


def test_who_came_is_counted_by_body_and_by_kind(town: Any, signed_in: SignedIn) -> None:
    found = held(town, by=signed_in(town.coordinator))

    assert found.people == 15
    assert [(one.kind, one.participant_id, one.people) for one in found.attendances] == [
        (town.association.kind, town.association.id, 3),
        (ParticipantKind.RESIDENT, None, 12),
    ]


def test_support_that_was_given_is_counted_and_silence_is_not(town: Any, signed_in: SignedIn) -> None:
    browser = signed_in(town.coordinator)

    assert held(town, by=browser).was_supported
    browser.post(f"/meetings/{town.roundtable.id}/minutes", data=minutes(town, support="", version="2"))
    town.session.expire_all()
    assert not town.session.get_one(Roundtable, town.roundtable.id).was_supported


def test_a_body_is_named_once(town: Any, signed_in: SignedIn) -> None:
    twice = {"bodies-1-body": str(town.association.id), "bodies-1-people": "1"}

    answer = signed_in(town.coordinator).post(f"/meetings/{town.roundtable.id}/minutes", data=minutes(town, **twice))

    assert answer.status_code == 422
    assert "移動販売を望む声" in answer.text


def test_people_without_a_body_are_asked_about_and_not_lost(town: Any, signed_in: SignedIn) -> None:
    whose = {"bodies-1-body": "", "bodies-1-people": "7"}

    answer = signed_in(town.coordinator).post(f"/meetings/{town.roundtable.id}/minutes", data=minutes(town, **whose))

    assert answer.status_code == 422
    assert 'value="7"' in answer.text


def test_a_body_that_has_left_stays_among_those_who_came(town: Any, signed_in: SignedIn) -> None:
    browser = signed_in(town.coordinator)
    held(town, by=browser)
    town.association.leave(at=utc_now())
    town.session.commit()

    page = browser.get(f"/meetings/{town.roundtable.id}/minutes").text
    browser.post(f"/meetings/{town.roundtable.id}/minutes", data=minutes(town, version="2"))

    assert f'selected value="{town.association.id}"' in page
    town.session.expire_all()
    assert town.session.get_one(Roundtable, town.roundtable.id).people == 15


def test_changing_the_title_keeps_a_network_that_has_ended(town: Any, signed_in: SignedIn) -> None:
    network = make_network(town.north)
    town.roundtable.network, town.roundtable.convenor = network, town.association
    town.session.add(network)
    town.session.flush()
    network.end(because="できた", fulfilled=True, at=utc_now())
    town.association.leave(at=utc_now())
    town.session.commit()
    kept = {"network": str(network.id), "convenor": str(town.association.id), "version": str(town.roundtable.version)}

    browser = signed_in(town.coordinator)
    page = browser.get(f"/meetings/{town.roundtable.id}/edit").text
    browser.post(f"/meetings/{town.roundtable.id}/edit", data=invitation(town, title="新しい題", **kept))

    assert f'selected value="{network.id}"' in page
    town.session.expire_all()
    found = town.session.get_one(Roundtable, town.roundtable.id)
    assert (found.title, found.network_id, found.convenor_id) == ("新しい題", network.id, town.association.id)


def test_minutes_written_on_an_old_version_are_refused(town: Any, signed_in: SignedIn) -> None:
    browser = signed_in(town.coordinator)
    held(town, by=browser)

    answer = browser.post(f"/meetings/{town.roundtable.id}/minutes", data=minutes(town, minutes="別の記録"))

    assert answer.status_code == 409


def test_writing_the_minutes_again_keeps_what_was_decided(town: Any, signed_in: SignedIn) -> None:
    browser = signed_in(town.coordinator)
    held(town, by=browser)
    again = minutes(town, version="2", **{"decisions-0": "次は一月に集まる"})
    browser.post(f"/meetings/{town.roundtable.id}/minutes", data=again)

    town.session.expire_all()
    decisions = town.session.get_one(Roundtable, town.roundtable.id).decisions
    assert [one.text for one in decisions] == ["移動販売の場所をさがす", "次は一月に集まる"]


def test_a_decision_becomes_the_draft_of_a_need_with_who_said_it(town: Any, signed_in: SignedIn) -> None:
    browser = signed_in(town.coordinator)
    decision = held(town, by=browser).decisions[0]
    heard = {
        "participant": str(town.association.id),
        "title": "移動販売の場所",
        "body": "",
        "said_by": "会長",
        "said_on": "2026/12/01",
        "channel": "face_to_face",
    }

    browser.post(f"/meetings/{town.roundtable.id}/decisions/{decision.id}/need", data=heard)

    need = town.session.scalars(select(Need)).one()
    town.session.refresh(decision)
    assert (need.origin, decision.need_id) == (NeedOrigin.ROUNDTABLE, need.id)
    assert town.session.scalars(select(ActOnBehalf)).one().said_by == "会長"
    assert browser.post(f"/meetings/{town.roundtable.id}/decisions/{decision.id}/need", data=heard).status_code == 409


def test_a_decision_becomes_a_goal_of_a_plan(town: Any, signed_in: SignedIn) -> None:
    plan = AreaPlan(title="北山の計画", first_year=2026, last_year=2030, area=town.north)
    town.session.add(plan)
    town.session.commit()
    browser = signed_in(town.coordinator)
    decision = held(town, by=browser).decisions[0]

    browser.post(f"/meetings/{town.roundtable.id}/decisions/{decision.id}/result", data={"result": f"plan:{plan.id}"})

    goal = town.session.scalars(select(Goal)).one()
    assert (goal.title, goal.due_year, goal.plan_id) == ("移動販売の場所をさがす", 2030, plan.id)


def test_a_partnership_of_another_town_is_not_offered(town: Any, signed_in: SignedIn) -> None:
    theirs = make_partnership(need=make_need(), offers=[make_offer()], stage=Stage.RUNNING)
    ours = make_partnership(
        need=make_need(participant=town.association),
        offers=[make_offer(participant=make_participant(area=town.north))],
        stage=Stage.RUNNING,
    )
    town.session.add_all([theirs, ours])
    town.session.commit()
    browser = signed_in(town.coordinator)
    way = f"/meetings/{town.roundtable.id}/decisions/{held(town, by=browser).decisions[0].id}/result"

    assert browser.post(way, data={"result": f"partnership:{theirs.id}"}).status_code == 422
    assert browser.post(way, data={"result": f"partnership:{ours.id}"}).status_code == 303


def test_what_was_held_is_not_called_off_and_the_other_way_round(town: Any, signed_in: SignedIn) -> None:
    browser = signed_in(town.coordinator)
    held(town, by=browser)

    assert browser.post(f"/meetings/{town.roundtable.id}/call-off").status_code == 409
    called_off = Roundtable(
        kind=RoundtableKind.MATCHING, title="会", starts_at=town.roundtable.starts_at, area=town.north
    )
    called_off.call_off(at=town.roundtable.starts_at)
    with pytest.raises(IllegalMove):
        called_off.hold(on=date(2026, 12, 1), minutes="話した", support="")


def test_only_those_who_took_part_and_coordinators_of_the_place_read_it(
    town: Any, signed_in: SignedIn, client: FlaskClient
) -> None:
    page = f"/meetings/{town.roundtable.id}"
    assert signed_in(town.officer).get(page).status_code == 404
    held(town, by=signed_in(town.coordinator))

    assert signed_in(town.officer).get(page).status_code == 200
    assert signed_in(town.elsewhere).get(page).status_code == 404
    assert client.get(page).status_code in {302, 303, 404}


def test_what_is_open_to_all_is_read_by_everybody(town: Any, client: FlaskClient) -> None:
    town.roundtable.is_public = True
    town.session.commit()

    assert "十年後の買い物" in client.get("/meetings").text
    assert client.get(f"/meetings/{town.roundtable.id}").status_code == 200


def test_nobody_calls_a_meeting_for_another_town(town: Any, signed_in: SignedIn) -> None:
    answer = signed_in(town.elsewhere).post("/meetings/new", data=invitation(town))

    assert answer.status_code == 422
    assert town.session.scalars(select(Roundtable).where(Roundtable.title == "チーム会議")).all() == []


def test_a_meeting_goes_into_a_calendar_and_onto_paper(town: Any, signed_in: SignedIn) -> None:
    browser = signed_in(town.coordinator)

    entry = browser.get(f"/meetings/{town.roundtable.id}/calendar.ics")
    assert "DTSTART;TZID=Asia/Tokyo:20261201T183000" in entry.text
    assert "十年後の買い物" in browser.get(f"/meetings/{town.roundtable.id}/sheet").text


def test_something_comes_of_a_decision_once(town: Any, signed_in: SignedIn) -> None:
    decision = held(town, by=signed_in(town.coordinator)).decisions[0]
    need = make_need(participant=town.association)
    decision.become(need)

    with pytest.raises(AlreadyDecided):
        decision.become(need)
