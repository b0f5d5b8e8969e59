from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Account, Activity
from tests.factories import make_activity, make_appointment, make_membership, make_municipality, make_participant
from tests.web.indicators.conftest import Town

Browse = Callable[[Account], FlaskClient]
KEY = "0123456789abcdef"


def typed(town: Town, **changes: str) -> dict[str, str]:
    return {
        "participant": str(town.rmo.id),
        "on": "11/8",
        "what": "川辺の清掃",
        "people": "１２",
        "sent_key": KEY,
    } | changes


def written(session: Session) -> list[tuple[date, str, int | None]]:
    return [(one.done_on, one.what, one.people) for one in session.scalars(select(Activity))]


def test_a_body_writes_down_what_it_did(session: Session, signed_in: Browse, town: Town) -> None:
    answer = signed_in(town.officer).post("/activities/new", data=typed(town))

    assert answer.status_code == 303
    assert written(session) == [(date(2026, 11, 8), "川辺の清掃", 12)]


def test_a_form_that_is_sent_twice_counts_once(session: Session, signed_in: Browse, town: Town) -> None:
    browser = signed_in(town.coordinator)

    answers = [browser.post("/activities/new", data=typed(town)).status_code for _ in range(2)]

    assert answers == [303, 303]
    assert len(written(session)) == 1


def test_the_same_of_the_same_day_is_asked_about(session: Session, signed_in: Browse, town: Town) -> None:
    session.add(make_activity(town.rmo))

    answer = signed_in(town.officer).post("/activities/new", data=typed(town))

    assert answer.status_code == 422
    assert "もう記録されています" in answer.text or "written down for this day" in answer.text


@pytest.mark.parametrize(
    "wrong", [{"on": "2026-11-23"}, {"on": "いつか"}, {"what": " "}, {"people": "0"}, {"participant": ""}]
)
def test_what_cannot_be_is_refused_and_kept(
    session: Session, signed_in: Browse, town: Town, wrong: dict[str, str]
) -> None:
    answer = signed_in(town.officer).post("/activities/new", data=typed(town, **wrong))

    assert answer.status_code == 422
    assert written(session) == []


def test_nobody_writes_for_a_body_of_another_town(session: Session, signed_in: Browse, town: Town) -> None:
    stranger = make_appointment(make_municipality())
    session.add(stranger)
    session.add(make_participant(kind=town.rmo.kind, area=stranger.area))

    assert signed_in(stranger.account).post("/activities/new", data=typed(town)).status_code == 422
    assert written(session) == []


def test_an_activity_is_corrected_and_removed(session: Session, signed_in: Browse, town: Town) -> None:
    activity = make_activity(town.rmo)
    session.add(activity)
    browser = signed_in(town.officer)

    browser.post(f"/activities/{activity.id}", data=typed(town, what="土手の清掃", version="1"))
    corrected = written(session)
    late = browser.post(f"/activities/{activity.id}/remove", data={"version": "1"})
    removed = browser.post(f"/activities/{activity.id}/remove", data={"version": "2"})

    assert corrected == [(date(2026, 11, 8), "土手の清掃", 12)]
    assert late.status_code == 409
    assert removed.status_code == 303
    assert written(session) == []


def test_activities_of_others_are_not_there(session: Session, signed_in: Browse, town: Town) -> None:
    activity = make_activity(town.rmo)
    other = make_membership(make_participant(area=town.district))
    session.add_all([activity, other])
    browser = signed_in(other.account)

    assert browser.get(f"/activities/{activity.id}").status_code == 404
    assert "川辺の清掃" not in browser.get("/activities").text


def test_the_list_is_narrowed_down_to_a_year(session: Session, signed_in: Browse, town: Town) -> None:
    session.add_all([make_activity(town.rmo), make_activity(town.rmo, what="古い祭り", done_on=date(2026, 3, 31))])
    browser = signed_in(town.coordinator)

    page = browser.get("/activities?year=2025").text

    assert "古い祭り" in page
    assert "川辺の清掃" not in page
    assert browser.get("/activities?year=x&body=y").status_code == 200
