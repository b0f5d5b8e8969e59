"""Rows translated into what the engine is told, in a constant number of queries.

Only ids, codes, figures and the listings' own words leave this module: neither names nor contact
details of a participant are part of a profile.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from matching import Geography, ItemProfile, NeedProfile, OfferProfile, SlotProfile, Taxonomy, Weights
from models import (
    ActivityField,
    Area,
    AreaLevel,
    AreaNeighbour,
    Commitment,
    Consent,
    ConsentPurpose,
    Enquiry,
    Need,
    NeedStatus,
    Offer,
    OfferItem,
    OfferStatus,
    Participant,
    ParticipantKind,
    Partnership,
    Party,
    Reach,
    Reply,
    Side,
    Skill,
    SkillAlias,
    Slot,
    Stage,
    WeightSet,
    lies_under,
)
from models.listings import is_used_up, need_fields, offer_fields
from models.years import fiscal_year
from web.suggestions.queries import everywhere, retrieval

TOWN_TIME: Final = ZoneInfo("Asia/Tokyo")
PAST_YEAR: Final = timedelta(days=365)
PREFECTURE_DEPTH: Final = 2
PORTION: Final = 500
OFFERED: Final = (OfferStatus.OPEN, OfferStatus.PAUSED)

Needs: TypeAlias = Mapping[str, tuple[Need, NeedProfile]]
Offers: TypeAlias = Mapping[str, tuple[Offer, OfferProfile]]
ToldNeeds: TypeAlias = Mapping[str, NeedProfile]
ToldOffers: TypeAlias = Mapping[str, OfferProfile]


@dataclass(frozen=True, slots=True)
class Market:
    """All that one run of the engine is told."""

    needs: tuple[NeedProfile, ...]
    offers: tuple[OfferProfile, ...]
    weights: Weights
    geography: Geography
    taxonomy: Taxonomy


@dataclass(slots=True)
class _Record:
    """What past and present partnerships say about one participant as a helper."""

    past_year: int = 0
    closed: int = 0
    finished: int = 0
    hours: float = 0.0


@dataclass(frozen=True, slots=True)
class _Owner:
    """What counts of the participant behind a need or an offer."""

    kind: str
    is_resident: bool
    engagements: int
    engagement_limit: int | None
    hours_per_month: float | None
    open_enquiries: int
    may_be_contacted: bool
    may_be_matched: bool


_NOTHING_YET: Final = _Record()
_NEED: Final = (
    Need.id, Need.participant_id, Need.area_id, Need.title, Need.body, Need.status, Need.windows, Need.starts_on,
    Need.ends_on, Need.expires_on, Need.accepts, Need.online, Need.version,
)  # fmt: skip
_OFFER: Final = (
    Offer.id, Offer.participant_id, Offer.area_id, Offer.title, Offer.body, Offer.status, Offer.windows,
    Offer.starts_on, Offer.ends_on, Offer.expires_on, Offer.condition, Offer.reach, Offer.online, Offer.engagements,
    Offer.engagement_limit, Offer.yearly_limit, Offer.engagements_year, Offer.yearly_engagements, Offer.version,
)  # fmt: skip
_PARTICIPANT: Final = (
    Participant.id, Participant.kind, Participant.paused_at, Participant.left_at, Participant.is_adult,
    Participant.engagements, Participant.engagement_limit, Participant.hours_per_month, Participant.open_enquiries,
)  # fmt: skip
_SLOTS: Final = select(
    Slot.need_id, Slot.id, Slot.kind, Slot.what, Slot.quantity, Slot.promised, Slot.hours_per_month,
    Skill.code.label("skill_code"),
).outerjoin(Skill, Slot.skill_id == Skill.id)  # fmt: skip
_ITEMS: Final = select(
    OfferItem.offer_id, OfferItem.id, OfferItem.kind, OfferItem.what, OfferItem.quantity, OfferItem.promised,
    Skill.code.label("skill_code"),
).outerjoin(Skill, OfferItem.skill_id == Skill.id)  # fmt: skip


def market(session: Session, municipality: Area, *, at: datetime) -> Market:
    """Return the open needs of a municipality and the offers that could serve them.

    Its own offers are all there. Of those of the whole country only what some need retrieves is:
    otherwise a municipality would cost the more the more others there are.
    """
    looking = told_needs(session, open_needs(municipality), at=at)
    needs = tuple(profile for profile in looking.values() if profile.is_open)
    known = taxonomy(session)
    near, far = _found_elsewhere(session, municipality, retrieval.wanted(needs, known))
    told = told_offers(session, own_offers(municipality), at=at)
    elsewhere = frozenset().union(*near, *far)
    told |= told_offers_among(session, offers_from_elsewhere(municipality), elsewhere, at=at)
    return _market(session, municipality, needs, told, known)


def market_of(session: Session, need: Need, *, at: datetime) -> Market:
    """Return one need and the few hundred offers that retrieval finds for it."""
    municipality = need.municipality
    waiting = told_needs(session, open_needs(municipality).where(Need.id == need.id), at=at)
    needs = tuple(profile for profile in waiting.values() if profile.is_open)
    known = taxonomy(session)
    looking = retrieval.wanted(needs, known)
    own = retrieval.found(session, open_here(municipality), looking, retrieval.FOR_ONE_NEED)
    near, far = _found_elsewhere(session, municipality, looking)
    found = frozenset().union(*own, *near, *far)
    told = told_offers_among(session, serving_offers(municipality), found, at=at)
    return _market(session, municipality, needs, told, known)


def found_beside(
    session: Session, municipality: Area, offer: Offer, looking: Sequence[retrieval.Wanted]
) -> retrieval.Found:
    """Return for each need what is found for it alone among the offers of which this one is."""
    if offer.municipality_id == municipality.id:
        return retrieval.found(session, open_here(municipality), looking, retrieval.FOR_ONE_NEED)
    if offer.reach is Reach.ANYWHERE:
        return everywhere.found(session, municipality, looking, retrieval.FROM_ELSEWHERE)
    return retrieval.found(session, of_prefecture(municipality), looking, retrieval.FROM_ELSEWHERE)


def _found_elsewhere(
    session: Session, municipality: Area, looking: Sequence[retrieval.Wanted]
) -> tuple[retrieval.Found, retrieval.Found]:
    """Return for each need what is found among the offers of others for its prefecture, and for the whole country."""
    return (
        retrieval.found(session, of_prefecture(municipality), looking, retrieval.FROM_ELSEWHERE),
        everywhere.found(session, municipality, looking, retrieval.FROM_ELSEWHERE),
    )


def _market(
    session: Session,
    municipality: Area,
    needs: tuple[NeedProfile, ...],
    offers: Mapping[str, OfferProfile],
    known: Taxonomy,
) -> Market:
    return Market(
        needs=needs,
        offers=tuple(offers[key] for key in sorted(offers)),
        weights=weights(session),
        geography=geography(session, municipality),
        taxonomy=known,
    )


def open_needs(municipality: Area) -> Select[Need]:
    """Return the needs of a municipality that still look for somebody."""
    return select(Need).where(Need.municipality_id == municipality.id, Need.status == NeedStatus.OPEN, still_lacks())


def still_lacks() -> ColumnElement[bool]:
    """Return the condition that a need has an open slot, or has not said yet what it lacks."""
    of_need = select(Slot.id).where(Slot.need_id == Need.id)
    return or_(of_need.where(Slot.promised < Slot.quantity).exists(), ~of_need.exists())


def is_body_or_consented() -> ColumnElement[bool]:
    """Return the condition that a `Participant` is a body, or a person who consented to being suggested."""
    consented = exists().where(
        Consent.participant_id == Participant.id,
        Consent.purpose == ConsentPurpose.PROJECTS,
        Consent.withdrawn_at.is_(None),
    )
    return or_(Participant.kind != ParticipantKind.RESIDENT, consented)


def serving_offers(municipality: Area) -> Select[Offer]:
    """Return the municipality's own offers, and those of others that reach so far and may be suggested."""
    return _offered().where(or_(Offer.municipality_id == municipality.id, _from_elsewhere(municipality)))


def own_offers(municipality: Area) -> Select[Offer]:
    """Return the municipality's own offers."""
    return _offered().where(Offer.municipality_id == municipality.id)


def offers_from_elsewhere(municipality: Area) -> Select[Offer]:
    """Return the offers of others that reach so far and may be suggested."""
    return _offered().where(Offer.municipality_id != municipality.id, _from_elsewhere(municipality))


def open_here(municipality: Area) -> Select[Offer]:
    """Return the municipality's open offers, for retrieval: whose owner may not be suggested falls out later."""
    return select(Offer).where(Offer.municipality_id == municipality.id, Offer.status == OfferStatus.OPEN)


def of_prefecture(municipality: Area) -> Select[Offer]:
    """Return the open offers of others that serve the prefecture of a municipality, for retrieval."""
    return select(Offer).where(
        Offer.status == OfferStatus.OPEN, Offer.municipality_id != municipality.id, _serves_prefecture(municipality)
    )


def _offered() -> Select[Offer]:
    return (
        select(Offer)
        .join(Participant, Offer.participant_id == Participant.id)
        .join(Area, Offer.area_id == Area.id)
        .where(Offer.status.in_(OFFERED), Participant.left_at.is_(None))
    )


def _from_elsewhere(municipality: Area) -> ColumnElement[bool]:
    return and_(
        Offer.status == OfferStatus.OPEN,
        Participant.paused_at.is_(None),
        is_body_or_consented(),
        _reaches(municipality),
    )


def _reaches(municipality: Area) -> ColumnElement[bool]:
    return or_(Offer.reach == Reach.ANYWHERE, _serves_prefecture(municipality))


def _serves_prefecture(municipality: Area) -> ColumnElement[bool]:
    if municipality.level is AreaLevel.COUNTRY:
        # A need whose place is known only as the country lies in no prefecture that an offer could serve.
        return false()
    prefecture = ".".join(municipality.path.split(".")[:PREFECTURE_DEPTH])
    beside = aliased(Area)
    of_prefecture = select(beside.id).where(or_(beside.path == prefecture, beside.path.startswith(f"{prefecture}.")))
    return and_(Offer.reach == Reach.PREFECTURE, Offer.municipality_id.in_(of_prefecture))


def told_needs(session: Session, statement: Select[Need], *, at: datetime) -> ToldNeeds:
    """Return what the engine is told of needs, by id in the order of the ids, without making rows of them."""
    rows = session.execute(statement.with_only_columns(*_NEED).order_by(None)).all()
    ids = statement.with_only_columns(Need.id).order_by(None)
    slots = _grouped(session.execute(_SLOTS.where(Slot.need_id.in_(ids)).order_by(Slot.need_id, Slot.position)))
    fields_of = _codes(session, need_fields.c.need_id, need_fields, ids)
    owners = _owners(session, {row.participant_id for row in rows})
    paths = _paths(session, {row.area_id for row in rows})
    declined = _declined(session, statement)
    today = at.astimezone(TOWN_TIME).date()
    return {
        str(row.id): _need_profile(
            row,
            owners[row.participant_id],
            area=paths[row.area_id],
            slots=tuple(_slot_profile(slot, slot.skill_code) for slot in slots.get(row.id, ())),
            fields=fields_of.get(row.id, frozenset()),
            declined=declined.get(row.id, frozenset()),
            on=today,
        )
        for row in sorted(rows, key=lambda row: str(row.id))
    }


def told_offers(session: Session, statement: Select[Offer], *, at: datetime) -> dict[str, OfferProfile]:
    """Return what the engine is told of offers, by id in the order of the ids, without making rows of them.

    A municipality has ten thousand of them, and a mapped row costs ten times what its columns do.
    """
    rows = session.execute(statement.with_only_columns(*_OFFER).order_by(None)).all()
    ids = statement.with_only_columns(Offer.id).order_by(None)
    items = _grouped(
        session.execute(_ITEMS.where(OfferItem.offer_id.in_(ids)).order_by(OfferItem.offer_id, OfferItem.position))
    )
    fields_of = _codes(session, offer_fields.c.offer_id, offer_fields, ids)
    owners = _owners(session, {row.participant_id for row in rows})
    paths = _paths(session, {row.area_id for row in rows})
    records = _records(session, statement.with_only_columns(Offer.participant_id).order_by(None), since=at - PAST_YEAR)
    today = at.astimezone(TOWN_TIME).date()
    return {
        str(row.id): _offer_profile(
            row,
            owners[row.participant_id],
            area=paths[row.area_id],
            items=tuple(
                _item_profile(item, item.skill_code, is_resident=owners[row.participant_id].is_resident)
                for item in items.get(row.id, ())
            ),
            fields=fields_of.get(row.id, frozenset()),
            record=records.get(row.participant_id, _NOTHING_YET),
            on=today,
        )
        for row in sorted(rows, key=lambda row: str(row.id))
    }


def told_offers_among(session: Session, offers: Select[Offer], ids: Iterable[UUID], *, at: datetime) -> ToldOffers:
    """Return what the engine is told of those of the offers that are named."""
    told: dict[str, OfferProfile] = {}
    for some in portions(frozenset(ids)):
        serving = session.scalars(offers.with_only_columns(Offer.id).where(Offer.id.in_(some))).all()
        told |= told_offers(session, select(Offer).where(Offer.id.in_(serving)), at=at)
    return told


def just_these(offers: Iterable[Offer]) -> Select[Offer]:
    """Return these offers, whatever their state."""
    return select(Offer).where(Offer.id.in_([offer.id for offer in offers]))


def needs(session: Session, statement: Select[Need], *, at: datetime) -> Needs:
    """Return needs with their profiles, by id in the order of the ids."""
    rows = session.scalars(
        statement.options(
            joinedload(Need.participant),
            joinedload(Need.area),
            selectinload(Need.slots).joinedload(Slot.skill),
            selectinload(Need.fields),
        )
    ).all()
    declined = _declined(session, statement)
    today = at.astimezone(TOWN_TIME).date()
    return {
        str(need.id): (need, need_profile(need, declined=declined.get(need.id, frozenset()), on=today))
        for need in sorted(rows, key=lambda need: str(need.id))
    }


def load_need(session: Session, need: Need) -> Need:
    """Load all that the profile of one need is made of, in one query."""
    return (
        session.scalars(
            select(Need)
            .where(Need.id == need.id)
            .options(
                joinedload(Need.participant).joinedload(Participant.consents),
                joinedload(Need.area),
                joinedload(Need.municipality),
                joinedload(Need.slots).joinedload(Slot.skill),
                joinedload(Need.fields),
            )
        )
        .unique()
        .one()
    )


def offers(session: Session, statement: Select[Offer], *, at: datetime) -> Offers:
    """Return offers with their profiles, by id in the order of the ids."""
    rows = session.scalars(
        statement.options(
            joinedload(Offer.participant),
            joinedload(Offer.area),
            selectinload(Offer.items).joinedload(OfferItem.skill),
            selectinload(Offer.fields),
        )
    ).all()
    owners = statement.with_only_columns(Offer.participant_id).order_by(None)
    return offer_profiles(session, rows, owners, at=at)


def offer_profiles(
    session: Session, rows: Iterable[Offer], owners: Select[UUID] | Sequence[UUID], *, at: datetime
) -> Offers:
    """Return the profiles of loaded offers; `owners` names their participants."""
    records = _records(session, owners, since=at - PAST_YEAR)
    today = at.astimezone(TOWN_TIME).date()
    return {
        str(offer.id): (
            offer,
            offer_profile(offer, record=records.get(offer.participant_id, _Record()), on=today),
        )
        for offer in sorted(rows, key=lambda offer: str(offer.id))
    }


def need_profile(need: Need, *, declined: frozenset[str], on: date) -> NeedProfile:
    """Return what the engine is told of a need."""
    return _need_profile(
        need,
        _owner(need.participant),
        area=need.area.path,
        slots=tuple(_slot_profile(slot, slot.skill.code if slot.skill else None) for slot in need.slots),
        fields=frozenset(field.code for field in need.fields),
        declined=declined,
        on=on,
    )


def offer_profile(offer: Offer, *, record: _Record, on: date) -> OfferProfile:
    """Return what the engine is told of an offer."""
    is_resident = offer.participant.is_resident
    return _offer_profile(
        offer,
        _owner(offer.participant),
        area=offer.area.path,
        items=tuple(
            _item_profile(item, item.skill.code if item.skill else None, is_resident=is_resident)
            for item in offer.items
        ),
        fields=frozenset(field.code for field in offer.fields),
        record=record,
        on=on,
    )


def _need_profile(  # what a need is made of, whichever way it was read
    need: Any,
    owner: _Owner,
    *,
    area: str,
    slots: tuple[SlotProfile, ...],
    fields: frozenset[str],
    declined: frozenset[str],
    on: date,
) -> NeedProfile:
    return NeedProfile(
        id=str(need.id),
        owner=str(need.participant_id),
        owner_kind=owner.kind,
        title=need.title,
        text=need.body,
        area=area,
        slots=slots,
        fields=fields,
        windows=frozenset(need.windows) if need.windows else None,
        starts_on=need.starts_on,
        ends_on=need.ends_on,
        accepts=frozenset(need.accepts) if need.accepts else None,
        online=need.online,
        is_open=need.status is NeedStatus.OPEN and not _is_past(need.expires_on, on) and owner.may_be_contacted,
        declined_by=declined,
        version=need.version,
    )


def _offer_profile(
    offer: Any,
    owner: _Owner,
    *,
    area: str,
    items: tuple[ItemProfile, ...],
    fields: frozenset[str],
    record: _Record,
    on: date,
) -> OfferProfile:
    engagements, limit = _tightest(offer, owner)
    counts_this_year = offer.engagements_year == fiscal_year(on)
    return OfferProfile(
        id=str(offer.id),
        owner=str(offer.participant_id),
        owner_kind=owner.kind,
        title=offer.title,
        text=offer.body,
        area=area,
        items=items,
        fields=fields,
        windows=frozenset(offer.windows) if offer.windows else None,
        starts_on=offer.starts_on,
        ends_on=offer.ends_on,
        condition=offer.condition.value if offer.condition else None,
        reach=offer.reach.value,
        online=offer.online,
        is_open=offer.status is OfferStatus.OPEN and not _is_past(offer.expires_on, on),
        consented=owner.may_be_matched,
        engagements=engagements,
        engagement_limit=limit,
        yearly_engagements=offer.yearly_engagements if counts_this_year else 0,
        yearly_limit=offer.yearly_limit,
        hours_pledged=record.hours,
        hours_limit=owner.hours_per_month,
        engagements_past_year=record.past_year,
        open_enquiries=owner.open_enquiries,
        record=record.closed / record.finished if record.finished else None,
        version=offer.version,
    )


def _slot_profile(slot: Any, skill: str | None) -> SlotProfile:
    return SlotProfile(
        id=str(slot.id),
        kind=slot.kind.value,
        what=slot.what,
        quantity=slot.quantity - slot.promised,
        skill=skill,
        hours_per_month=slot.hours_per_month,
    )


def _item_profile(item: Any, skill: str | None, *, is_resident: bool) -> ItemProfile:
    return ItemProfile(
        id=str(item.id),
        kind=item.kind.value,
        what=item.what,
        quantity=item.quantity - item.promised if is_used_up(item.kind, is_resident=is_resident) else item.quantity,
        skill=skill,
    )


def _owner(participant: Participant) -> _Owner:
    return _Owner(
        kind=participant.kind.value,
        is_resident=participant.is_resident,
        engagements=participant.engagements,
        engagement_limit=participant.engagement_limit,
        hours_per_month=participant.hours_per_month,
        open_enquiries=participant.open_enquiries,
        may_be_contacted=participant.may_be_contacted,
        may_be_matched=participant.may_be_matched,
    )


def _owners(session: Session, ids: Collection[UUID]) -> dict[UUID, _Owner]:
    """Return what counts of participants, with the consents that stand."""
    standing: dict[UUID, set[ConsentPurpose]] = {}
    rows: list[Any] = []
    for some in portions(ids):
        rows += session.execute(select(*_PARTICIPANT).where(Participant.id.in_(some))).all()
        for owner, purpose in session.execute(
            select(Consent.participant_id, Consent.purpose).where(
                Consent.participant_id.in_(some),
                Consent.withdrawn_at.is_(None),
                Consent.purpose.in_([ConsentPurpose.PROJECTS, ConsentPurpose.GUARDIAN]),
            )
        ):
            standing.setdefault(owner, set()).add(purpose)
    return {row.id: _owner_of(row, standing.get(row.id, set())) for row in rows}


def _owner_of(row: Any, standing: Collection[ConsentPurpose]) -> _Owner:
    """Return what counts of one participant; the rules are those of `Participant.may_be_matched`."""
    is_resident = row.kind is ParticipantKind.RESIDENT
    may_be_contacted = (
        row.paused_at is None and row.left_at is None and (row.is_adult or ConsentPurpose.GUARDIAN in standing)
    )
    return _Owner(
        kind=row.kind.value,
        is_resident=is_resident,
        engagements=row.engagements,
        engagement_limit=row.engagement_limit,
        hours_per_month=row.hours_per_month,
        open_enquiries=row.open_enquiries,
        may_be_contacted=may_be_contacted,
        may_be_matched=may_be_contacted and (not is_resident or ConsentPurpose.PROJECTS in standing),
    )


def _paths(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    found: dict[UUID, str] = {}
    for some in portions(ids):
        found.update((row.id, row.path) for row in session.execute(select(Area.id, Area.path).where(Area.id.in_(some))))
    return found


def _codes(
    session: Session, column: ColumnElement[UUID], table: FromClause, ids: Select[UUID]
) -> dict[UUID, frozenset[str]]:
    """Return the codes of the fields of each listing."""
    found: dict[UUID, list[str]] = {}
    rows = session.execute(
        select(column, ActivityField.code)
        .join_from(table, ActivityField, table.c.activity_field_id == ActivityField.id)
        .where(column.in_(ids))
    )
    for listing, code in rows:
        found.setdefault(listing, []).append(code)
    return {listing: frozenset(codes) for listing, codes in found.items()}


def _grouped(rows: Iterable[Any]) -> dict[UUID, list[Any]]:
    groups: dict[UUID, list[Any]] = {}
    for row in rows:
        groups.setdefault(row[0], []).append(row)
    return groups


def portions(ids: Collection[UUID]) -> Iterator[Sequence[UUID]]:
    """Yield ids in portions that every database takes as parameters."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), PORTION):
        yield ordered[start : start + PORTION]


def weights(session: Session) -> Weights:
    """Return the weights that are switched on, or the first ones where none are."""
    active = session.scalar(select(WeightSet).where(WeightSet.is_active))
    return Weights() if active is None else as_weights(active)


def as_weights(weight_set: WeightSet) -> Weights:
    """Return a stored set of weights as the engine reads it."""
    names = {entry.name for entry in fields(Weights)} - {"version"}
    return Weights(
        version=weight_set.number,
        **{name: float(value) for name, value in weight_set.weights.items() if name in names},
    )


def geography(session: Session, municipality: Area) -> Geography:
    """Return which districts touch those of the municipality."""
    neighbour = aliased(Area)
    pairs = session.execute(
        select(Area.path, neighbour.path)
        .select_from(AreaNeighbour)
        .join(Area, AreaNeighbour.area_id == Area.id)
        .join(neighbour, AreaNeighbour.neighbour_id == neighbour.id)
        .where(lies_under([municipality.path]))
    )
    return Geography(frozenset((first, second) for first, second in pairs))


def taxonomy(session: Session) -> Taxonomy:
    """Return the skills, their other names in both languages, and which belong together."""
    parent = aliased(Skill)
    rows = session.execute(
        select(Skill.code, Skill.name_ja, Skill.name_en, parent.code, SkillAlias.text)
        .join(parent, Skill.parent_id == parent.id, isouter=True)
        .join(SkillAlias, SkillAlias.skill_id == Skill.id, isouter=True)
        .order_by(Skill.code, SkillAlias.text)
    ).all()
    aliases: dict[str, list[str]] = {}
    for code, _, name_en, _, alias in rows:
        known = aliases.setdefault(code, [name_en])
        if alias is not None:
            known.append(alias)
    return Taxonomy(
        parents={code: above for code, _, _, above, _ in rows if above is not None},
        aliases={code: tuple(known) for code, known in aliases.items()},
        names={code: name_ja for code, name_ja, _, _, _ in rows},
    )


def _is_past(last_day: date | None, today: date) -> bool:
    return last_day is not None and last_day < today


def _tightest(offer: Any, owner: _Owner) -> tuple[int, int | None]:
    """Return the count and the limit that leave least room: the participant's or the offer's."""
    limits = [
        (owner.engagements, owner.engagement_limit),
        (offer.engagements, offer.engagement_limit),
    ]
    known = [(count, limit) for count, limit in limits if limit is not None]
    if not known:
        return owner.engagements, None
    return min(known, key=lambda pair: (pair[1] - pair[0], pair[1]))


def _declined(session: Session, statement: Select[Need]) -> dict[UUID, frozenset[str]]:
    rows = session.execute(
        select(Partnership.need_id, Party.participant_id)
        .join(Party, Party.partnership_id == Partnership.id)
        .join(Enquiry, Enquiry.party_id == Party.id)
        .where(Enquiry.reply == Reply.NO, Partnership.need_id.in_(statement.with_only_columns(Need.id).order_by(None)))
    )
    declined: dict[UUID, set[str]] = {}
    for need_id, participant_id in rows:
        declined.setdefault(need_id, set()).add(str(participant_id))
    return {need_id: frozenset(participants) for need_id, participants in declined.items()}


def _records(session: Session, owners: Select[UUID] | Sequence[UUID], *, since: datetime) -> dict[UUID, _Record]:
    """Count, in one grouped query, what each helper took on."""
    is_over = Partnership.over_at.is_not(None)
    taken_on = (
        select(
            Party.participant_id,
            func.sum(case((Partnership.accepted_at >= since, 1), else_=0)),
            func.sum(case((Partnership.stage == Stage.CLOSED, 1), else_=0)),
            func.sum(case((is_over, 1), else_=0)),
            literal(0.0),
        )
        .join(Partnership, Party.partnership_id == Partnership.id)
        .where(Party.side == Side.PROVIDER, Party.participant_id.in_(owners), Partnership.accepted_at.is_not(None))
        .group_by(Party.participant_id)
    )
    promised = (
        select(Commitment.party_id, Commitment.slot_id).where(Commitment.released_at.is_(None)).distinct().subquery()
    )
    pledged = (
        select(
            Party.participant_id,
            literal(0),
            literal(0),
            literal(0),
            func.coalesce(func.sum(Slot.hours_per_month), 0.0),
        )
        .join(Partnership, Party.partnership_id == Partnership.id)
        .join(promised, promised.c.party_id == Party.id)
        .join(Slot, promised.c.slot_id == Slot.id)
        .where(Party.participant_id.in_(owners), ~is_over)
        .group_by(Party.participant_id)
    )
    records: dict[UUID, _Record] = {}
    rows: Sequence[Any] = session.execute(union_all(taken_on, pledged)).all()
    for owner, past_year, closed, finished, hours in rows:
        record = records.setdefault(owner, _Record())
        record.past_year += past_year
        record.closed += closed
        record.finished += finished
        record.hours += hours
    return records
