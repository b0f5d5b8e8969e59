from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select

from models import Account, ConsentPurpose, Need, NeedStatus, Reveal, utc_now
from tests.factories import (
    make_account,
    make_appointment,
    make_district,
    make_membership,
    make_municipality,
    make_need,
    make_offer,
)

SignedIn = Callable[[Account], FlaskClient]
MOST_QUERIES = 12


def test_anybody_reads_what_a_body_does_but_not_how_to_reach_it(town: Any, client: FlaskClient) -> None:
    page = client.get(f"/participants/{town.company.id}")

    assert page.status_code == 200
    assert "日和印刷" in page.text
    assert "0191-00-0001" not in page.text


def test_a_visitor_is_not_shown_a_person(town: Any, client: FlaskClient) -> None:
    assert client.get(f"/participants/{town.resident.id}").location == "/sign-in"


@pytest.mark.parametrize("who", ["manager", "elsewhere"])
def test_others_find_no_such_person(town: Any, signed_in: SignedIn, who: str) -> None:
    elsewhere = make_appointment(make_municipality(name="隣市"))
    town.session.add(elsewhere)
    account = elsewhere.account if who == "elsewhere" else town.manager

    assert signed_in(account).get(f"/participants/{town.resident.id}").status_code == 404


def test_a_coordinator_of_another_municipality_changes_nothing(town: Any, signed_in: SignedIn) -> None:
    elsewhere = make_appointment(make_municipality(name="隣市"))
    town.session.add(elsewhere)
    browser = signed_in(elsewhere.account)

    statuses = {
        browser.post(f"/participants/{participant.id}/{action}").status_code
        for participant in (town.resident, town.company)
        for action in ("edit", "consents", "reveal", "pause", "resume")
    }

    assert statuses == {404}


def test_a_member_who_does_not_manage_a_body_changes_nothing(town: Any, signed_in: SignedIn) -> None:
    browser = signed_in(town.member)

    statuses = {browser.post(f"/participants/{town.company.id}/{action}").status_code for action in ("edit", "pause")}

    assert statuses == {404}


def test_a_person_sees_own_contact_details_and_consents(town: Any, signed_in: SignedIn) -> None:
    page = signed_in(town.person).get(f"/participants/{town.resident.id}").text

    assert "minoru@hiyori.example" in page
    assert 'id="consents"' in page


def test_a_coordinator_sees_contact_details_only_after_saying_what_for(town: Any, signed_in: SignedIn) -> None:
    browser, url = signed_in(town.coordinator), f"/participants/{town.resident.id}"
    before = browser.get(url).text

    answer = browser.post(f"{url}/reveal", data={"purpose": "返事を聞くため"})
    after = browser.get(url).text

    assert answer.status_code == 303
    assert "minoru@hiyori.example" not in before
    assert "minoru@hiyori.example" in after


def test_a_reveal_without_a_purpose_is_refused(town: Any, signed_in: SignedIn) -> None:
    answer = signed_in(town.coordinator).post(f"/participants/{town.resident.id}/reveal", data={"purpose": " "})

    assert answer.status_code == 422
    assert town.session.scalars(select(Reveal)).all() == []


def test_a_reveal_never_leads_to_a_foreign_address(town: Any, signed_in: SignedIn) -> None:
    answer = signed_in(town.coordinator).post(
        f"/participants/{town.resident.id}/reveal", data={"purpose": "返事", "partnership": "//evil.example"}
    )

    assert answer.status_code == 422


def test_contact_details_are_shown_for_an_hour(town: Any, signed_in: SignedIn) -> None:
    past = utc_now() - timedelta(minutes=61)
    town.session.add(Reveal(subject=town.resident, to_account=town.coordinator, purpose="返事", at=past))

    page = signed_in(town.coordinator).get(f"/participants/{town.resident.id}").text

    assert "minoru@hiyori.example" not in page


def test_a_person_reads_who_was_shown_the_contact_details_and_why(town: Any, signed_in: SignedIn) -> None:
    town.session.add(Reveal(subject=town.resident, to_account=town.coordinator, purpose="返事を聞くため", at=utc_now()))

    page = signed_in(town.person).get(f"/participants/{town.resident.id}").text

    assert "調整 太郎" in page
    assert "返事を聞くため" in page


def test_open_needs_and_offers_stand_on_the_page(town: Any, client: FlaskClient, signed_in: SignedIn) -> None:
    town.session.add_all(
        [
            make_need(participant=town.company, title="机がほしい"),
            make_need(participant=town.company, title="下書きの困りごと", status=NeedStatus.DRAFT),
            make_offer(participant=town.company, title="印刷を手伝えます"),
        ]
    )
    url = f"/participants/{town.company.id}"

    visitor, account = client.get(url).text, signed_in(town.person).get(url).text

    assert ("机がほしい" in visitor, "印刷を手伝えます" in visitor) == (True, False)
    assert ("印刷を手伝えます" in account, "下書きの困りごと" in account) == (True, False)


def test_a_person_gives_and_withdraws_a_consent(town: Any, signed_in: SignedIn) -> None:
    browser, url = signed_in(town.person), f"/participants/{town.resident.id}/consents"

    given = browser.post(url, data={"purpose": "lecturer", "action": "give"})
    stood = town.resident.consented_to(ConsentPurpose.LECTURER)
    withdrawn = browser.post(url, data={"purpose": "lecturer", "action": "withdraw"})

    assert (given.status_code, stood, withdrawn.status_code) == (303, True, 303)
    assert not town.resident.consented_to(ConsentPurpose.LECTURER)


def test_a_person_does_not_consent_as_their_own_guardian(town: Any, signed_in: SignedIn) -> None:
    town.resident.is_adult = False
    url = f"/participants/{town.resident.id}/consents"

    answers = [
        signed_in(town.person).post(url, data={"purpose": "guardian", "action": "give", "channel": channel})
        for channel in ("web", "paper")
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert not town.resident.consented_to(ConsentPurpose.GUARDIAN)


def test_a_coordinator_names_how_a_consent_came(town: Any, signed_in: SignedIn) -> None:
    browser, url = signed_in(town.coordinator), f"/participants/{town.resident.id}/consents"

    without = browser.post(url, data={"purpose": "guardian", "action": "give"})
    on_paper = browser.post(url, data={"purpose": "guardian", "action": "give", "channel": "paper"})

    assert (without.status_code, on_paper.status_code) == (403, 303)
    assert town.resident.consented_to(ConsentPurpose.GUARDIAN)


@pytest.mark.parametrize(
    "data",
    [
        {"purpose": "anything", "action": "give"},
        {"purpose": "lecturer", "action": "sell"},
        {"purpose": "lecturer", "action": "give", "channel": "pigeon"},
    ],
)
def test_a_malformed_consent_is_refused(town: Any, signed_in: SignedIn, data: dict[str, str]) -> None:
    answer = signed_in(town.person).post(f"/participants/{town.resident.id}/consents", data=data)

    assert answer.status_code == 422


def test_pausing_and_resuming(town: Any, signed_in: SignedIn) -> None:
    browser, url = signed_in(town.person), f"/participants/{town.resident.id}"

    browser.post(f"{url}/pause")
    paused = town.resident.paused_at is not None
    browser.post(f"{url}/resume")

    assert paused
    assert town.resident.paused_at is None


def profile(town: Any, **changes: Any) -> dict[str, Any]:
    values = {
        "version": town.resident.version,
        "name": "佐藤 実",
        "reading": "さとう みのる",
        "summary": "紙芝居ができます。",
        "contact_name": "佐藤",
        "contact_email": "minoru@hiyori.example",
        "contact_phone": "０１９１－００－０００２",
        "area": str(town.district.id),
        "fields": ["community", "culture"],
        "hours_per_month": "１０",
        "engagement_limit": "３",
    }
    return values | changes


def test_a_profile_is_changed(town: Any, signed_in: SignedIn) -> None:
    answer = signed_in(town.person).post(f"/participants/{town.resident.id}/edit", data=profile(town))

    resident = town.resident
    assert answer.status_code == 303
    assert (resident.reading, resident.hours_per_month, resident.engagement_limit) == ("さとう みのる", 10.0, 3)
    assert resident.contact_phone == "0191-00-0002"


def test_a_coordinator_changes_a_profile_without_seeing_the_contact_details(town: Any, signed_in: SignedIn) -> None:
    browser, url = signed_in(town.coordinator), f"/participants/{town.resident.id}/edit"

    page = browser.get(url).text
    answer = browser.post(url, data=profile(town, contact_email="other@hiyori.example"))

    assert "minoru@hiyori.example" not in page
    assert (answer.status_code, town.resident.summary) == (303, "紙芝居ができます。")
    assert town.resident.contact_email == "minoru@hiyori.example"


def test_a_coordinator_changes_contact_details_that_are_shown(town: Any, signed_in: SignedIn) -> None:
    browser, url = signed_in(town.coordinator), f"/participants/{town.resident.id}"
    browser.post(f"{url}/reveal", data={"purpose": "番号の変更"})

    browser.post(f"{url}/edit", data=profile(town, contact_email="other@hiyori.example"))

    assert town.resident.contact_email == "other@hiyori.example"


def test_a_profile_opens_with_what_is_saved(town: Any, signed_in: SignedIn) -> None:
    page = signed_in(town.person).get(f"/participants/{town.resident.id}/edit").text

    assert 'value="minoru@hiyori.example"' in page


def test_a_wrong_profile_keeps_what_was_typed(town: Any, signed_in: SignedIn) -> None:
    wrong = profile(town, name="", contact_email="なし", hours_per_month="たくさん")

    answer = signed_in(town.person).post(f"/participants/{town.resident.id}/edit", data=wrong)

    assert answer.status_code == 422
    assert "紙芝居ができます。" in answer.text
    assert "たくさん" in answer.text


def test_a_conflict_shows_both_versions_and_saves_mine_on_request(town: Any, signed_in: SignedIn) -> None:
    mine = profile(town)
    town.resident.summary = "先に保存された紹介"
    browser, url = signed_in(town.person), f"/participants/{town.resident.id}/edit"

    conflict = browser.post(url, data=mine)
    saved = town.resident.summary
    again = browser.post(url, data=mine | {"version": town.resident.version, "fields": "community,culture"})

    assert conflict.status_code == 409
    assert "先に保存された紹介" in conflict.text
    assert "紙芝居ができます。" in conflict.text
    assert 'value="community,culture"' in conflict.text
    assert (saved, again.status_code) == ("先に保存された紹介", 303)
    assert town.resident.summary == "紙芝居ができます。"


def test_a_person_moves_within_the_municipality_only(town: Any, signed_in: SignedIn) -> None:
    other = make_district(municipality=town.district.parent, name="南浜")
    far = make_district(name="遠い地区")
    town.session.add_all([other, far])
    browser, url = signed_in(town.person), f"/participants/{town.resident.id}/edit"

    too_far = browser.post(url, data=profile(town, area=str(far.id)))
    near = browser.post(url, data=profile(town, area=str(other.id)))

    assert (too_far.status_code, near.status_code) == (422, 303)
    assert town.resident.area.id == other.id


def test_a_coordinator_of_two_towns_moves_somebody_without_listings(town: Any, signed_in: SignedIn) -> None:
    far = make_appointment(make_municipality(name="隣市"), account=town.coordinator)
    town.session.add(far)

    answer = signed_in(town.coordinator).post(
        f"/participants/{town.resident.id}/edit", data=profile(town, area=str(far.area.id))
    )

    assert answer.status_code == 303
    assert town.resident.municipality_id == far.area.id


def test_somebody_with_listings_stays_in_the_municipality(town: Any, signed_in: SignedIn) -> None:
    far = make_appointment(make_municipality(name="隣市"), account=town.coordinator)
    town.session.add_all([far, make_offer(participant=town.resident)])

    answer = signed_in(town.coordinator).post(
        f"/participants/{town.resident.id}/edit", data=profile(town, area=str(far.area.id))
    )

    assert answer.status_code == 422


@pytest.mark.parametrize("who", ["person", "coordinator", "manager"])
def test_a_page_needs_few_queries(town: Any, engine: Engine, signed_in: SignedIn, who: str) -> None:
    subject = town.company if who == "manager" else town.resident
    for _ in range(3):
        town.session.add_all([make_need(participant=subject), make_offer(participant=subject)])
        town.session.add(Reveal(subject=subject, to_account=make_account(), purpose="返事", at=utc_now()))
    browser = signed_in(getattr(town, who))
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

    answer = browser.get(f"/participants/{subject.id}")

    reads = [statement for statement in statements if statement.startswith("SELECT")]
    assert answer.status_code == 200
    assert len(town.session.scalars(select(Need)).all()) == 3
    assert 0 < len(reads) <= MOST_QUERIES, "\n\n".join(reads)


def test_an_account_of_two_participants_sees_each(town: Any, signed_in: SignedIn) -> None:
    town.session.add(make_membership(town.company, account=town.person))
    browser = signed_in(town.person)

    assert [browser.get(f"/participants/{one.id}").status_code for one in (town.resident, town.company)] == [200, 200]
