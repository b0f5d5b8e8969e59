"""What travels to the browser: versioned, compressed, and nothing that was changed on the way."""

import gzip
import hashlib
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from web.transfer import BUNDLES

VENDORED = [Path(__file__).parents[2] / "web" / "static" / "vendor", Path(__file__).parents[1] / "vendor"]
ROW = re.compile(r"^\| (?P<file>\S+) \|.*\| (?P<digest>[0-9a-f]{64}) \|$", re.MULTILINE)
MOST_SCRIPT_BYTES = 30_000


def vendored_files() -> list[tuple[Path, str]]:
    return [
        (folder / row["file"], row["digest"])
        for folder in VENDORED
        for row in ROW.finditer((folder / "README.md").read_text(encoding="utf-8"))
    ]


def asset_url(client: FlaskClient, ending: str) -> str:
    found = re.search(rf'"(/static/built/[^"]+\.{ending})"', client.get("/sign-in").text)
    assert found is not None
    return found[1]


def compressed(client: FlaskClient, url: str) -> TestResponse:
    return client.get(url, headers={"Accept-Encoding": "gzip, br"}, buffered=True)


@pytest.mark.parametrize(("path", "digest"), vendored_files(), ids=lambda one: getattr(one, "name", ""))
def test_a_vendored_file_is_what_was_published(path: Path, digest: str) -> None:
    assert hashlib.sha256(path.read_bytes()).hexdigest() == digest


def test_every_vendored_script_and_style_names_its_source() -> None:
    named = {path for path, _ in vendored_files()}

    assert {path for folder in VENDORED for path in folder.glob("*.[cj]s*")} == named


@pytest.mark.parametrize("ending", ["css", "js", "svg"])
def test_what_all_pages_share_is_kept_for_good_and_compressed(client: FlaskClient, ending: str) -> None:
    answer = compressed(client, asset_url(client, ending))

    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data) == client.get(asset_url(client, ending), buffered=True).data


def test_its_name_follows_from_its_content(client: FlaskClient) -> None:
    url = asset_url(client, "js")

    assert hashlib.sha256(client.get(url, buffered=True).data).hexdigest()[:12] in url


def test_all_script_together_is_small(client: FlaskClient) -> None:
    assert len(compressed(client, asset_url(client, "js")).data) <= MOST_SCRIPT_BYTES


@pytest.mark.parametrize(("page", "without"), [("/sign-in", "visits.js"), ("/visits/offline", "enishi.js")])
def test_a_page_loads_nothing_but_what_was_bundled_for_it(client: FlaskClient, page: str, without: str) -> None:
    loaded = re.findall(r'(?:src|<link[^>]*href)="([^"]+)"', client.get(page).text)

    names = {re.sub(r"/static/built/(\w+)-\w+\.(\w+)", r"\1.\2", url) for url in loaded}
    assert names == set(BUNDLES) - {without}


def test_a_page_is_compressed_for_who_reads_that(client: FlaskClient) -> None:
    plain, packed = client.get("/sign-up"), compressed(client, "/sign-up")

    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "</html>" in gzip.decompress(packed.data).decode()


def test_the_length_of_a_compressed_page_tells_nothing(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/alike", view_func=lambda: "<p>alike</p>" * 1000)

    assert len({len(compressed(client, "/alike").data) for _ in range(40)}) > 5


def test_a_sheet_is_not_compressed_as_a_page(client: FlaskClient) -> None:
    assert "Content-Encoding" not in compressed(client, "/healthz").headers
