from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from matching import Gate, exclusions
from models import (
    Account,
    ActivityField,
    ActOnBehalf,
    Area,
    AuditedSession,
    ConsentChannel,
    ConsentPurpose,
    CouncilSeat,
    Course,
    CourseCompletion,
    Job,
    Need,
    NeedStatus,
    OutboxMail,
    Participant,
    ParticipantKind,
    Partnership,
    Reply,
    ResourceKind,
    RoleHolding,
    Stage,
    Verdict,
    capacity,
)
from models.errors import ConsentMissing, InvalidValue
from tests.factories import (
    make_account,
    make_appointment,
    make_completion,
    make_course,
    make_district,
    make_field,
    make_holding,
    make_item,
    make_membership,
    make_need,
    make_offer,
    make_participant,
    make_partnership,
    make_resident,
    make_seat,
    make_skill,
    make_slot,
    make_suggestion,
)
from web.listings.services import needs
from web.listings.services.needs import NeedDraft
from web.listings.services.pieces import Piece
from web.participants.services import withdraw_consent
from web.partnerships import services as partnerships
from web.staff_bank import queries, services
from web.suggestions.queries import profiles

SignedIn = Callable[[Account], FlaskClient]
NOON = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
TODAY = date(2026, 12, 1)
SEATS = {
    "council": "防災会議",
    "seats": "２",
    "term_starts_on": "令和9年4月1日",
    "term_ends_on": "令和11年3月31日",
    "most_offices": "2",
    "told-channel": "paper",
}


@dataclass
class Town:
    """A district with a coordinator, a public office, and somebody of the staff bank."""

    session: AuditedSession
    district: Area
    coordinator: Account
    stranger: Account
    office: Participant
    person: Participant
    own: Account
    field: ActivityField

    def gates(self, need: Need) -> set[Gate]:
        self.session.commit()
        needs = profiles.told_needs(self.session, select(Need).where(Need.id == need.id), at=NOON)
        offers = profiles.told_offers(self.session, profiles.own_offers(self.person.municipality), at=NOON)
        return set(exclusions(list(needs.values()), list(offers.values())).gates(0, 0))

    def small_need(self, title: str = "受付の手伝い", *, field: ActivityField | None = None) -> Need:
        need = make_need(participant=self.office, title=title, slots=[make_slot(what="受付", hours_per_month=2.0)])
        self.session.add(need)
        need.fields = [field or self.field]
        return need

    def completion(self) -> CourseCompletion:
        completion = make_completion(make_course(self.district, fields=(self.field,)), self.person)
        self.session.add(completion)
        self.session.commit()
        return completion


@pytest.fixture
def town(session: AuditedSession, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setenv("ENISHI_NOW", NOON.isoformat())
    district = make_district()
    coordinator, stranger, own = make_account(name="調整 太郎"), make_account(), make_account(name="佐藤 実")
    office = make_participant(kind=ParticipantKind.GOVERNMENT, name="日和市危機管理課", area=district)
    person = make_resident(name="佐藤 実", area=district, hours_per_month=10.0, engagement_limit=4)
    field = make_field(name="災害救援")
    session.add_all(
        [
            make_appointment(district, account=coordinator),
            make_appointment(make_district(), account=stranger),
            make_membership(person, account=own),
            make_offer(participant=person, items=[make_item(what="会計")]),
            office,
            field,
        ]
    )
    session.commit()
    return Town(session, district, coordinator, stranger, office, person, own, field)


def test_somebody_writes_down_an_office_that_they_hold(town: Town, signed_in: SignedIn) -> None:
    browser, url = signed_in(town.own), f"/participants/{town.person.id}/offices"

    answer = browser.post(
        url, data={"body": "北山町内会", "office": "会計", "since": "令和7年4月1日", "hours_per_month": "６"}
    )

    assert answer.status_code == 303
    holding = town.session.scalars(select(RoleHolding)).one()
    assert (holding.since, holding.hours_per_month) == (date(2025, 4, 1), 6.0)
    page = browser.get(url).text
    assert "北山町内会: 会計" in page
    assert town.session.scalars(select(Job)).all() != []


def test_a_term_that_ends_before_it_begins_is_refused_and_nothing_typed_is_lost(
    town: Town, signed_in: SignedIn
) -> None:
    answer = signed_in(town.own).post(
        f"/participants/{town.person.id}/offices",
        data={"body": "北山町内会", "office": "会計", "since": "2025-04-01", "until": "2024-03-31"},
    )

    assert answer.status_code == 422
    assert "北山町内会" in answer.text
    assert town.session.scalars(select(RoleHolding)).all() == []


def test_offices_are_for_the_person_and_the_coordinators_of_the_place(town: Town, signed_in: SignedIn) -> None:
    url = f"/participants/{town.person.id}/offices"

    assert signed_in(town.coordinator).get(url).status_code == 200
    assert signed_in(town.stranger).get(url).status_code == 404


def test_an_office_that_has_ended_burdens_no_longer(town: Town, signed_in: SignedIn) -> None:
    holding = make_holding(town.person)
    town.session.add(holding)
    town.session.commit()
    browser = signed_in(town.own)

    assert browser.post(f"/role-holdings/{holding.id}/end", data={"until": "2025-03-31"}).status_code == 422
    browser.post(f"/role-holdings/{holding.id}/end", data={"until": "2026-11-30"})

    assert queries.load_of(town.session, town.person, TODAY).offices == []
    assert signed_in(town.stranger).get(f"/role-holdings/{holding.id}/end").status_code == 404


def test_offices_partnerships_and_hours_count_together(town: Town) -> None:
    town.session.add_all(
        [
            make_holding(town.person, hours_per_month=3.0),
            make_holding(town.person, office="会長"),
            make_holding(town.person, office="前会長", until=date(2026, 3, 31), hours_per_month=9.0),
        ]
    )
    town.session.flush()

    load = queries.load_of(town.session, town.person, TODAY)

    assert (load.burdens, load.hours_of_offices, load.hours, load.hours_left) == (2, 3.0, 3.0, 7.0)
    assert not load.is_full


def test_the_engine_is_told_of_offices_and_counts_their_hours_against_the_own_limit(town: Town) -> None:
    need = make_need(participant=town.office, slots=[make_slot(hours_per_month=4.0)])
    town.session.add(need)
    assert Gate.HOURS_LIMIT not in town.gates(need)

    town.session.add(make_holding(town.person, hours_per_month=7.0))

    assert Gate.HOURS_LIMIT in town.gates(need)


def test_how_many_people_hold_how_many_offices_is_counted(town: Town) -> None:
    other = make_resident(area=town.district)
    town.session.add_all([make_holding(town.person), make_holding(town.person, office="会長"), make_holding(other)])
    town.session.flush()

    assert queries.offices_held_counts(town.session, town.district, today=TODAY) == {1: 1, 2: 1}


def test_seats_in_a_council_are_posted_as_a_need(town: Town, signed_in: SignedIn, client: FlaskClient) -> None:
    answer = signed_in(town.coordinator).post(
        "/council-seats/new", data=SEATS | {"convenor": str(town.office.id), "allowance": "1回8,000円"}
    )

    assert answer.status_code == 303
    seat = town.session.scalars(select(CouncilSeat)).one()
    need = town.session.get_one(Need, seat.need_id)
    assert (need.title, need.status, seat.most_offices) == ("防災会議の委員", NeedStatus.OPEN, 2)
    assert town.session.scalars(select(ActOnBehalf.need_id)).all() == [need.id]
    page = client.get(f"/needs/{need.id}").text
    assert "1回8,000円" in page


@pytest.mark.parametrize(
    "wrong",
    [{"term_ends_on": "令和9年3月31日"}, {"seats": "0"}, {"convenor": "nobody"}, {"told-channel": ""}],
)
def test_seats_that_cannot_be_are_refused(town: Town, signed_in: SignedIn, wrong: dict[str, Any]) -> None:
    answer = signed_in(town.coordinator).post(
        "/council-seats/new", data=SEATS | {"convenor": str(town.office.id)} | wrong
    )

    assert answer.status_code == 422
    assert "防災会議" in answer.text
    assert town.session.scalars(select(Need)).all() == []


def test_only_coordinators_look_for_members_of_a_council(town: Town, signed_in: SignedIn) -> None:
    assert signed_in(town.own).get("/council-seats/new").status_code == 403
    answer = signed_in(town.stranger).post("/council-seats/new", data=SEATS | {"convenor": str(town.office.id)})
    assert answer.status_code == 422


def test_a_seat_is_suggested_only_to_who_consented_to_just_that(town: Town) -> None:
    need = make_need(participant=town.office, slots=[make_slot(what="会計")])
    town.session.add(make_seat(need))
    assert Gate.NO_CONSENT in town.gates(need)

    town.person.consent(ConsentPurpose.COUNCIL_SEAT, by=None, at=NOON, channel=ConsentChannel.PAPER)
    town.person.withdraw_consent(ConsentPurpose.PROJECTS, at=NOON)

    assert Gate.NO_CONSENT not in town.gates(need)


def test_who_holds_too_many_offices_is_not_asked_for_a_seat(town: Town) -> None:
    need = make_need(participant=town.office, slots=[make_slot(what="会計")])
    town.session.add_all([make_seat(need, most_offices=2), make_holding(town.person)])
    assert Gate.TOO_MANY_OFFICES not in town.gates(need)

    town.session.add(make_holding(town.person, office="会長"))

    assert Gate.TOO_MANY_OFFICES in town.gates(need)


def test_a_lecture_is_suggested_only_to_who_consented_to_being_a_lecturer(town: Town) -> None:
    lecture = make_skill(code="lecture", name="講演")
    need = make_need(participant=town.office, slots=[make_slot(what="講師", skill=lecture)])
    town.session.add(need)
    assert Gate.NO_CONSENT in town.gates(need)

    town.person.consent(ConsentPurpose.LECTURER, by=None, at=NOON, channel=ConsentChannel.PAPER)

    assert Gate.NO_CONSENT not in town.gates(need)


def test_withdrawing_the_consent_to_council_seats_ends_what_stood_on_it(town: Town) -> None:
    town.person.consent(ConsentPurpose.COUNCIL_SEAT, by=None, at=NOON, channel=ConsentChannel.PAPER)
    seat_need, other_need = make_need(participant=town.office), make_need(participant=town.office)
    offer = make_offer(participant=town.person)
    for_seat = make_suggestion(need=seat_need, offers=[offer])
    for_other = make_suggestion(need=other_need, offers=[offer])
    asked = make_partnership(stage=Stage.PROPOSED, need=seat_need, offers=[offer])
    town.session.add_all([make_seat(seat_need), for_seat, for_other, asked])
    town.session.flush()
    capacity.take(town.session, asked)
    town.session.commit()

    withdraw_consent(town.session, town.person, ConsentPurpose.COUNCIL_SEAT, by=town.own, at=NOON)

    assert (for_seat.verdict, for_other.verdict) == (Verdict.SUPERSEDED, Verdict.PENDING)
    assert asked.stage is Stage.WITHDRAWN


def test_the_term_of_seats_is_changed_with_the_dates_of_their_need(town: Town) -> None:
    need = make_need(participant=town.office, slots=[make_slot(what="会計")])
    seat = make_seat(need)
    town.session.add(seat)
    town.session.commit()
    draft = NeedDraft(
        title=need.title,
        starts_on=date(2028, 4, 1),
        ends_on=date(2030, 3, 31),
        slots=[Piece(position=1, kind=ResourceKind.PEOPLE, what="会計", quantity=1, unit="人", skill=None)],
    )

    needs.edit_need(town.session, need, draft, version=need.version, by=town.coordinator, opened=False)

    assert (seat.term_starts_on, seat.term_ends_on) == (date(2028, 4, 1), date(2030, 3, 31))


def _asked_to_lecture(town: Town) -> Partnership:
    town.person.consent(ConsentPurpose.LECTURER, by=None, at=NOON, channel=ConsentChannel.PAPER)
    lecture = make_skill(code="lecture", name="講演")
    need = make_need(participant=town.office, slots=[make_slot(what="講師", skill=lecture)])
    asked = make_partnership(stage=Stage.PROPOSED, need=need, offers=[make_offer(participant=town.person)])
    town.session.add(asked)
    town.session.flush()
    capacity.take(town.session, asked)
    town.session.commit()
    return asked


def test_withdrawing_the_consent_to_lecture_ends_what_stood_on_it(town: Town) -> None:
    asked = _asked_to_lecture(town)

    withdraw_consent(town.session, town.person, ConsentPurpose.LECTURER, by=town.own, at=NOON)

    assert asked.stage is Stage.WITHDRAWN


def test_a_yes_to_a_lecture_stands_on_the_consent_to_lecture(town: Town) -> None:
    asked = _asked_to_lecture(town)
    lecturer = next(party for party in asked.parties if party.participant is town.person)
    town.person.withdraw_consent(ConsentPurpose.LECTURER, at=NOON)
    town.session.commit()

    with pytest.raises(ConsentMissing):
        partnerships.answer(town.session, lecturer.enquiry, Reply.YES, by=town.own, at=NOON)


def test_who_was_noted_by_mistake_is_taken_off_the_list_until_they_are_invited(town: Town, signed_in: SignedIn) -> None:
    completion, browser = town.completion(), signed_in(town.coordinator)
    remove = f"/courses/{completion.course_id}/completions/{completion.id}/remove"

    completion.invite([town.small_need()], at=NOON)
    town.session.commit()
    assert browser.post(remove).status_code == 409

    completion.invited_at, completion.small_roles = None, []
    town.session.commit()
    assert signed_in(town.stranger).post(remove).status_code == 404
    assert browser.post(remove).status_code == 303
    assert town.session.scalars(select(CourseCompletion)).all() == []


def test_a_course_is_written_down_for_the_own_place_alone(town: Town, signed_in: SignedIn) -> None:
    course = {"title": "地域活動入門", "starts_on": "2026-10-01", "ends_on": "2026-11-20", "fields": town.field.code}

    course["area"] = str(town.district.id)

    assert signed_in(town.stranger).post("/courses/new", data=course).status_code == 422
    answer = signed_in(town.coordinator).post("/courses/new", data=course)

    assert answer.status_code == 303
    assert town.session.scalars(select(Course)).one().title == "地域活動入門"
    assert "地域活動入門" in signed_in(town.coordinator).get("/courses?q=入門").text
    assert "地域活動入門" not in signed_in(town.stranger).get("/courses").text


def test_who_completed_a_course_is_noted_once(town: Town, signed_in: SignedIn) -> None:
    course = make_course(town.district)
    town.session.add(course)
    town.session.commit()
    browser, url = signed_in(town.coordinator), f"/courses/{course.id}/completions"
    noted = {"participant": str(town.person.id), "completed_on": "2026-11-20"}

    assert browser.post(url, data=noted | {"completed_on": "2026-09-01"}).status_code == 422
    assert browser.post(url, data=noted).status_code == 303
    assert browser.post(url, data=noted).status_code == 422

    assert len(town.session.scalars(select(CourseCompletion)).all()) == 1
    assert signed_in(town.stranger).post(url, data=noted).status_code == 404


def test_small_roles_of_the_field_of_the_course_are_proposed(town: Town) -> None:
    fitting = town.small_need()
    town.small_need("関係のない手伝い", field=make_field())
    town.session.add(make_need(participant=town.office, title="大きな仕事"))

    found = queries.small_roles_for(town.session, town.completion(), at=NOON)

    assert [one.need for one in found] == [fitting]


def test_the_invitation_goes_out_once_and_stands_on_the_first_page(town: Town, signed_in: SignedIn) -> None:
    need, completion = town.small_need(), town.completion()
    browser, url = signed_in(town.coordinator), f"/courses/{completion.course.id}/completions/{completion.id}/invite"
    assert need.title in browser.get(url).text

    assert browser.post(url, data={"roles": str(need.id)}).status_code == 303
    assert browser.post(url, data={"roles": str(need.id)}).status_code == 400

    mail = town.session.scalars(select(OutboxMail)).one()
    assert mail.to_address == town.own.email
    assert f"/needs/{need.id}" in mail.body
    assert need.title in signed_in(town.own).get("/").text


def test_at_most_three_roles_are_named(town: Town, signed_in: SignedIn) -> None:
    needs = [town.small_need(f"手伝い{number}") for number in range(4)]
    completion = town.completion()

    answer = signed_in(town.coordinator).post(
        f"/courses/{completion.course.id}/completions/{completion.id}/invite",
        data={"roles": [str(need.id) for need in needs]},
    )

    assert answer.status_code == 422
    assert town.session.scalars(select(OutboxMail)).all() == []


def test_without_the_consent_to_projects_nobody_is_invited(town: Town) -> None:
    need, completion = town.small_need(), town.completion()
    town.person.withdraw_consent(ConsentPurpose.PROJECTS, at=NOON)
    town.session.commit()

    assert queries.small_roles_for(town.session, completion, at=NOON) == []
    with pytest.raises(ConsentMissing):
        services.invite(town.session, completion, [need], at=NOON)


def test_an_invitation_without_a_role_is_not_sent(town: Town) -> None:
    with pytest.raises(InvalidValue):
        services.invite(town.session, town.completion(), [], at=NOON)


def test_somebody_without_an_account_gets_a_letter(town: Town, signed_in: SignedIn) -> None:
    need = town.small_need()
    person = make_resident(name="高橋 よし", area=town.district)
    completion = make_completion(make_course(town.district, fields=(town.field,)), person)
    town.session.add(completion)
    town.session.commit()
    browser, url = signed_in(town.coordinator), f"/courses/{completion.course.id}/completions/{completion.id}"
    assert browser.get(f"{url}/letter").status_code == 404

    answer = browser.post(f"{url}/invite", data={"roles": str(need.id)})

    assert answer.location.endswith("/letter")
    letter = browser.get(answer.location).text
    assert "高橋 よし" in letter
    assert need.title in letter
    assert town.session.scalars(select(OutboxMail)).all() == []
