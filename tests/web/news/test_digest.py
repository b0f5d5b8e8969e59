"""News of partnerships: gathered into one mail a day, stopped by one click, begun again on the account page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier, Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models import Account, AuditedSession, Membership, NeedStatus, NewsKind, Notice, OutboxMail, Partnership, Stage
from models.errors import InvalidValue
from tests.factories import (
    make_account,
    make_appointment,
    make_district,
    make_membership,
    make_need,
    make_offer,
    make_participant,
    make_partnership,
    make_resident,
)
from web.labels import LABELS
from web.news import emails, jobs, queries, services
from web.searches import jobs as searches_jobs
from web.searches import services as searches

RunAt = Callable[[str], None]
SignedIn = Callable[[Account], FlaskClient]
AFTERNOON = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)
EARLY = "2026-12-02T07:30:00+09:00"
MORNING = "2026-12-02T08:30:00+09:00"
LATER = "2026-12-02T17:30:00+09:00"
A_DAY_LATER = "2026-12-03T08:30:00+09:00"


@pytest.fixture(autouse=True)
def _afternoon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENISHI_NOW", AFTERNOON.isoformat())


@pytest.fixture
def run_at(work_at: Callable[[Callable[[Flask], None], str], None]) -> RunAt:
    return partial(work_at, jobs.tidy)


@dataclass
class Circle:
    """A partnership that runs, its people, and how news of it are made."""

    session: AuditedSession
    partnership: Partnership
    chair: Account
    person: Account
    coordinator: Account

    def tell(self, kind: NewsKind = NewsKind.LEDGER_WRITTEN, *, by: Account | None = None) -> None:
        services.tell(self.session, self.partnership, kind, by=by, at=AFTERNOON)
        self.session.commit()

    def mails(self, *, to: Account | None = None) -> list[OutboxMail]:
        found = select(OutboxMail).where(OutboxMail.template.in_(["news-digest", "search-digest"]))
        if to is not None:
            found = found.where(OutboxMail.to_account_id == to.id)
        return list(self.session.scalars(found.order_by(OutboxMail.created_at, OutboxMail.id)))


@pytest.fixture
def circle(session: AuditedSession) -> Circle:
    district = make_district()
    association, resident = (
        make_participant(name="北山町内会", area=district),
        make_resident(name="佐藤 実", area=district),
    )
    chair = make_membership(association, account=make_account(name="会長 花子", email="chair@hiyori.example")).account
    person = make_membership(resident, account=make_account(name="実の利用者", locale="en")).account
    coordinator = make_appointment(district, account=make_account(name="調整 太郎")).account
    need = make_need(title="月見の会", participant=association)
    partnership = make_partnership(
        stage=Stage.RUNNING, need=need, offers=[make_offer(participant=resident)], by=coordinator
    )
    session.add_all([partnership, chair, person, coordinator])
    session.commit()
    return Circle(session, partnership, chair, person, coordinator)


def save_a_search(circle: Circle, account: Account, opened: str = "こども食堂") -> None:
    searches.save(circle.session, account, {"q": "食堂"}, name="食堂", at=AFTERNOON)
    need = make_need(title=opened, status=NeedStatus.DRAFT)
    need.open(at=AFTERNOON + timedelta(hours=1))
    circle.session.add(need)
    circle.session.commit()


def test_the_news_of_a_day_are_one_mail(circle: Circle, run_at: RunAt) -> None:
    for kind in (NewsKind.SIGNED, NewsKind.LEDGER_WRITTEN, NewsKind.LEDGER_WRITTEN):
        circle.tell(kind, by=circle.chair)

    run_at(MORNING)

    (mail,) = circle.mails(to=circle.person)
    assert mail.subject == "News of 1 partnership"
    assert "“月見の会”" in mail.body
    assert "・Somebody signed the agreement\n" in mail.body
    assert "・Something was written into the ledger (2 times)\n" in mail.body
    assert f"/partnerships/{circle.partnership.id}" in mail.body
    assert circle.mails(to=circle.chair) == []


def test_partnerships_are_told_one_after_another(circle: Circle, run_at: RunAt) -> None:
    association = circle.chair.memberships[0].participant
    other = make_partnership(stage=Stage.RUNNING, need=make_need(title="雪かき", participant=association))
    circle.session.add(other)
    circle.tell(NewsKind.STARTED)
    services.tell(circle.session, other, NewsKind.STARTED, by=None, at=AFTERNOON + timedelta(minutes=1))
    services.tell(circle.session, circle.partnership, NewsKind.SIGNED, by=None, at=AFTERNOON + timedelta(minutes=2))

    run_at(MORNING)

    (mail,) = circle.mails(to=circle.chair)
    assert mail.body.count("月見の会") == mail.body.count("雪かき") == 1
    assert mail.body.index("月見の会") < mail.body.index("雪かき")


def test_each_reads_it_in_their_language(circle: Circle, run_at: RunAt) -> None:
    circle.tell()

    run_at(MORNING)

    assert [mail.locale for mail in circle.mails(to=circle.chair)] == ["ja"]
    assert [mail.locale for mail in circle.mails(to=circle.person)] == ["en"]


def test_nobody_is_named(circle: Circle, run_at: RunAt) -> None:
    circle.tell(by=circle.coordinator)

    run_at(MORNING)

    bodies = "".join(mail.body + mail.subject for mail in circle.mails())
    assert len(circle.mails()) == 2
    assert not [name for name in ("佐藤", "花子", "太郎", "利用者", "北山町内会") if name in bodies]


def test_nothing_is_told_twice_and_nothing_before_eight(circle: Circle, run_at: RunAt) -> None:
    circle.tell()

    run_at(EARLY)
    assert circle.mails() == []
    run_at(MORNING)
    run_at(A_DAY_LATER)

    assert len(circle.mails(to=circle.chair)) == 1


def test_what_happens_after_the_mail_of_the_day_waits_for_the_next(circle: Circle, run_at: RunAt) -> None:
    circle.tell()
    run_at(MORNING)
    circle.tell(NewsKind.ENDED)

    run_at(LATER)
    assert len(circle.mails(to=circle.chair)) == 1
    run_at(A_DAY_LATER)

    assert len(circle.mails(to=circle.chair)) == 2


def test_two_workers_at_once_write_one_mail(circle: Circle, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    circle.tell()
    save_a_search(circle, circle.chair)
    circle.session.rollback()
    monkeypatch.setenv("ENISHI_NOW", MORNING)
    barrier = Barrier(2)

    def work() -> None:
        barrier.wait()
        jobs.tidy(app)

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(circle.mails(to=circle.chair)) == 1


def test_news_and_searches_come_in_one_mail(
    circle: Circle, run_at: RunAt, work_at: Callable[[Callable[[Flask], None], str], None]
) -> None:
    circle.tell()
    save_a_search(circle, circle.person)

    for moment in (EARLY, MORNING, LATER):
        work_at(searches_jobs.tidy, moment)
        run_at(moment)

    (mail,) = circle.mails(to=circle.person)
    assert mail.template == "news-digest"
    assert "月見の会" in mail.body
    assert "こども食堂" in mail.body
    assert "/news/stop/" in mail.body
    assert "/searches/stop/" in mail.body


def test_searches_alone_keep_their_own_mail(circle: Circle, run_at: RunAt) -> None:
    save_a_search(circle, circle.person)

    run_at(MORNING)

    (mail,) = circle.mails()
    assert (mail.template, mail.to_account_id) == ("search-digest", circle.person.id)
    assert "/searches/stop/" in (mail.stop_url or "")


def test_whoever_wants_no_news_is_told_of_searches_all_the_same(circle: Circle, run_at: RunAt) -> None:
    circle.tell()
    save_a_search(circle, circle.person)
    services.stop(circle.session, circle.person, at=AFTERNOON)

    run_at(MORNING)

    assert [mail.template for mail in circle.mails(to=circle.person)] == ["search-digest"]


def test_who_cannot_sign_in_gets_none(circle: Circle, run_at: RunAt) -> None:
    circle.tell()
    save_a_search(circle, circle.person)
    circle.chair.confirmed_at = None
    circle.person.suspend(at=AFTERNOON)

    run_at(MORNING)

    assert {mail.to_account_id for mail in circle.mails()} == {circle.coordinator.id}


def test_whoever_may_no_longer_see_the_partnership_is_told_nothing(circle: Circle, run_at: RunAt) -> None:
    circle.tell()
    for membership in circle.session.scalars(select(Membership).where(Membership.account_id == circle.person.id)):
        circle.session.delete(membership)

    run_at(MORNING)
    run_at(A_DAY_LATER)

    assert circle.mails(to=circle.person) == []
    assert len(circle.mails(to=circle.chair)) == 1


def test_nothing_is_lost_where_a_mail_cannot_be_written(
    circle: Circle, run_at: RunAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise InvalidValue("the disk is full")

    circle.tell()
    with monkeypatch.context() as patch:
        patch.setattr(emails, "digest", fail)
        with pytest.raises(InvalidValue):
            run_at(MORNING)
    circle.session.expire_all()
    assert {notice.mailed_at for notice in circle.session.scalars(select(Notice))} == {None}

    run_at(LATER)

    assert len(circle.mails(to=circle.chair)) == 1


def test_a_mail_program_stops_the_news_by_one_click(circle: Circle, client: FlaskClient, run_at: RunAt) -> None:
    client.application.config["WTF_CSRF_ENABLED"] = True
    circle.tell()
    run_at(MORNING)
    stop_url = circle.mails(to=circle.person)[0].stop_url or ""
    circle.tell()

    answer = client.post("/" + stop_url.partition("://")[2].partition("/")[2], data={"List-Unsubscribe": "One-Click"})
    circle.tell()
    run_at(A_DAY_LATER)

    assert answer.status_code == 200
    assert circle.person.news_stopped_at is not None
    assert len(circle.mails(to=circle.person)) == 1
    assert len(circle.mails(to=circle.chair)) == 2


def test_looking_at_the_link_stops_nothing(circle: Circle, client: FlaskClient) -> None:
    path = f"/news/stop/{queries.stop_token(circle.session, circle.person)}"

    page = client.get(path)

    assert page.status_code == 200
    assert f'action="{path}"' in page.text
    assert circle.person.news_stopped_at is None


@pytest.mark.parametrize("token", ["x", "Im5vYm9keSI.abc"])
def test_a_forged_link_stops_nothing(client: FlaskClient, token: str) -> None:
    assert client.get(f"/news/stop/{token}").status_code == 410
    assert client.post(f"/news/stop/{token}").status_code == 410


def test_a_link_signed_with_another_key_stops_nothing(circle: Circle, client: FlaskClient) -> None:
    own_key = circle.session.info["link_key"]
    circle.session.info["link_key"] = b"another key"
    forged = queries.stop_token(circle.session, circle.person)
    circle.session.info["link_key"] = own_key

    assert client.post(f"/news/stop/{forged}").status_code == 410
    assert circle.person.news_stopped_at is None


def test_the_account_page_switches_the_news_off_and_on_again(
    circle: Circle, signed_in: SignedIn, run_at: RunAt
) -> None:
    browser = signed_in(circle.person)
    circle.tell()

    browser.post("/account/news", data={"reply": "no"})
    assert "Send me the news again" in browser.get("/account").text
    browser.post("/account/news", data={"reply": "yes"})
    assert circle.person.news_stopped_at is None
    circle.tell(NewsKind.SIGNED)
    run_at(MORNING)

    (mail,) = circle.mails(to=circle.person)
    assert "Somebody signed the agreement" in mail.body
    assert "ledger" not in mail.body


def test_the_switch_knows_only_on_and_off(circle: Circle, client: FlaskClient, signed_in: SignedIn) -> None:
    assert signed_in(circle.person).post("/account/news", data={"reply": "perhaps"}).status_code == 422
    assert client.post("/account/news", data={"reply": "no"}).status_code == 302
    assert circle.person.news_stopped_at is None


def test_old_news_and_those_of_who_wants_none_are_removed(circle: Circle, run_at: RunAt) -> None:
    circle.tell()
    run_at(MORNING)
    circle.person.suspend(at=AFTERNOON)
    circle.chair.news_stopped_at = AFTERNOON
    circle.session.commit()

    run_at(LATER)
    kept = {notice.account_id for notice in circle.session.scalars(select(Notice))}
    run_at("2027-02-03T08:30:00+09:00")

    assert kept == {circle.person.id, circle.coordinator.id}
    assert circle.session.scalars(select(Notice)).all() == []


def test_every_kind_of_news_has_the_words_of_the_pages(circle: Circle, run_at: RunAt) -> None:
    for kind in NewsKind:
        circle.tell(kind)

    run_at(MORNING)

    (mail,) = circle.mails(to=circle.person)
    words = [LABELS[NewsKind][kind]._args[0] for kind in NewsKind]
    assert [word for word in words if f"・{word}\n" not in mail.body] == []
