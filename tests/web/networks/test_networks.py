"""Networks: founded for a mission with an end, their members, more time, and the clock that ends them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models import Account, Area, AuditedSession, ConsentChannel, Network, OutboxMail, Participant, utc_now
from tests.factories import (
    make_appointment,
    make_district,
    make_membership,
    make_municipality,
    make_network,
    make_participant,
    make_resident,
)
from web.acts.queries import MEMBERSHIP, done_for
from web.acts.services import Said
from web.networks import jobs, queries, services

Browse = Callable[[Account], FlaskClient]
WorkAt = Callable[[Callable[[Flask], None], str], None]
TOLD = Said(ConsentChannel.TELEPHONE, "会長", date(2026, 11, 30))


@dataclass
class Town:
    session: AuditedSession
    place: Area
    network: Network
    body: Participant
    resident: Participant
    coordinator: Account
    stranger: Account

    @property
    def url(self) -> str:
        return f"/networks/{self.network.id}"

    def now(self) -> Network:
        return self.session.scalars(select(Network).where(Network.id == self.network.id)).one()


@pytest.fixture
def town(session: AuditedSession, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setenv("ENISHI_NOW", "2026-12-01T03:00:00+00:00")
    place = make_municipality()
    network = make_network(place)
    body, resident = make_participant(name="北山町内会", area=place), make_resident(name="佐藤 実", area=place)
    appointment, other = make_appointment(place), make_appointment(make_municipality())
    session.add_all([network, body, resident, appointment, other])
    session.commit()
    return Town(session, place, network, body, resident, appointment.account, other.account)


@pytest.fixture
def as_coordinator(town: Town, signed_in: Browse) -> FlaskClient:
    return signed_in(town.coordinator)


def typed(town: Town, **changes: str) -> dict[str, str]:
    return {
        "name": "空き家の会",
        "mission": "空き家を三つ使う",
        "measure": "三つ",
        "area": town.place.path,
        "starts_on": "2026/12/1",
        "ends_on": "2027/11/30",
    } | changes


def agreed(participant: Participant, **changes: str) -> dict[str, str]:
    return {"participant": str(participant.id), "told-channel": "telephone"} | changes


def test_a_network_is_founded_with_a_mission_and_an_end(town: Town, as_coordinator: FlaskClient) -> None:
    answer = as_coordinator.post("/networks/new", data=typed(town))

    assert answer.status_code == 303
    assert "空き家を三つ使う" in as_coordinator.get(answer.headers["Location"]).text


@pytest.mark.parametrize("ends_on", ["", "2026/11/30", "いつか"])
def test_without_an_end_after_its_start_nothing_is_founded(
    town: Town, as_coordinator: FlaskClient, ends_on: str
) -> None:
    answer = as_coordinator.post("/networks/new", data=typed(town, ends_on=ends_on))

    assert answer.status_code == 422
    assert "空き家を三つ使う" in answer.text


def test_everybody_reads_the_names_of_bodies_and_never_of_residents(
    town: Town, as_coordinator: FlaskClient, client: FlaskClient
) -> None:
    for participant in (town.body, town.resident):
        as_coordinator.post(f"{town.url}/members", data=agreed(participant))

    public, inside = client.get(town.url).text, as_coordinator.get(town.url).text

    assert "北山町内会" in public
    assert "佐藤 実" not in public
    assert "佐藤 実" in inside
    assert "1人" not in public  # too few to be counted in public


def test_whoever_is_a_member_already_is_one_once(town: Town, as_coordinator: FlaskClient) -> None:
    for _ in range(2):
        as_coordinator.post(f"{town.url}/members", data=agreed(town.body))

    assert len(town.now().present) == 1


def test_a_member_that_left_stays_in_the_history(town: Town, as_coordinator: FlaskClient, client: FlaskClient) -> None:
    as_coordinator.post(f"{town.url}/members", data=agreed(town.body))
    member = town.now().members[0]

    as_coordinator.post(f"{town.url}/members/{member.id}/leave")

    assert town.now().present == []
    assert "北山町内会" in client.get(town.url).text


def test_more_time_is_given_with_reasons_that_are_all_kept(town: Town, as_coordinator: FlaskClient) -> None:
    as_coordinator.post(f"{town.url}/extend", data={"until": "2027/6/30", "why": "雪で遅れた"})
    as_coordinator.post(f"{town.url}/extend", data={"until": "2027/9/30", "why": "一地区が残る"})
    earlier = as_coordinator.post(f"{town.url}/extend", data={"until": "2027/9/1", "why": "戻す"})

    assert town.now().ends_on == date(2027, 9, 30)
    assert [because for _, because in town.now().extensions] == ["雪で遅れた", "一地区が残る"]
    assert earlier.status_code == 422


def test_it_ends_with_its_mission_and_says_why(town: Town, as_coordinator: FlaskClient, client: FlaskClient) -> None:
    silent = as_coordinator.post(f"{town.url}/end", data={"fulfilled": "yes", "because": ""})
    as_coordinator.post(f"{town.url}/end", data={"fulfilled": "yes", "because": "すべての地区にできた"})

    assert silent.status_code == 422
    assert "すべての地区にできた" in client.get(town.url).text
    assert town.now().mission_fulfilled is True
    assert town.network.name in client.get("/networks?show=past").text
    assert as_coordinator.post(f"{town.url}/extend", data={"until": "2028/1/1", "why": "もう少し"}).status_code == 409


def test_the_clock_ends_it_after_its_last_day(town: Town, work_at: WorkAt) -> None:
    work_at(jobs.tidy, "2027-03-31T14:59:00+00:00")
    was_over = town.now().is_over
    for _ in range(2):
        work_at(jobs.tidy, "2027-03-31T15:00:00+00:00")

    assert not was_over
    assert town.now().is_over
    assert town.now().mission_fulfilled is None
    assert town.now().ended_because == services.TIME_WAS_UP


def test_who_speaks_for_a_member_hears_once_that_it_has_ended(town: Town, work_at: WorkAt) -> None:
    membership = make_membership(town.body)
    town.session.add(membership)
    services.join(town.session, town.network, town.body, TOLD, by=town.coordinator, at=utc_now())
    services.join(town.session, town.network, town.resident, TOLD, by=town.coordinator, at=utc_now())
    town.session.commit()

    for _ in range(2):
        work_at(jobs.tidy, "2027-03-31T15:00:00+00:00")

    mails = town.session.scalars(select(OutboxMail).where(OutboxMail.template == "network-ended")).all()
    assert [mail.to_address for mail in mails] == [membership.account.email]
    assert services.TIME_WAS_UP in mails[0].body
    assert f"/networks/{town.network.id}" in mails[0].body


def test_thirty_days_before_it_is_shown_to_coordinators_of_the_place_and_of_members(town: Town) -> None:
    home = make_district()
    member = make_participant(area=home)
    away = make_appointment(home).account
    town.session.add_all([member, away])
    services.join(town.session, town.network, member, TOLD, by=town.coordinator, at=town.network.created_at)
    town.session.commit()

    shown = {
        account: [one.name for one in queries.ending_soon(town.session, account, date(2027, 3, 1))]
        for account in (town.coordinator, away, town.stranger)
    }
    too_early = queries.ending_soon(town.session, town.coordinator, date(2027, 2, 28))

    assert shown == {town.coordinator: ["通学路の見守り"], away: ["通学路の見守り"], town.stranger: []}
    assert too_early == []


def test_a_coordinator_of_another_town_changes_nothing(town: Town, signed_in: Browse) -> None:
    stranger = signed_in(town.stranger)

    assert stranger.post(f"{town.url}/end", data={"fulfilled": "yes", "because": "x"}).status_code == 404
    assert stranger.get(f"{town.url}/edit").status_code == 404
    assert stranger.post("/networks/new", data=typed(town)).status_code == 422


def test_somebody_of_elsewhere_cannot_be_made_a_member_by_guessing(town: Town, as_coordinator: FlaskClient) -> None:
    hidden = make_resident()
    town.session.add(hidden)
    town.session.commit()

    answer = as_coordinator.post(f"{town.url}/members", data=agreed(hidden))

    assert answer.status_code == 404
    assert as_coordinator.post(f"{town.url}/members", data={"participant": "誰か"}).status_code == 404


def test_the_wording_is_changed_and_who_was_overtaken_hears_of_it(town: Town, as_coordinator: FlaskClient) -> None:
    changed = {"name": "見守りの会", "mission": "見守る", "measure": "全地区", "version": str(town.network.version)}

    first = as_coordinator.post(f"{town.url}/edit", data=changed)
    second = as_coordinator.post(f"{town.url}/edit", data=changed)

    assert (first.status_code, second.status_code) == (303, 409)


def test_who_could_join_is_found_by_name(town: Town, as_coordinator: FlaskClient) -> None:
    assert f'participant={town.body.id}"' in as_coordinator.get(f"{town.url}?member=北山").text


def test_a_body_of_another_town_cannot_be_made_a_member(town: Town, as_coordinator: FlaskClient) -> None:
    elsewhere = make_participant(area=make_municipality())
    town.session.add(elsewhere)
    town.session.commit()

    assert as_coordinator.post(f"{town.url}/members", data=agreed(elsewhere)).status_code == 404
    assert town.now().members == []


def test_who_is_made_a_member_has_agreed_in_some_way_and_hears_of_it(town: Town, as_coordinator: FlaskClient) -> None:
    membership = make_membership(town.body)
    town.session.add(membership)
    town.session.commit()

    unsaid = as_coordinator.post(f"{town.url}/members", data=agreed(town.body, **{"told-channel": ""}))
    assert (unsaid.status_code, town.now().members) == (422, [])

    as_coordinator.post(f"{town.url}/members", data=agreed(town.body, **{"told-said_by": "会長 山本"}))

    done = done_for(town.session, town.body)[0]
    assert (done.what, done.title, done.said_by) == (MEMBERSHIP, town.network.name, "会長 山本")
    assert done.entered_by == town.coordinator.name
    mail = town.session.scalars(select(OutboxMail).where(OutboxMail.template == "network-joined")).one()
    assert mail.to_address == membership.account.email


def test_a_member_leaves_by_itself_and_nobody_else_does_it_for_them(
    town: Town, as_coordinator: FlaskClient, signed_in: Browse
) -> None:
    membership = make_membership(town.body)
    town.session.add(membership)
    town.session.commit()
    as_coordinator.post(f"{town.url}/members", data=agreed(town.body))
    leave = f"/networks/members/{town.now().members[0].id}/leave"
    own = signed_in(membership.account)

    assert signed_in(town.stranger).post(leave).status_code == 404
    assert leave in own.get(town.url).text
    own.post(leave)

    assert town.now().present == []


def test_nobody_leaves_a_network_that_has_ended(town: Town, as_coordinator: FlaskClient) -> None:
    as_coordinator.post(f"{town.url}/members", data=agreed(town.body))
    member = town.now().members[0]
    as_coordinator.post(f"{town.url}/end", data={"fulfilled": "yes", "because": "全地区で始まった"})

    assert as_coordinator.post(f"{town.url}/members/{member.id}/leave").status_code == 409
    assert len(town.now().present) == 1


def test_who_is_taken_out_hears_of_it_and_who_leaves_by_itself_needs_no_mail(
    town: Town, as_coordinator: FlaskClient, signed_in: Browse
) -> None:
    membership = make_membership(town.body)
    town.session.add(membership)
    town.session.commit()

    def leave(browser: FlaskClient, way: str) -> int:
        as_coordinator.post(f"{town.url}/members", data=agreed(town.body))
        browser.post(way.format(member=town.now().present[0].id))
        return len(town.session.scalars(select(OutboxMail).where(OutboxMail.template == "network-left")).all())

    assert leave(signed_in(membership.account), "/networks/members/{member}/leave") == 0
    assert leave(as_coordinator, town.url + "/members/{member}/leave") == 1
