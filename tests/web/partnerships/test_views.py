from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from models import Account, Reply, Stage
from tests.factories import make_account, make_appointment, make_municipality
from web.partnerships import services

SignedIn = Callable[[Account], FlaskClient]
MOST_QUERIES = 12


def test_a_party_is_asked_in_words(town: Any, signed_in: SignedIn) -> None:
    partnership = town.propose()

    page = signed_in(town.person).get(f"/enquiries/{partnership.parties[2].enquiry.id}").text

    for text in (
        "広報紙を読みやすくしたい",
        "北山町内会",
        "調整 太郎",
        "令和8年11月26日（木）",
        "日和印刷",
        "会報づくり",
        "minoru@hiyori.example",
    ):
        assert text in page


def test_a_yes_is_noted_and_leads_to_the_partnership(town: Any, signed_in: SignedIn) -> None:
    partnership = town.propose()

    answer = signed_in(town.person).post(f"/enquiries/{partnership.parties[2].enquiry.id}", data={"reply": "yes"})

    assert (answer.status_code, answer.location) == (303, f"/partnerships/{partnership.id}")
    assert partnership.parties[2].enquiry.reply is Reply.YES


def test_a_no_without_a_reason_keeps_what_was_typed(town: Any, signed_in: SignedIn) -> None:
    partnership = town.propose()

    answer = signed_in(town.person).post(
        f"/enquiries/{partnership.parties[2].enquiry.id}", data={"reply": "no", "note": "またの機会に"}
    )

    assert answer.status_code == 422
    assert "またの機会に" in answer.text
    assert partnership.parties[2].enquiry.reply is None


def test_an_unknown_reply_is_refused(town: Any, signed_in: SignedIn) -> None:
    partnership = town.propose()

    answer = signed_in(town.person).post(f"/enquiries/{partnership.parties[2].enquiry.id}", data={"reply": "maybe"})

    assert answer.status_code == 422


def test_a_no_names_its_reason(town: Any, signed_in: SignedIn) -> None:
    partnership = town.propose()

    signed_in(town.person).post(
        f"/enquiries/{partnership.parties[2].enquiry.id}", data={"reply": "no", "reason": "no_time", "note": "忙しい"}
    )

    assert partnership.stage is Stage.DECLINED
    assert partnership.parties[2].enquiry.note == "忙しい"


def test_answering_twice_shows_what_was_answered(town: Any, signed_in: SignedIn) -> None:
    partnership = town.propose()
    browser, url = signed_in(town.person), f"/enquiries/{partnership.parties[2].enquiry.id}"
    browser.post(url, data={"reply": "yes"})

    answer = browser.post(url, data={"reply": "no", "reason": "no_time"})

    assert answer.status_code == 409
    assert partnership.parties[2].enquiry.reply is Reply.YES
    assert f'href="/partnerships/{partnership.id}"' in answer.text


def test_the_same_form_sent_twice_is_answered_the_same(town: Any, signed_in: SignedIn) -> None:
    partnership = town.propose()
    browser, url = signed_in(town.person), f"/enquiries/{partnership.parties[2].enquiry.id}"

    answers = [browser.post(url, data={"reply": "yes", "_once": "the-same-form"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]


def test_an_answer_after_the_release_is_told_that_none_is_needed(town: Any, signed_in: SignedIn) -> None:
    partnership = town.propose()
    services.withdraw(town.session, partnership, by=town.coordinator, at=partnership.proposed_at)

    answer = signed_in(town.person).post(f"/enquiries/{partnership.parties[2].enquiry.id}", data={"reply": "yes"})

    assert answer.status_code == 409
    assert partnership.parties[2].enquiry.reply is None


@pytest.mark.parametrize("method", ["get", "post"])
def test_only_the_party_itself_sees_and_answers_its_enquiry(town: Any, signed_in: SignedIn, method: str) -> None:
    partnership = town.propose()
    url = f"/enquiries/{partnership.parties[2].enquiry.id}"

    statuses = {getattr(signed_in(other), method)(url).status_code for other in (town.chair, town.coordinator)}

    assert statuses == {404}


def test_a_visitor_is_led_to_the_sign_in(town: Any, client: FlaskClient) -> None:
    partnership = town.propose()

    for url in ("/partnerships", f"/partnerships/{partnership.id}", f"/enquiries/{partnership.parties[2].enquiry.id}"):
        assert client.get(url).location == "/sign-in"


def test_a_coordinator_of_another_municipality_finds_no_such_partnership(town: Any, signed_in: SignedIn) -> None:
    partnership = town.propose()
    elsewhere = make_appointment(make_municipality(name="隣市"))
    town.session.add(elsewhere)
    browser = signed_in(elsewhere.account)

    assert browser.get(f"/partnerships/{partnership.id}").status_code == 404
    assert browser.post(f"/partnerships/{partnership.id}/withdraw").status_code == 404
    assert "広報紙を読みやすくしたい" not in browser.get("/partnerships").text


def test_a_party_cannot_take_the_proposal_back(town: Any, signed_in: SignedIn) -> None:
    partnership = town.propose()

    assert signed_in(town.chair).post(f"/partnerships/{partnership.id}/withdraw").status_code == 404


def test_the_coordinator_takes_a_proposal_back(town: Any, signed_in: SignedIn) -> None:
    partnership = town.propose()

    answer = signed_in(town.coordinator).post(f"/partnerships/{partnership.id}/withdraw")

    assert answer.status_code == 303
    assert partnership.stage is Stage.WITHDRAWN


def test_open_questions_stand_first(town: Any, signed_in: SignedIn) -> None:
    partnership = town.propose()

    page = signed_in(town.person).get("/partnerships").text

    assert page.index(f"/enquiries/{partnership.parties[2].enquiry.id}") < page.index(f"/partnerships/{partnership.id}")


def test_an_account_without_partnerships_is_told_what_to_expect(town: Any, signed_in: SignedIn) -> None:
    assert signed_in(town.person).get("/partnerships").status_code == 200


def test_a_list_page_beyond_the_end_shows_the_last(town: Any, signed_in: SignedIn) -> None:
    town.propose()

    assert "広報紙を読みやすくしたい" in signed_in(town.person).get("/partnerships?page=99").text


def test_parties_see_that_others_said_yes_or_still_think(town: Any, signed_in: SignedIn) -> None:
    partnership = town.propose()
    services.answer(town.session, partnership.parties[0].enquiry, Reply.YES, by=town.chair, at=partnership.proposed_at)

    page = signed_in(town.person).get(f"/partnerships/{partnership.id}").text

    assert page.count("tag--success") == 1
    assert page.count("tag--warning") == 2


def test_after_a_no_the_parties_see_nobodys_answer(town: Any, signed_in: SignedIn) -> None:
    partnership = town.propose()
    for party, reply, reason in zip(partnership.parties[:2], (Reply.YES, Reply.NO), (None, town.reason), strict=True):
        services.answer(
            town.session,
            party.enquiry,
            reply,
            by=town.manager,
            at=partnership.proposed_at,
            reason=reason,
            note="内々の話",
        )

    page = signed_in(town.person).get(f"/partnerships/{partnership.id}").text
    staff = signed_in(town.coordinator).get(f"/partnerships/{partnership.id}").text

    assert not any(trace in page for trace in ("tag--success", "tag--danger", "内々の話", town.reason.name_ja))
    assert all(trace in staff for trace in ("tag--success", "tag--danger", "内々の話", town.reason.name_ja))


def test_contact_details_stand_on_the_page_only_when_all_have_said_yes(town: Any, signed_in: SignedIn) -> None:
    partnership = town.propose()
    browser, url = signed_in(town.chair), f"/partnerships/{partnership.id}"
    before = browser.get(url).text

    for party in partnership.parties:
        services.answer(town.session, party.enquiry, Reply.YES, by=town.chair, at=partnership.proposed_at)
    after = browser.get(url).text

    assert "minoru@hiyori.example" not in before
    assert "minoru@hiyori.example" in after


def test_a_party_reads_to_whom_its_contact_details_were_shown(town: Any, signed_in: SignedIn) -> None:
    partnership = town.propose()
    for party in partnership.parties:
        services.answer(town.session, party.enquiry, Reply.YES, by=town.chair, at=partnership.proposed_at)

    page = signed_in(town.person).get(f"/partnerships/{partnership.id}").text

    shown = page[page.index('id="shown"') : page.index('id="history"')]
    assert "北山町内会" in shown
    assert "日和印刷" in shown
    assert "佐藤 実" not in shown


def test_the_coordinator_sees_who_has_no_account_and_their_telephone_after_asking(
    town: Any, signed_in: SignedIn
) -> None:
    town.manager.suspend(at=town.need.opened_at)
    partnership = town.propose()
    browser, url = signed_in(town.coordinator), f"/partnerships/{partnership.id}"
    before = browser.get(url).text

    answer = browser.post(
        f"/participants/{town.company.id}/reveal",
        data={"purpose": "返事を聞くため", "partnership": str(partnership.id)},
    )
    after = browser.get(url).text

    assert answer.location == url
    assert "0191-00-0001" not in before
    assert "0191-00-0001" in after


@pytest.mark.parametrize(
    ("who", "page"),
    [
        ("person", "/partnerships"),
        ("person", "/partnerships/{partnership}"),
        ("person", "/enquiries/{enquiry}"),
        ("coordinator", "/partnerships"),
        ("coordinator", "/partnerships/{partnership}"),
    ],
)
def test_a_page_needs_few_queries(town: Any, engine: Engine, signed_in: SignedIn, who: str, page: str) -> None:
    for _ in range(3):
        partnership = town.propose()
        for slot in town.need.slots:
            slot.quantity += 1
    browser = signed_in(getattr(town, who))
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

    answer = browser.get(page.format(partnership=partnership.id, enquiry=partnership.parties[2].enquiry.id))

    assert answer.status_code == 200
    reads = [statement for statement in statements if statement.startswith("SELECT")]
    assert 0 < len(reads) <= MOST_QUERIES, "\n\n".join(reads)


def test_pages_read_in_both_languages(town: Any, signed_in: SignedIn) -> None:
    partnership = town.propose()
    account = make_account(locale="en")
    town.session.add(make_appointment(town.district, account=account))

    assert 'lang="en"' in signed_in(account).get(f"/partnerships/{partnership.id}").text
    assert 'lang="ja"' in signed_in(town.coordinator).get(f"/partnerships/{partnership.id}").text
