"""Languages, labels of every enumeration, reasons in words, and dates as people write them."""

from datetime import date, datetime
from pathlib import Path
from typing import Final, cast
from zoneinfo import ZoneInfo

from babel.support import NullTranslations, Translations
from flask import Flask, g, has_request_context, request, session
from flask_babel import Babel, Domain, get_locale

from models import utc_now
from web.database import BARE
from web.labels import label
from web.security import current_account

LOCALES: Final = ("ja", "en")
HERE: Final = Path(__file__).parent
TOWN_TIME: Final = ZoneInfo("Asia/Tokyo")
WEEKDAYS_JA: Final = "月火水木金土日"
REIWA_BEGINS: Final = date(2019, 5, 1)

EASY: Final = "easy"
EASY_JAPANESE: Final = "ja@easy"

babel = Babel()


# Members of two enumerations can have the same value, and then they are equal keys: so one table each.
def asked_language() -> str:
    """Return the language that the address names: what programs share must not hang on who asks."""
    asked = request.args.get("lang", "")
    return asked if asked in LOCALES else LOCALES[0]


def init_i18n(app: Flask) -> None:
    """Choose the language for each request and give templates their words."""
    app.config.update(
        BABEL_DEFAULT_LOCALE="ja", BABEL_DEFAULT_TIMEZONE="Asia/Tokyo", BABEL_TRANSLATION_DIRECTORIES="translations"
    )
    babel.init_app(app, locale_selector=_select_locale)
    # Flask-Babel keeps the domain of an application in this attribute, and knows no other way to give it one.
    babel.domain_instance = Readings()
    app.jinja_env.filters.update(clock=clock, day=day, fiscal_year=fiscal_year, moment=moment, label=label)
    app.jinja_env.add_extension("jinja2.ext.i18n")


class Readings(Domain):
    """Japanese in two readings: the usual one, and a plain one that falls back on it."""

    def get_translations(self) -> NullTranslations:
        """Return the texts of this request's language, in the plain reading where it was chosen."""
        usual = super().get_translations()
        if not reads_easily():
            return cast("NullTranslations", usual)
        if EASY_JAPANESE not in self.cache:
            plain = Translations.load(HERE / "translations", [EASY_JAPANESE])
            plain.add_fallback(usual)
            self.cache[EASY_JAPANESE] = plain
        return cast("NullTranslations", self.cache[EASY_JAPANESE])


def reads_easily() -> bool:
    """Tell whether this reader chose plain Japanese, which is a reading of pages and no language of its own."""
    return bool(has_request_context() and session.get(EASY) and locale() == "ja")


def locale() -> str:
    """Return the language of this request, `ja` or `en`."""
    found = get_locale()
    return str(found) if found is not None else "ja"


def day(value: date | None, *, language: str | None = None) -> str:
    """Return a day, or that of a moment, as people write it: 令和8年11月22日（日） or 22 November 2026 (Sun)."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(TOWN_TIME).date()
    if (language or locale()) == "en":
        return f"{value.day} {value:%B} {value.year} ({value:%a})"
    weekday = WEEKDAYS_JA[value.weekday()]
    if language is None and reads_easily():
        year = "" if value.year == utc_now().astimezone(TOWN_TIME).year else f"{value.year}年"
        return f"{year}{value.month}月{value.day}日（{weekday}）"
    if value < REIWA_BEGINS:
        return f"{value.year}年{value.month}月{value.day}日（{weekday}）"
    reiwa = value.year - REIWA_BEGINS.year + 1
    return f"令和{'元' if reiwa == 1 else reiwa}年{value.month}月{value.day}日（{weekday}）"


def typed_day(value: date) -> str:
    """Return a day as people type it into a form: 令和8年11月22日 or 2026-11-22."""
    return value.isoformat() if locale() == "en" else day(value)[: -len("（日）")]


def fiscal_year(year: int) -> str:
    """Return a fiscal year as people write it: 令和8年度 or fiscal year 2026."""
    if locale() == "en":
        return f"fiscal year {year}"
    reiwa = year - REIWA_BEGINS.year + 1
    return f"令和{'元' if reiwa == 1 else reiwa}年度" if reiwa > 0 else f"{year}年度"


def clock(value: datetime) -> str:
    """Return the time of day in the town, as 12:34."""
    return f"{value.astimezone(TOWN_TIME):%H:%M}"


def moment(value: datetime | None, *, language: str | None = None) -> str:
    """Return a moment in the town's time."""
    if value is None:
        return ""
    local = value.astimezone(TOWN_TIME)
    return f"{day(local.date(), language=language)} {local:%H:%M}"


def _select_locale() -> str:
    chosen = session.get("locale")
    if chosen in LOCALES:
        return str(chosen)
    account = None if g.get(BARE) else current_account()
    if account is not None:
        return account.locale
    return request.accept_languages.best_match(LOCALES, default="ja") or "ja"
