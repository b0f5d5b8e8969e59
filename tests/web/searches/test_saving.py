"""Searches that are kept: confirmed before the first mail, told once a day, stopped by one click."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Account, NeedStatus, OutboxMail, SavedSearch
from tests.factories import (
    make_account,
    make_appointment,
    make_municipality,
    make_need,
    make_participant,
    make_resident,
)
from web.accounts.services import own_data
from web.news import jobs as news_jobs
from web.searches import jobs, services

EVENING = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
NEXT_MORNING = "2026-11-02T07:30:00+09:00"
WHEN_NEWS_ARE_MAILED = "2026-11-02T08:30:00+09:00"
A_DAY_LATER = "2026-11-03T07:30:00+09:00"
READER = "reader@hiyori.example"


@pytest.fixture(autouse=True)
def _evening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENISHI_NOW", EVENING.isoformat())


@pytest.fixture
def run_at(work_at: Callable[[Callable[[Flask], None], str], None]) -> Callable[[str], None]:
    """Return a function that keeps the clocks at a moment."""
    return partial(work_at, jobs.tidy)


def ask_by_mail(client: FlaskClient, address: str = READER, query: str = "?q=食堂") -> None:
    assert client.post(f"/searches/new{query}", data={"email": address}).status_code == 200


def link_in(mail: OutboxMail) -> str:
    found = re.search(r"http://[^/]+(/searches/\S+)", mail.body)
    assert found
    return found.group(1)


def mails(session: Session, template: str) -> list[OutboxMail]:
    found = select(OutboxMail).where(OutboxMail.template == template).order_by(OutboxMail.created_at, OutboxMail.id)
    return list(session.scalars(found))


def confirmed_reader(client: FlaskClient, session: Session, query: str = "?q=食堂") -> SavedSearch:
    ask_by_mail(client, query=query)
    for mail in mails(session, "search-confirm"):
        client.post(link_in(mail))
    return session.scalars(select(SavedSearch).order_by(SavedSearch.id)).all()[0]


def open_later(session: Session, title: str, **changes: object) -> None:
    """Write a need that was opened an hour after the search was confirmed."""
    need = make_need(title=title, status=NeedStatus.DRAFT, **changes)  # type: ignore[arg-type]  # any of the builder's
    need.open(at=EVENING + timedelta(hours=1))
    session.add(need)


def test_nothing_but_the_confirming_mail_is_sent_before_somebody_confirms(
    client: FlaskClient, session: Session, run_at: Callable[[str], None]
) -> None:
    ask_by_mail(client)
    open_later(session, "こども食堂")

    run_at(NEXT_MORNING)

    assert [mail.template for mail in session.scalars(select(OutboxMail))] == ["search-confirm"]


def test_looking_at_the_link_confirms_nothing(client: FlaskClient, session: Session) -> None:
    ask_by_mail(client)

    page = client.get(link_in(mails(session, "search-confirm")[0]))

    assert "はい、受け取ります" in page.text
    assert session.scalars(select(SavedSearch)).one().confirmed_at is None


def test_what_is_new_is_told_the_next_morning(
    client: FlaskClient, session: Session, run_at: Callable[[str], None]
) -> None:
    session.add(make_need(title="前からあった食堂"))
    confirmed_reader(client, session)
    open_later(session, "こども食堂")
    open_later(session, "防災訓練")

    run_at(NEXT_MORNING)

    (mail,) = mails(session, "search-digest")
    assert mail.to_address == READER
    assert "こども食堂" in mail.body
    assert "前からあった食堂" not in mail.body
    assert "防災訓練" not in mail.body


def test_at_most_one_mail_a_day_holds_the_news_of_all_searches(
    client: FlaskClient, session: Session, run_at: Callable[[str], None]
) -> None:
    confirmed_reader(client, session)
    confirmed_reader(client, session, "?q=防災")
    open_later(session, "こども食堂")
    open_later(session, "防災訓練")

    run_at(NEXT_MORNING)
    run_at("2026-11-02T09:30:00+09:00")

    (mail,) = mails(session, "search-digest")
    assert "こども食堂" in mail.body
    assert "防災訓練" in mail.body


def test_nothing_is_told_twice(client: FlaskClient, session: Session, run_at: Callable[[str], None]) -> None:
    confirmed_reader(client, session)
    open_later(session, "こども食堂")

    run_at(NEXT_MORNING)
    run_at(A_DAY_LATER)

    assert len(mails(session, "search-digest")) == 1


def test_nobody_is_written_to_at_night(client: FlaskClient, session: Session, run_at: Callable[[str], None]) -> None:
    confirmed_reader(client, session)
    open_later(session, "こども食堂")

    run_at("2026-11-02T03:00:00+09:00")

    assert mails(session, "search-digest") == []


def test_what_nobody_may_see_is_told_to_nobody(
    client: FlaskClient, session: Session, run_at: Callable[[str], None]
) -> None:
    confirmed_reader(client, session, "")
    paused = make_participant()
    paused.pause(at=EVENING)
    session.add(make_need(title="下書き", status=NeedStatus.DRAFT))
    open_later(session, "未成年の用事", participant=make_resident(is_adult=False))
    open_later(session, "休みの用事", participant=paused)
    open_later(session, "住人の用事", participant=make_resident(name="日和 太郎"))

    run_at(NEXT_MORNING)

    (mail,) = mails(session, "search-digest")
    assert "住人の用事" in mail.body
    assert not [word for word in ("下書き", "未成年", "休みの用事", "日和 太郎") if word in mail.body]


def test_a_mail_program_stops_the_mails_by_one_click(
    client: FlaskClient, session: Session, run_at: Callable[[str], None]
) -> None:
    client.application.config["WTF_CSRF_ENABLED"] = True
    confirmed = SavedSearch(name="食堂", parameters={"q": "食堂"}, told_until=EVENING, address=READER)
    confirmed.confirm(at=EVENING)
    session.add(confirmed)
    open_later(session, "こども食堂")
    run_at(NEXT_MORNING)
    stop_url = mails(session, "search-digest")[0].stop_url or ""

    answer = client.post(stop_url.partition("://")[2].partition("/")[2], data={"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert session.scalars(select(SavedSearch)).all() == []


def test_a_search_can_be_stopped_before_its_first_mail(client: FlaskClient, session: Session) -> None:
    confirmed_reader(client, session)
    page = client.get(link_in(mails(session, "search-confirm")[0])).text
    stop = re.search(r"/searches/stop/[^\"]+", page)
    assert stop is not None

    client.post(stop[0])

    assert session.scalars(select(SavedSearch)).all() == []


def test_looking_at_the_stopping_link_stops_nothing(client: FlaskClient, session: Session, app: Flask) -> None:
    search = confirmed_reader(client, session)
    path = f"/searches/stop/{services.stop_token(search.reader_id, app.config['SECRET_KEY'])}"

    client.get(path)

    assert session.scalars(select(SavedSearch)).all() == [search]


def test_one_of_several_searches_is_stopped_alone(client: FlaskClient, session: Session, app: Flask) -> None:
    confirmed_reader(client, session)
    confirmed_reader(client, session, "?q=防災")
    searches = session.scalars(select(SavedSearch).order_by(SavedSearch.name)).all()
    path = f"/searches/stop/{services.stop_token(searches[0].reader_id, app.config['SECRET_KEY'])}"

    client.post(path, data={"search": str(searches[0].id)})

    assert session.scalars(select(SavedSearch)).all() == [searches[1]]


def test_a_forged_link_stops_and_confirms_nothing(client: FlaskClient, session: Session) -> None:
    search = confirmed_reader(client, session)
    forged = services.stop_token(search.reader_id, "another secret")

    assert client.post(f"/searches/stop/{forged}").status_code == 410
    assert client.post(f"/searches/confirm/{services.confirm_token(search, 'another secret')}").status_code == 410


def test_what_is_not_confirmed_is_forgotten_after_two_days(
    client: FlaskClient, session: Session, run_at: Callable[[str], None]
) -> None:
    ask_by_mail(client)
    link = link_in(mails(session, "search-confirm")[0])

    run_at(A_DAY_LATER.replace("11-03", "11-04"))

    assert session.scalars(select(SavedSearch)).all() == []
    assert client.post(link).status_code == 410


def test_somebody_elses_address_is_not_flooded(client: FlaskClient, session: Session) -> None:
    for word in ("一", "二", "三", "四", "五"):
        ask_by_mail(client, query=f"?q={word}")

    assert len(mails(session, "search-confirm")) == services.MOST_MAILS_A_DAY


def test_an_account_saves_renames_and_removes_a_search(
    session: Session, signed_in: Callable[[Account], FlaskClient]
) -> None:
    account = make_account()
    session.add(account)
    browser = signed_in(account)

    browser.post("/searches?q=食堂")
    search = session.scalars(select(SavedSearch)).one()
    browser.post(f"/searches/{search.id}/rename", data={"name": "ごはんの会"})

    assert "ごはんの会" in browser.get("/searches").text
    browser.post(f"/searches/{search.id}/remove")
    assert session.scalars(select(SavedSearch)).all() == []


def test_the_same_search_is_saved_once(session: Session, signed_in: Callable[[Account], FlaskClient]) -> None:
    account = make_account()
    session.add(account)
    browser = signed_in(account)

    for _time in range(2):
        browser.post("/searches?q=食堂")

    assert len(session.scalars(select(SavedSearch)).all()) == 1


def test_accounts_are_told_in_their_language_with_all_other_news(
    session: Session,
    signed_in: Callable[[Account], FlaskClient],
    work_at: Callable[[Callable[[Flask], None], str], None],
) -> None:
    account = make_account(locale="en")
    session.add(account)
    signed_in(account).post("/searches?q=食堂")
    open_later(session, "こども食堂")

    work_at(jobs.tidy, WHEN_NEWS_ARE_MAILED)
    assert mails(session, "search-digest") == []
    work_at(news_jobs.tidy, WHEN_NEWS_ARE_MAILED)

    assert mails(session, "search-digest")[0].subject == "1 new need for what you look for"


def test_an_erased_person_leaves_no_search_behind(client: FlaskClient, session: Session) -> None:
    account = make_account(email=READER)
    session.add(account)
    confirmed_reader(client, session)
    services.save(session, account, {"q": "食堂"}, name="食堂", at=EVENING)
    session.flush()

    own_data.erase(session, account, at=EVENING)  # type: ignore[arg-type]  # the session of tests is an audited one

    assert session.scalars(select(SavedSearch)).all() == []


def test_a_question_reaches_the_coordinators_with_a_way_to_answer(client: FlaskClient, session: Session) -> None:
    town = make_municipality()
    coordinator = make_appointment(town).account
    session.add_all([coordinator, make_appointment(make_municipality(name="月見市")).account])

    client.post(
        f"/searches/ask?q=食堂&area={town.path}",
        data={"place": town.path, "question": "夜の食堂はありますか", "email": "asker@hiyori.example"},
    )

    (mail,) = mails(session, "question")
    assert (mail.to_account_id, mail.reply_to) == (coordinator.id, "asker@hiyori.example")
    assert "夜の食堂はありますか" in mail.body


def test_a_question_without_an_address_is_kept_and_corrected(client: FlaskClient, session: Session) -> None:
    town = make_municipality()
    session.add(make_appointment(town))

    answer = client.post("/searches/ask", data={"place": town.path, "question": "夜の食堂はありますか", "email": ""})

    assert answer.status_code == 422
    assert "夜の食堂はありますか" in answer.text
    assert mails(session, "question") == []


def test_an_address_in_full_width_letters_is_the_one_that_mail_reaches(client: FlaskClient, session: Session) -> None:
    client.post("/searches/new?q=食堂", data={"email": "\u3000ｒｅａｄｅｒ＠ｈｉｙｏｒｉ．ｅｘａｍｐｌｅ "})

    assert session.scalars(select(OutboxMail.to_address)).all() == [READER]


def test_the_mail_that_asks_for_confirmation_quotes_the_word_once(client: FlaskClient, session: Session) -> None:
    client.post("/searches/new?q=食堂", data={"email": READER})

    assert session.scalars(select(OutboxMail.subject)).all() == ["確認のお願い：「食堂」のお知らせメール"]
