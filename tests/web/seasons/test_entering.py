"""Who enters a season, who takes an entry back, and who is reminded."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models import Account, OutboxMail, SeasonProfessional, SeasonProject, utc_now
from models.errors import AlreadyDecided, NotAllowed
from tests.factories import make_membership, make_resident
from tests.web.seasons.conftest import AFTER_CLOSING, Town
from web.seasons import jobs, services

SignedIn = Callable[[Account], FlaskClient]
WorkAt = Callable[[Callable[[Flask], None], str], None]


def test_an_organisation_enters_its_open_need(town: Town, as_chair: FlaskClient) -> None:
    need = town.need(owner=town.newsletter.need.participant)

    answer = as_chair.post(town.url("/projects/new"), data={"row": str(need.id)})

    assert answer.status_code == 303
    assert town.session.scalar(select(SeasonProject).where(SeasonProject.need_id == need.id)) is not None


def test_a_need_of_somebody_else_is_no_choice(town: Town, as_chair: FlaskClient) -> None:
    need = town.need()

    answer = as_chair.post(town.url("/projects/new"), data={"row": str(need.id)})

    assert answer.status_code in {200, 422}
    assert need.title not in answer.text
    assert town.session.scalar(select(SeasonProject).where(SeasonProject.need_id == need.id)) is None


def test_a_coordinator_enters_for_somebody_of_the_place(town: Town, as_coordinator: FlaskClient) -> None:
    need, resident = town.need(), make_resident(area=town.area)
    offer = town.offer(resident)

    as_coordinator.post(town.url("/projects/new"), data={"row": str(need.id)})
    as_coordinator.post(town.url("/professionals/new"), data={"row": str(offer.id)})

    assert town.session.scalar(select(SeasonProject).where(SeasonProject.need_id == need.id)) is not None
    assert town.session.scalar(select(SeasonProfessional).where(SeasonProfessional.offer_id == offer.id)) is not None


def test_a_resident_without_consent_cannot_enter(town: Town, signed_in: SignedIn) -> None:
    resident = make_resident(area=town.area, consents=())
    offer, membership = town.offer(resident), make_membership(resident)
    membership.account.locale = "en"
    town.session.add(membership)
    town.session.commit()

    page = signed_in(membership.account).get(town.url("/professionals/new")).text

    assert offer.title not in page
    assert "consent" in page


def test_a_professional_enters_once(town: Town) -> None:
    offer = town.offer(town.designer.offer.participant)

    with pytest.raises(AlreadyDecided):
        services.enter_offer(town.session, town.season, offer, by=town.designer_account, at=utc_now())


def test_a_coordinator_of_another_town_enters_nobody(town: Town) -> None:
    with pytest.raises(NotAllowed):
        services.enter_project(town.session, town.season, town.need(), by=town.stranger, at=utc_now())


def test_an_entry_is_taken_back_until_entries_close(
    town: Town, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, address = signed_in(town.designer_account), town.url(f"/professionals/{town.designer.id}/withdraw")
    assert town.designer.offer.title in browser.get(town.url("/entries")).text

    assert browser.post(address).status_code == 303
    assert len(town.session.scalars(select(SeasonProfessional)).all()) == 2

    monkeypatch.setenv("ENISHI_NOW", AFTER_CLOSING)
    chairs = signed_in(town.chair)
    assert chairs.post(town.url(f"/projects/{town.newsletter.id}/withdraw")).status_code == 409
    assert chairs.get(town.url("/projects/new")).status_code == 303


def test_nobody_takes_back_what_others_entered(town: Town, as_chair: FlaskClient) -> None:
    assert as_chair.post(town.url(f"/projects/{town.books.id}/withdraw")).status_code == 404
    assert as_chair.post(town.url(f"/professionals/{town.writer.id}/withdraw")).status_code == 404


def test_who_entered_is_reminded_once_three_days_before(town: Town, work_at: WorkAt) -> None:
    for hour in ("08", "09"):
        work_at(jobs.tidy, f"2027-01-29T{hour}:00:00+09:00")

    mails = town.session.scalars(select(OutboxMail)).all()
    assert sorted(mail.to_address for mail in mails) == sorted([town.chair.email, town.designer_account.email])
    assert "Kick-off" in mails[0].body


def test_who_was_not_reminded_on_that_day_is_reminded_on_the_next(town: Town, work_at: WorkAt) -> None:
    for day in ("30", "31"):
        work_at(jobs.tidy, f"2027-01-{day}T09:00:00+09:00")

    assert len(town.session.scalars(select(OutboxMail)).all()) == 2


@pytest.mark.parametrize("moment", ["2027-01-29T06:00:00+09:00", "2027-01-28T09:00:00+09:00"])
def test_nobody_is_reminded_at_night_or_on_another_day(town: Town, work_at: WorkAt, moment: str) -> None:
    work_at(jobs.tidy, moment)

    assert town.session.scalars(select(OutboxMail)).all() == []
