import time

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from web.operations.queries import pulse


def test_the_pulse_is_ok_while_the_database_answers(client: FlaskClient) -> None:
    response = client.get("/healthz")

    assert response.status_code == 200
    assert response.json == {"status": "ok"}


def test_the_pulse_says_when_to_ask_again_once_the_tables_are_gone(client: FlaskClient, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE audit_heads"))

    response = client.get("/healthz")

    assert response.status_code == 503
    assert response.headers["Retry-After"] == "2"


def test_the_pulse_does_not_wait_for_writers(client: FlaskClient, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE audit_heads SET sequence = sequence"))

        assert client.get("/healthz").status_code == 200


class Silent:
    """A database whose network swallows everything."""

    def connect(self) -> None:
        time.sleep(5)
        raise OperationalError("", {}, Exception())


class Refusing:
    """A database that is not there."""

    def connect(self) -> None:
        raise OperationalError("", {}, Exception())


@pytest.mark.parametrize("engine", [Silent(), Refusing()], ids=["silent", "refusing"])
def test_a_database_that_is_away_is_found_out_within_a_second(engine: Engine) -> None:
    began = time.monotonic()

    assert not pulse.answers(engine, within_seconds=0.8)
    assert time.monotonic() - began < 1


def test_the_description_of_the_interface_is_public(client: FlaskClient) -> None:
    response = client.get("/api/v1/openapi.json")

    assert response.status_code == 200
    assert response.json is not None
    assert response.json["openapi"].startswith("3.1")
    assert "bearer" in response.json["components"]["securitySchemes"]
