"""Plain Japanese on the pages that anybody reads: complete, and no language of its own."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po
from babel.support import NullTranslations
from flask.testing import FlaskClient
from flask_babel import Domain
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Account, Area, AreaNeighbour, Need, ResourceKind, Window
from tests.factories import (
    make_account,
    make_appointment,
    make_district,
    make_municipality,
    make_need,
    make_offer,
    make_participant,
    make_slot,
)
from web import i18n

WEB = Path(__file__).parents[3] / "web"
PUBLIC = [
    "base.html",
    "components/forms.html",
    "components/layout.html",
    "components/share.html",
    "home/visitor.html",
    "listings/needs.html",
    "listings/search.html",
    "abilities/start.html",
    "abilities/when.html",
    "abilities/where.html",
    "accounts/sign_up.html",
    "searches/ask.html",
    "searches/by_mail.html",
    "searches/confirm.html",
    "searches/link_too_old.html",
    "searches/mail_sent.html",
    "searches/stop.html",
    *(path.relative_to(WEB / "templates").as_posix() for path in sorted((WEB / "templates" / "areas").glob("*.html"))),
]


def in_plain_words() -> set[str]:
    """Return the texts that have a plain wording."""
    path = WEB / "translations" / i18n.EASY_JAPANESE / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        found = [message for message in read_po(file) if message.string and message.id]
    return {message.id[0] if isinstance(message.id, tuple) else str(message.id) for message in found}


@pytest.fixture
def plain_reader(client: FlaskClient) -> FlaskClient:
    client.post("/reading", data={"reading": "easy"})
    return client


@pytest.fixture
def district(session: Session) -> Area:
    """Write a town in which there is something of everything that a visitor reads about."""
    town = make_municipality()
    here, there = (make_district(municipality=town, name=name) for name in ("北山", "川辺"))
    owner = make_participant(area=here)
    need = make_need(participant=owner, slots=[make_slot(kind, "もの") for kind in ResourceKind])
    need.set_windows(list(Window))
    need.starts_on = need.ends_on = date(2027, 1, 12)
    session.add_all(
        [
            AreaNeighbour(area=here, neighbour=there),
            AreaNeighbour(area=there, neighbour=here),
            make_appointment(town),
            make_offer(participant=owner),
            need,
        ]
    )
    session.commit()
    return here


@pytest.mark.parametrize("template", PUBLIC)
def test_every_text_of_a_public_page_has_plain_words(template: str) -> None:
    found = extract_from_file("jinja2", WEB / "templates" / template, options={"trimmed": "true"})
    texts = {text[0] if isinstance(text, tuple) else text for _line, text, _comments, _context in found}

    assert sorted(texts - in_plain_words()) == []


def test_what_a_visitor_reads_is_plain_also_where_it_stands_in_code(
    plain_reader: FlaskClient, session: Session, district: Area, monkeypatch: pytest.MonkeyPatch
) -> None:
    need = session.scalars(select(Need)).one()
    known, missed = in_plain_words(), set()

    class Noting(NullTranslations):
        """Notes what has no plain words, in the place of the usual Japanese."""

        def ugettext(self, message: str) -> str:
            missed.add(message)
            return message

        def ungettext(self, one: str, many: str, number: int) -> str:
            del many, number
            return self.ugettext(one)

        gettext = ugettext

    monkeypatch.setattr(Domain, "get_translations", lambda _domain: Noting())
    for address in (
        "/",
        "/needs",
        f"/needs?area={district.path}&kind=goods&when=evenings",
        "/needs?q=zzz&field=none",
        f"/needs/{need.id}",
        f"/areas/{district.path}",
        f"/areas/{district.path}/map",
        "/searches/new",
        "/searches/ask",
        "/sign-up",
        "/can-do",
    ):
        assert plain_reader.get(address).status_code == 200

    assert "\n".join(sorted(missed - known)) == ""


def test_a_day_is_written_without_the_era(plain_reader: FlaskClient, district: Area) -> None:
    page = plain_reader.get(f"/needs?area={district.path}").text

    assert "2027年1月12日（火）" in page
    assert "令和" not in page


def test_the_usual_words_come_back(plain_reader: FlaskClient, district: Area) -> None:
    plain = plain_reader.get(f"/areas/{district.path}").text
    plain_reader.post("/reading", data={"reading": "usual"})

    assert "今 ここで 困っている こと" in plain
    assert "いま募集中の困りごと" in plain_reader.get(f"/areas/{district.path}").text


def test_a_page_in_plain_words_is_a_japanese_page_that_says_so(plain_reader: FlaskClient) -> None:
    page = plain_reader.get("/needs").text

    assert '<html lang="ja">' in page
    assert "やさしい 日本語で 書いています" in page


def test_english_is_not_touched_by_it(plain_reader: FlaskClient) -> None:
    plain_reader.post("/language", data={"locale": "en"})

    assert "Written in plain Japanese" not in plain_reader.get("/needs").text


def test_the_language_of_an_account_stays_as_it_is(
    session: Session, signed_in: Callable[[Account], FlaskClient]
) -> None:
    account = make_account(locale="en")
    session.add(account)

    signed_in(account).post("/reading", data={"reading": "easy"})

    assert account.locale == "en"
