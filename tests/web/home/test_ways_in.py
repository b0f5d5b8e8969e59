"""The first page begins with what its reader came for, and the frame says where one is."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models import Account, AuditedSession, ParticipantKind
from tests.factories import make_account, make_appointment, make_membership, make_municipality, make_participant
from web.home.views import SECTIONS

ON_ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
Browsers = Callable[[Account], FlaskClient]


def first_way(page: str) -> str:
    """Return where the first link of the main part leads."""
    found = re.search(r'<main.*?<a [^>]*href="([^"]+)"', page, re.DOTALL)
    assert found is not None
    return found[1]


def current(page: str) -> list[tuple[str, str]]:
    navigation = page[page.index("<nav") : page.index("</nav>")]
    return re.findall(r'href="([^"]+)" aria-current="([^"]+)"', navigation)


@ON_ONE_DATABASE
def test_a_visitor_sees_the_two_ways_in_first(client: FlaskClient) -> None:
    page = client.get("/").text

    assert first_way(page) == "/can-do"
    assert page.index('href="/needs/begin"') < page.index('role="search"')


@ON_ONE_DATABASE
@pytest.mark.parametrize(
    ("kind", "way"),
    [
        (ParticipantKind.NEIGHBORHOOD_ASSOCIATION, "/needs/begin"),
        (ParticipantKind.RMO, "/needs/begin"),
        (ParticipantKind.NPO, "/needs/begin"),
        (ParticipantKind.COMPANY, "/offers/new"),
        (ParticipantKind.UNIVERSITY, "/offers/new"),
    ],
)
def test_the_first_way_of_a_body_is_what_it_comes_for(signed_in: Browsers, kind: ParticipantKind, way: str) -> None:
    account = make_membership(make_participant(kind=kind)).account

    assert first_way(signed_in(account).get("/").text) == way


@ON_ONE_DATABASE
def test_the_first_way_of_a_coordinator_is_the_desk(signed_in: Browsers) -> None:
    account = make_appointment(make_municipality()).account

    assert first_way(signed_in(account).get("/").text) == "/desk"


@ON_ONE_DATABASE
def test_who_speaks_for_nobody_yet_is_led_to_register(signed_in: Browsers) -> None:
    assert first_way(signed_in(make_account()).get("/").text) == "/account/register"


def test_every_kind_of_participant_has_a_first_page() -> None:
    assert set(SECTIONS) == set(ParticipantKind)


@ON_ONE_DATABASE
@pytest.mark.parametrize(
    ("path", "marked"),
    [
        ("/needs", [("/needs", "page")]),
        ("/needs/begin", [("/needs/begin", "page")]),
        ("/about", []),
    ],
)
def test_the_navigation_marks_the_page_that_is_open(
    client: FlaskClient, path: str, marked: list[tuple[str, str]]
) -> None:
    assert current(client.get(path).text) == marked


@ON_ONE_DATABASE
def test_the_navigation_marks_what_is_above_the_page_that_is_open(signed_in: Browsers) -> None:
    account = make_membership(make_participant()).account

    assert current(signed_in(account).get("/offers/new").text) == [("/offers", "true")]


@ON_ONE_DATABASE
def test_the_public_has_no_use_for_the_page_of_components(
    make_app: Callable[..., Flask], session: AuditedSession
) -> None:
    del session
    public = make_app(production=True, hosts=("localhost",), rate_limits=True, second_factor=True)

    assert public.test_client().get("/components", base_url="https://localhost").status_code == 404


@ON_ONE_DATABASE
def test_only_a_page_that_exists_is_offered_in_the_sample(client: FlaskClient) -> None:
    first, last = (client.get(f"/components?page={number}").text for number in (-5, 99))

    assert ('rel="next"' in first, 'rel="prev"' in first) == (True, False)
    assert ('rel="next"' in last, 'rel="prev"' in last) == (False, True)
