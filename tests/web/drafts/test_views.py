"""The long forms keep themselves and go on where they were left."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Account, Draft, Need
from tests.factories import make_membership, make_need, make_participant

Browse = Callable[[Account], FlaskClient]


@pytest.fixture
def need(session: Session) -> Need:
    need = make_need(participant=make_participant(), title="みこし")
    session.add(need)
    session.commit()
    return need


@pytest.fixture
def officer(session: Session, signed_in: Browse, need: Need) -> FlaskClient:
    membership = make_membership(need.participant)
    session.add(membership)
    return signed_in(membership.account)


@pytest.mark.parametrize("kind", ["need", "offer"])
def test_a_new_form_goes_on_with_what_was_typed(officer: FlaskClient, kind: str) -> None:
    kept = officer.post(f"/drafts/{kind}", data={"title": "みこしの担ぎ手", "_once": "x", "csrf_token": "y"})

    page = officer.get(f"/{kind}s/new").text

    assert "に保存しました" in kept.text
    assert 'value="みこしの担ぎ手"' in page
    assert "に書いた続きです" in page


def test_a_changed_form_goes_on_with_the_change(officer: FlaskClient, need: Need) -> None:
    officer.post(f"/drafts/need?about={need.id}", data={"title": "大みこし", "version": str(need.version)})

    assert 'value="大みこし"' in officer.get(f"/needs/{need.id}/edit").text
    assert 'value="大みこし"' not in officer.get("/needs/new").text


def test_what_was_kept_on_an_older_version_meets_the_newer_one(
    session: Session, officer: FlaskClient, need: Need
) -> None:
    typed = {"title": "大みこし", "version": str(need.version)}
    officer.post(f"/drafts/need?about={need.id}", data=typed)
    need.title = "小みこし"
    session.commit()

    page = officer.get(f"/needs/{need.id}/edit").text
    sent = officer.post(f"/needs/{need.id}/edit", data=typed)

    assert f'name="version" type="hidden" value="{typed["version"]}"' in page
    assert sent.status_code == 409
    assert "大みこし" in sent.text
    assert "小みこし" in sent.text


def test_what_is_sent_for_good_is_no_longer_a_draft(session: Session, officer: FlaskClient) -> None:
    typed = {"title": "みこしの担ぎ手", "slots-0-kind": "people", "slots-0-what": "担ぎ手"}
    officer.post("/drafts/need", data=typed)

    officer.post("/needs/new", data=typed)

    assert session.scalars(select(Draft)).all() == []


def test_discarding_shows_the_form_as_it_was_before(officer: FlaskClient) -> None:
    officer.post("/drafts/need", data={"title": "みこしの担ぎ手"})

    response = officer.post("/drafts/need/discard", follow_redirects=True)

    assert response.request.path == "/needs/new"
    assert 'value="みこしの担ぎ手"' not in response.text
    assert "元に戻す" in response.text


@pytest.mark.parametrize("path", ["/drafts/abilities", "/drafts/other", f"/drafts/need?about={'x' * 37}"])
def test_only_the_forms_that_are_known_are_kept(officer: FlaskClient, path: str) -> None:
    assert officer.post(path, data={"title": "x"}).status_code == 404


@pytest.mark.parametrize("about", ["%0d%0aX-Other: 1", "../../account", "%00"])
def test_what_is_no_listing_has_no_draft(officer: FlaskClient, about: str) -> None:
    assert officer.post(f"/drafts/need?about={about}", data={"title": "みこし"}).status_code == 404
    assert officer.post(f"/drafts/need/discard?about={about}").status_code == 404
