"""The published description of the API is what the routes are."""

import re

from flask import Flask
from flask.testing import FlaskClient


def described(client: FlaskClient) -> dict[str, dict[str, object]]:
    paths: dict[str, dict[str, object]] = client.get("/api/v1/openapi.json").get_json()["paths"]
    return paths


def test_the_contract_names_every_route_and_no_other(app: Flask, client: FlaskClient) -> None:
    routes = {
        (method.lower(), re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and not rule.rule.endswith("openapi.json")
        for method in set(rule.methods or ()) - {"HEAD", "OPTIONS"}
    }

    assert {(method, path) for path, methods in described(client).items() for method in methods} == routes


def test_every_operation_asks_for_a_token(client: FlaskClient) -> None:
    open_operations = [
        (method, path)
        for path, methods in described(client).items()
        for method, operation in methods.items()
        if not operation.get("security")  # type: ignore[attr-defined]  # a JSON object
    ]

    assert open_operations == []


def test_the_description_is_openapi_3_1(client: FlaskClient) -> None:
    assert client.get("/api/v1/openapi.json").get_json()["openapi"].startswith("3.1")
