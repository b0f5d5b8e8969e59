"""The demo town: the engine on it, and its pages as people wait for them."""

import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from itertools import islice, product
from pathlib import Path
from socket import socket
from typing import Any, Final
from uuid import uuid4

from flask import Flask
from sqlalchemy import event, select

from bench.table import Row, median, ms
from matching import Pairs, engine
from matching.scoring import score
from models import Account, Area, SignIn, utc_now
from web.app import create_app
from web.config import PROJECT, Settings
from web.database import db, read_scope, session_scope
from web.security import SESSION_LASTS, token_hash
from web.suggestions.queries import profiles

HOST: Final = "127.0.0.1"
REQUESTS: Final = 120
WARM_UP: Final = 5
PAIRS: Final = 300
TOWN: Final = "jp.demo.hiyori"
PAGES: Final = (
    ("Desk of the coordinator", "/desk", "coordinator@hiyori.example"),
    ("Open needs, 20 a page", "/needs", ""),
    ("Partnerships", "/partnerships", "coordinator@hiyori.example"),
    ("Board of the administrator", "/board", "admin@hiyori.example"),
    ("Record of changes", "/audit", "admin@hiyori.example"),
    ("First page of a visitor", "/", ""),
)
PULSE: Final = "/healthz"


Ask = Callable[[str, str], bytes]


def rows(*, full: bool) -> Iterator[Row]:
    """Measure the demo town, in a folder of its own."""
    del full  # a town is never large
    with tempfile.TemporaryDirectory(prefix="enishi-bench-") as name:
        instance = Path(name)
        run_flask(instance, "prepare", "--town")
        app = create_app(Settings.from_environment(environment(instance)))
        yield from engine_rows(app)
        yield from page_rows(app, instance)
        with app.app_context():
            db.engine.dispose()


def engine_rows(app: Flask) -> Iterator[Row]:
    """Measure one run of the engine against pairs scored one by one, and against a plain ranking of texts."""
    with read_scope(app) as session:
        town = session.scalars(select(Area).where(Area.path == TOWN)).one()
        began = time.perf_counter()
        market = profiles.market(session, town, at=utc_now())
        reading = time.perf_counter() - began
    needs, offers = market.needs, market.offers
    known: dict[str, Any] = {"weights": market.weights, "geography": market.geography, "taxonomy": market.taxonomy}
    whole = median(lambda: engine.run(needs, offers, **known))
    pairs = list(islice(product(needs, offers), PAIRS))
    singly = median(lambda: [score(Pairs.every([need], [offer]), **known) for need, offer in pairs], runs=1)
    count = len(needs) * len(offers)
    words = [f"{one.title} {one.text}" for one in needs], [f"{one.title} {one.text}" for one in offers]
    plain = median(lambda: plain_ranking(*words))
    size = f"{len(needs)} needs × {len(offers)} offers"
    yield Row(
        f"Engine: {size}, with teams and reasons",
        ms(whole),
        f"the {count} pairs one by one, scores alone (from {len(pairs)})",
        ms(singly * count / len(pairs)),
    )
    yield Row(f"Engine: {size}, with teams and reasons", ms(whole), "texts ranked by TF-IDF alone", ms(plain))
    yield Row("Reading the market from the database", ms(reading), "one run of the engine on it", ms(whole))


def plain_ranking(needs: Sequence[str], offers: Sequence[str]) -> Any:
    """Rank offers for needs by nothing but characters in common: what a day of work would give."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    index = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 3)).fit([*needs, *offers])
    return (index.transform(needs) @ index.transform(offers).T).toarray().argsort(axis=1)


def page_rows(app: Flask, instance: Path) -> Iterator[Row]:
    """Measure pages inside the process and over HTTP, beside the pulse, which reads one row and renders nothing."""
    cookies = {email: _signed_in(app, email) for _, _, email in PAGES}
    client = app.test_client(use_cookies=False)

    def inside(path: str, cookie: str) -> bytes:
        response = client.get(path, headers={"Cookie": cookie} if cookie else {})
        if response.status_code != HTTPStatus.OK:
            raise RuntimeError(f"{path} answered {response.status_code}")
        return response.get_data()

    pulse = _times(inside, PULSE, "")
    for what, path, email in PAGES:
        times = _times(inside, path, cookies[email])
        yield Row(f"{what}, in the process, p50 / p95", _both(times), "pulse", _both(pulse))
    with _served(instance) as over_http:
        pulse = _times(over_http, PULSE, "")
        for what, path, email in PAGES:
            times = _times(over_http, path, cookies[email])
            yield Row(f"{what}, over HTTP, p50 / p95", _both(times), "pulse", _both(pulse))
    for what, path, email in PAGES:
        with _counted(app) as statements:
            size = len(inside(path, cookies[email]))
        yield Row(f"{what}, queries", str(len(statements)), "at most", "12")
        yield Row(f"{what}, HTML", f"{size / 1024:.1f} KB", "whole page at most", "100 KB")


def _times(ask: Ask, path: str, cookie: str) -> list[float]:
    for _ in range(WARM_UP):
        ask(path, cookie)
    times = []
    for _ in range(REQUESTS):
        began = time.perf_counter()
        ask(path, cookie)
        times.append(time.perf_counter() - began)
    return sorted(times)


def _both(times: Sequence[float]) -> str:
    return f"{ms(times[len(times) // 2])} / {ms(times[math.ceil(len(times) * 0.95) - 1])}"


def _signed_in(app: Flask, email: str) -> str:
    """Return the cookie of a session of the account, or none for a visitor."""
    if not email:
        return ""
    token = uuid4().hex
    with session_scope(app, via="bench") as session:
        account = session.scalars(select(Account).where(Account.email == email)).one()
        session.add(SignIn(account=account, token_hash=token_hash(token), expires_at=utc_now() + SESSION_LASTS))
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]  # the default interface
    return f"{app.config['SESSION_COOKIE_NAME']}={serializer.dumps({'_user_id': token, '_fresh': True})}"


@contextmanager
def _counted(app: Flask) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(*arguments: Any) -> None:
        if not arguments[2].startswith(("BEGIN", "PRAGMA")):
            statements.append(arguments[2])

    with app.app_context():
        found = db.engine
    event.listen(found, "before_cursor_execute", note)
    yield statements
    event.remove(found, "before_cursor_execute", note)


@contextmanager
def _served(instance: Path) -> Iterator[Ask]:
    """Yield a way to ask the real server, over one connection that stays open."""
    with serving(instance) as port:
        connection = HTTPConnection(HOST, port, timeout=30)

        def ask(path: str, cookie: str) -> bytes:
            connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
            return connection.getresponse().read()

        yield ask
        connection.close()


@contextmanager
def serving(instance: Path, *, now: str = "") -> Iterator[int]:
    """Yield the port at which the real server answers."""
    with socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
    server = subprocess.Popen(  # noqa: S603  # the project's own command
        [sys.executable, "-m", "flask", "--app", "wsgi", "serve", "--no-worker", "--port", str(port)],
        cwd=PROJECT,
        env=environment(instance, now=now),
        stdout=subprocess.DEVNULL,
    )
    try:
        for _ in range(300):
            with suppress(OSError, HTTPException):
                connection = HTTPConnection(HOST, port, timeout=30)
                connection.request("GET", PULSE)
                connection.getresponse().read()
                connection.close()
                break
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait()


def run_flask(instance: Path, *arguments: str, now: str = "") -> None:
    """Run one of the project's own commands on a folder of its own."""
    subprocess.run(  # noqa: S603  # the project's own command
        [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
        cwd=PROJECT,
        env=environment(instance, now=now),
        check=True,
        capture_output=True,
    )


def environment(instance: Path, *, now: str = "") -> dict[str, str]:
    """Return an environment in which everything lies in one folder, and in which it may be a certain moment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ENISHI_")}
    clock = {"ENISHI_NOW": now} if now else {}
    return kept | clock | {"ENISHI_INSTANCE": str(instance), "ENISHI_RATE_LIMITS": "off"}
