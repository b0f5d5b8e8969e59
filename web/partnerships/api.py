"""Partnerships and enquiries for programs, through the same reads and changes as the pages."""

from datetime import date, datetime
from uuid import UUID

from flask import jsonify
from flask.typing import ResponseReturnValue
from flask_openapi3 import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field, model_validator

from models import Enquiry, ParticipantKind, Partnership, Permission, Reply, Side, Stage, utc_now
from models.errors import InvalidValue
from web.database import current_session
from web.partnerships import queries, services
from web.security import account_at_work, requires

bp = APIBlueprint("partnerships_api", __name__, url_prefix="/api/v1", abp_security=[{"bearer": []}])

LONGEST_NOTE = 1000


class Shape(BaseModel):
    """What every body and answer shares: no field that is not named."""

    model_config = ConfigDict(extra="forbid", strict=False)


class RowPath(Shape):
    """The id in the address."""

    id: UUID


class PageQuery(Shape):
    """Which page of a list."""

    page: int = Field(default=1, ge=1, le=1_000_000)


class AnswerBody(Shape):
    """Yes, or no with the code of a reason."""

    reply: Reply
    reason: str | None = Field(default=None, max_length=60)
    note: str = Field(default="", max_length=LONGEST_NOTE)

    @model_validator(mode="after")
    def a_no_names_its_reason(self) -> "AnswerBody":
        """Refuse a no without a reason."""
        if self.reply is Reply.NO and not self.reason:
            raise ValueError("a no names its reason")
        return self


class ContactOut(Shape):
    """How to reach somebody."""

    name: str
    email: str
    phone: str


class GiftOut(Shape):
    """What is given towards which lack."""

    slot: str
    item: str
    quantity: int
    unit: str


class PartyOut(Shape):
    """One party as far as the account may see it; what it must not learn is null."""

    participant: UUID
    kind: ParticipantKind
    name: str | None
    area: str
    side: Side
    leads: bool
    is_own: bool
    reply: Reply | None
    is_awaited: bool
    gives: list[GiftOut]
    contact: ContactOut | None


class PartnershipOut(Shape):
    """A partnership as far as the account may see it."""

    id: UUID
    title: str
    need: UUID
    stage: Stage
    proposed_at: datetime
    parties: list[PartyOut]
    enquiries_to_answer: list[UUID]


class PartnershipsOut(Shape):
    """One page of partnerships."""

    partnerships: list[PartnershipOut]
    page: int
    pages: int


class EnquiryOut(Shape):
    """The question to one party."""

    id: UUID
    due_on: date
    is_open: bool
    reply: Reply | None
    answered_at: datetime | None
    partnership: PartnershipOut


@bp.get("/partnerships", responses={200: PartnershipsOut})
@requires(Permission.PARTNERSHIP_LIST)
def list_partnerships(query: PageQuery) -> ResponseReturnValue:
    """List the partnerships that the account may see."""
    page = queries.page_of(current_session(), account_at_work(), number=query.page)
    partnerships = [_partnership(seen) for seen in page.partnerships]
    return _answered(PartnershipsOut(partnerships=partnerships, page=page.number, pages=page.pages))


@bp.get("/partnerships/<uuid:id>", responses={200: PartnershipOut})
@requires(Permission.PARTNERSHIP_SEE, on=Partnership)
def get_partnership(partnership: Partnership, path: RowPath) -> ResponseReturnValue:
    """Show one partnership."""
    del path
    return _answered(_partnership(queries.seen_partnership(current_session(), partnership, account_at_work())))


@bp.get("/enquiries/<uuid:id>", responses={200: EnquiryOut})
@requires(Permission.ENQUIRY_SEE, on=Enquiry)
def get_enquiry(enquiry: Enquiry, path: RowPath) -> ResponseReturnValue:
    """Show the question to one party."""
    del path
    return _answered(_enquiry(enquiry))


@bp.post("/enquiries/<uuid:id>/answer", responses={200: EnquiryOut})
@requires(Permission.ENQUIRY_ANSWER, on=Enquiry)
def answer_enquiry(enquiry: Enquiry, path: RowPath, body: AnswerBody) -> ResponseReturnValue:
    """Take the answer of one party."""
    del path
    session = current_session()
    reason = queries.decline_reason(session, body.reason) if body.reply is Reply.NO else None
    if body.reply is Reply.NO and reason is None:
        raise InvalidValue("there is no such reason to decline")
    note = body.note if body.reply is Reply.NO else ""
    services.answer(session, enquiry, body.reply, by=account_at_work(), at=utc_now(), reason=reason, note=note)
    return _answered(_enquiry(enquiry))


def _answered(shape: Shape) -> ResponseReturnValue:
    return jsonify(shape.model_dump(mode="json"))


def _enquiry(enquiry: Enquiry) -> EnquiryOut:
    seen = queries.seen_question(current_session(), enquiry, account_at_work())
    return EnquiryOut(
        id=enquiry.id,
        due_on=enquiry.due_on,
        is_open=enquiry.is_open,
        reply=enquiry.reply,
        answered_at=enquiry.answered_at,
        partnership=_partnership(seen),
    )


def _partnership(seen: queries.SeenPartnership) -> PartnershipOut:
    partnership = seen.partnership
    return PartnershipOut(
        id=partnership.id,
        title=partnership.title,
        need=partnership.need_id,
        stage=partnership.stage,
        proposed_at=partnership.proposed_at,
        parties=[_party(party) for party in seen.parties],
        enquiries_to_answer=[enquiry.id for enquiry in seen.awaiting_reader],
    )


def _party(party: queries.SeenParty) -> PartyOut:
    contact = party.participant.contact
    return PartyOut(
        participant=party.participant.id,
        kind=party.participant.kind,
        name=party.participant.name,
        area=party.participant.area.path,
        side=party.side,
        leads=party.leads,
        is_own=party.is_own,
        reply=party.reply,
        is_awaited=party.is_awaited,
        gives=[
            GiftOut(slot=gift.slot.what, item=gift.what, quantity=gift.quantity, unit=gift.unit) for gift in party.gifts
        ],
        contact=None if contact is None else ContactOut(name=contact.name, email=contact.email, phone=contact.phone),
    )
