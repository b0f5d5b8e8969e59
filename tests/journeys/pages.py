"""Every page that somebody can open: where it is, what it is built of, and what it promises."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, inspect, select
from sqlalchemy.orm import InstrumentedAttribute, Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from models import (
    Account,
    Area,
    Base,
    CourseCompletion,
    Decision,
    Endorsement,
    Enquiry,
    Goal,
    Job,
    LedgerLine,
    Need,
    Offer,
    Participant,
    Partnership,
    Permission,
    Referral,
    ReferralState,
    Season,
    SeasonProject,
    SignIn,
    Stage,
    Suggestion,
    is_granted,
    utc_now,
)
from models.years import fiscal_year, town_day
from seeds.ready_made import ready_made_needs
from tests.journeys.mails import links_in_mails
from web.database import db
from web.evaluations.queries import survey_token
from web.intake.documents import PaperKind
from web.listings.forms.steps import Step
from web.referrals.queries import token_for
from web.security import SESSION_LASTS, Door, door_of, token_hash

MOST_BYTES: Final = 100_000
MOST_SCRIPT_BYTES: Final = 30_000
MOST_REQUESTS: Final = 6
MOST_QUERIES: Final = 12
MOST_ROWS_LOOKED_THROUGH: Final = 150

# Rows of a kind differ in this, so their pages do: one of each is looked at.
DIFFER_BY: Final[Mapping[type[Base], InstrumentedAttribute[Any]]] = MappingProxyType(
    {
        Enquiry: Enquiry.reply,
        Job: Job.kind,
        Need: Need.status,
        Offer: Offer.status,
        Participant: Participant.kind,
        Partnership: Partnership.stage,
        Suggestion: Suggestion.verdict,
    }
)


def one_place_of_each_level(session: Session) -> list[Mapping[str, Any]]:
    """Return what stands in the addresses of a municipality and of a district."""
    places = session.scalars(select(Area).where(Area.is_demo).order_by(Area.path))
    return [{"path": path} for path in {place.level: place.path for place in places}.values()]


def codes_of_endorsements(session: Session) -> list[Mapping[str, Any]]:
    """Return the code of an endorsement that stands and of one that has expired."""
    on = town_day(utc_now())
    found = session.scalars(select(Endorsement).order_by(Endorsement.expires_on, Endorsement.id)).all()
    ended = [one for one in found if one.expires_on < on][:1]
    return [{"code": one.code} for one in [*ended, *(one for one in found if one.stands_on(on))][:2]]


def _this_year() -> int:
    return fiscal_year(town_day(utc_now()))


# What stands in an address beside the id of the row that the door is about, also as its query: by endpoint, or by name.
ARGUMENTS: Final[Mapping[str, Callable[[Session], Sequence[Mapping[str, Any]]]]] = MappingProxyType(
    {
        "abilities.needs": lambda _session: [{"can": "cooking", "area": "jp.demo.hiyori.kawabe"}, {"also": "宇宙飛行"}],
        "abilities.when": lambda _session: [{"also": "調理、裁縫手芸、宇宙飛行"}],
        "abilities.where": lambda _session: [{"can": "cooking"}],
        "areas.area": one_place_of_each_level,
        "areas.borders": one_place_of_each_level,
        "area_profiles.profile": lambda session: one_place_of_each_level(session)[1:],
        "endorsements.certificate": codes_of_endorsements,
        "endorsements.check": codes_of_endorsements,
        "endorsements.qr": codes_of_endorsements,
        "collaboration.form": lambda _session: [{}, {"responsible": "group", "money": "grant", "decides": "together"}],
        "indicators.rows": lambda _session: [
            {"code": "rmo-activities", "year": _this_year()},
            {"code": "staff-bank", "year": _this_year()},
            {"code": "web-accesses", "year": _this_year() - 1},
        ],
        "indicators.sheet": lambda _session: [{"code": "rmo-activities", "year": _this_year()}],
        "listings.needs": lambda _session: [{}, {"q": "ねこのしっぽ"}, {"page": 2}],
        "listings.offers": lambda _session: [{}, {"q": "ねこのしっぽ"}, {"page": 2}],
        "listings.need_step": lambda _session: [{"step": step} for step in Step],
        "intake.form": lambda _session: [{"kind": kind.value} for kind in PaperKind],
        "intake.form_code": lambda _session: [{"kind": PaperKind.NEED.value}],
        **dict.fromkeys(
            ("seasons.enter_offer", "seasons.enter_project", "seasons.entries"),
            lambda session: [{"id": one} for one in session.scalars(select(Season.id).limit(1))],
        ),
        **dict.fromkeys(
            ("review.page", "review.document", "review.pdf", "review.workbook"),
            lambda _session: [{"year": _this_year()}],
        ),
    }
)


def lines_of_the_ledger(session: Session, account: Account | None) -> list[Mapping[str, Any]]:
    """Return what stands in the address of a line of the ledger that the account may write on."""
    for line in session.scalars(select(LedgerLine).order_by(LedgerLine.outstanding.desc(), LedgerLine.id)):
        if is_granted(Permission.PARTNERSHIP_CARRY, account, line.partnership):
            return [{"id": line.partnership_id, "line": line.id}]
    return []


def surveys(session: Session, account: Account | None) -> list[Mapping[str, Any]]:
    """Return what stands in the address behind the code of a survey: one that asks, and one that is over."""
    del account
    stages = (Stage.RUNNING, Stage.WITHDRAWN)
    found = [session.scalars(select(Partnership).where(Partnership.stage == stage)).first() for stage in stages]
    return [{"token": survey_token(session, one)} for one in found if one is not None]


def completions(session: Session, account: Account | None) -> list[Mapping[str, Any]]:
    """Return what stands in the address of somebody's completion of a course that the account looks after."""
    for one in session.scalars(select(CourseCompletion).order_by(CourseCompletion.id)):
        if is_granted(Permission.COURSE_EDIT, account, one.course):
            return [{"id": one.course_id, "completion": one.id}]
    return []


def decisions(session: Session, account: Account | None) -> list[Mapping[str, Any]]:
    """Return what stands in the address of a decision of which nothing has come yet."""
    for one in session.scalars(select(Decision).where(Decision.need_id.is_(None)).order_by(Decision.id)):
        if is_granted(Permission.ROUNDTABLE_EDIT, account, one.roundtable):
            return [{"id": one.roundtable_id, "decision": one.id}]
    return []


def goals(session: Session, account: Account | None) -> list[Mapping[str, Any]]:
    """Return what stands in the address of a goal of a plan that the account may change."""
    for one in session.scalars(select(Goal).order_by(Goal.plan_id, Goal.position)):
        if is_granted(Permission.AREA_PLAN_EDIT, account, one.plan):
            return [{"id": one.plan_id, "goal": one.id}]
    return []


def season_projects(session: Session, account: Account | None) -> list[Mapping[str, Any]]:
    """Return what stands in the address of a project of a season that the account looks after."""
    for one in session.scalars(select(SeasonProject).order_by(SeasonProject.id)):
        if is_granted(Permission.SEASON_EDIT, account, one.season):
            return [{"id": one.season_id, "entry": one.id}]
    return []


def links_of_referrals(session: Session, account: Account | None) -> list[Mapping[str, Any]]:
    """Return what stands in the link of a referral that was received."""
    del account
    referral = session.scalars(select(Referral).where(Referral.state == ReferralState.RECEIVED)).first()
    if referral is None:
        return []
    return [{"token": token_for(session, referral)}]


# Addresses in which rows stand that belong together, or a key that is on paper and in no mail.
WHOLE: Final[Mapping[str, Callable[[Session, Account | None], Sequence[Mapping[str, Any]]]]] = MappingProxyType(
    {
        "carrying.new_entry": lines_of_the_ledger,
        "evaluations.survey": surveys,
        "evaluations.survey_thanks": surveys,
        "referrals.by_link": links_of_referrals,
        "plans.edit_goal": goals,
        "plans.measure": goals,
        "plans.needs": goals,
        "plans.begin_need": goals,
        "roundtables.need": decisions,
        "roundtables.result": decisions,
        "seasons.presented": season_projects,
        "staff_bank.invite": completions,
        "staff_bank.letter": completions,
        "referrals.receipt": links_of_referrals,
    }
)
ARGUMENTS_BY_NAME: Final[Mapping[str, Any]] = MappingProxyType({"token": "used-up", "number": 1})
# What is put into a page by a script, or printed, and is no page of its own.
FRAGMENTS: Final = frozenset({"administration.weight_progress", "suggestions.job_progress"})


@dataclass(frozen=True, slots=True)
class Address:
    """The address of one page, and the route that answers there."""

    endpoint: str
    path: str


def page_rules(app: Flask) -> list[tuple[Rule, Door]]:
    """Return the routes that answer GET to people, each with its door."""
    found = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        door = door_of(app.view_functions[rule.endpoint])
        is_page = "GET" in (rule.methods or ()) and not rule.rule.startswith("/api/") and rule.endpoint not in FRAGMENTS
        if door is not None and is_page:
            found.append((rule, door))
    return found


def addresses(app: Flask, session: Session, account: Account | None) -> Iterator[Address]:
    """Yield what the account may open: for a route about rows, one row of each sort that it may see."""
    adapter = app.url_map.bind("localhost")
    mailed = defaultdict(list)
    for endpoint, arguments in links_in_mails(app, session):
        mailed[endpoint].append(arguments)
    for rule, door in page_rules(app):
        if rule.endpoint in WHOLE:
            for arguments in WHOLE[rule.endpoint](session, account):
                yield Address(rule.endpoint, adapter.build(rule.endpoint, arguments))
            continue
        assert "token" not in rule.arguments or mailed[rule.endpoint], f"no mail leads to {rule.rule}"
        for arguments in mailed[rule.endpoint]:
            yield Address(rule.endpoint, adapter.build(rule.endpoint, arguments))
        if door.on is None:
            subjects: list[dict[str, Any]] = [{}] if is_granted(door.permission, account) else []
        else:
            subjects = [{"id": row.id} for row in _one_of_each(session, door, account)]
        for subject in subjects:
            for more in _arguments(rule, session, set(rule.arguments) - set(subject)):
                yield Address(rule.endpoint, adapter.build(rule.endpoint, {**subject, **more}))


def routes_without_arguments(app: Flask) -> list[str]:
    """Return the routes of pages for which nothing says what to put into the address, each with what is missing."""
    return [
        f"{rule.rule}: {', '.join(sorted(unknown))}. Add a line for {rule.endpoint} to ARGUMENTS in {__name__}."
        for rule, door in page_rules(app)
        if rule.endpoint not in {**ARGUMENTS, **WHOLE}
        and (unknown := rule.arguments - set(ARGUMENTS_BY_NAME) - ({"id"} if door.on is not None else set()))
    ]


def _arguments(rule: Rule, session: Session, missing: set[str]) -> Sequence[Mapping[str, Any]]:
    if rule.endpoint in ARGUMENTS:
        return ARGUMENTS[rule.endpoint](session)
    return [{name: ARGUMENTS_BY_NAME[name] for name in missing}]


def _one_of_each(session: Session, door: Door, account: Account | None) -> list[Any]:
    kind = door.on
    assert kind is not None
    differs = DIFFER_BY.get(kind)
    sorts = [None] if differs is None else list(session.scalars(select(differs).distinct().order_by(differs)))
    found = []
    for sort in sorts:
        rows = select(kind).order_by(*inspect(kind).primary_key).limit(MOST_ROWS_LOOKED_THROUGH)
        if differs is not None:
            rows = rows.where(differs.is_not_distinct_from(sort))
        found.append(next((row for row in session.scalars(rows) if is_granted(door.permission, account, row)), None))
    return [row for row in found if row is not None]


def client_of(app: Flask, session: Session, account: Account | None, language: str) -> FlaskClient:
    """Return a browser without a screen, signed in as the account, that reads this language."""
    client = app.test_client()
    token = uuid4().hex
    if account is not None:
        session.add(SignIn(account=account, token_hash=token_hash(token), expires_at=utc_now() + SESSION_LASTS))
        session.flush()
    with client.session_transaction() as cookie:
        cookie["locale"] = language
        if account is not None:
            cookie.update({"_user_id": token, "_fresh": True})
    return client


def begin_a_need(client: FlaskClient) -> None:
    """Choose a ready-made kind of need, so that its questions are asked."""
    client.post("/needs/begin", data={"kind": next(iter(ready_made_needs()))})


class QueryCount:
    """Counts the statements that go to the database."""

    def __init__(self, app: Flask) -> None:
        self.statements: list[str] = []
        with app.app_context():
            event.listen(db.engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")):
            self.statements.append(statement)

    def __call__(self, do: Callable[[], TestResponse]) -> tuple[TestResponse, int]:
        """Do something and return its answer with the number of statements."""
        before = len(self.statements)
        return do(), len(self.statements) - before


@dataclass
class Element:
    """A start tag."""

    tag: str
    attributes: dict[str, str]

    @cached_property
    def kind(self) -> str:
        """Return what the element is, without what it says."""
        told = {name for name in self.attributes if name not in {"class", "id", "href", "value", "content", "for"}}
        valued = [f"{name}={self.attributes[name]}" for name in ("type", "role") if name in told]
        return " ".join([self.tag, *sorted(self.attributes.get("class", "").split()), *sorted(told), *valued])


SUMMARY: Final = "error-summary-title"
VOID: Final = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})


@dataclass
class Outline(HTMLParser):
    """What a page is built of."""

    html: str
    elements: list[Element] = field(default_factory=list)
    surroundings: set[tuple[str, ...]] = field(default_factory=set)
    title: str = ""

    def __post_init__(self) -> None:
        """Read the page."""
        super().__init__()
        self._open: list[Element] = []
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element and in what it stands."""
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        self.surroundings.add((*(outer.kind for outer in self._open[-2:]), element.kind))
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that closes itself."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        """Close the element."""
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Keep the words of the title."""
        if self._open and self._open[-1].tag == "title":
            self.title += data

    def named(self, *tags: str) -> list[Element]:
        """Return the elements with one of these tags."""
        return [element for element in self.elements if element.tag in tags]


def sent_to_itself(outline: Outline, path: str) -> bool:
    """Tell whether the page holds a form to type into that comes back to it where something is missing."""
    asks = any(
        element.tag == "textarea" or element.attributes.get("type") in {"text", "email", "password", "tel"}
        for element in outline.named("textarea", "input")
    )
    forms = (form.attributes for form in outline.named("form") if form.attributes.get("method") == "post")
    return asks and any(urlsplit(form.get("action") or path).path == path for form in forms)


LOADED: Final = {"script": "src", "img": "src", "link": "href", "source": "src", "iframe": "src", "use": "href"}
LOADING_LINKS: Final = {"stylesheet", "icon", "preload", "modulepreload"}


def loaded_by(outline: Outline) -> list[str]:
    """Return the addresses of what the browser fetches for the page, without the page."""
    found = []
    for element in outline.named(*LOADED):
        url = element.attributes.get(LOADED[element.tag], "")
        fetched = element.tag != "link" or LOADING_LINKS & set(element.attributes.get("rel", "").split())
        if url and fetched and not url.startswith(("#", "data:")):
            found.append(url)
    return found


def broken_promises(answer: TestResponse, outline: Outline, language: str) -> list[str]:
    """Return what a page's source does not keep of what every page promises."""
    nonce = re.search(r"style-src 'nonce-([^']+)'", answer.headers["Content-Security-Policy"])
    assert nonce is not None
    # What has to be corrected stands above everything else, with a heading of its own.
    headings = (one for one in outline.named("h1", "h2", "h3", "h4", "h5", "h6") if one.attributes.get("id") != SUMMARY)
    levels = [int(heading.tag[1]) for heading in headings]
    ids = [element.attributes["id"] for element in outline.elements if "id" in element.attributes]
    wanted = [url for url in loaded_by(outline) if urlsplit(url).netloc]
    sent = [form.attributes.get("action", "") for form in outline.named("form")]
    facts = {
        "has one h1": levels.count(1) == 1,
        "begins its headings with the h1 and leaves no level out": levels[:1] == [1]
        and all(after - before <= 1 for before, after in pairwise(levels)),
        "has a title": bool(re.search(r"\S+ — Enishi", outline.title)),
        f"says that it is in {language}": [html.attributes.get("lang") for html in outline.named("html")] == [language],
        "uses every id once": len(ids) == len(set(ids)),
        "holds no inline style": not any("style" in element.attributes for element in outline.elements),
        "holds no inline script": not any(
            name.startswith(("on", "hx-on")) for element in outline.elements for name in element.attributes
        )
        and all("src" in script.attributes for script in outline.named("script")),
        "has its nonce at each script and style": all(
            element.attributes.get("nonce") == nonce[1]
            for element in outline.named("script", "style", "link")
            if element.tag != "link" or element.attributes.get("rel") == "stylesheet"
        ),
        "loads and sends nothing from or to elsewhere": not wanted and not any(urlsplit(url).netloc for url in sent),
        f"needs {MOST_REQUESTS} requests at most": 1 + len(set(loaded_by(outline))) <= MOST_REQUESTS,
    }
    return [fact for fact, holds in facts.items() if not holds]
