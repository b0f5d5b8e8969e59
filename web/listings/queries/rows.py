"""Reads of single needs and offers, and of what forms, imports and services look up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload, lazyload, raiseload, selectinload

from matching.geography import Geography
from matching.grouping import companions
from matching.names import closest
from matching.profiles import NeedProfile, SlotProfile
from models import (
    Account,
    ActivityField,
    ActOnBehalf,
    Area,
    Charge,
    Commitment,
    Need,
    NeedStatus,
    Offer,
    OfferItem,
    Participant,
    ParticipantKind,
    Party,
    Reach,
    Role,
    Skill,
    SkillMerger,
    Slot,
    Suggestion,
    SuggestionPartner,
    lies_under,
)
from models.errors import InvalidValue, NotAllowed
from models.suggestions import UNDECIDED
from web.listings.queries.lists import newest_first
from web.listings.queries.visibility import ListingModel, visible_needs_to
from web.registered.queries import Register, register

TOWN_TIME: Final = ZoneInfo("Asia/Tokyo")
MOST_PLACES: Final = 600
MOST_REFRESHED: Final = 50
MOST_COMPARED: Final = 40
BATCH: Final = 500

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The lists that a form or filter offers."""

    fields: Sequence[ActivityField]
    skills: Sequence[Skill]


def town_day(at: datetime) -> date:
    """Return the day that the moment falls on in the towns that are served."""
    return at.astimezone(TOWN_TIME).date()


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rows that somebody named by id and code."""

    participant: Participant
    area: Area | None
    fields: Sequence[ActivityField]
    skills: Mapping[str, Skill]


def vocabulary(session: Session, *, with_skills: bool = False) -> Vocabulary:
    """Return the activity fields, and the skills with their other names where a form needs them."""
    fields = session.scalars(select(ActivityField).order_by(ActivityField.position, ActivityField.id)).all()
    return Vocabulary(fields, vocabulary_of_skills(session) if with_skills else [])


def vocabulary_of_skills(session: Session) -> Sequence[Skill]:
    """Return every skill with its other names."""
    statement = select(Skill).options(joinedload(Skill.aliases)).order_by(Skill.name_ja, Skill.id)
    return session.scalars(statement).unique().all()


@dataclass(frozen=True, slots=True)
class Guess:
    """The skill that somebody may have meant, and whether they wrote its very name in another spelling."""

    skill: Skill
    is_exact: bool


def closest_skill(skills: Sequence[Skill], text: str) -> Guess | None:
    """Return the skill whose name is the same or nearly the same as what somebody wrote."""
    known = {skill.code: [skill.name_ja, *(alias.text for alias in skill.aliases), skill.name_en] for skill in skills}
    found = closest(text, known)
    if found is None:
        return None
    return Guess(next(skill for skill in skills if skill.code == found.id), found.is_exact)


def skills_perhaps_meant(session: Session, pieces: Sequence[Slot] | Sequence[OfferItem]) -> dict[UUID, Skill]:
    """Return, for each slot or item without a skill whose words are nearly a skill's name, that skill."""
    without = [piece for piece in pieces if piece.skill is None]
    if not without:
        return {}
    skills = vocabulary_of_skills(session)
    guesses = {piece.id: closest_skill(skills, piece.what) for piece in without}
    # What bears the very name of a skill is understood without being asked about.
    return {id_: guess.skill for id_, guess in guesses.items() if guess is not None and not guess.is_exact}


def whole_need(session: Session, need: Need) -> Need:
    """Load all that the page of a need shows, in one go."""
    only_name = (lazyload(Account.memberships), lazyload(Account.appointments))
    statement = (
        select(Need)
        .where(Need.id == need.id)
        .options(
            joinedload(Need.slots).joinedload(Slot.skill),
            joinedload(Need.fields),
            joinedload(Need.participant).lazyload(Participant.consents),
            joinedload(Need.area),
            joinedload(Need.municipality),
            joinedload(Need.council_seat),
            joinedload(Need.acts).joinedload(ActOnBehalf.entered_by).options(*only_name),
            joinedload(Need.standing_charge).joinedload(Charge.keeper).options(*only_name),
        )
    )
    return session.scalars(statement).unique().one()


def alike_needs(session: Session, account: Account | None, need: Need) -> Sequence[Need]:
    """Return the few open needs of others nearby that could be met together with this one, the most alike first.

    Compared are the newest that the account may see, in the same fields where those of the need are known.
    """
    if not need.is_open or not need.slots:
        return []
    statement = visible_needs_to(account).where(
        Need.status == NeedStatus.OPEN,
        Need.municipality_id == need.municipality_id,
        Need.participant_id != need.participant_id,
    )
    if need.fields:
        codes = [field.code for field in need.fields]
        statement = statement.where(Need.fields.any(ActivityField.code.in_(codes)))
    # All in one go: few rows, and a page that is read often.
    options = (joinedload(Need.area), lazyload(Need.participant), joinedload(Need.slots), joinedload(Need.fields))
    newest = statement.options(*options).order_by(*newest_first(Need)).limit(MOST_COMPARED)
    found = session.scalars(newest).unique().all()
    by_id = {str(other.id): other for other in found}
    profiles = [_profile(other) for other in found]
    return [by_id[id_] for id_ in companions(_profile(need), profiles, geography=Geography())]


def _profile(need: Need) -> NeedProfile:
    """Return what decides whether needs are alike; who has them does not."""
    return NeedProfile(
        id=str(need.id),
        owner="",
        owner_kind="",
        title=need.title,
        text=need.body,
        area=need.area.path,
        slots=tuple(SlotProfile(str(slot.id), slot.kind.value, slot.what, slot.quantity) for slot in need.slots),
        fields=frozenset(field.code for field in need.fields),
    )


def whole_offer(session: Session, offer: Offer) -> Offer:
    """Load all that the page of an offer shows, in one go."""
    return session.scalars(
        select(Offer)
        .where(Offer.id == offer.id)
        .options(
            selectinload(Offer.items).joinedload(OfferItem.skill),
            selectinload(Offer.fields),
            joinedload(Offer.participant).lazyload(Participant.consents),
            joinedload(Offer.area),
            joinedload(Offer.municipality),
        )
    ).one()


def may_post_for(account: Account) -> Select[Participant]:
    """Return the participants for whom the account may post: those it represents, and those in its places."""
    represented = [membership.participant_id for membership in account.memberships]
    return (
        select(Participant)
        .join(Area, Participant.area_id == Area.id)
        .where(
            Participant.left_at.is_(None),
            or_(Participant.id.in_(represented), lies_under(account.paths(Role.COORDINATOR))),
        )
    )


def participants_to_post_for(session: Session, account: Account) -> Register:
    """Return the participants for whom the account may post, by name."""
    options = (joinedload(Participant.municipality), raiseload(Participant.consents))
    return register(session, may_post_for(account).options(*options).order_by(Participant.name, Participant.id))


def choices_by_code(
    session: Session,
    account: Account,
    *,
    participant: UUID,
    area: str | None,
    fields: Sequence[str],
    skills: Sequence[str],
) -> Chosen:
    """Return the rows that are named; a participant for whom the account may not post looks like none."""
    statement = may_post_for(account).where(Participant.id == participant)
    owner = session.scalar(statement.options(joinedload(Participant.municipality)))
    if owner is None:
        raise NotAllowed("there is no such participant for whom the account may post")
    place = None if area is None else session.scalar(select(Area).where(Area.path == area))
    known_fields = session.scalars(
        select(ActivityField).where(ActivityField.code.in_(fields)).order_by(ActivityField.position)
    ).all()
    known_skills = {skill.code: skill for skill in session.scalars(select(Skill).where(Skill.code.in_(skills)))}
    given_up = select(SkillMerger).where(SkillMerger.code.in_(skills)).options(joinedload(SkillMerger.kept))
    known_skills |= {merger.code: merger.kept for merger in session.scalars(given_up)}
    if (area is not None and place is None) or len(known_fields) < len(set(fields)) or set(skills) - set(known_skills):
        raise InvalidValue("a place, field or skill that is named does not exist")
    return Chosen(owner, place, known_fields, known_skills)


def areas_within(session: Session, municipalities: Iterable[Area]) -> Sequence[Area]:
    """Return the places and all that lies in them, each before what lies in it."""
    paths = sorted({area.path for area in municipalities})
    return session.scalars(select(Area).where(lies_under(paths)).order_by(Area.path).limit(MOST_PLACES)).all()


def pieces_in_partnerships(session: Session, row: Need | Offer) -> set[UUID]:
    """Return the slots or items that stand in a partnership, now or in the past; those are never removed."""
    if isinstance(row, Need):
        statement = select(Commitment.slot_id).join(Slot).where(Slot.need_id == row.id)
    else:
        statement = select(Commitment.item_id).join(OfferItem).where(OfferItem.offer_id == row.id)
    return set(session.scalars(statement.distinct()))


def undecided_suggestions(session: Session, row: Need | Offer) -> Sequence[Suggestion]:
    """Return the suggestions for the need, or with the offer, that nobody decided about yet."""
    statement = (
        select(Suggestion)
        .where(Suggestion.verdict.in_(UNDECIDED))
        .options(
            joinedload(Suggestion.municipality),
            joinedload(Suggestion.need).joinedload(Need.municipality),
            raiseload(Suggestion.approvals),
        )
    )
    if isinstance(row, Need):
        statement = statement.where(Suggestion.need_id == row.id)
    else:
        mine = select(SuggestionPartner.suggestion_id).where(SuggestionPartner.offer_id == row.id)
        statement = statement.where(Suggestion.id.in_(mine))
    return session.scalars(statement.order_by(Suggestion.id)).all()


def undecided_suggestions_of(session: Session, model: ListingModel, ids: Sequence[UUID]) -> list[Suggestion]:
    """Return the undecided suggestions that any of these needs or offers is part of."""
    found: dict[UUID, Suggestion] = {}
    for some in _in_batches(ids):
        statement = select(Suggestion).where(Suggestion.verdict.in_(UNDECIDED))
        if model is Need:
            statement = statement.where(Suggestion.need_id.in_(some))
        else:
            partners = select(SuggestionPartner.suggestion_id).where(SuggestionPartner.offer_id.in_(some))
            statement = statement.where(Suggestion.id.in_(partners))
        options = (joinedload(Suggestion.municipality), raiseload(Suggestion.approvals))
        found |= {row.id: row for row in session.scalars(statement.options(*options).order_by(Suggestion.id))}
    return list(found.values())


def all_areas(session: Session) -> Sequence[Area]:
    """Return every place, with the one above it."""
    return session.scalars(select(Area).options(joinedload(Area.parent)).order_by(Area.path)).all()


def import_keys(session: Session, model: ListingModel) -> dict[str, UUID]:
    """Return the keys of all that was imported, and whose they are."""
    keys = session.execute(select(model.import_key, model.id).where(model.import_key.is_not(None))).all()
    return {key: row_id for key, row_id in keys if key is not None}


def whole_rows(session: Session, model: ListingModel, ids: Sequence[UUID]) -> list[Need | Offer]:
    """Return needs or offers with all that an import compares and changes."""
    rows: list[Need | Offer] = []
    for some in _in_batches(ids):
        statement: Select[Any]
        if model is Need:
            pieces = selectinload(Need.slots).joinedload(Slot.skill)
            statement = select(Need).options(pieces, selectinload(Need.fields), joinedload(Need.municipality))
        else:
            pieces = selectinload(Offer.items).joinedload(OfferItem.skill)
            statement = select(Offer).options(pieces, selectinload(Offer.fields), joinedload(Offer.municipality))
        rows.extend(session.scalars(statement.where(model.id.in_(some)).order_by(model.id)))
    return rows


def rows_of_import(session: Session, model: ListingModel, import_id: str) -> list[Need | Offer]:
    """Return what one import added."""
    keys = import_keys(session, model)
    return whole_rows(session, model, [row_id for key, row_id in keys.items() if key.endswith(f".{import_id}")])


def bodies_by_key_or_name(session: Session, keys: Sequence[str], names: Sequence[str]) -> list[Participant]:
    """Return the bodies, never persons, that carry one of the import keys, or one of the names and have not left."""
    found: dict[UUID, Participant] = {}
    options = (joinedload(Participant.municipality), raiseload(Participant.consents))
    is_body = Participant.kind != ParticipantKind.RESIDENT
    for some in _in_batches(keys):
        statement = select(Participant).where(is_body, Participant.import_key.in_(some)).options(*options)
        found |= {row.id: row for row in session.scalars(statement)}
    for some in _in_batches(names):
        statement = (
            select(Participant)
            .where(is_body, Participant.left_at.is_(None), Participant.name.in_(some))
            .options(*options)
        )
        found |= {row.id: row for row in session.scalars(statement)}
    return sorted(found.values(), key=lambda row: (row.created_at, row.id))


def is_in_a_partnership(session: Session, row: Need | Offer) -> bool:
    """Tell whether somebody has made use of the need or offer."""
    from models import Partnership

    if isinstance(row, Need):
        return session.scalar(select(Partnership.id).where(Partnership.need_id == row.id).limit(1)) is not None
    return session.scalar(select(Party.id).where(Party.offer_id == row.id).limit(1)) is not None


def municipalities_reached(session: Session, reach: Reach, area: Area, municipality: Area) -> Sequence[Area]:
    """Return the municipalities with open needs that an offer of this reach can serve, its own first.

    At most fifty: an offer to the whole country counts elsewhere with the next run there.
    """
    if reach in {Reach.DISTRICT, Reach.MUNICIPALITY}:
        return [municipality]
    statement = select(Area).where(
        Area.id.in_(select(Need.municipality_id).where(Need.status == NeedStatus.OPEN)), Area.id != municipality.id
    )
    if reach is Reach.PREFECTURE:
        statement = statement.where(lies_under([".".join(area.path.split(".")[:2])]))
    return [municipality, *session.scalars(statement.order_by(Area.path).limit(MOST_REFRESHED - 1))]


def _in_batches(values: Sequence[Value]) -> Iterable[Sequence[Value]]:
    return (values[start : start + BATCH] for start in range(0, len(values), BATCH))


def whole(session: Session, row: Need | Offer) -> Need | Offer:
    """Load all that the page of a need or of an offer shows."""
    return whole_need(session, row) if isinstance(row, Need) else whole_offer(session, row)
