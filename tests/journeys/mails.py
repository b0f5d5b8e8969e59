"""Every mail with a link that is a page of its own, written by what people do in the demo town."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from models import (
    Account,
    Enquiry,
    Membership,
    Need,
    NewsKind,
    Notice,
    OutboxMail,
    Participant,
    Partnership,
    Party,
    Referral,
    Role,
    SavedSearch,
    utc_now,
)
from models.years import town_day
from web.database import session_scope
from web.listings.services import renewal
from web.news import services as news
from web.partnerships import emails
from web.people import services as people
from web.referrals.queries.referrals import hashed, token_for
from web.searches import services as searches

LINK = re.compile(r"https?://[^/\s]+(/\S+)")


def write_every_mail(app: Flask) -> None:
    """Let people ask for links, be invited, be asked, and have something that ends."""
    visitor = app.test_client()
    for path, typed in (
        ("/sign-in/link", {"email": "resident@hiyori.example"}),
        ("/password", {"email": "npo@hiyori.example"}),
        ("/sign-up", {"email": "somebody@hiyori.example", "name": "新しい人"}),
        ("/searches/new?q=食堂", {"email": "reader@hiyori.example"}),
    ):
        assert visitor.post(path, data=typed).status_code == 200
    at = utc_now()
    with session_scope(app, via="test") as session:
        officer = session.scalars(select(Account).where(Account.email == "association@hiyori.example")).one()
        body = session.scalars(
            select(Participant).join(Membership).where(Membership.account_id == officer.id).limit(1)
        ).one()
        people.invite(session, body, Role.MEMBER, email="member@hiyori.example", by=officer, at=at)
        contact = people.Contact(name="次の会長", email="next@hiyori.example", phone="042-123-4567")
        people.hand_over(session, body, contact, email="next@hiyori.example", stays=True, by=officer, at=at)
        need = session.scalars(select(Need).where(Need.participant_id == body.id, Need.status == "open")).first()
        assert need is not None
        need.expires_on = town_day(at) + timedelta(days=3)
        session.flush()
        renewal.keep_time(session, body.id, at=at)
        _ask_somebody(session)
        reader = SavedSearch(
            name="すべて", parameters={}, locale="ja", told_until=at - timedelta(days=300), confirmed_at=at,
            reader_id=uuid4(), address="reader@hiyori.example",
        )  # fmt: skip
        session.add(reader)
        session.flush()
        assert searches.tell(session, reader.reader_id, at=at, secret=app.config["SECRET_KEY"])
        _tell_of_a_partnership(session, secret=app.config["SECRET_KEY"])
        for referral in session.scalars(select(Referral)):
            # The demo town does not know the key of the site from which the links in mails follow.
            referral.token_hash = hashed(token_for(session, referral))


def take_accounts_from_those_asked(app: Flask) -> None:
    """Let nobody speak for the parties whose answer is awaited, as where they are only reached by telephone."""
    awaited = select(Party.participant_id).join(Enquiry).where(Enquiry.reply.is_(None), Enquiry.released_at.is_(None))
    with session_scope(app, via="test") as session:
        for membership in session.scalars(select(Membership).where(Membership.participant_id.in_(awaited))):
            session.delete(membership)


def _ask_somebody(session: Session) -> None:
    waiting = session.scalars(select(Enquiry).where(Enquiry.reply.is_(None), Enquiry.released_at.is_(None)))
    for enquiry in waiting:
        statement = select(Account).join(Membership).where(Membership.participant_id == enquiry.party.participant_id)
        for account in session.scalars(statement):
            emails.enquiry(session, enquiry, to=account)
            return
    raise AssertionError("nobody of the demo town with an account is asked anything")


def _tell_of_a_partnership(session: Session, *, secret: str) -> None:
    at = utc_now()
    came_about = select(Partnership).where(Partnership.accepted_at.is_not(None)).order_by(Partnership.id)
    for partnership in session.scalars(came_about):
        news.tell(session, partnership, NewsKind.STARTED, by=None, at=at)
    session.flush()
    told = session.scalars(select(Notice).order_by(Notice.id)).first()
    assert told is not None, "nobody of the demo town with an account carries anything"
    news.write_digest(session, told.account_id, at=at, secret=secret)


def links_in_mails(app: Flask, session: Session) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the route and its arguments for every link with a token that a mail holds."""
    adapter = app.url_map.bind("localhost")
    for body in session.scalars(select(OutboxMail.body)):
        for path in LINK.findall(body):
            try:
                endpoint, arguments = adapter.match(path.partition("?")[0], method="GET")
            except HTTPException:
                continue
            if "token" in arguments:
                yield endpoint, arguments
