"""One request, one transaction; asked twice, done once."""

import threading
from collections.abc import Callable

import pytest
from flask import Flask, abort, flash, redirect
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError

from models import Account, AuditedSession, AuditEntry, OutboxMail, Participant, Permission
from models.errors import CapacityExhausted, NotAllowed
from tests.factories import make_account, make_participant
from tests.factories.places import make_municipality
from web.database import current_session, db, session_scope
from web.mailer import compose
from web.security import requires

KEY = {"Idempotency-Key": "one and the same"}


def write() -> None:
    current_session().add(make_participant(area=make_municipality()))
    compose(current_session(), "no-account", address="a@hiyori.example", address_asked="a", link="l")
    current_session().flush()


def well() -> ResponseReturnValue:
    write()
    return redirect("/account")


def refused() -> ResponseReturnValue:
    write()
    abort(422)


def answered_422() -> ResponseReturnValue:
    write()
    return "the form again", 422


def broken_rule() -> ResponseReturnValue:
    write()
    raise CapacityExhausted("nothing left")


def broken_code() -> ResponseReturnValue:
    write()
    raise ZeroDivisionError


def overtaken() -> ResponseReturnValue:
    write()
    raise StaleDataError("somebody was faster")


def not_allowed() -> ResponseReturnValue:
    raise NotAllowed("not you")


def cheerful() -> ResponseReturnValue:
    write()
    flash("It is done.")
    raise StaleDataError("somebody was faster")


def gone() -> ResponseReturnValue:
    raise OperationalError("SELECT 1", {}, Exception("the server is away"))


def reading() -> ResponseReturnValue:
    write()
    return "read"


ENDINGS = (well, refused, answered_422, broken_rule, broken_code, overtaken, not_allowed, gone, cheerful)


@pytest.fixture
def doors(app: Flask) -> Flask:
    """Add doors that write, and then end in different ways."""
    for view in ENDINGS:
        app.add_url_rule(f"/test/{view.__name__}", view.__name__, requires(Permission.PAGE_SEE)(view), methods=["POST"])
    app.add_url_rule("/test/reading", "reading", requires(Permission.PAGE_SEE)(reading))
    return app


def written(session: AuditedSession) -> int:
    session.commit()
    return session.scalar(select(func.count()).select_from(Participant)) or 0


def test_what_went_well_is_committed(doors: Flask, session: AuditedSession) -> None:
    doors.test_client().post("/test/well")

    assert written(session) == 1


@pytest.mark.parametrize(
    ("door", "status"),
    [
        ("refused", 422),
        ("answered_422", 422),
        ("broken_rule", 409),
        ("broken_code", 500),
        ("overtaken", 409),
        ("not_allowed", 403),
        ("gone", 503),
    ],
)
def test_what_did_not_go_well_leaves_nothing(doors: Flask, session: AuditedSession, door: str, status: int) -> None:
    answer = doors.test_client().post(f"/test/{door}")

    assert answer.status_code == status
    assert written(session) == 0
    assert session.scalars(select(OutboxMail)).all() == []


def test_good_news_of_what_was_taken_back_is_not_told(doors: Flask) -> None:
    client = doors.test_client()

    answer = client.post("/test/cheerful")

    assert "It is done." not in answer.text + client.get("/sign-in").text


def test_a_page_without_a_database_asks_to_come_back(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("the server is away"))

    with app.app_context():
        monkeypatch.setattr(db.engine, "raw_connection", away)
        monkeypatch.setattr(db.engine, "connect", away)
        monkeypatch.setattr("sqlalchemy.orm.Session.execute", away)
        monkeypatch.setattr("sqlalchemy.orm.Session.scalar", away)

    assert app.test_client().get("/sign-in").status_code == 503


def test_a_reading_request_writes_nothing(doors: Flask, session: AuditedSession) -> None:
    doors.test_client().get("/test/reading")

    assert written(session) == 0


def test_a_database_that_is_away_asks_to_come_back(doors: Flask) -> None:
    assert doors.test_client().post("/test/gone").headers["Retry-After"] == "2"


@pytest.mark.usefixtures("doors")
def test_a_change_names_who_made_it(session: AuditedSession, signed_in: Callable[[Account], FlaskClient]) -> None:
    account = make_account()
    signed_in(account).post("/test/well")

    last = session.scalars(select(AuditEntry).order_by(AuditEntry.sequence.desc()).limit(1)).one()
    assert (last.actor_id, last.via) == (account.id, "page")


@pytest.mark.usefixtures("doors")
def test_the_same_key_has_one_effect(session: AuditedSession, signed_in: Callable[[Account], FlaskClient]) -> None:
    browser = signed_in(make_account())

    answers = [browser.post("/test/well", headers=KEY) for _ in range(3)]

    assert {answer.headers["Location"] for answer in answers} == {"/account"}
    assert written(session) == 1


@pytest.mark.usefixtures("doors")
def test_the_same_form_sent_twice_has_one_effect(
    session: AuditedSession, signed_in: Callable[[Account], FlaskClient]
) -> None:
    browser = signed_in(make_account())

    for _ in range(2):
        browser.post("/test/well", data={"_once": "from one page"})

    assert written(session) == 1


def test_ten_at_once_with_the_same_key_have_one_effect(
    doors: Flask, session: AuditedSession, signed_in: Callable[[Account], FlaskClient]
) -> None:
    account = make_account()
    browsers = [signed_in(account) for _ in range(10)]
    doors.extensions.pop("test_session")
    statuses: list[int] = []
    start = threading.Barrier(len(browsers))

    def send(browser: FlaskClient) -> None:
        start.wait()
        statuses.append(browser.post("/test/well", headers=KEY).status_code)

    threads = [threading.Thread(target=send, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [302] * 10
    assert written(session) == 1


@pytest.mark.usefixtures("doors")
def test_a_key_is_not_taken_for_another_request(signed_in: Callable[[Account], FlaskClient]) -> None:
    browser = signed_in(make_account())
    browser.post("/test/well", headers=KEY)

    assert browser.post("/test/well", headers=KEY, data={"other": "content"}).status_code == 422


@pytest.mark.usefixtures("doors")
def test_a_refused_request_may_be_sent_again_with_its_key(signed_in: Callable[[Account], FlaskClient]) -> None:
    browser = signed_in(make_account())

    answers = [browser.post("/test/refused", headers=KEY).status_code for _ in range(2)]

    assert answers == [422, 422]


@pytest.mark.usefixtures("doors")
def test_keys_of_two_people_are_two_keys(session: AuditedSession, signed_in: Callable[[Account], FlaskClient]) -> None:
    for _ in range(2):
        signed_in(make_account()).post("/test/well", headers=KEY)

    assert written(session) == 2


def test_a_command_that_fails_leaves_nothing(app: Flask, session: AuditedSession) -> None:
    def fail() -> None:
        with session_scope(app, via="command") as own:
            own.add(make_participant())
            own.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert written(session) == 0


def test_writers_on_sqlite_take_their_turn(app: Flask) -> None:
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            pytest.skip("PostgreSQL locks rows, not the database")
        with db.engine.connect() as connection:
            settings = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
            }

    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
