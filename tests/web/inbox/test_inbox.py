from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models import (
    Account,
    Appointment,
    Area,
    AuditedSession,
    Charge,
    HandOver,
    Need,
    Office,
    OutboxMail,
    Role,
    RoutingRule,
)
from tests.factories import (
    make_account,
    make_appointment,
    make_charge,
    make_district,
    make_field,
    make_need,
    make_participant,
    make_resident,
    make_rule,
)
from web.charges.queries import rules_of
from web.inbox.queries import waiting
from web.people import services as people

SignedIn = Callable[[Account], FlaskClient]
NOON = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)


@dataclass
class Town:
    """Two coordinators of a district, who administers it, and a need that one of them is in charge of."""

    session: AuditedSession
    municipality: Area
    keeper: Account
    other: Account
    administrator: Account
    stranger: Account
    need: Need
    charge: Charge

    def ask(self) -> HandOver:
        question = self.charge.ask(self.other, note="電話は午前に", by=self.keeper, at=NOON)
        self.session.add(question)
        self.session.commit()
        return question

    @property
    def present_keeper(self) -> Account | None:
        self.session.expire_all()
        return self.session.scalars(select(Charge).where(Charge.until.is_(None))).one().keeper


@pytest.fixture
def town(session: AuditedSession, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setenv("ENISHI_NOW", NOON.isoformat())
    district = make_district()
    assert district.parent is not None
    keeper, other, stranger = make_account(name="担当 一郎"), make_account(name="引継 花子"), make_account()
    administrator = make_account(name="市役所")
    need = make_need(participant=make_participant(area=district), title="夏祭りの人手")
    charge = make_charge(need, keeper)
    session.add_all(
        [
            make_appointment(district, account=keeper),
            make_appointment(district.parent, account=other),
            make_appointment(district.parent, account=administrator, role=Role.ADMINISTRATOR),
            make_appointment(make_district(), account=stranger),
            charge,
        ]
    )
    session.commit()
    return Town(session, district.parent, keeper, other, administrator, stranger, need, charge)


def test_the_inbox_shows_my_needs_and_what_they_wait_for(town: Town, signed_in: SignedIn) -> None:
    page = signed_in(town.keeper).get("/inbox").text

    assert "夏祭りの人手" in page
    assert f"/charges/{town.charge.id}/hand-over" in page


def test_needs_of_others_show_who_is_in_charge(town: Town, signed_in: SignedIn) -> None:
    browser = signed_in(town.other)

    assert "夏祭りの人手" not in browser.get("/inbox").text
    page = browser.get("/inbox?whose=others").text

    assert "夏祭りの人手" in page
    assert "担当 一郎" in page


def test_nobody_sees_the_needs_of_other_places(town: Town, signed_in: SignedIn) -> None:
    assert "夏祭りの人手" not in signed_in(town.stranger).get("/inbox?whose=others").text


def test_an_administrator_does_not_read_the_name_of_a_resident(
    town: Town, signed_in: SignedIn, session: AuditedSession
) -> None:
    need = make_need(participant=make_resident(name="佐藤 実", area=town.need.area), title="話し相手")
    session.add(make_charge(need, town.keeper))

    page = signed_in(town.administrator).get("/inbox?whose=others").text

    assert "話し相手" in page
    assert "佐藤 実" not in page


def test_the_list_can_be_narrowed_down_by_words(town: Town, signed_in: SignedIn) -> None:
    browser = signed_in(town.keeper)

    assert "夏祭りの人手" in browser.get("/inbox?q=夏祭り").text
    assert "夏祭りの人手" not in browser.get("/inbox?q=通訳").text


def test_who_is_asked_gets_a_mail_and_nothing_changes_until_they_accept(town: Town, signed_in: SignedIn) -> None:
    answer = signed_in(town.keeper).post(
        f"/charges/{town.charge.id}/hand-over", data={"to": str(town.other.id), "note": "電話は午前に"}
    )

    assert answer.status_code == 303
    mail = town.session.scalars(select(OutboxMail)).one()
    assert (mail.to_address, mail.template) == (town.other.email, "hand-over-asked")
    assert "電話は午前に" in mail.body
    assert town.present_keeper is town.keeper
    assert len(waiting(town.session, town.other).asked) == 1


def test_only_somebody_who_coordinates_the_place_can_be_asked(town: Town, signed_in: SignedIn) -> None:
    answer = signed_in(town.keeper).post(
        f"/charges/{town.charge.id}/hand-over", data={"to": str(town.stranger.id), "note": "お願いします"}
    )

    assert answer.status_code == 422
    assert "お願いします" in answer.text
    assert town.session.scalars(select(HandOver)).all() == []


def test_nobody_hands_over_what_others_are_in_charge_of(town: Town, signed_in: SignedIn) -> None:
    for account in (town.other, town.stranger):
        assert signed_in(account).get(f"/charges/{town.charge.id}/hand-over").status_code == 404


def test_who_accepts_is_in_charge_from_then_on(town: Town, signed_in: SignedIn) -> None:
    question = town.ask()
    browser = signed_in(town.other)
    assert "電話は午前に" in browser.get(f"/hand-overs/{question.id}").text

    browser.post(f"/hand-overs/{question.id}", data={"reply": "accept"})

    assert town.present_keeper is town.other
    assert browser.post(f"/hand-overs/{question.id}", data={"reply": "accept"}).status_code == 409


def test_who_declines_says_why(town: Town, signed_in: SignedIn) -> None:
    question = town.ask()
    browser = signed_in(town.other)

    assert browser.post(f"/hand-overs/{question.id}", data={"reply": "decline", "answer": ""}).status_code == 422
    browser.post(f"/hand-overs/{question.id}", data={"reply": "decline", "answer": "来月まで手いっぱいです"})

    assert town.present_keeper is town.keeper
    mail = town.session.scalars(select(OutboxMail).where(OutboxMail.template == "hand-over-answered")).one()
    assert mail.to_address == town.keeper.email
    assert "来月まで手いっぱいです" in mail.body


def test_nobody_answers_for_somebody_else(town: Town, signed_in: SignedIn) -> None:
    question = town.ask()

    assert signed_in(town.keeper).post(f"/hand-overs/{question.id}", data={"reply": "accept"}).status_code == 404


def test_a_question_can_be_taken_back_and_asked_of_somebody_else(town: Town, signed_in: SignedIn) -> None:
    question = town.ask()
    browser = signed_in(town.keeper)
    again = {"to": str(town.other.id), "note": ""}
    assert browser.post(f"/charges/{town.charge.id}/hand-over", data=again).status_code == 409

    browser.post(f"/charges/{town.charge.id}/take-back")

    assert signed_in(town.other).post(f"/hand-overs/{question.id}", data={"reply": "accept"}).status_code == 409
    assert browser.post(f"/charges/{town.charge.id}/hand-over", data=again).status_code == 303


def test_an_administrator_puts_somebody_in_charge_where_somebody_is_away(town: Town, signed_in: SignedIn) -> None:
    town.ask()

    signed_in(town.administrator).post(
        f"/charges/{town.charge.id}/hand-over", data={"to": str(town.other.id), "way": "at_once"}
    )

    assert town.present_keeper is town.other
    assert waiting(town.session, town.other).asked == []


def test_a_coordinator_cannot_put_somebody_in_charge_without_asking(town: Town, signed_in: SignedIn) -> None:
    signed_in(town.keeper).post(
        f"/charges/{town.charge.id}/hand-over", data={"to": str(town.other.id), "way": "at_once"}
    )

    assert town.present_keeper is town.keeper


def test_the_page_of_a_need_names_who_is_in_charge_to_coordinators_alone(
    town: Town, signed_in: SignedIn, client: FlaskClient
) -> None:
    assert "担当 一郎" in signed_in(town.other).get(f"/needs/{town.need.id}").text
    assert "担当 一郎" not in client.get(f"/needs/{town.need.id}").text


def test_rules_begin_with_those_of_the_sheet_and_are_saved_as_own(
    town: Town, signed_in: SignedIn, session: AuditedSession
) -> None:
    health = make_field(code="health_welfare")
    session.add(health)
    browser, url = signed_in(town.administrator), f"/administration/routing/{town.municipality.id}"
    assert 'selected value="welfare_coordinator"' in browser.get(url).text

    browser.post(url, data={"rest": "area_officer", "field_health_welfare": "intermediary"})

    rules = session.scalars(select(RoutingRule)).all()
    assert {(rule.field, rule.office) for rule in rules} == {
        (None, Office.AREA_OFFICER),
        (health, Office.INTERMEDIARY),
    }


def test_a_rule_is_taken_back_by_choosing_none(town: Town, signed_in: SignedIn, session: AuditedSession) -> None:
    field = make_field(code="tourism")
    session.add(make_rule(town.municipality, Office.INTERMEDIARY, field=field))
    url = f"/administration/routing/{town.municipality.id}"

    assert signed_in(town.administrator).post(url, data={"field_tourism": "mayor"}).status_code == 422
    signed_in(town.administrator).post(url, data={"rest": "area_officer", "field_tourism": ""})

    assert [rule.office for rule in session.scalars(select(RoutingRule))] == [Office.AREA_OFFICER]


def test_an_office_is_given_to_a_coordinator_of_the_own_place_alone(
    town: Town, signed_in: SignedIn, session: AuditedSession
) -> None:
    own = session.scalars(select(Appointment).where(Appointment.account_id == town.keeper.id)).one()
    foreign = session.scalars(select(Appointment).where(Appointment.account_id == town.stranger.id)).one()
    browser, url = signed_in(town.administrator), f"/administration/routing/{town.municipality.id}/offices"

    browser.post(f"{url}/{own.id}", data={"office": "welfare_coordinator"})
    assert browser.post(f"{url}/{foreign.id}", data={"office": "intermediary"}).status_code == 400

    session.refresh(own)
    session.refresh(foreign)
    assert (own.office, foreign.office) == (Office.WELFARE_COORDINATOR, None)
    assert signed_in(town.keeper).post(f"{url}/{own.id}", data={"office": ""}).status_code == 404


def test_rules_that_name_no_office_at_all_are_rules_too(
    town: Town, signed_in: SignedIn, session: AuditedSession
) -> None:
    browser, url = signed_in(town.administrator), f"/administration/routing/{town.municipality.id}"

    browser.post(url, data={"rest": ""})

    assert rules_of(session, [town.municipality.id]) == {town.municipality.id: {None: None}}
    assert 'selected value="area_officer"' not in browser.get(url).text


def test_who_coordinates_a_larger_place_is_given_an_office_there(
    town: Town, signed_in: SignedIn, session: AuditedSession
) -> None:
    prefecture = town.municipality.parent
    assert prefecture is not None
    wide, above = make_appointment(prefecture), make_appointment(prefecture, role=Role.ADMINISTRATOR)
    wide.account.name = "県の中間支援"
    session.add_all([wide, above])
    session.commit()
    office = f"/administration/routing/{prefecture.id}/offices/{wide.id}"

    own = signed_in(town.administrator)
    page = own.get(f"/administration/routing/{town.municipality.id}").text
    assert "県の中間支援" in page
    assert office not in page
    assert own.post(office, data={"office": "intermediary"}).status_code == 404

    browser = signed_in(above.account)
    assert f"/administration/routing/{prefecture.id}" in browser.get("/administration/routing").text
    assert office in browser.get(f"/administration/routing/{prefecture.id}").text
    browser.post(office, data={"office": "intermediary"})
    session.refresh(wide)
    assert wide.office is Office.INTERMEDIARY


@pytest.mark.parametrize("place", ["district", "prefecture"])
def test_rules_are_set_for_a_whole_municipality(town: Town, signed_in: SignedIn, place: str) -> None:
    district, prefecture = town.need.area, town.municipality.parent
    assert prefecture is not None
    area = district if place == "district" else prefecture
    town.session.add(appointment := make_appointment(area, role=Role.ADMINISTRATOR))
    town.session.commit()

    answer = signed_in(appointment.account).post(f"/administration/routing/{area.id}", data={"rest": ""})

    assert answer.status_code == 404


def test_who_is_asked_and_coordinates_the_place_no_longer_answers_nothing_and_the_keeper_hears_of_it(
    town: Town, signed_in: SignedIn, session: AuditedSession
) -> None:
    question = town.ask()
    browser = signed_in(town.other)
    appointment = session.scalars(select(Appointment).where(Appointment.account_id == town.other.id)).one()

    people.end_appointment(session, appointment, at=NOON)
    session.commit()

    session.refresh(question)
    assert not question.is_open
    assert browser.get(f"/hand-overs/{question.id}").status_code == 404
    mails = session.scalars(select(OutboxMail).where(OutboxMail.template == "hand-over-lapsed")).all()
    assert [mail.to_account_id for mail in mails] == [town.keeper.id]
    assert town.present_keeper == town.keeper


def test_who_was_in_charge_hears_that_somebody_else_is(town: Town, signed_in: SignedIn) -> None:
    sent = {"to": str(town.other.id), "way": "at_once"}

    signed_in(town.administrator).post(f"/charges/{town.charge.id}/hand-over", data=sent)

    mails = town.session.scalars(select(OutboxMail).where(OutboxMail.template == "charge-taken-over")).all()
    assert [mail.to_account_id for mail in mails] == [town.keeper.id]


def test_a_page_beyond_the_last_shows_the_last(town: Town, signed_in: SignedIn) -> None:
    assert "夏祭りの人手" in signed_in(town.keeper).get("/inbox?page=7").text
