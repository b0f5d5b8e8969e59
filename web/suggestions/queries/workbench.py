"""A need and offers laid out so that any of them can be explained, and any team of them put together."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import Session, joinedload

from matching import Geography, OfferProfile, Weights, Workbench
from models import (
    Account,
    AreaNeighbour,
    Enquiry,
    Need,
    Offer,
    OfferItem,
    Participant,
    ParticipantKind,
    Partnership,
    Party,
    Reply,
    Role,
    Skill,
    SkillAlias,
    lies_under,
)
from models.search import contains_words
from web.suggestions.queries import profiles

MOST_LAID_OUT: Final = 100
MOST_FOUND: Final = 12


@dataclass(frozen=True, slots=True)
class Bench:
    """A need, the offers that were asked for in their order, and the engine's view of them."""

    need: Need
    offers: Mapping[str, Offer]
    told: Mapping[str, OfferProfile]
    engine: Workbench
    total: int
    alike: frozenset[str]


def within_reach(account: Account, need: Need) -> Select[Offer]:
    """Return the offers of others that could serve a need and of which the account may know."""
    return profiles.serving_offers(need.municipality).where(
        Offer.participant_id != need.participant_id,
        # Of persons elsewhere who did not consent, not even the offer is shown.
        or_(profiles.is_body_or_consented(), lies_under(account.paths(Role.COORDINATOR))),
    )


def is_like(account: Account, words: str) -> ColumnElement[bool]:
    """Return whether an offer within reach holds the words, gives a skill of that name, or is that participant's."""
    # A person's name may only be searched by who may also read it.
    name_is_shown = or_(Participant.kind != ParticipantKind.RESIDENT, lies_under(account.paths(Role.COORDINATOR)))
    of_skill = (
        select(OfferItem.offer_id)
        .join(Skill, OfferItem.skill_id == Skill.id)
        .outerjoin(SkillAlias, SkillAlias.skill_id == Skill.id)
        .where(
            or_(
                *(column.contains(words, autoescape=True) for column in (Skill.name_ja, Skill.name_en, SkillAlias.text))
            )
        )
    )
    return or_(
        contains_words(Offer.search_text, words),
        Offer.id.in_(of_skill),
        name_is_shown & Participant.name.contains(words, autoescape=True),
    )


def found_by(account: Account, need: Need, words: str) -> Select[UUID]:
    """Return the first few offers within reach that words find, by title."""
    found = within_reach(account, need).where(is_like(account, words)).with_only_columns(Offer.id)
    return found.order_by(Offer.title, Offer.id).limit(MOST_FOUND)


def these(
    account: Account, need: Need, ids: Collection[UUID], *, also: Collection[UUID], words: str = ""
) -> Select[Offer]:
    """Return the offers with these ids, whatever became of them, and of others those within reach or found by words."""
    reached = within_reach(account, need).where(Offer.id.in_(also)).with_only_columns(Offer.id).order_by(None)
    wanted = [Offer.id.in_(ids), Offer.id.in_(reached)]
    return select(Offer).where(or_(*wanted, *([Offer.id.in_(found_by(account, need, words))] if words else [])))


def bench(
    session: Session,
    need: Need,
    statement: Select[Offer],
    *,
    at: datetime,
    limit: int = MOST_LAID_OUT,
    offset: int = 0,
    alike: ColumnElement[bool] | None = None,
    weights: Weights | None = None,
) -> Bench:
    """Lay out a need that `profiles.load_need` loaded, and the offers of one page of a statement."""
    said_no = (
        select(Enquiry.id)
        .join(Party, Enquiry.party_id == Party.id)
        .join(Partnership, Party.partnership_id == Partnership.id)
        .where(Partnership.need_id == need.id, Enquiry.reply == Reply.NO, Party.participant_id == Offer.participant_id)
        .exists()
    )
    is_neighbour = (
        select(AreaNeighbour.id)
        .where(AreaNeighbour.area_id == need.area_id, AreaNeighbour.neighbour_id == Offer.area_id)
        .exists()
    )
    rows = (
        session.execute(
            statement.options(
                joinedload(Offer.participant).options(joinedload(Participant.consents)),
                joinedload(Offer.area),
                joinedload(Offer.items).joinedload(OfferItem.skill),
                joinedload(Offer.fields),
            )
            .add_columns(said_no, is_neighbour, func.count().over(), false() if alike is None else alike)
            .order_by(Offer.title, Offer.id)
            .limit(limit)
            .offset(offset)
        )
        .unique()
        .all()
    )
    offers = [row[0] for row in rows]
    listed = profiles.offer_profiles(session, offers, [offer.participant_id for offer in offers], at=at)
    told = {str(offer.id): listed[str(offer.id)][1] for offer in offers}
    engine = Workbench(
        profiles.need_profile(
            need,
            declined=frozenset(str(offer.participant_id) for offer, no, *_ in rows if no),
            on=at.astimezone(profiles.TOWN_TIME).date(),
        ),
        list(told.values()),
        weights=weights or profiles.weights(session),
        geography=Geography(frozenset((need.area.path, offer.area.path) for offer, _, beside, *_ in rows if beside)),
        taxonomy=profiles.taxonomy(session),
    )
    return Bench(
        need,
        {str(offer.id): offer for offer in offers},
        told,
        engine,
        rows[0][3] if rows else 0,
        frozenset(str(row[0].id) for row in rows if row[4]),
    )
