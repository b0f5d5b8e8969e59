"""How long somebody on a slow phone waits for a page, by the DevTools protocol; the benchmark uses it, too."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final
from uuid import uuid4

from flask import Flask
from playwright.sync_api import Browser, BrowserContext
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Account, Enquiry, Membership, Need, NeedStatus, Partnership, Party, SignIn, Stage, utc_now
from web.database import session_scope
from web.security import SESSION_LASTS, token_hash

MOST_LCP_SECONDS: Final = 2.5
MOST_CLS: Final = 0.1
# "Slow 4G" as Lighthouse simulates it, and a processor four times slower than this one.
SLOW_4G: Final[Mapping[str, float | bool]] = MappingProxyType(
    {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}
)
SLOWER: Final = 4
WATCH: Final = """
window.seen = { lcp: 0, cls: 0 };
new PerformanceObserver(list => { for (const one of list.getEntries()) window.seen.lcp = one.startTime; })
  .observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver(list => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) window.seen.cls += one.value;
}).observe({ type: "layout-shift", buffered: true });
"""


@dataclass
class Visit:
    """What came over the line for one page, with nothing kept from before, and what was seen of it when."""

    received: int = 0
    script: int = 0
    requests: list[str] = field(default_factory=list)
    lcp_seconds: float = 0.0
    cls: float = 0.0


@dataclass(frozen=True, slots=True)
class MainPage:
    """A page that many open first, its address, and whose session cookie it is opened with, if any."""

    what: str
    path: str
    cookie: str


def main_pages(app: Flask) -> list[MainPage]:
    """Return the main pages of the demo town, each with a fresh session of somebody for whom it is one."""
    with session_scope(app, via="test") as session:
        need = session.scalars(select(Need).where(Need.status == NeedStatus.OPEN).order_by(Need.id)).first()
        enquiry = session.scalars(select(Enquiry).where(Enquiry.reply.is_(None)).order_by(Enquiry.id)).first()
        running = session.scalars(
            select(Partnership).where(Partnership.stage == Stage.RUNNING).order_by(Partnership.id)
        ).first()
        assert need is not None
        assert enquiry is not None
        assert running is not None
        asked = _speaker(session, enquiry.party)
        found = [
            ("First page of a visitor", "/", None),
            ("What I can do", "/can-do", None),
            ("Needs", "/needs", None),
            ("A need", f"/needs/{need.id}", None),
            ("Desk", "/desk", _account(session, "coordinator@hiyori.example")),
            ("First page of an NPO", "/", _account(session, "npo@hiyori.example")),
            ("An enquiry", f"/enquiries/{enquiry.id}", asked),
            ("A partnership", f"/partnerships/{running.id}", _speaker(session, running.parties[0])),
        ]
        return [MainPage(what, path, _cookie(app, session, account)) for what, path, account in found]


def _account(session: Session, email: str) -> Account:
    return session.scalars(select(Account).where(Account.email == email)).one()


def _speaker(session: Session, party: Party) -> Account:
    spoken_for = select(Membership).where(Membership.participant_id == party.participant_id).order_by(Membership.id)
    return session.scalars(spoken_for.limit(1)).one().account


def _cookie(app: Flask, session: Session, account: Account | None) -> str:
    if account is None:
        return ""
    token = uuid4().hex
    session.add(SignIn(account=account, token_hash=token_hash(token), expires_at=utc_now() + SESSION_LASTS))
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]  # the default interface
    return str(serializer.dumps({"_user_id": token, "_fresh": True}))


def browse(browser: Browser, app: Flask, url: str, page: MainPage, *, is_slow: bool) -> Visit:
    """Open a main page on a phone that was never here."""
    context = browser.new_context(base_url=url, locale="ja-JP", viewport={"width": 360, "height": 800})
    if page.cookie:
        context.add_cookies([{"name": app.config["SESSION_COOKIE_NAME"], "value": page.cookie, "url": url}])
    found = visit(context, page.path, is_slow=is_slow)
    context.close()
    return found


def visit(context: BrowserContext, path: str, *, is_slow: bool) -> Visit:
    """Open a page as for the first time and return what it took."""
    page = context.new_page()
    page.add_init_script(WATCH)
    line = context.new_cdp_session(page)
    found, scripts = Visit(), set()

    def begins(event: dict[str, Any]) -> None:
        found.requests.append(event["request"]["url"])

    def answers(event: dict[str, Any]) -> None:
        if event["type"] == "Script":
            scripts.add(event["requestId"])

    def ends(event: dict[str, Any]) -> None:
        found.received += int(event["encodedDataLength"])
        found.script += int(event["encodedDataLength"]) if event["requestId"] in scripts else 0

    line.on("Network.requestWillBeSent", begins)
    line.on("Network.responseReceived", answers)
    line.on("Network.loadingFinished", ends)
    line.send("Network.enable")
    line.send("Network.setCacheDisabled", {"cacheDisabled": True})
    if is_slow:
        line.send("Network.emulateNetworkConditions", dict(SLOW_4G))
        line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(path, wait_until="networkidle")
    seen = page.evaluate("window.seen")
    page.close()
    found.lcp_seconds, found.cls = seen["lcp"] / 1000, seen["cls"]
    return found
