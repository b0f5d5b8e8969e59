import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, func, select

from models import (
    Account,
    ConsentPurpose,
    Job,
    JobKind,
    ParticipantKind,
    Partnership,
    ResourceKind,
    Role,
    Verdict,
    utc_now,
)
from tests.factories import (
    make_account,
    make_appointment,
    make_item,
    make_membership,
    make_municipality,
    make_need,
    make_offer,
    make_participant,
    make_resident,
    make_slot,
)

SignedIn = Callable[[Account], FlaskClient]


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        del connection, cursor, rest
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def form_of(town: Any) -> dict[str, Any]:
    return {"version": town.suggestions(verdict=None)[0].version}


def best_url(town: Any) -> str:
    return f"/suggestions/{town.suggestions()[0].id}"


def test_the_desk_shows_the_best_team_and_its_fit_in_words(town: Any, signed_in: SignedIn) -> None:
    town.look_for_partners()

    page = signed_in(town.coordinator).get("/desk").text

    for shown in ("広報紙を読みやすくしたい", "北山自治会", "三枝 路子", "日和印刷"):
        assert shown in page
    assert re.search("Fits( very well| in part)?", page)
    assert best_url(town) in page


def test_open_slots_are_shown_as_open(town: Any, signed_in: SignedIn) -> None:
    town.printing_offer.withdraw()
    town.look_for_partners()

    assert "Still open" in signed_in(town.coordinator).get("/desk").text


def test_the_scarcest_need_comes_first(town: Any, signed_in: SignedIn) -> None:
    scarce = make_need(
        participant=town.association,
        title="借りられる部屋",
        slots=[make_slot(ResourceKind.PLACE, "部屋")],
    )
    room = make_offer(participant=town.company, title="会議室", items=[make_item(ResourceKind.PLACE, "部屋")])
    town.session.add_all([scarce, room])
    town.look_for_partners()

    page = signed_in(town.coordinator).get("/desk").text

    assert page.index("借りられる部屋") < page.index("広報紙を読みやすくしたい")


def test_the_desk_shows_nothing_of_another_municipality(town: Any, signed_in: SignedIn) -> None:
    town.look_for_partners()
    other = make_appointment(make_municipality(), account=make_account(locale="en")).account
    town.session.add(other)

    browser = signed_in(other)

    assert "広報紙を読みやすくしたい" not in browser.get("/desk").text
    assert browser.get(best_url(town)).status_code == 404
    assert browser.get(f"/desk/needs/{town.need.id}").status_code == 404
    assert browser.get(f"/desk/needs/{town.need.id}/offers").status_code == 404


def test_a_coordinator_of_one_district_sees_only_that(town: Any, signed_in: SignedIn) -> None:
    town.look_for_partners()
    southern = make_appointment(town.south, account=make_account(locale="en")).account
    town.session.add(southern)

    assert "広報紙を読みやすくしたい" not in signed_in(southern).get("/desk").text


@pytest.mark.parametrize("role", [None, Role.ADMINISTRATOR])
def test_only_coordinators_have_a_desk(town: Any, signed_in: SignedIn, role: Role | None) -> None:
    account = make_account()
    town.session.add(account if role is None else make_appointment(town.municipality, account=account, role=role))

    assert signed_in(account).get("/desk").status_code == 403


def test_a_visitor_is_shown_the_way_to_the_sign_in(client: FlaskClient, town: Any) -> None:
    del town

    assert client.get("/desk").location.endswith("/sign-in")


def test_a_person_of_another_place_is_not_named(town: Any, signed_in: SignedIn) -> None:
    abroad = make_resident(name="遠山 匠", area=make_municipality(prefecture=town.municipality.parent))
    town.writing_offer.withdraw()
    offer = make_offer(participant=abroad, title="遠くから組みます", items=[make_item(skill=town.newsletter)])
    offer.reach = type(offer.reach).ANYWHERE
    town.session.add(offer)
    town.look_for_partners()

    browser = signed_in(town.coordinator)
    pages = [browser.get(url).text for url in ("/desk", f"/desk/needs/{town.need.id}", best_url(town))]

    assert all("Resident (staff bank)" in page for page in pages)
    assert not any(f"/participants/{abroad.id}" in page for page in pages)
    assert not any("遠山" in page for page in pages)


def test_no_page_of_the_desk_shows_contact_details(town: Any, signed_in: SignedIn) -> None:
    town.look_for_partners()

    browser = signed_in(town.coordinator)
    for url in ("/desk", f"/desk/needs/{town.need.id}", f"/desk/needs/{town.need.id}/offers", best_url(town)):
        page = browser.get(url).text
        assert "michiko@hiyori.example" not in page
        assert "0191-00-0001" not in page


def test_the_points_shown_add_up(town: Any, signed_in: SignedIn) -> None:
    town.look_for_partners()

    page = signed_in(town.coordinator).get(f"/desk/needs/{town.need.id}").text

    for section in page.split('<section class="panel')[1:]:
        shown = re.search(r"(\d+) points out of 100", section)
        parts = [int(points) for points in re.findall(r'part__points">\s*(-?\d+) of', section)]
        lost = re.search(r"takes away points: (\d+)", section)
        assert shown
        assert sum(parts) - (int(lost.group(1)) if lost else 0) == int(shown.group(1))


def test_an_empty_profile_gets_questions_instead_of_a_figure(town: Any, signed_in: SignedIn) -> None:
    country = town.municipality.parent.parent
    asker = make_participant(area=country, name="全国の会")
    need = make_need(participant=asker, title="手を貸して", slots=[make_slot(what="手伝い")])
    offer = make_offer(participant=make_participant(area=country), title="手伝い", items=[make_item(what="手伝い")])
    offer.condition = None
    wide = make_appointment(country, account=make_account(locale="en")).account
    town.session.add_all([need, offer, wide])
    town.look_for_partners(country)

    suggestion = town.suggestions(need)[0]
    page = signed_in(wide).get(f"/desk/needs/{need.id}").text

    assert suggestion.score is None
    assert "We do not know enough to give a figure" in page
    assert "On which days and at what time of the week?" in page
    assert "points out of 100" not in page


def test_a_need_without_candidates_says_what_would_have_to_give_and_whom_to_ask(town: Any, signed_in: SignedIn) -> None:
    town.need.accepts = ["loan"]
    town.session.add(make_participant(kind=ParticipantKind.INTERMEDIARY, name="市民活動センター", area=town.south))
    town.look_for_partners()
    browser = signed_in(town.coordinator)

    page = browser.get(f"/desk/needs/{town.need.id}").text

    assert "If the condition “Free of charge” can be taken: 2 more" in page
    assert "市民活動センター" in page
    assert "Needs that nobody fits yet" in browser.get("/desk").text


def test_a_need_to_which_somebody_only_comes_near_is_not_counted_as_waiting_for_a_decision(
    town: Any, signed_in: SignedIn
) -> None:
    town.add_need_that_nobody_fits()
    town.look_for_partners()

    page = signed_in(town.coordinator).get("/desk").text

    cases = page.split('id="cases"')[1]
    assert "Needs that wait for your decision: 1<" in cases
    assert "夜道が暗い" not in cases


def test_who_only_comes_nearest_is_found_under_nobody(town: Any, signed_in: SignedIn) -> None:
    town.add_need_that_nobody_fits()
    town.look_for_partners()
    browser = signed_in(town.coordinator)

    page = browser.get("/desk?state=nobody").text
    assert "夜道が暗い" in page
    assert "Nearest: " in page
    assert "広報紙を読みやすくしたい" not in page
    assert "夜道が暗い" not in browser.get("/desk?state=pending").text


def test_the_nearest_that_somebody_kept_for_later_waits_with_the_others(town: Any, signed_in: SignedIn) -> None:
    need = town.add_need_that_nobody_fits()
    town.look_for_partners()
    town.suggestions(need)[0].hold(town.hold_reason, note="", by=town.coordinator, at=utc_now())
    browser = signed_in(town.coordinator)

    page = browser.get("/desk?state=held").text

    assert "夜道が暗い" in page
    assert "Only the nearest, not what is lacking" in page
    assert "夜道が暗い" not in browser.get("/desk?state=nobody").text


def test_where_nobody_fits_what_would_have_to_give_comes_before_the_nearest(town: Any, signed_in: SignedIn) -> None:
    need = town.add_need_that_nobody_fits()
    town.look_for_partners()

    page = signed_in(town.coordinator).get(f"/desk/needs/{need.id}").text

    assert page.index("Nobody truly fits yet") < page.index("What would have to give") < page.index("Who comes nearest")
    assert page.index("Who comes nearest") < page.index("夜空の会")


def test_who_only_comes_nearest_gets_words_and_no_figure(town: Any, signed_in: SignedIn) -> None:
    need = town.add_need_that_nobody_fits()
    town.look_for_partners()
    browser, suggestion = signed_in(town.coordinator), town.suggestions(need)[0]

    for url in (f"/desk/needs/{need.id}", f"/suggestions/{suggestion.id}"):
        page = browser.get(url).text
        assert "Only the nearest, not what is lacking" in page
        assert "points out of 100" not in page
        assert "fit__knot" not in page


def test_a_case_names_a_few_helpers_and_how_much_stays_open(town: Any, signed_in: SignedIn) -> None:
    need = make_need(
        participant=town.association,
        title="号外を組みたい",
        slots=[make_slot(what="紙面を組む人", skill=town.newsletter, quantity=4)],
    )
    for name in ("文字の会", "活字の会"):
        other = make_participant(area=town.north, name=name)
        town.session.add(make_offer(participant=other, items=[make_item(what="紙面づくり", skill=town.newsletter)]))
    town.session.add(need)
    town.look_for_partners()

    page = signed_in(town.coordinator).get("/desk").text
    item = next(part for part in page.split('<li class="case"') if "号外を組みたい" in part)

    assert "and 1 more" in item
    assert "Still open: 紙面を組む人 (1 of 4" in item


def test_others_are_shown_with_why_they_were_not_suggested(town: Any, signed_in: SignedIn) -> None:
    far = make_resident(name="早乙女 誠一", area=town.south)
    offer = make_offer(participant=far, title="南原だけで手伝います")
    offer.reach = type(offer.reach).DISTRICT
    town.session.add(offer)
    town.look_for_partners()

    page = signed_in(town.coordinator).get(f"/desk/needs/{town.need.id}/offers").text

    assert "南原だけで手伝います" in page
    assert "It serves: The own district (Kitayama)." in page
    assert "印刷します" not in page


def test_one_offer_can_be_asked_about(town: Any, signed_in: SignedIn) -> None:
    town.printing_offer.set_engagement_limit(0)
    town.look_for_partners()

    browser = signed_in(town.coordinator)
    page = browser.get(f"/desk/needs/{town.need.id}?offer={town.printing_offer.id}", follow_redirects=True).text

    assert "They take no more engagements now: 0 of 0." in page


def test_other_offers_can_be_searched_by_their_words_and_by_the_names_of_bodies(town: Any, signed_in: SignedIn) -> None:
    town.session.add_all(
        [
            make_offer(participant=make_participant(area=town.south, name="日和木工"), title="棚を作ります"),
            make_offer(participant=make_participant(area=town.south, name="花の会"), title="花を植えます"),
        ]
    )
    browser = signed_in(town.coordinator)
    url = f"/desk/needs/{town.need.id}/offers"

    for words in ("棚", "木工"):
        page = browser.get(url, query_string={"q": words}).text
        assert "棚を作ります" in page
        assert "花を植えます" not in page


def test_a_person_is_not_found_by_a_name_that_is_not_shown(town: Any, signed_in: SignedIn) -> None:
    southern = make_appointment(town.south, account=make_account(locale="en")).account
    need = make_need(participant=make_participant(area=town.south), title="南の困りごと")
    town.session.add_all([southern, need])

    page = signed_in(southern).get(f"/desk/needs/{need.id}/offers", query_string={"q": "三枝"}).text

    assert "紙面を組みます" not in page


def test_an_offer_of_a_person_elsewhere_who_did_not_consent_is_not_shown(town: Any, signed_in: SignedIn) -> None:
    southern = make_appointment(town.south, account=make_account(locale="en")).account
    need = make_need(participant=make_participant(area=town.south), title="南の困りごと")
    town.session.add_all([southern, need])
    town.resident.withdraw_consent(ConsentPurpose.PROJECTS, at=utc_now())
    url = f"/desk/needs/{need.id}/offers"

    assert "紙面を組みます" not in signed_in(southern).get(url).text
    assert "紙面を組みます" in signed_in(town.coordinator).get(url).text


def test_approving_returns_to_the_desk_and_asks_everybody(town: Any, signed_in: SignedIn) -> None:
    town.look_for_partners()

    answer = signed_in(town.coordinator).post(f"{best_url(town)}/approve", data=form_of(town))

    assert (answer.status_code, answer.location) == (303, "/desk")
    assert town.session.scalar(select(func.count()).select_from(Partnership)) == 1


def test_approving_names_whom_no_mail_reaches(town: Any, signed_in: SignedIn) -> None:
    town.look_for_partners()
    browser = signed_in(town.coordinator)
    browser.post(f"{best_url(town)}/approve", data=form_of(town))

    page = browser.get("/desk").text

    assert "please ring" in page
    assert town.resident.name in page.partition("please ring")[2][:200]


def test_a_click_that_arrives_twice_approves_once(town: Any, signed_in: SignedIn) -> None:
    town.look_for_partners()
    browser, url, form = signed_in(town.coordinator), f"{best_url(town)}/approve", form_of(town) | {"_once": "click"}

    answers = [browser.post(url, data=form).status_code for _ in range(2)]

    assert answers == [303, 303]
    assert town.session.scalar(select(func.count()).select_from(Partnership)) == 1


def test_a_form_of_another_version_is_told_what_changed(town: Any, signed_in: SignedIn) -> None:
    town.look_for_partners()
    url, form = best_url(town), form_of(town)
    other = make_appointment(town.municipality, account=make_account(name="別所 担当")).account
    town.session.add(other)
    town.suggestions()[0].refuse(town.refuse_reason, note="", by=other, at=utc_now())

    answer = signed_in(town.coordinator).post(f"{url}/approve", data=form)

    assert answer.status_code == 409
    for shown in ("別所 担当", "Refused", "No time"):
        assert shown in answer.text


def test_a_decided_suggestion_says_who_decided(town: Any, signed_in: SignedIn) -> None:
    town.look_for_partners()
    url, form, browser = best_url(town), form_of(town), signed_in(town.coordinator)
    browser.post(f"{url}/approve", data=form)

    page = browser.get(url).text

    assert "Decided by 調整 太郎" in page
    assert "Approve and ask everybody" not in page


def test_holding_keeps_the_note_for_colleagues(town: Any, signed_in: SignedIn) -> None:
    town.look_for_partners()
    url, browser = best_url(town), signed_in(town.coordinator)

    answer = browser.post(f"{url}/hold", data=form_of(town) | {"reason": "visit_first", "note": "来週訪ねます"})

    assert answer.status_code == 303
    assert "来週訪ねます" in browser.get(url).text
    assert "On hold" in browser.get("/desk?state=held").text


@pytest.mark.parametrize("verb", ["hold", "refuse"])
@pytest.mark.parametrize("reason", ["", "nonsense"])
def test_a_no_without_a_known_reason_keeps_what_was_typed(
    town: Any, signed_in: SignedIn, verb: str, reason: str
) -> None:
    town.look_for_partners()

    answer = signed_in(town.coordinator).post(
        f"{best_url(town)}/{verb}", data=form_of(town) | {"reason": reason, "note": "長いメモ"}
    )

    assert answer.status_code == 422
    assert "長いメモ" in answer.text
    assert town.suggestions()[0].verdict is Verdict.PENDING


def test_who_speaks_for_a_party_is_told_that_a_second_one_must_agree(town: Any, signed_in: SignedIn) -> None:
    town.look_for_partners()
    town.session.add(make_membership(town.company, account=town.coordinator))
    url, form, browser = best_url(town), form_of(town), signed_in(town.coordinator)

    assert "a second coordinator" in browser.get(url).text
    browser.post(f"{url}/approve", data=form)

    assert "Awaiting a second approval" in browser.get("/desk").text
    assert "You have approved this already." in browser.get(url).text


def test_a_suggestion_whose_frozen_input_was_erased_is_still_shown(town: Any, signed_in: SignedIn) -> None:
    town.look_for_partners()
    for suggestion in town.suggestions():
        suggestion.snapshot = {}

    page = signed_in(town.coordinator).get(f"/desk/needs/{town.need.id}")

    assert page.status_code == 200
    assert "points out of 100" in page.text


def test_a_suggestion_frozen_for_another_engine_is_still_shown(town: Any, signed_in: SignedIn) -> None:
    town.look_for_partners()
    best = town.suggestions()[0]
    best.snapshot = best.snapshot | {"format": 0}

    assert signed_in(town.coordinator).get(f"/suggestions/{best.id}").status_code == 200


def test_an_approval_without_the_version_that_was_shown_is_malformed(town: Any, signed_in: SignedIn) -> None:
    town.look_for_partners()

    answer = signed_in(town.coordinator).post(f"{best_url(town)}/approve")

    assert answer.status_code == 422
    assert town.suggestions()[0].verdict is Verdict.PENDING


@pytest.mark.parametrize("verb", ["hold", "refuse"])
def test_a_hold_or_refusal_of_another_version_is_a_conflict(town: Any, signed_in: SignedIn, verb: str) -> None:
    town.look_for_partners()
    reason = {"hold": "visit_first", "refuse": "too_far"}[verb]

    answer = signed_in(town.coordinator).post(f"{best_url(town)}/{verb}", data={"version": 9, "reason": reason})

    assert answer.status_code == 409
    assert town.suggestions()[0].verdict is Verdict.PENDING


def test_a_refused_suggestion_says_why(town: Any, signed_in: SignedIn) -> None:
    town.look_for_partners()
    url, browser = best_url(town), signed_in(town.coordinator)

    browser.post(f"{url}/refuse", data=form_of(town) | {"reason": "too_far", "note": "冬は無理です"})

    page = browser.get(url).text
    assert "No time" in page
    assert "冬は無理です" in page


def test_the_desk_lists_the_needs_for_which_nobody_was_found(town: Any, signed_in: SignedIn) -> None:
    town.need.accepts = ["loan"]
    town.look_for_partners()
    browser = signed_in(town.coordinator)

    assert "広報紙を読みやすくしたい" in browser.get("/desk?state=nobody").text
    assert "広報紙を読みやすくしたい" not in browser.get("/desk?state=pending").text


def test_looking_for_partners_is_a_job_with_a_page(town: Any, signed_in: SignedIn) -> None:
    browser = signed_in(town.coordinator)

    answer = browser.post("/desk/refresh", data={"municipality": town.municipality.path})

    job = town.session.scalars(select(Job)).one()
    assert (answer.status_code, answer.location) == (303, f"/jobs/{job.id}")
    assert "data-poll-url" in browser.get(answer.location).text
    assert "data-done" not in browser.get(f"/jobs/{job.id}/progress").text
    assert "data-poll-url" in browser.get("/desk").text


def test_asking_twice_is_one_job(town: Any, signed_in: SignedIn) -> None:
    browser = signed_in(town.coordinator)

    for _ in range(2):
        browser.post("/desk/refresh", data={"municipality": town.municipality.path})

    assert town.session.scalar(select(func.count()).select_from(Job)) == 1


def test_the_page_of_a_job_says_when_it_is_done(town: Any, signed_in: SignedIn) -> None:
    job = Job.request(town.session, JobKind.REFRESH_SUGGESTIONS, municipality=town.municipality, by=None)
    town.session.commit()
    town.app.extensions["worker"].run_job(job.id)

    assert "data-done" in signed_in(town.coordinator).get(f"/jobs/{job.id}/progress").text


def test_partners_are_not_looked_for_in_foreign_places(town: Any, signed_in: SignedIn) -> None:
    elsewhere = make_need()
    town.session.add(elsewhere)
    town.session.flush()

    answer = signed_in(town.coordinator).post(
        "/desk/refresh", data={"municipality": elsewhere.participant.municipality.path}
    )

    assert answer.status_code == 422
    assert town.session.scalar(select(func.count()).select_from(Job)) == 0


def test_the_desk_can_be_narrowed_to_a_place(town: Any, signed_in: SignedIn) -> None:
    town.look_for_partners()
    browser = signed_in(town.coordinator)

    assert "広報紙を読みやすくしたい" in browser.get(f"/desk?area={town.north.path}").text
    assert "広報紙を読みやすくしたい" not in browser.get(f"/desk?area={town.south.path}").text


@pytest.mark.parametrize("query", ["?page=-3", "?page=x", "?page=99999999", "?state=nonsense", "?area=%00"])
def test_nonsense_in_the_address_is_no_failure(town: Any, signed_in: SignedIn, query: str) -> None:
    assert signed_in(town.coordinator).get(f"/desk{query}").status_code < 500


def test_pages_of_the_desk_take_at_most_twelve_queries(town: Any, signed_in: SignedIn, engine: Engine) -> None:
    for number in range(25):
        asker = make_participant(area=town.north)
        town.session.add(
            make_need(participant=asker, title=f"困りごと{number}", slots=[make_slot(skill=town.newsletter)])
        )
        town.session.add(make_offer(participant=make_resident(area=town.south), items=[make_item(skill=town.printing)]))
    unmet = town.add_need_that_nobody_fits()
    town.look_for_partners()
    browser, suggestion = signed_in(town.coordinator), best_url(town)

    taken = {}
    for url in (
        "/desk",
        "/desk?page=2",
        "/desk?state=nobody",
        f"/desk/needs/{unmet.id}",
        f"/desk/needs/{town.need.id}",
        f"/desk/needs/{town.need.id}/offers",
        suggestion,
    ):
        town.session.commit()
        with counted(engine) as statements:
            assert browser.get(url).status_code == 200
        taken[url] = len(statements)

    assert max(taken.values()) <= 12, taken
