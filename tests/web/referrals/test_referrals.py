"""Passing on and the receipt: the link without an account, what is overdue, and who hears of what."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models import Account, Need, ReferralState
from tests.factories import make_intermediary, make_need, make_participant, make_referral
from tests.web.referrals.conftest import Town
from web.referrals import jobs, queries

Browse = Callable[[Account], FlaskClient]
WorkAt = Callable[[Callable[[Flask], None], str], None]


def receive(town: Town, client: FlaskClient, **typed: str) -> int:
    return client.post(town.link(), data={"said": "receive", "name": "窓口 桜"} | typed).status_code


def test_whoever_looks_after_the_place_is_proposed_first(town: Town, as_coordinator: FlaskClient) -> None:
    page = as_coordinator.get(town.new_url).text

    assert page.index(str(town.near.id)) < page.index(str(town.far.id))
    assert f'<option selected value="{town.near.id}">' in page


def test_the_field_of_a_need_comes_before_the_place(town: Town, as_coordinator: FlaskClient) -> None:
    town.far.fields = list(town.near.fields)
    town.near.fields = []
    need = make_need(participant=make_participant(area=town.place))
    need.fields = list(town.far.fields)
    town.session.add(need)
    town.session.commit()

    page = as_coordinator.get(f"/referrals/new?need={need.id}").text

    assert f'<option selected value="{town.far.id}">' in page


def test_the_mail_holds_the_link_and_nothing_of_what_it_is_about(sent: Town) -> None:
    mail = sent.mails("referral")[0]

    assert mail.to_address == "center@hiyori.example"
    assert "団体の始めかた" not in mail.body
    assert sent.referral().receipt_due_on == date(2026, 12, 7)


def test_the_database_keeps_no_token(sent: Town) -> None:
    token = sent.link().rpartition("/")[2]

    assert token not in sent.referral().token_hash


def test_the_receipt_is_given_without_an_account_and_the_sender_hears_of_it(sent: Town, client: FlaskClient) -> None:
    answer = client.post(sent.link(), data={"said": "receive", "name": "窓口 桜"})

    receipt = client.get(answer.headers["Location"]).text
    referral = sent.referral()
    assert referral.state is ReferralState.RECEIVED
    assert queries.number_of(referral) in receipt
    assert "窓口 桜" in receipt
    assert sent.mails("referral-answered")[0].to_account_id == sent.coordinator.id


def test_a_receipt_names_who_gives_it_and_nothing_typed_is_lost(sent: Town, client: FlaskClient) -> None:
    answer = client.post(sent.link(), data={"said": "decline", "because": " "})

    assert answer.status_code == 422
    assert receive(sent, client, name=" ") == 422
    assert sent.referral().state is ReferralState.SENT


def test_a_consultation_is_done_with_its_receipt_and_open_again_when_it_is_turned_down(
    sent: Town, client: FlaskClient
) -> None:
    receive(sent, client)
    was_open_after_the_receipt = sent.consultation.is_open

    assert client.post(sent.link(), data={"said": "decline", "because": "担当ではない"}).status_code == 303

    assert not was_open_after_the_receipt
    assert sent.consultation.is_open
    assert sent.referral().outcome == "担当ではない"


def test_a_receipt_cannot_be_given_twice(sent: Town, client: FlaskClient) -> None:
    receive(sent, client)

    assert receive(sent, client, name="別の人") == 409
    assert sent.referral().received_by == "窓口 桜"


def test_what_came_of_it_is_told_by_the_same_link(sent: Town, client: FlaskClient, as_coordinator: FlaskClient) -> None:
    receive(sent, client)

    client.post(sent.link(), data={"said": "finish", "outcome": "説明会に来た"})

    assert sent.referral().state is ReferralState.DONE
    assert "説明会に来た" in as_coordinator.get(f"/referrals/{sent.referral().id}").text


def test_contact_details_are_passed_on_only_with_a_consent(town: Town, as_coordinator: FlaskClient) -> None:
    refused = as_coordinator.post(town.new_url, data=town.typed(contact="川辺 042-000-1111"))
    as_coordinator.post(town.new_url, data=town.typed(contact="川辺 042-000-1111", consent="telephone"))

    assert refused.status_code == 422
    assert "川辺 042-000-1111" in refused.text
    assert town.referral().contact == "川辺 042-000-1111"


def test_a_link_that_was_taken_back_or_made_up_opens_nothing(
    sent: Town, client: FlaskClient, as_coordinator: FlaskClient
) -> None:
    link = sent.link()
    as_coordinator.post(f"/referrals/{sent.referral().id}/withdraw", data={"taken_back": "本人が自分で行った"})

    assert client.get(link).status_code == 410
    assert client.post(link, data={"said": "receive", "name": "窓口"}).status_code == 410
    assert client.get("/referrals/link/invented").status_code == 410


def test_whoever_gives_no_receipt_is_reminded_once_and_the_sender_hears_of_it(sent: Town, work_at: WorkAt) -> None:
    work_at(jobs.tidy, "2026-12-07T14:00:00+00:00")  # the last day itself
    before = len(sent.mails("referral-reminder"))
    for moment in ("2026-12-08T00:00:00+00:00", "2026-12-09T00:00:00+00:00"):
        work_at(jobs.tidy, moment)

    assert before == 0
    reminders = sent.mails("referral-reminder")
    assert len(reminders) == 1
    assert sent.link() in reminders[0].body
    assert [mail.to_account_id for mail in sent.mails("referral-overdue")] == [sent.coordinator.id]


def test_the_overdue_stand_first_and_are_counted(town: Town, as_coordinator: FlaskClient) -> None:
    late = make_referral(town.consultation, town.near, text="遅い", receipt_due_on=date(2026, 11, 27))
    early = make_referral(town.consultation, town.far, text="早い", receipt_due_on=date(2026, 12, 7))
    town.session.add_all([early, late])
    town.session.commit()

    page = as_coordinator.get("/referrals").text

    assert page.index("遅い") < page.index("早い")
    found = queries.overdue(town.session, town.coordinator, date(2026, 11, 30))
    assert [referral.text for referral in found] == ["遅い"]
    assert queries.overdue(town.session, town.stranger, date(2026, 11, 30)) == []


def test_a_coordinator_of_another_town_finds_nothing(sent: Town, signed_in: Browse) -> None:
    stranger, url = signed_in(sent.stranger), f"/referrals/{sent.referral().id}"

    assert stranger.get(url).status_code == 404
    assert stranger.get(sent.new_url).status_code == 404
    assert stranger.post(f"{url}/receive", data={"name": "私"}).status_code == 404
    assert "団体の始めかた" not in stranger.get("/referrals").text


def test_a_receipt_by_telephone_is_noted_by_the_coordinator_without_a_mail_to_themselves(
    sent: Town, as_coordinator: FlaskClient
) -> None:
    url = f"/referrals/{sent.referral().id}"
    empty = as_coordinator.post(f"{url}/receive", data={"name": ""})
    as_coordinator.post(f"{url}/receive", data={"name": "電話の人"})
    as_coordinator.post(f"{url}/finish", data={"outcome": "会ができた"})

    assert empty.status_code == 422
    assert sent.referral().state is ReferralState.DONE
    assert sent.mails("referral-answered") == []


def test_the_page_of_a_need_where_nobody_fits_leads_on(town: Town, as_coordinator: FlaskClient) -> None:
    need = make_need(participant=make_participant(area=town.place))
    town.session.add(need)
    town.session.commit()

    page = as_coordinator.get(f"/desk/needs/{town.session.scalars(select(Need)).one().id}").text

    assert f"/referrals/new?need={need.id}" in page


def test_an_entry_that_ended_gets_nothing_more(town: Town, as_coordinator: FlaskClient) -> None:
    gone = make_intermediary(town.near.area, name="閉じた会")
    gone.end(on=date(2026, 11, 1))
    town.session.add(gone)
    town.session.commit()

    answer = as_coordinator.post(town.new_url, data=town.typed(to=str(gone.id)))

    assert answer.status_code == 422


def test_the_letter_prints_with_a_code(sent: Town, as_coordinator: FlaskClient) -> None:
    url = f"/referrals/{sent.referral().id}"

    assert queries.number_of(sent.referral()) in as_coordinator.get(f"{url}/paper").text
    assert as_coordinator.get(f"{url}/qr.svg").content_type == "image/svg+xml"


def test_who_gave_the_receipt_and_is_not_heard_of_again_is_asked_once_and_stands_among_the_overdue(
    sent: Town, client: FlaskClient, work_at: WorkAt
) -> None:
    receive(sent, client)
    last_day = sent.referral().due_on
    assert last_day == date(2026, 12, 28)

    for moment in ("2026-12-28T01:00:00+00:00", "2026-12-29T01:00:00+00:00", "2026-12-30T01:00:00+00:00"):
        work_at(jobs.tidy, moment)

    assert sent.mails("referral-reminder")[0].subject.startswith("その後いかがですか")
    assert len(sent.mails("referral-reminder")) == 1
    assert [mail.to_account_id for mail in sent.mails("referral-overdue")] == [sent.coordinator.id]
    sent.session.expire_all()
    assert queries.overdue(sent.session, sent.coordinator, date(2026, 12, 29)) == [sent.referral()]


def test_who_is_still_at_it_says_so_and_is_asked_again_later(
    sent: Town, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(sent, client)
    monkeypatch.setenv("ENISHI_NOW", "2026-12-30T01:00:00+00:00")
    assert sent.referral().is_overdue(date(2026, 12, 30))

    client.post(sent.link(), data={"said": "go_on"})

    assert not sent.referral().is_overdue(date(2026, 12, 30))


def test_a_coordinator_notes_that_the_other_side_is_still_at_it(
    sent: Town, client: FlaskClient, as_coordinator: FlaskClient
) -> None:
    receive(sent, client)
    sent.referral().result_due_on = date(2026, 11, 27)
    sent.session.commit()

    as_coordinator.post(f"/referrals/{sent.referral().id}/go-on")

    assert sent.referral().due_on == date(2026, 12, 28)


def test_the_other_side_hears_that_a_referral_is_taken_back(sent: Town, as_coordinator: FlaskClient) -> None:
    as_coordinator.post(f"/referrals/{sent.referral().id}/withdraw", data={"taken_back": "本人が自分で行った"})

    assert [mail.to_address for mail in sent.mails("referral-withdrawn")] == [sent.near.email]
    assert "本人が自分で行った" not in sent.mails("referral-withdrawn")[0].body


def test_what_has_ended_is_read_through_the_link_no_longer(
    sent: Town, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(sent, client)
    client.post(sent.link(), data={"said": "finish", "outcome": "説明会に来た"})

    assert "団体の始めかた" not in client.get(sent.link()).text
    monkeypatch.setenv("ENISHI_NOW", "2026-12-31T01:00:00+00:00")
    assert client.get(sent.link()).status_code == 410
    assert client.get(f"{sent.link()}/receipt").status_code == 410
