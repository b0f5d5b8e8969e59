"""Every text of pages, forms and mails exists in Japanese and in English."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"
LOCALES = ("ja", "en")
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
OPTIONS = {"templates/**.html": {"trimmed": "true"}, "templates/**.txt": {"trimmed": "true"}}
KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "_n": (1, 2)}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


def catalogue(locale: str) -> Catalog:
    path = WEB / "translations" / locale / "LC_MESSAGES" / "messages.po"
    return read_po(BytesIO(path.read_bytes()), locale=locale)


@pytest.fixture(scope="module")
def used() -> set[str]:
    found = extract_from_dir(WEB, METHODS, OPTIONS, keywords=KEYWORDS)
    return {message[0] if isinstance(message, tuple) else message for _, _, message, _, _ in found}


@pytest.mark.parametrize("locale", LOCALES)
def test_every_text_is_translated(locale: str, used: set[str]) -> None:
    translated = {
        (message.id[0] if isinstance(message.id, tuple) else message.id)
        for message in catalogue(locale)
        if message.string and all(message.string if isinstance(message.string, tuple) else (message.string,))
    }

    assert sorted(used - translated) == []


@pytest.mark.parametrize("locale", LOCALES)
def test_no_translation_is_left_over_or_unsure(locale: str, used: set[str]) -> None:
    kept = {message.id[0] if isinstance(message.id, tuple) else message.id for message in catalogue(locale)}

    assert sorted(kept - used - {""}) == []
    assert [message.id for message in catalogue(locale) if message.fuzzy and message.id] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_every_placeholder_survives_translation(locale: str) -> None:
    changed = [
        message.id
        for message in catalogue(locale)
        if isinstance(message.id, str)
        and message.id
        and set(PLACEHOLDER.findall(message.id)) != set(PLACEHOLDER.findall(str(message.string)))
    ]

    assert changed == []
