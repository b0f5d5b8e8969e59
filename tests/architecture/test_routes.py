"""Who may open which door: the published matrix, the code, and the answers over HTTP are the same."""

import csv
import io
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import ChoiceLoader, DictLoader
from werkzeug.routing import Rule

from models import Account, AuditedSession, Permission, is_granted
from tests.architecture.world import VISITOR, World, build_world
from web.config import Settings
from web.security import Door, check_every_route_names_its_permission, door_of

MATRIX = Path(__file__).parents[2] / "docs" / "permissions.csv"
KEBAB = re.compile(r"^(/|(/([a-z0-9]+(-[a-z0-9]+)*|[a-z0-9-]+\.(svg|json|xml|ics|atom|csv)|<[a-z_:]+>(\.ics)?|v1))+)$")
REFUSED = {401, 403, 404}
# A door is opened or closed by a table in Python: one database is enough to knock at each of them as everybody.
ON_ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def doors(app: Flask) -> Iterator[tuple[Rule, str, Door]]:
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        door = door_of(app.view_functions[rule.endpoint])
        if door is not None:
            for method in sorted(set(rule.methods or ()) - {"HEAD", "OPTIONS"}):
                yield rule, method, door


def allowed(world: World, name: str, door: Door) -> bool:
    subject = world.rows[door.on] if door.on is not None else None
    return is_granted(door.permission, world.accounts[name], subject)


def knocks(app: Flask, world: World, *, is_allowed: bool) -> dict[str, list[tuple[str, str, str]]]:
    """Return by account the doors of pages that are open to it, or closed: method, route and address of each.

    They are gathered before anybody knocks, since each answer makes the session forget the rows.
    """
    return {
        name: [
            (method, rule.rule, _url(rule, world, door))
            for rule, method, door in doors(app)
            if not rule.rule.startswith("/api/") and allowed(world, name, door) is is_allowed
        ]
        for name in world.accounts
    }


def matrix(app: Flask, world: World) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["method", "route", "permission", *world.accounts])
    for rule, method, door in doors(app):
        cells = ["yes" if allowed(world, name, door) else "" for name in world.accounts]
        writer.writerow([method, rule.rule, door.permission.value, *cells])
    return text.getvalue()


@pytest.fixture
def world(session: AuditedSession) -> World:
    return build_world(session)


def test_the_matrix_is_what_is_published(app: Flask, world: World) -> None:
    """Write it anew with ENISHI_PUBLISH=1 after reading what changed."""
    if os.environ.get("ENISHI_PUBLISH"):
        MATRIX.write_text(matrix(app, world), encoding="utf-8")

    assert matrix(app, world) == MATRIX.read_text(encoding="utf-8")


@pytest.fixture
def short_refusals(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Say no in one word: thousands of refusals are asked for, and what their page looks like is seen elsewhere."""
    assert app.jinja_loader is not None
    short = DictLoader({"errors/error.html": "{{ code }}"})
    monkeypatch.setattr(app.jinja_env, "loader", ChoiceLoader([short, app.jinja_loader]))
    monkeypatch.setattr(app.jinja_env, "cache", {})


@ON_ONE_DATABASE
@pytest.mark.usefixtures("short_refusals")
def test_a_closed_door_stays_closed_over_http(
    app: Flask, world: World, client: FlaskClient, signed_in: Callable[[Account], FlaskClient]
) -> None:
    opened = []
    for name, calls in knocks(app, world, is_allowed=False).items():
        account = world.accounts[name]
        browser = client if account is None else signed_in(account)
        for method, rule, url in calls:
            answer = browser.open(url, method=method)
            if answer.status_code not in REFUSED and "/sign-in" not in answer.headers.get("Location", ""):
                opened.append((name, method, rule, answer.status_code))

    assert opened == []


@ON_ONE_DATABASE
def test_every_page_that_may_be_read_answers(
    app: Flask, world: World, client: FlaskClient, signed_in: Callable[[Account], FlaskClient]
) -> None:
    failed = []
    for name, calls in knocks(app, world, is_allowed=True).items():
        account = world.accounts[name]
        browser = client if account is None else signed_in(account)
        for method, rule, url in calls:
            status = browser.get(url).status_code if method == "GET" else 200
            if status not in {200, 302, 303, 401, 404, 410}:
                failed.append((name, rule, status))

    assert failed == []


def test_the_api_opens_to_nobody_without_a_token(app: Flask, world: World, client: FlaskClient) -> None:
    opened = [
        (method, rule.rule)
        for rule, method, door in doors(app)
        if rule.rule.startswith("/api/")
        and not allowed(world, VISITOR, door)
        and client.open(_url(rule, world, door), method=method, json={}).status_code not in {401, 422}
    ]

    assert opened == []


def test_what_is_absent_and_what_is_forbidden_look_the_same(
    world: World, signed_in: Callable[[Account], FlaskClient]
) -> None:
    stranger = world.accounts["other coordinator"]
    assert stranger is not None
    browser = signed_in(stranger)
    suggestion = next(row for kind, row in world.rows.items() if kind.__name__ == "Suggestion")

    forbidden = browser.get(f"/suggestions/{suggestion.id}")
    absent = browser.get(f"/suggestions/{stranger.id}")

    assert forbidden.status_code == absent.status_code == 404
    assert _without_tokens(forbidden.text, suggestion.id) == _without_tokens(absent.text, stranger.id)


def test_every_url_is_written_in_kebab_case(app: Flask) -> None:
    odd = [rule.rule for rule in app.url_map.iter_rules() if rule.endpoint != "static" and not KEBAB.match(rule.rule)]

    assert odd == []


def test_a_route_without_a_permission_stops_the_start(app: Flask) -> None:
    app.view_functions["planted"] = lambda: "open to everybody"
    app.url_map.add(Rule("/planted", endpoint="planted"))

    with pytest.raises(RuntimeError, match="planted"):
        check_every_route_names_its_permission(app)


def test_every_permission_opens_a_door(app: Flask) -> None:
    assert {door.permission for _, _, door in doors(app)} == set(Permission)


def test_production_refuses_what_is_meant_for_tests(tmp_path: Path) -> None:
    safe = {"production": True, "instance": tmp_path, "secret_key": "k", "hosts": ("enishi.example",)}
    for unsafe in ({"secret_key": ""}, {"rate_limits": False}, {"clock_is_fixed": True}, {"second_factor": False}):
        with pytest.raises(RuntimeError):
            Settings(**(safe | {"second_factor": True} | unsafe))  # type: ignore[arg-type]  # kept short


def _url(rule: Rule, world: World, door: Door) -> str:
    some = world.rows[door.on].id if door.on is not None else ""
    return re.sub(r"<uuid:\w+>", str(some), re.sub(r"<(?!uuid)\w+>", "x", rule.rule))


def _without_tokens(page: str, row_id: object) -> str:
    page = page.replace(str(row_id), "")
    return re.sub(r'nonce="[^"]*"|name="(_once|csrf_token)"[^>]*|value="[^"]*"', "", page)
