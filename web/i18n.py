"""Languages, labels of every enumeration, reasons in words, and dates as people write them."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from babel.support import NullTranslations, Translations
from flask import Flask, g, has_request_context, request, session
from flask_babel import Babel, Domain, get_locale
from flask_babel import lazy_gettext as _l

from models import (
    Again,
    CollaborationForm,
    Condition,
    ConsentChannel,
    ConsentPurpose,
    Ending,
    EndorsementKind,
    GoalReached,
    JobKind,
    JobState,
    LedgerMove,
    Merit,
    NeedOrigin,
    NeedStatus,
    NewsKind,
    OfferStatus,
    ParticipantKind,
    Reach,
    Reply,
    RequestKind,
    ResourceKind,
    Role,
    Side,
    SmallRole,
    Stage,
    Times,
    Verdict,
    Window,
    utc_now,
)
from models.audit import AuditAction
from web.database import BARE
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
LABELS: Final[Mapping[type[StrEnum], Mapping[StrEnum, Any]]] = {
    ParticipantKind: {
        ParticipantKind.NEIGHBORHOOD_ASSOCIATION: _l("Neighbourhood association"),
        ParticipantKind.RMO: _l("Regional management organisation"),
        ParticipantKind.NPO: _l("NPO or citizen group"),
        ParticipantKind.COMPANY: _l("Company"),
        ParticipantKind.UNIVERSITY: _l("University or school"),
        ParticipantKind.RESIDENT: _l("Resident (staff bank)"),
        ParticipantKind.GOVERNMENT: _l("Public office"),
        ParticipantKind.INTERMEDIARY: _l("Intermediary"),
    },
    ResourceKind: {
        ResourceKind.PEOPLE: _l("People"),
        ResourceKind.GOODS: _l("Goods"),
        ResourceKind.MONEY: _l("Money"),
        ResourceKind.PLACE: _l("Place"),
        ResourceKind.INFORMATION: _l("Information"),
        ResourceKind.SERVICE: _l("Service"),
    },
    Window: {
        Window.WEEKDAY_AM: _l("Weekday mornings"),
        Window.WEEKDAY_PM: _l("Weekday afternoons"),
        Window.WEEKDAY_EVENING: _l("Weekday evenings"),
        Window.SAT_AM: _l("Saturday mornings"),
        Window.SAT_PM: _l("Saturday afternoons"),
        Window.SAT_EVENING: _l("Saturday evenings"),
        Window.SUN_AM: _l("Sunday mornings"),
        Window.SUN_PM: _l("Sunday afternoons"),
        Window.SUN_EVENING: _l("Sunday evenings"),
    },
    SmallRole: {
        SmallRole.FEW_HOURS: _l("Two hours a month or less"),
        SmallRole.ONLINE: _l("From home, online"),
        SmallRole.EVENING: _l("In the evening"),
        SmallRole.CHILDREN_WELCOME: _l("Children are welcome"),
        SmallRole.TRIAL: _l("Try it beside somebody experienced"),
    },
    Times: {
        Times.WEEKDAY_DAY: _l("Weekdays, in the daytime"),
        Times.WEEKDAY_EVENING: _l("Weekdays, in the evening"),
        Times.WEEKEND_DAY: _l("Saturdays and Sundays, in the daytime"),
        Times.WEEKEND_EVENING: _l("Saturdays and Sundays, in the evening"),
    },
    Condition: {
        Condition.FREE: _l("Free of charge"),
        Condition.AT_COST: _l("At cost"),
        Condition.PAID: _l("Paid"),
        Condition.LOAN: _l("On loan"),
        Condition.TRANSFER: _l("To keep"),
    },
    Reach: {
        Reach.DISTRICT: _l("The own district"),
        Reach.MUNICIPALITY: _l("The whole municipality"),
        Reach.PREFECTURE: _l("The whole prefecture"),
        Reach.ANYWHERE: _l("Anywhere"),
    },
    NeedStatus: {
        NeedStatus.DRAFT: _l("Draft"),
        NeedStatus.OPEN: _l("Open"),
        NeedStatus.FILLED: _l("Filled"),
        NeedStatus.WITHDRAWN: _l("Withdrawn"),
        NeedStatus.EXPIRED: _l("Expired"),
    },
    NeedOrigin: {
        NeedOrigin.OWN_POST: _l("Own post"),
        NeedOrigin.VISIT: _l("Visit"),
        NeedOrigin.CONSULTATION: _l("Consultation"),
        NeedOrigin.ROUNDTABLE: _l("Roundtable"),
        NeedOrigin.PLAN_GOAL: _l("Goal of a plan"),
        NeedOrigin.IMPORT: _l("Imported sheet"),
    },
    OfferStatus: {
        OfferStatus.DRAFT: _l("Draft"),
        OfferStatus.OPEN: _l("Open"),
        OfferStatus.PAUSED: _l("Paused"),
        OfferStatus.WITHDRAWN: _l("Withdrawn"),
        OfferStatus.EXPIRED: _l("Expired"),
    },
    Role: {
        Role.RESIDENT: _l("Resident"),
        Role.MEMBER: _l("Member of an organisation"),
        Role.MANAGER: _l("Manager of an organisation"),
        Role.COORDINATOR: _l("Coordinator"),
        Role.ADMINISTRATOR: _l("Administrator"),
    },
    Verdict: {
        Verdict.PENDING: _l("Awaiting review"),
        Verdict.APPROVED: _l("Approved"),
        Verdict.HELD: _l("On hold"),
        Verdict.REFUSED: _l("Refused"),
        Verdict.SUPERSEDED: _l("Superseded"),
    },
    Stage: {
        Stage.PROPOSED: _l("Proposed"),
        Stage.ACCEPTED: _l("All said yes"),
        Stage.DRAFTING: _l("Drafting the agreement"),
        Stage.AGREED: _l("Agreed"),
        Stage.RUNNING: _l("Running"),
        Stage.EVALUATING: _l("Evaluating"),
        Stage.CLOSED: _l("Closed"),
        Stage.DECLINED: _l("Declined"),
        Stage.LAPSED: _l("Lapsed"),
        Stage.WITHDRAWN: _l("Withdrawn"),
    },
    Ending: {
        Ending.DISSOLVED: _l("Dissolved, mission done"),
        Ending.CONTINUED: _l("Continued"),
        Ending.HANDED_OVER: _l("Handed over"),
    },
    Reply: {
        Reply.YES: _l("Yes"),
        Reply.NO: _l("No"),
    },
    Side: {
        Side.REQUESTER: _l("Has the need"),
        Side.PROVIDER: _l("Helps"),
    },
    ConsentPurpose: {
        ConsentPurpose.PROJECTS: _l("Being suggested for projects in the town"),
        ConsentPurpose.LECTURER: _l("Being introduced as a lecturer"),
        ConsentPurpose.COUNCIL_SEAT: _l("Being asked to join a council"),
        ConsentPurpose.GUARDIAN: _l("Consent of the guardian"),
    },
    ConsentChannel: {
        ConsentChannel.WEB: _l("On this site"),
        ConsentChannel.FACE_TO_FACE: _l("Face to face"),
        ConsentChannel.TELEPHONE: _l("By telephone"),
        ConsentChannel.PAPER: _l("On paper"),
    },
    JobKind: {
        JobKind.REFRESH_SUGGESTIONS: _l("Looking for partners"),
        JobKind.REFRESH_NEED: _l("Looking for partners for one need"),
        JobKind.REFRESH_OFFER: _l("Looking for needs that one offer touches"),
        JobKind.PREVIEW_WEIGHTS: _l("Reckoning what other weights would change"),
        JobKind.LEARN_WEIGHTS: _l("Asking which weights the decisions speak for"),
    },
    JobState: {
        JobState.QUEUED: _l("Waiting"),
        JobState.RUNNING: _l("At work"),
        JobState.DONE: _l("Done"),
        JobState.FAILED: _l("Failed"),
    },
    CollaborationForm: {
        CollaborationForm.CO_HOSTING: _l("Co-hosting"),
        CollaborationForm.PATRONAGE: _l("Patronage"),
        CollaborationForm.EXECUTIVE_COMMITTEE: _l("Executive committee"),
        CollaborationForm.COMMISSION: _l("Commission"),
        CollaborationForm.SUBSIDY: _l("Subsidy"),
        CollaborationForm.ACCORD: _l("Accord"),
    },
    LedgerMove: {
        LedgerMove.HANDED_OVER: _l("Was handed over"),
        LedgerMove.RETURNED: _l("Came back"),
        LedgerMove.USED_UP: _l("Used up"),
        LedgerMove.MISSING: _l("Missing"),
    },
    RequestKind: {
        RequestKind.CHANGE: _l("Change the agreement"),
        RequestKind.LEAVE: _l("Leave the partnership"),
    },
    GoalReached: {
        GoalReached.YES: _l("Reached"),
        GoalReached.PARTLY: _l("Partly reached"),
        GoalReached.NO: _l("Not reached"),
        GoalReached.CANNOT_SAY: _l("Cannot say"),
    },
    Again: {
        Again.YES: _l("Would do it again"),
        Again.PERHAPS: _l("Perhaps"),
        Again.NO: _l("Would not do it again"),
    },
    Merit: {
        Merit.NEEDS_MET: _l("Needs were met as they really are"),
        Merit.NEW_STRUCTURE: _l("New structures and ties came about"),
        Merit.EFFICIENCY: _l("It took less money and effort"),
        Merit.SYNERGY: _l("More came of it than each could have done alone"),
    },
    EndorsementKind: {
        EndorsementKind.REGISTERED: _l("Registered and checked"),
        EndorsementKind.PATRONAGE: _l("Under patronage"),
        EndorsementKind.ACCORD: _l("Partner by accord"),
    },
    NewsKind: {
        NewsKind.DATES_PROPOSED: _l("Dates for the first meeting were proposed"),
        NewsKind.MEETING_FIXED: _l("The first meeting has a date"),
        NewsKind.VERSION_WRITTEN: _l("The draft of the agreement was changed"),
        NewsKind.SIGNED: _l("Somebody signed the agreement"),
        NewsKind.STARTED: _l("The work has begun"),
        NewsKind.LEDGER_WRITTEN: _l("Something was written into the ledger"),
        NewsKind.MILESTONE_REACHED: _l("A milestone was reached"),
        NewsKind.REQUEST_MADE: _l("Somebody asks for a change"),
        NewsKind.REQUEST_DECIDED: _l("A request was decided"),
        NewsKind.EVALUATIONS_OPENED: _l("The evaluations can be read"),
        NewsKind.ENDED: _l("The partnership has ended"),
    },
    AuditAction: {
        AuditAction.INSERT: _l("added"),
        AuditAction.UPDATE: _l("changed"),
        AuditAction.DELETE: _l("removed"),
        AuditAction.EXPORT: _l("exported"),
        AuditAction.ERASE: _l("erased"),
    },
}


def label(member: StrEnum) -> str:
    """Return the label of an enumeration's member in the reader's language."""
    return str(LABELS[type(member)][member])


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
