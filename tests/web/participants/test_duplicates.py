"""Records that may be one participant: who is shown them, what a merger moves, and what it never widens."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from models import (
    Account,
    AuditEntry,
    Base,
    Consent,
    ConsentChannel,
    ConsentPurpose,
    CourseCompletion,
    DuplicateVerdict,
    Job,
    Membership,
    Merger,
    Need,
    NetworkMember,
    Offer,
    Participant,
    ParticipantKind,
    Reveal,
    Role,
    RoleHolding,
    Stage,
    Verdict,
    capacity,
    utc_now,
)
from models.errors import IllegalMove, InvalidValue
from tests.factories import (
    accept,
    make_account,
    make_appointment,
    make_completion,
    make_course,
    make_field,
    make_membership,
    make_municipality,
    make_need,
    make_network,
    make_offer,
    make_participant,
    make_partnership,
    make_resident,
    make_suggestion,
)
from tests.factories.participants import CONSENTED
from web.operations.queries import invariants
from web.participants import queries, services
from web.participants.queries import WRITTEN_ABOUT

SignedIn = Callable[[Account], FlaskClient]
MOST_QUERIES = 12
MOVED_WITH_CARE = (
    "consents",
    "course_completions",
    "memberships",
    "needs",
    "network_members",
    "offers",
    "parties",
    "visit_plans",
)
# What tells of the two records themselves, what `merge` moves row by row, and what ends with the record given up.
SETTLED_OTHERWISE = {
    ("duplicate_verdicts", "first_id"),
    ("duplicate_verdicts", "second_id"),
    ("endorsements", "participant_id"),
    ("invitations", "participant_id"),
    ("mergers", "kept_id"),
    ("mergers", "merged_id"),
    ("needs_shown", "participant_id"),
    ("participant_fields", "participant_id"),
    ("reveals", "subject_id"),
    ("reveals", "to_participant_id"),
}


@pytest.fixture
def twice(town: Any) -> tuple[Participant, Participant]:
    """Return a company that is registered twice, the first in another spelling."""
    given_up = make_participant(
        kind=ParticipantKind.COMPANY,
        name="㈱日和印刷",
        area=town.district,
        contact_phone="０１９１（００）０００１",
        engagement_limit=5,
    )
    town.session.add(given_up)
    town.session.commit()
    return town.company, given_up


def person_twice(town: Any, **changes: Any) -> tuple[Participant, Participant]:
    other = make_resident(name="佐藤　實", area=town.district, **changes)
    town.session.add(other)
    town.session.commit()
    return town.resident, other


def merged(town: Any, kept: Participant, given_up: Participant) -> None:
    services.merge(town.session, kept, given_up, by=town.coordinator, at=utc_now())
    town.session.commit()
    town.session.expire_all()


def broken(session: Session) -> list[str]:
    # Nobody coordinates this town, so its needs are in nobody's inbox.
    found = invariants.examine(session, at=utc_now())
    return [f"{one.sentence}: {one.problems}" for one in found if not one.holds and "inbox" not in one.sentence]


def hindrances(town: Any, kept: Participant, given_up: Participant) -> list[str]:
    return [code.value for code in queries.belongings(town.session, kept, given_up).hindrances]


def test_a_body_registered_twice_is_shown_with_what_speaks_for_it(
    town: Any, twice: tuple[Participant, Participant], signed_in: SignedIn
) -> None:
    page = signed_in(town.coordinator).get("/duplicates").text

    assert all(f"/participants/{one.id}" in page for one in twice)
    assert "電話番号が同じです" in page


@pytest.mark.usefixtures("twice")
def test_contact_details_are_compared_but_not_shown(town: Any, signed_in: SignedIn) -> None:
    page = signed_in(town.coordinator).get("/duplicates").text

    assert "0001" not in page
    assert "０００１" not in page


@pytest.mark.usefixtures("twice")
def test_the_page_asks_the_database_a_fixed_number_of_times(town: Any, signed_in: SignedIn, engine: Engine) -> None:
    town.session.add_all(
        [make_participant(name=f"{name}の会", area=town.district) for name in ("みどり", "みどり", "すみれ", "すみれ")]
    )
    browser = signed_in(town.coordinator)
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    assert browser.get("/duplicates").text.count("pair-") > 3
    assert len([statement for statement in asked if statement.lstrip().startswith("SELECT")]) <= MOST_QUERIES


@pytest.mark.usefixtures("twice")
def test_a_coordinator_elsewhere_is_shown_nothing(town: Any, signed_in: SignedIn) -> None:
    elsewhere = make_appointment(make_municipality(name="隣市"))
    town.session.add(elsewhere)

    assert "日和印刷" not in signed_in(elsewhere.account).get("/duplicates").text


@pytest.mark.usefixtures("twice")
def test_an_administrator_tells_bodies_apart_but_not_persons(town: Any, signed_in: SignedIn) -> None:
    _, other = person_twice(town)
    administrator = make_appointment(town.district, role=Role.ADMINISTRATOR)
    town.session.add(administrator)
    browser = signed_in(administrator.account)

    page = browser.get("/duplicates").text

    assert "日和印刷" in page
    assert "佐藤" not in page
    assert browser.get(f"/participants/{town.resident.id}/merge?other={other.id}").status_code == 404


@pytest.mark.usefixtures("twice")
def test_several_municipalities_are_looked_through_one_at_a_time(town: Any, signed_in: SignedIn) -> None:
    far = make_municipality(name="遠市")
    town.session.add(make_appointment(far, account=town.coordinator))
    town.session.add(make_participant(area=far))
    browser = signed_in(town.coordinator)

    assert "日和印刷" in browser.get(f"/duplicates?municipality={town.district.tenant.path}").text
    assert "日和印刷" not in browser.get(f"/duplicates?municipality={far.path}").text


def test_who_was_kept_apart_is_not_proposed_again(
    town: Any, twice: tuple[Participant, Participant], signed_in: SignedIn
) -> None:
    browser, (one, other) = signed_in(town.coordinator), twice

    answers = [
        browser.post(f"/participants/{first.id}/keep-apart", data={"other": second.id})
        for first, second in ((one, other), (other, one))
    ]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert len(town.session.scalars(select(DuplicateVerdict)).all()) == 1
    assert "日和印刷" not in browser.get(answers[0].location).text


def test_a_participant_is_not_kept_apart_from_itself(town: Any) -> None:
    with pytest.raises(InvalidValue):
        DuplicateVerdict.apart(town.company, town.company, by=town.coordinator, at=utc_now())


@pytest.mark.parametrize("other", ["", "nobody", "00000000-0000-0000-0000-000000000000"])
def test_a_pair_needs_two_that_are_known(town: Any, signed_in: SignedIn, other: str) -> None:
    url = f"/participants/{town.company.id}"
    browser = signed_in(town.coordinator)

    statuses = {
        browser.get(f"{url}/merge?other={other}").status_code,
        browser.post(f"{url}/merge", data={"other": other}).status_code,
        browser.post(f"{url}/keep-apart", data={"other": other}).status_code,
    }

    assert statuses == {404}


def test_a_pair_that_lies_half_elsewhere_is_not_there(town: Any, signed_in: SignedIn) -> None:
    elsewhere = make_participant(area=make_municipality(name="隣市"))
    town.session.add(elsewhere)
    browser = signed_in(town.coordinator)

    assert browser.get(f"/participants/{town.company.id}/merge?other={elsewhere.id}").status_code == 404


def test_the_page_before_a_merger_says_what_moves_and_changes_nothing(
    town: Any, twice: tuple[Participant, Participant], signed_in: SignedIn
) -> None:
    kept, given_up = twice
    town.session.add(make_need(participant=given_up))
    town.session.add(make_membership(given_up, account=make_account(name="もう一人の社員")))

    page = signed_in(town.coordinator).get(f"/participants/{kept.id}/merge?other={given_up.id}").text

    assert "もう一人の社員" in page
    assert town.session.scalars(select(Merger)).all() == []


def test_a_merger_moves_all_that_hangs_on_the_record_and_old_links_lead_on(
    town: Any, twice: tuple[Participant, Participant], signed_in: SignedIn, client: FlaskClient
) -> None:
    kept, given_up = twice
    need, offer = make_need(participant=given_up), make_offer(participant=given_up)
    membership = make_membership(given_up)
    town.session.add_all([need, offer, membership])
    browser, url = signed_in(town.coordinator), f"/participants/{kept.id}/merge"
    page = browser.get(f"{url}?other={given_up.id}").text
    assert f'value="{given_up.id}"' in page

    answer = browser.post(url, data={"other": given_up.id, "version": kept.version, "other_version": given_up.version})

    assert answer.status_code == 303
    assert {need.participant_id, offer.participant_id, membership.participant_id} == {kept.id}
    assert given_up.was_merged
    assert client.get(f"/participants/{given_up.id}").location == f"/participants/{kept.id}"
    assert "日和印刷" not in browser.get("/duplicates").text
    assert broken(town.session) == []


def test_a_merger_stands_in_the_record_of_changes(town: Any, twice: tuple[Participant, Participant]) -> None:
    kept, given_up = twice
    need = make_need(participant=given_up)
    town.session.add(need)
    town.session.commit()
    merged(town, kept, given_up)

    in_order = select(AuditEntry).order_by(AuditEntry.sequence)
    changes = {entry.subject_id: entry.changes for entry in town.session.scalars(in_order)}

    assert changes[need.id]["participant_id"] == [given_up.id.hex, kept.id.hex]
    assert town.session.scalar(select(AuditEntry).where(AuditEntry.subject_table == "mergers")) is not None


def test_a_page_that_is_out_of_date_merges_nothing(
    town: Any, twice: tuple[Participant, Participant], signed_in: SignedIn
) -> None:
    kept, given_up = twice
    old = {"other": given_up.id, "version": kept.version, "other_version": "x"}

    assert signed_in(town.coordinator).post(f"/participants/{kept.id}/merge", data=old).status_code == 409
    assert not given_up.was_merged


def test_a_merger_that_cannot_be_says_why(town: Any, signed_in: SignedIn) -> None:
    other = make_participant(kind=ParticipantKind.NPO, name="日和印刷", area=town.district)
    town.session.add(other)
    town.session.commit()
    data = {"other": other.id, "version": town.company.version, "other_version": other.version}

    answer = signed_in(town.coordinator).post(f"/participants/{town.company.id}/merge", data=data)

    assert answer.status_code == 409
    assert "主体の種類が違います" in answer.text
    assert not other.was_merged


def test_nothing_is_changed_on_a_record_that_was_given_up(
    town: Any, twice: tuple[Participant, Participant], signed_in: SignedIn
) -> None:
    merged(town, *twice)
    browser = signed_in(town.coordinator)

    statuses = {
        browser.post(f"/participants/{twice[1].id}/{action}").status_code
        for action in ("edit", "resume", "reveal", "merge")
    }

    assert statuses == {404}


def test_a_link_to_a_person_leads_on_only_for_those_who_may_see_them(
    town: Any, signed_in: SignedIn, client: FlaskClient
) -> None:
    kept, given_up = person_twice(town)
    merged(town, kept, given_up)
    url = f"/participants/{given_up.id}"

    assert client.get(url).location == "/sign-in"
    assert signed_in(town.manager).get(url).status_code == 404
    assert signed_in(town.person).get(url).location == f"/participants/{kept.id}"


def test_a_record_given_up_earlier_leads_to_the_last_one(town: Any, twice: tuple[Participant, Participant]) -> None:
    kept, second = twice
    first = make_participant(kind=ParticipantKind.COMPANY, name="日和印刷（株）", area=town.district)
    town.session.add(first)
    town.session.commit()
    merged(town, second, first)
    merged(town, kept, second)

    assert first.successor is kept
    assert kept.successor is kept


def test_who_speaks_for_both_keeps_the_wider_role(town: Any, twice: tuple[Participant, Participant]) -> None:
    kept, given_up = twice
    town.session.add_all(
        [
            make_membership(given_up, account=town.member, role=Role.MANAGER),
            make_membership(given_up, account=town.manager, role=Role.MEMBER),
        ]
    )
    town.session.commit()
    merged(town, kept, given_up)

    members = town.session.scalars(select(Membership).where(Membership.participant_id == kept.id)).all()

    assert {member.account_id: member.role for member in members} == {
        town.manager.id: Role.MANAGER,
        town.member.id: Role.MANAGER,
    }


def test_the_lower_limits_count_and_a_pause_holds(town: Any, twice: tuple[Participant, Participant]) -> None:
    kept, given_up = twice
    kept.hours_per_month, given_up.hours_per_month = 20.0, 8.0
    given_up.pause(at=utc_now())
    town.session.commit()

    merged(town, kept, given_up)

    assert (kept.engagement_limit, kept.hours_per_month) == (5, 8.0)
    assert kept.paused_at is not None


def test_the_kept_profile_is_filled_where_it_says_nothing(town: Any, twice: tuple[Participant, Participant]) -> None:
    kept, given_up = twice
    sport = make_field(code="sport", name="スポーツ")
    given_up.name, given_up.reading, given_up.summary = kept.name, "ひよりいんさつ", "印刷の会社です。"
    queries.fields_of(town.session, given_up)
    given_up.fields.append(sport)
    town.session.commit()

    merged(town, kept, given_up)

    assert (kept.reading, kept.summary) == ("ひよりいんさつ", "印刷の会社です。")
    assert queries.fields_of(town.session, kept) == [sport]
    assert (given_up.summary, given_up.contact_phone) == ("", "")


def test_a_person_without_contact_details_takes_those_of_the_other_record(town: Any) -> None:
    other, kept = person_twice(town, contact_email="minoru-s@hiyori.example")
    kept.contact_name = kept.contact_email = kept.contact_phone = ""
    town.session.commit()

    merged(town, kept, other)

    assert kept.contact_email == "minoru@hiyori.example"
    assert (other.name, other.contact_email) == (services.GIVEN_UP, "")


def test_a_consent_stands_on_only_where_both_records_hold_it(town: Any) -> None:
    kept, given_up = person_twice(town, consents=(ConsentPurpose.PROJECTS, ConsentPurpose.LECTURER))
    kept.consent(ConsentPurpose.COUNCIL_SEAT, by=None, at=CONSENTED, channel=ConsentChannel.PAPER)
    town.session.commit()

    merged(town, kept, given_up)

    assert [purpose for purpose in ConsentPurpose if kept.consented_to(purpose)] == [ConsentPurpose.PROJECTS]
    assert len(town.session.scalars(select(Consent).where(Consent.participant_id == kept.id)).all()) == 4
    assert broken(town.session) == []


def test_of_two_consents_the_one_to_the_older_text_stands(town: Any) -> None:
    kept, given_up = person_twice(town)
    kept.consents[0].text_version = 2
    town.session.commit()

    merged(town, kept, given_up)

    (standing,) = [consent for consent in kept.consents if consent.is_standing]
    assert standing.text_version == 1


def test_the_page_names_the_consents_that_end(town: Any, signed_in: SignedIn) -> None:
    kept, given_up = person_twice(town, consents=())

    page = signed_in(town.coordinator).get(f"/participants/{kept.id}/merge?other={given_up.id}").text

    assert "同意は終わります" in page


def test_partnerships_reveals_and_counts_move(town: Any, twice: tuple[Participant, Participant]) -> None:
    kept, given_up = twice
    need = make_need(participant=make_participant(area=town.district))
    partnership = make_partnership(need=need, offers=[make_offer(participant=given_up)])
    town.session.add(partnership)
    town.session.flush()
    capacity.take(town.session, partnership)
    for party in partnership.parties:
        capacity.answer_received(town.session, party.enquiry)
    accept(partnership)
    requester, provider = (party.participant for party in partnership.parties)
    town.session.add_all(
        [
            Reveal(subject=requester, to_participant=provider, partnership=partnership, at=utc_now()),
            Reveal(subject=provider, to_participant=requester, partnership=partnership, at=utc_now()),
        ]
    )
    town.session.commit()

    merged(town, kept, given_up)

    assert partnership.parties[-1].participant is kept
    assert (kept.engagements, given_up.engagements) == (1, 0)
    assert {reveal.subject_id for reveal in town.session.scalars(select(Reveal))} == {requester.id, kept.id}
    assert [problem for problem in broken(town.session) if "approved" not in problem] == []


def test_suggestions_nobody_decided_about_are_made_anew(town: Any, twice: tuple[Participant, Participant]) -> None:
    kept, given_up = twice
    suggestion = make_suggestion(
        need=make_need(participant=make_participant(area=town.district)), offers=[make_offer(participant=given_up)]
    )
    town.session.add(suggestion)
    town.session.commit()

    merged(town, kept, given_up)

    assert suggestion.verdict is Verdict.SUPERSEDED
    assert town.session.scalar(select(Job)) is not None


def test_a_record_is_not_merged_with_itself_or_with_one_that_left(town: Any) -> None:
    town.company.leave(at=utc_now())

    assert hindrances(town, town.company, town.company) == ["same_record", "left"]


def test_two_of_different_municipalities_stay_two(town: Any) -> None:
    other = make_participant(kind=ParticipantKind.COMPANY, area=make_municipality(name="隣市"))
    town.session.add(other)
    town.session.flush()

    assert hindrances(town, town.company, other) == ["other_municipality"]


def test_an_adult_and_a_minor_stay_two(town: Any) -> None:
    assert hindrances(town, *person_twice(town, is_adult=False)) == ["adult_and_minor"]


def test_two_persons_who_both_sign_in_stay_two(town: Any) -> None:
    kept, other = person_twice(town)
    town.session.add(make_membership(other))
    town.session.flush()

    assert hindrances(town, kept, other) == ["two_sign_ins"]


@pytest.mark.parametrize("stage", [Stage.PROPOSED, Stage.CLOSED])
def test_both_sides_of_a_partnership_stay_two(town: Any, twice: tuple[Participant, Participant], stage: Stage) -> None:
    kept, given_up = twice
    partnership = make_partnership(
        stage=stage, need=make_need(participant=kept), offers=[make_offer(participant=given_up)]
    )
    town.session.add(partnership)
    town.session.commit()

    assert hindrances(town, kept, given_up) == ["common_partnership"]
    with pytest.raises(IllegalMove):
        services.merge(town.session, kept, given_up, by=town.coordinator, at=utc_now())


def test_two_with_more_than_three_open_enquiries_stay_two(town: Any, twice: tuple[Participant, Participant]) -> None:
    kept, given_up = twice
    kept.open_enquiries, given_up.open_enquiries = 2, 2

    assert hindrances(town, kept, given_up) == ["too_many_enquiries"]


def test_a_consent_does_not_end_under_an_open_proposal(town: Any) -> None:
    kept, given_up = person_twice(town, consents=())
    need = make_need(participant=make_participant(area=town.district))
    town.session.add(make_partnership(need=need, offers=[make_offer(participant=kept)]))
    town.session.commit()

    assert hindrances(town, kept, given_up) == ["consent_under_a_proposal"]


def test_what_moved_is_what_the_models_find(town: Any, twice: tuple[Participant, Participant]) -> None:
    kept, given_up = twice
    town.session.add_all([make_need(participant=given_up), make_offer(participant=given_up)])
    town.session.commit()
    merged(town, kept, given_up)

    left = [
        row
        for model in (Need, Offer, Membership, Consent)
        for row in town.session.scalars(select(model).where(model.participant_id == given_up.id))
    ]

    assert left == []
    assert given_up.left_at is not None
    assert given_up.left_at - utc_now() < timedelta(0)


def test_whatever_names_a_participant_moves_or_is_known_to_stay() -> None:
    moved = {(model.__tablename__, f"{attribute}_id") for model, attribute in WRITTEN_ABOUT}
    moved |= {(table, "participant_id") for table in MOVED_WITH_CARE}
    named = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if any(key.column.table.name == "participants" and key.column.name == "id" for key in column.foreign_keys)
    }

    assert named - moved == SETTLED_OTHERWISE


def test_who_is_in_a_network_or_completed_a_course_twice_is_there_once(
    town: Any, twice: tuple[Participant, Participant]
) -> None:
    kept, given_up = twice
    network, course = make_network(area=kept.area), make_course(area=kept.area)
    for one in twice:
        town.session.add(NetworkMember(network=network, participant=one, joined_on=date(2026, 4, 1)))
        town.session.add(make_completion(course, one))
    town.session.commit()

    merged(town, kept, given_up)

    members = town.session.scalars(select(NetworkMember)).all()
    assert sorted(member.left_on is None for member in members) == [False, True]
    assert [one.participant_id for one in town.session.scalars(select(CourseCompletion))] == [kept.id]


def test_an_office_that_both_records_held_at_the_same_time_is_one(
    town: Any, twice: tuple[Participant, Participant]
) -> None:
    kept, given_up = twice
    at_once, earlier = (date(2025, 4, 1), date(2026, 3, 31)), (date(2019, 4, 1), date(2021, 3, 31))
    told = [
        (kept, "会計", date(2025, 10, 1), None),
        (given_up, "会計", *at_once),
        (given_up, "会計", *earlier),
        (given_up, "監事", *at_once),
    ]
    town.session.add_all(
        RoleHolding(participant=one, body="北山自治会", office=office, since=since, until=until)
        for one, office, since, until in told
    )
    town.session.commit()

    merged(town, kept, given_up)
    town.session.expire_all()

    held = {(one.office, one.since, one.until) for one in queries.offices_of(town.session, kept)}
    assert held == {("会計", *earlier), ("会計", at_once[0], None), ("監事", *at_once)}
