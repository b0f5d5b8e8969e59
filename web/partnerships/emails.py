"""Wording of the mails around an enquiry; names and contact details come only through `seen_by`."""

from datetime import date

from sqlalchemy.orm import Session

from models import Account, Enquiry, Partnership
from models.years import town_day
from web.mailer import compose, page_url
from web.participants.queries import seen_by
from web.partnerships import queries


def enquiry(session: Session, asked: Enquiry, *, to: Account) -> None:
    """Ask one account of a party whether it takes part."""
    partnership = asked.party.partnership
    by_link, url = _way_to_answer(session, asked, to)
    compose(
        session,
        "enquiry",
        to=to,
        title=partnership.title,
        asked_for=seen_by(to, asked.party.participant).name,
        requester=seen_by(to, partnership.need.participant, partnership=partnership).name,
        is_requester=asked.party.participant is partnership.need.participant,
        due_on=asked.due_on,
        by_link=by_link,
        url=url,
    )


def reminder(session: Session, asked: Enquiry, *, on: date, to: Account) -> None:
    """Remind one account of a party that its answer is due, or was."""
    by_link, url = _way_to_answer(session, asked, to)
    compose(
        session,
        "reminder",
        to=to,
        title=asked.party.partnership.title,
        asked_for=seen_by(to, asked.party.participant).name,
        asked_on=town_day(asked.sent_at),
        due_on=asked.due_on,
        is_today=asked.due_on == on,
        by_link=by_link,
        url=url,
    )


def no_answer(session: Session, partnership: Partnership, *, waited: int, to: Account) -> None:
    """Tell a coordinator that somebody has not answered for long; who that is stands only on the page."""
    compose(
        session,
        "no-answer",
        to=to,
        title=partnership.title,
        waited=waited,
        releases_on=partnership.lapses_on,
        url=page_url(session, f"/partnerships/{partnership.id}"),
    )


def lapsed(session: Session, partnership: Partnership, *, to: Account) -> None:
    """Tell a coordinator that a proposal lapsed, and where the next candidates are."""
    compose(
        session,
        "proposal-lapsed",
        to=to,
        title=partnership.title,
        url=page_url(session, f"/partnerships/{partnership.id}"),
        candidates_url=page_url(session, f"/desk/needs/{partnership.need_id}"),
    )


def all_said_yes(session: Session, partnership: Partnership, *, to: Account) -> None:
    """Give one account the contact details of the other parties, now that all have said yes."""
    others = {party.participant.id: party.participant for party in partnership.parties}
    seen = [seen_by(to, other, partnership=partnership) for other in others.values() if not to.represents(other.id)]
    compose(
        session,
        "all-said-yes",
        to=to,
        title=partnership.title,
        others=[other for other in seen if other.contact is not None],
        url=page_url(session, f"/partnerships/{partnership.id}"),
    )


def _way_to_answer(session: Session, asked: Enquiry, to: Account) -> tuple[bool, str]:
    """Return whether an account answers by one tap on a link of its own, and where."""
    by_link = to.may_act_by_link
    path = f"/answer/{queries.answer_token(session, asked, to)}" if by_link else f"/enquiries/{asked.id}"
    return by_link, page_url(session, path)
