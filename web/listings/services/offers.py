"""Offers as people change them: posted, edited, opened, paused, withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from models import (
    Account,
    ActivityField,
    Area,
    Condition,
    Job,
    JobKind,
    Offer,
    OfferStatus,
    Participant,
    Reach,
    Window,
    utc_now,
)
from models.errors import IllegalMove, InvalidValue
from models.years import fiscal_year, town_day
from web.listings import queries
from web.listings.services.needs import check_place, check_speaks_for
from web.listings.services.pieces import Piece, change_items, new_item


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferDraft:
    """An offer as somebody describes it."""

    title: str
    body: str = ""
    area: Area | None = None
    fields: Sequence[ActivityField] = ()
    reach: Reach = Reach.MUNICIPALITY
    online: bool | None = None
    condition: Condition | None = None
    windows: list[Window] | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    expires_on: date | None = None
    engagement_limit: int | None = None
    yearly_limit: int | None = None
    items: Sequence[Piece] = ()


def post_offer(session: Session, draft: OfferDraft, *, participant: Participant, by: Account, opened: bool) -> Offer:
    """Write an offer down for a participant, as a draft or open at once."""
    check_speaks_for(by, participant)
    check_place(draft.area, participant)
    offer = Offer(
        participant=participant,
        title=draft.title,
        body=draft.body,
        area=draft.area or participant.area,
        reach=draft.reach,
        online=draft.online,
        condition=draft.condition,
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
        expires_on=draft.expires_on,
        fields=list(draft.fields),
    )
    offer.set_windows(draft.windows)
    offer.set_engagement_limit(draft.engagement_limit)
    offer.set_yearly_limit(draft.yearly_limit)
    if draft.items:
        offer.set_items([new_item(piece) for piece in draft.items])
    session.add(offer)
    if opened:
        _open(offer)
        Job.request_for_offer(session, offer, by=by)
    return offer


def edit_offer(session: Session, offer: Offer, draft: OfferDraft, *, version: int, by: Account, opened: bool) -> None:
    """Change an offer; what was suggested with it so far gives way, and the engine looks anew."""
    queries.whole_offer(session, offer)
    offer.check_version(version)
    change_offer(session, offer, draft)
    if opened:
        _open(offer)
    _look_anew(session, offer, by=by)


def change_offer(session: Session, offer: Offer, draft: OfferDraft) -> None:
    """Write a described offer over the present one, whose items and fields are loaded."""
    check_place(draft.area, offer.participant)
    if draft.starts_on and draft.ends_on and draft.ends_on < draft.starts_on:
        raise InvalidValue("the end lies before the start")
    offer.title = draft.title
    offer.body = draft.body
    offer.area = draft.area or offer.participant.area
    offer.reach = draft.reach
    offer.online = draft.online
    offer.condition = draft.condition
    offer.starts_on = draft.starts_on
    offer.ends_on = draft.ends_on
    offer.expires_on = draft.expires_on
    offer.set_yearly_limit(draft.yearly_limit)
    offer.set_windows(draft.windows)
    offer.set_engagement_limit(draft.engagement_limit)
    if offer.fields != list(draft.fields):
        offer.fields = list(draft.fields)
    if not draft.items and offer.status is not OfferStatus.DRAFT:
        raise InvalidValue("an offer that was opened names what it gives")
    change_items(session, offer, draft.items)


def open_offer(session: Session, offer: Offer, *, by: Account | None) -> None:
    """Let an offer be suggested; a date of expiry that has passed counts no longer."""
    queries.whole_offer(session, offer)
    _open(offer)
    Job.request_for_offer(session, offer, by=by)


def limit_offer(session: Session, offer: Offer, limit: int | None, *, by: Account, at: datetime) -> None:
    """Change how many partnerships of a fiscal year an offer serves; what is promised already stays promised."""
    year = fiscal_year(town_day(at))
    was_used_up = offer.left_in(year) == 0
    offer.set_yearly_limit(limit)
    if was_used_up != (offer.left_in(year) == 0):
        _look_anew(session, offer, by=by)


def pause_offer(session: Session, offer: Offer, *, by: Account) -> None:
    """Keep an offer from being suggested for a while; what is agreed stays."""
    offer.pause()
    _look_anew(session, offer, by=by)


def withdraw_offer(session: Session, offer: Offer, *, by: Account) -> None:
    """Take an offer back; what was promised already stays promised."""
    if offer.status is OfferStatus.WITHDRAWN:
        raise IllegalMove("the offer is withdrawn already")
    offer.withdraw()
    _look_anew(session, offer, by=by)


def take_back(session: Session, offer: Offer, status: OfferStatus, *, by: Account) -> None:
    """Let an offer stand again as it stood before it was paused or withdrawn."""
    check_speaks_for(by, offer.participant)
    offer.reopen_as(status)
    _look_anew(session, offer, by=by)


def request_runs(session: Session, offer: Offer, *, by: Account | None) -> None:
    """Ask for a new engine run wherever an offer like this can serve an open need; for many that came at once."""
    for municipality in queries.municipalities_reached(session, offer.reach, offer.area, offer.municipality):
        Job.request(session, JobKind.REFRESH_SUGGESTIONS, municipality=municipality, by=by)


def _open(offer: Offer) -> None:
    if not offer.items:
        raise InvalidValue("an offer names at least one thing that is given before it is opened")
    if offer.expires_on is not None and offer.expires_on < queries.town_day(utc_now()):
        offer.expires_on = None
    offer.open()


def _look_anew(session: Session, offer: Offer, *, by: Account) -> None:
    """Let what nobody decided about give way, and ask for the needs that lose it and those that the offer touches."""
    suggestions = queries.undecided_suggestions(session, offer)
    for suggestion in suggestions:
        suggestion.supersede()
    Job.request_for_each(session, [suggestion.need for suggestion in suggestions], by=by)
    if offer.status is not OfferStatus.DRAFT:
        Job.request_for_offer(session, offer, by=by)
