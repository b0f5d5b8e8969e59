"""One cohort: teams all at once, moved by hand, approved as a whole, and what came of it."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models import Enquiry, OutboxMail, Partnership, Reply, Stage, Suggestion, Verdict, utc_now
from models.errors import AlreadyDecided, IllegalMove, InvalidValue, NotAllowed
from tests.factories import make_charge, make_membership
from tests.web.seasons.conftest import AFTER_CLOSING, Town
from web.operations.queries import invariants
from web.partnerships.services import answer
from web.seasons import services


@pytest.fixture
def matched(town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setenv("ENISHI_NOW", AFTER_CLOSING)
    services.match(town.session, town.season, at=utc_now())
    town.session.commit()
    return town


@pytest.fixture
def approved(matched: Town) -> Town:
    for project in (matched.newsletter, matched.books):
        matched.session.add(make_charge(project.need, keeper=matched.coordinator))
    services.approve(matched.session, matched.season, by=matched.coordinator, at=utc_now())
    matched.session.commit()
    return matched


def test_the_button_builds_all_teams_and_asks_nobody(town: Town, as_coordinator: FlaskClient) -> None:
    assert as_coordinator.post(town.url("/cohort/match")).status_code == 303

    assert town.designer.project is town.writer.project is town.newsletter
    assert town.accountant.project is town.books
    assert town.session.scalars(select(Enquiry)).all() == []


def test_a_score_stands_beside_its_confidence_and_its_reasons(matched: Town, as_coordinator: FlaskClient) -> None:
    page = as_coordinator.get(matched.url("/cohort")).text

    assert "有村 灯" in page
    assert "We know" in page
    assert "“広報紙のデザイン” is lacking" in page


def test_who_stays_without_a_team_is_told_with_the_gate(town: Town, as_coordinator: FlaskClient) -> None:
    town.accountant.offer.pause()
    services.match(town.session, town.season, at=utc_now())
    town.session.commit()

    page = as_coordinator.get(town.url("/cohort")).text

    assert town.accountant.project is None
    assert "The offer is closed or paused now." in page


def test_without_entries_there_is_nothing_to_build(town: Town) -> None:
    town.season.projects.clear()
    town.session.commit()

    with pytest.raises(InvalidValue):
        services.match(town.session, town.season, at=utc_now())


def test_somebody_is_moved_to_another_team_or_to_none(matched: Town, as_coordinator: FlaskClient) -> None:
    away = {"professional": str(matched.writer.id), "project": "none"}

    assert as_coordinator.post(matched.url("/cohort/move"), data=away).status_code == 303
    assert matched.writer.project is None
    back = away | {"project": str(matched.newsletter.id)}
    assert as_coordinator.post(matched.url("/cohort/move"), data=back).status_code == 303
    assert matched.writer.project is matched.newsletter


def test_a_gate_holds_also_for_a_move_by_hand(matched: Town, as_coordinator: FlaskClient) -> None:
    matched.writer.offer.pause()
    matched.session.commit()
    data = {"professional": str(matched.writer.id), "project": str(matched.books.id)}

    refused = as_coordinator.post(matched.url("/cohort/move"), data=data)

    assert refused.status_code == 422
    assert "The offer is closed or paused now." in refused.text
    assert matched.writer.project is matched.newsletter


def test_a_team_takes_no_more_than_its_size(matched: Town, as_coordinator: FlaskClient) -> None:
    matched.season.team_size = 1
    matched.session.commit()
    data = {"professional": str(matched.writer.id), "project": str(matched.books.id)}

    refused = as_coordinator.post(matched.url("/cohort/move"), data=data)

    assert refused.status_code == 422
    assert "as many people" in refused.text


def test_an_approval_proposes_a_partnership_for_each_team_and_asks_every_party(approved: Town) -> None:
    session = approved.session
    partnerships = session.scalars(select(Partnership)).all()

    assert {one.id for one in partnerships} == {approved.newsletter.partnership_id, approved.books.partnership_id}
    assert approved.newsletter.partnership is not None
    assert len(approved.newsletter.partnership.parties) == 3
    assert all(party.enquiry.is_open for one in partnerships for party in one.parties)
    assert {one.verdict for one in session.scalars(select(Suggestion))} == {Verdict.APPROVED}
    assert [one.sentence for one in invariants.examine(session, at=utc_now()) if not one.holds] == []


def test_the_cohort_is_approved_once(approved: Town, as_coordinator: FlaskClient) -> None:
    with pytest.raises(AlreadyDecided):
        services.match(approved.session, approved.season, at=utc_now())
    assert as_coordinator.post(approved.url("/cohort/approve")).status_code == 409
    assert "The teams are approved" in as_coordinator.get(approved.url("/cohort")).text


def test_who_has_an_interest_does_not_approve(matched: Town, as_coordinator: FlaskClient) -> None:
    matched.session.add(make_membership(matched.accountant.offer.participant, account=matched.coordinator))
    matched.session.commit()

    assert "Another coordinator approves them" in as_coordinator.get(matched.url("/cohort")).text
    with pytest.raises(NotAllowed):
        services.approve(matched.session, matched.season, by=matched.coordinator, at=utc_now())


def test_a_team_that_cannot_be_proposed_any_more_stops_the_whole_cohort(
    matched: Town, as_coordinator: FlaskClient
) -> None:
    matched.writer.offer.pause()
    matched.session.commit()

    assert "cannot be proposed" in as_coordinator.get(matched.url("/cohort")).text
    with pytest.raises(IllegalMove):
        services.approve(matched.session, matched.season, by=matched.coordinator, at=utc_now())


def test_a_result_is_public_only_where_the_partnership_is(
    approved: Town, as_coordinator: FlaskClient, client: FlaskClient
) -> None:
    partnership = approved.books.partnership
    assert partnership is not None
    for party in partnership.parties:
        answer(approved.session, party.enquiry, Reply.YES, by=approved.coordinator, at=utc_now())
    approved.session.commit()
    address = approved.url(f"/projects/{approved.books.id}/presented")

    assert as_coordinator.post(address, data={"text": ""}).status_code == 422
    assert as_coordinator.post(address, data={"text": "帳簿の型ができた。"}).status_code == 303
    assert partnership.stage is Stage.ACCEPTED
    assert "帳簿の型" not in client.get(approved.url()).text
    for party in partnership.parties:
        party.publish(at=utc_now())
    approved.session.commit()
    assert partnership.is_public
    assert "帳簿の型" in client.get(approved.url()).text


def test_a_season_is_looked_back_on(town: Town, as_coordinator: FlaskClient, client: FlaskClient) -> None:
    assert as_coordinator.post(town.url("/looking-back"), data={"text": "早めに声をかける。"}).status_code == 303
    assert "早めに声をかける。" in client.get(town.url()).text


def test_a_team_without_a_partnership_presents_nothing(matched: Town, as_coordinator: FlaskClient) -> None:
    assert as_coordinator.get(matched.url(f"/projects/{matched.books.id}/presented")).status_code == 404
    with pytest.raises(InvalidValue):
        services.present(matched.books, "早すぎる")


def test_who_is_in_no_team_hears_of_it_when_the_teams_are_approved(matched: Town) -> None:
    session, membership = matched.session, make_membership(matched.accountant.offer.participant)
    session.add(membership)
    session.add(make_charge(matched.newsletter.need, keeper=matched.coordinator))
    services.move(session, matched.season, matched.accountant, None, at=utc_now())

    services.approve(session, matched.season, by=matched.coordinator, at=utc_now())

    told = set(session.scalars(select(OutboxMail.to_account_id).where(OutboxMail.template == "season-no-team")))
    assert membership.account.id in told
    assert matched.designer_account.id not in told
