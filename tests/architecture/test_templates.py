"""What no template may hold."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "web" / "templates").rglob("*.html"))
FORBIDDEN = {
    "a filter that turns escaping off": re.compile(r"\|\s*safe\b"),
    "escaping switched off": re.compile(r"autoescape\s+false"),
    "an inline style": re.compile(r"\sstyle\s*="),
    "an inline script": re.compile(r"\son[a-z]+\s*=\s*[\"']"),
    "a script without a nonce": re.compile(r"<script(?![^>]*nonce=)"),
    "a style without a nonce": re.compile(r"<(style|link rel=\"stylesheet\")(?![^>]*nonce=)"),
    "a foreign address": re.compile(r"(src|href|action)\s*=\s*[\"'](https?:)?//"),
    "the stored value of an enumeration": re.compile(r"\.(stage|verdict|status|kind|role)\.value\s*}}"),
}
FORM = re.compile(r"<form[^>]*method=\"post\".*?</form>", re.DOTALL)


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_holds(what: str) -> None:
    assert [path.name for path in TEMPLATES if FORBIDDEN[what].search(path.read_text(encoding="utf-8"))] == []


def test_every_form_carries_its_token() -> None:
    naked = [
        path.name
        for path in TEMPLATES
        for form in FORM.findall(path.read_text(encoding="utf-8"))
        if "csrf_token" not in form and "hidden(" not in form
    ]

    assert naked == []


@pytest.mark.parametrize(
    ("planted", "what"),
    [
        ("<p>{{ need.body|safe }}</p>", "a filter that turns escaping off"),
        ('<p style="color: red">', "an inline style"),
        ('<button onclick="go()">', "an inline script"),
        ("<script>go()</script>", "a script without a nonce"),
        ('<img src="https://elsewhere.example/pixel">', "a foreign address"),
    ],
)
def test_a_planted_fault_is_found(planted: str, what: str) -> None:
    assert FORBIDDEN[what].search(planted)
