"""Needs and offers for programs, through the same reads and changes as the pages."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from flask import jsonify
from flask.typing import ResponseReturnValue
from flask_openapi3 import APIBlueprint
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from models import (
    Condition,
    ConsentChannel,
    Need,
    NeedOrigin,
    NeedStatus,
    Offer,
    OfferItem,
    OfferStatus,
    Participant,
    ParticipantKind,
    Permission,
    Reach,
    ResourceKind,
    Slot,
    SmallRole,
    Window,
    utc_now,
)
from models.years import town_day
from web.acts.services import Said, note_listing
from web.database import current_session
from web.fields import one_line, plain
from web.listings import queries
from web.listings.forms.listings import LONGEST_BODY
from web.listings.forms.pieces import MOST_HOURS
from web.listings.services import needs as need_services
from web.listings.services import offers as offer_services
from web.listings.services.pieces import MOST_QUANTITY, UNSTATED_QUANTITY, Piece
from web.participants.queries import SeenParticipant, seen_by
from web.security import account_at_work, current_account, requires

bp = APIBlueprint("listings_api", __name__, url_prefix="/api/v1", abp_security=[{"bearer": []}])

MOST_PIECES = 6
MOST_PARTNERSHIPS = 10_000
LATEST_PAGE = 1_000_000


def _written(text: str) -> str:
    if not text:
        raise ValueError("a text is needed")
    return text


Line = Annotated[str, AfterValidator(lambda text: one_line(text) or "")]
WrittenLine = Annotated[str, AfterValidator(lambda text: _written(one_line(text) or "")), Field(max_length=120)]
Text = Annotated[str, AfterValidator(lambda text: plain(text) or ""), Field(max_length=LONGEST_BODY)]
Code = Annotated[str, Field(max_length=200, pattern=r"^[a-z0-9._-]*$")]


Welcome = Literal[SmallRole.CHILDREN_WELCOME, SmallRole.TRIAL]


class Shape(BaseModel):
    """What every body and answer shares: no field that is not named."""

    model_config = ConfigDict(extra="forbid", strict=False)


class RowPath(Shape):
    """The id in the address."""

    id: UUID


class ListQuery(Shape):
    """What a list is narrowed down by, and which page of it."""

    q: str = Field(default="", max_length=queries.LONGEST_QUERY)
    area: Code = ""
    field: Code = ""
    kind: ResourceKind | None = None
    show: queries.Show = queries.Show.OPEN
    page: int = Field(default=1, ge=1, le=LATEST_PAGE)

    def filters(self) -> queries.Filters:
        """Return the filters as the reads take them."""
        kind = "" if self.kind is None else self.kind.value
        return queries.Filters(q=self.q, area=self.area, field=self.field, kind=kind, show=self.show)


class PieceBody(Shape):
    """One thing that is given; without a quantity there is no fixed number."""

    kind: ResourceKind
    what: WrittenLine
    quantity: int | None = Field(default=None, ge=1, le=MOST_QUANTITY)
    unit: Line = Field(default="", max_length=20)
    skill: Code | None = None


class SlotBody(PieceBody):
    """One thing that is lacking; without a quantity one is meant."""

    hours_per_month: float | None = Field(default=None, ge=0, le=MOST_HOURS, allow_inf_nan=False)


class SaidBody(Shape):
    """Who said what is entered for somebody else, in which way, and on which day; today where no day is named."""

    channel: Literal[ConsentChannel.FACE_TO_FACE, ConsentChannel.TELEPHONE, ConsentChannel.PAPER]
    by: Line = Field(default="", max_length=100)
    on: date | None = None

    def in_words_of(self, participant: Participant) -> Said:
        """Return how it was said; where nobody is named, it was the participant or its contact person."""
        by = self.by or participant.contact_name or participant.name
        return Said(channel=self.channel, by=by, on=self.on or town_day(utc_now()))


class ListingBody(Shape):
    """What needs and offers have in common."""

    participant: UUID
    title: WrittenLine
    body: Text = ""
    area: Code | None = None
    fields: list[Code] = Field(default_factory=list, max_length=20)
    online: bool | None = None
    windows: list[Window] | None = Field(default=None, max_length=len(Window))
    starts_on: date | None = None
    ends_on: date | None = None
    expires_on: date | None = None
    open: bool = False
    said: SaidBody | None = None

    @model_validator(mode="after")
    def the_end_follows_the_start(self) -> "ListingBody":
        """Refuse an end before the start."""
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValueError("the end lies before the start")
        return self


class NeedBody(ListingBody):
    """A need to be posted."""

    accepts: list[Condition] | None = Field(default=None, max_length=len(Condition))
    welcomes: list[Welcome] | None = Field(default=None, max_length=len(SmallRole))
    slots: list[SlotBody] = Field(min_length=1, max_length=MOST_PIECES)


class OfferBody(ListingBody):
    """An offer to be posted."""

    reach: Reach = Reach.MUNICIPALITY
    condition: Condition | None = None
    engagement_limit: int | None = Field(default=None, ge=0, le=MOST_PARTNERSHIPS)
    yearly_limit: int | None = Field(default=None, ge=0, le=MOST_PARTNERSHIPS)
    items: list[PieceBody] = Field(min_length=1, max_length=MOST_PIECES)


class OwnerOut(Shape):
    """A participant as far as the account may see it; a name that it must not learn is null."""

    id: UUID
    kind: ParticipantKind
    name: str | None
    area: str


class PieceOut(Shape):
    """One thing that is lacking or given; a quantity of null means that there is no fixed number."""

    kind: ResourceKind
    what: str
    quantity: int | None
    promised: int
    unit: str
    skill: str | None
    hours_per_month: float | None = None


class ListingOut(Shape):
    """What the answers about needs and offers have in common."""

    id: UUID
    participant: OwnerOut
    title: str
    body: str
    area: str
    online: bool | None
    windows: list[Window] | None
    starts_on: date | None
    ends_on: date | None
    expires_on: date | None
    source: str


class NeedOut(ListingOut):
    """A need."""

    status: NeedStatus
    origin: NeedOrigin
    opened_at: datetime | None
    accepts: list[Condition] | None
    welcomes: list[Welcome] | None
    small_roles: list[SmallRole]
    slots: list[PieceOut]


class OfferOut(ListingOut):
    """An offer."""

    status: OfferStatus
    reach: Reach
    condition: Condition | None
    items: list[PieceOut]


class NeedDetail(NeedOut):
    """A need with its fields of activity."""

    fields: list[str]


class OfferDetail(OfferOut):
    """An offer with its fields of activity."""

    fields: list[str]


class NeedPage(Shape):
    """One page of needs."""

    items: list[NeedOut]
    total: int
    page: int
    pages: int


class OfferPage(Shape):
    """One page of offers."""

    items: list[OfferOut]
    total: int
    page: int
    pages: int


@bp.get("/needs", responses={200: NeedPage})
@requires(Permission.NEED_LIST)
def list_needs(query: ListQuery) -> ResponseReturnValue:
    """List the needs that the account may see, newest first, twenty a page."""
    page = queries.needs_page(current_session(), current_account(), query.filters(), page=query.page)
    items = [NeedOut(**_need(seen.row, seen.owner)) for seen in page.items]
    return _json(NeedPage(items=items, total=page.total, page=page.number, pages=page.pages))


@bp.get("/needs/<uuid:id>", responses={200: NeedDetail})
@requires(Permission.NEED_SEE, on=Need)
def show_need(need: Need, path: RowPath) -> ResponseReturnValue:
    """Show one need."""
    del path
    return _json(_need_detail(need))


@bp.post("/needs", responses={201: NeedDetail})
@requires(Permission.NEED_POST)
def post_need(body: NeedBody) -> ResponseReturnValue:
    """Post a need for a participant that the account speaks for."""
    chosen = queries.choices_by_code(current_session(), account_at_work(), **_codes(body, body.slots))
    draft = need_services.NeedDraft(
        **_draft(body, chosen),
        accepts=body.accepts,
        welcomes=list(body.welcomes) if body.welcomes else None,
        slots=_pieces(body.slots, chosen, 1),
    )
    need = need_services.post_need(
        current_session(), draft, participant=chosen.participant, by=account_at_work(), opened=body.open
    )
    _note_who_said(need, body)
    return _json(_need_detail(need), 201)


@bp.get("/offers", responses={200: OfferPage})
@requires(Permission.OFFER_LIST)
def list_offers(query: ListQuery) -> ResponseReturnValue:
    """List the offers that the account may see, newest first, twenty a page."""
    page = queries.offers_page(current_session(), account_at_work(), query.filters(), page=query.page)
    items = [OfferOut(**_offer(seen.row, seen.owner)) for seen in page.items]
    return _json(OfferPage(items=items, total=page.total, page=page.number, pages=page.pages))


@bp.get("/offers/<uuid:id>", responses={200: OfferDetail})
@requires(Permission.OFFER_SEE, on=Offer)
def show_offer(offer: Offer, path: RowPath) -> ResponseReturnValue:
    """Show one offer."""
    del path
    return _json(_offer_detail(offer))


@bp.post("/offers", responses={201: OfferDetail})
@requires(Permission.OFFER_POST)
def post_offer(body: OfferBody) -> ResponseReturnValue:
    """Post an offer of a participant that the account speaks for."""
    chosen = queries.choices_by_code(current_session(), account_at_work(), **_codes(body, body.items))
    draft = offer_services.OfferDraft(
        **_draft(body, chosen),
        reach=body.reach,
        condition=body.condition,
        engagement_limit=body.engagement_limit,
        yearly_limit=body.yearly_limit,
        items=_pieces(body.items, chosen, UNSTATED_QUANTITY),
    )
    offer = offer_services.post_offer(
        current_session(), draft, participant=chosen.participant, by=account_at_work(), opened=body.open
    )
    _note_who_said(offer, body)
    return _json(_offer_detail(offer), 201)


def _note_who_said(row: Need | Offer, body: ListingBody) -> None:
    said = None if body.said is None else body.said.in_words_of(row.participant)
    note_listing(current_session(), row, said, by=account_at_work(), at=utc_now())


def _json(answer: BaseModel, status: int = 200) -> ResponseReturnValue:
    return jsonify(answer.model_dump(mode="json")), status


def _codes(body: ListingBody, pieces: list[PieceBody] | list[SlotBody]) -> dict[str, Any]:
    return {
        "participant": body.participant,
        "area": body.area,
        "fields": body.fields,
        "skills": [piece.skill for piece in pieces if piece.skill],
    }


def _draft(body: ListingBody, chosen: queries.Chosen) -> dict[str, Any]:
    return {
        "title": body.title,
        "body": body.body,
        "area": chosen.area,
        "fields": chosen.fields,
        "online": body.online,
        "windows": body.windows,
        "starts_on": body.starts_on,
        "ends_on": body.ends_on,
        "expires_on": body.expires_on,
    }


def _pieces(pieces: list[PieceBody] | list[SlotBody], chosen: queries.Chosen, unstated: int) -> list[Piece]:
    return [
        Piece(
            position=position,
            kind=piece.kind,
            what=piece.what,
            quantity=piece.quantity or unstated,
            unit=piece.unit,
            skill=chosen.skills[piece.skill] if piece.skill else None,
            hours_per_month=piece.hours_per_month if isinstance(piece, SlotBody) else None,
        )
        for position, piece in enumerate(pieces, start=1)
    ]


def _owner(owner: SeenParticipant) -> OwnerOut:
    return OwnerOut(id=owner.id, kind=owner.kind, name=owner.name, area=owner.area.path)


def _piece(piece: Slot | OfferItem) -> PieceOut:
    return PieceOut(
        kind=piece.kind,
        what=piece.what,
        quantity=None if piece.quantity == UNSTATED_QUANTITY else piece.quantity,
        promised=piece.promised,
        unit=piece.unit,
        skill=None if piece.skill is None else piece.skill.code,
        hours_per_month=piece.hours_per_month if isinstance(piece, Slot) else None,
    )


def _listing(row: Need | Offer, owner: SeenParticipant) -> dict[str, Any]:
    return {
        "id": row.id,
        "participant": _owner(owner),
        "title": row.title,
        "body": row.body,
        "area": row.area.path,
        "online": row.online,
        "windows": row.windows,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "expires_on": row.expires_on,
        "source": row.source,
        "status": row.status,
    }


def _need(need: Need, owner: SeenParticipant) -> dict[str, Any]:
    return _listing(need, owner) | {
        "origin": need.origin,
        "opened_at": need.opened_at,
        "accepts": need.accepts,
        "welcomes": need.welcomes,
        "small_roles": need.small_roles,
        "slots": [_piece(slot) for slot in need.slots],
    }


def _offer(offer: Offer, owner: SeenParticipant) -> dict[str, Any]:
    return _listing(offer, owner) | {
        "reach": offer.reach,
        "condition": offer.condition,
        "items": [_piece(item) for item in offer.items],
    }


def _need_detail(need: Need) -> NeedDetail:
    whole = queries.whole_need(current_session(), need)
    owner = seen_by(current_account(), whole.participant)
    return NeedDetail(**_need(whole, owner), fields=[field.code for field in whole.fields])


def _offer_detail(offer: Offer) -> OfferDetail:
    whole = queries.whole_offer(current_session(), offer)
    owner = seen_by(current_account(), whole.participant)
    return OfferDetail(**_offer(whole, owner), fields=[field.code for field in whole.fields])
