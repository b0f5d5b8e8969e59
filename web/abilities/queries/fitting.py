"""Which open needs fit what somebody can do, by the engine's own figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session, joinedload, lazyload

from matching import Fit, Gate, Geography, ItemProfile, OfferProfile, fits_of
from models import (
    Account,
    Area,
    AreaLevel,
    Need,
    NeedStatus,
    Offer,
    OfferStatus,
    Participant,
    ParticipantKind,
    Partnership,
    Party,
    Skill,
    Slot,
)
from web.abilities.queries.answers import Answers
from web.listings.queries import town_day, visible_needs_to
from web.suggestions.queries import profiles

MOST_COMPARED: Final = 300
MOST_SHOWN: Final = 8
MOST_NEARBY: Final = 4
NOBODY: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class FittingNeed:
    """An open need, and how what somebody can do fits it."""

    need: Need
    fit: Fit

    @property
    def slot(self) -> Slot | None:
        """Return the slot that they would fill."""
        wanted = {reason.params["slot"] for reason in self.fit.score.reasons if "slot" in reason.params}
        return next((slot for slot in self.need.slots if str(slot.id) in wanted), None)


@dataclass(frozen=True, slots=True)
class Found:
    """The needs that fit, how many there are, and those that would if one went a little farther."""

    fitting: Sequence[FittingNeed]
    total: int
    nearby: Sequence[FittingNeed]


def needs_that_fit(
    session: Session,
    account: Account | None,
    answers: Answers,
    skills: Sequence[Skill],
    area: Area | None,
    *,
    at: datetime,
) -> Found:
    """Return the open needs that somebody with these answers could help with, best first.

    Compared are at most some hundreds: those that look for just these skills first, then the newest.
    """
    today = town_day(at)
    known = {str(need.id): need for need in session.scalars(_asking(account, answers, area)).unique()}
    told = [profiles.need_profile(need, declined=NOBODY, on=today) for need in known.values()]
    geography = Geography() if area is None else profiles.geography(session, area.tenant)
    found = fits_of(
        _profile(answers, skills, area, person_of(account)),
        [need for need in told if need.is_open],
        weights=profiles.weights(session),
        geography=geography,
        taxonomy=profiles.taxonomy(session),
    )
    fitting = [FittingNeed(known[fit.need_id], fit) for fit in found if not fit.gates]
    nearby = [
        FittingNeed(known[fit.need_id], fit)
        for fit in found
        if fit.gates == (Gate.AREA_NOT_SERVED,)
        and area is not None
        and geography.are_neighbours(area.path, known[fit.need_id].area.path)
    ]
    return Found(fitting[:MOST_SHOWN], len(fitting), nearby[:MOST_NEARBY])


def person_of(account: Account | None) -> Participant | None:
    """Return the resident whom the account stands for."""
    if account is None:
        return None
    residents = (membership.participant for membership in account.memberships if membership.participant.is_resident)
    return next((person for person in residents if person.left_at is None), None)


def offers_of(session: Session, person: Participant) -> Sequence[Offer]:
    """Return what a resident offers, the newest first."""
    return session.scalars(
        select(Offer)
        .where(Offer.participant_id == person.id, Offer.status != OfferStatus.WITHDRAWN)
        .order_by(Offer.created_at.desc(), Offer.id)
    ).all()


def engagements_of(session: Session, person: Participant) -> int:
    """Count the partnerships of a resident that are not over."""
    return (
        session.scalar(
            select(func.count(func.distinct(Partnership.id)))
            .join(Party, Party.partnership_id == Partnership.id)
            .where(Party.participant_id == person.id, Partnership.over_at.is_(None))
        )
        or 0
    )


def advisers(session: Session, area: Area | None) -> Sequence[Participant]:
    """Return the bodies whose work it is to bring people together, to be asked by a person."""
    lies_here = false() if area is None else Participant.municipality_id == area.tenant.id
    return session.scalars(
        select(Participant)
        .where(Participant.kind == ParticipantKind.INTERMEDIARY, Participant.left_at.is_(None), lies_here)
        .options(lazyload(Participant.consents))
        .order_by(Participant.name, Participant.id)
        .limit(3)
    ).all()


def _asking(account: Account | None, answers: Answers, area: Area | None) -> Select[Need]:
    """Return the open needs to compare: of the municipality, and from farther away what can be done online."""
    looks_for_it = (
        select(Slot.id)
        .join(Skill, Slot.skill_id == Skill.id)
        .where(Slot.need_id == Need.id, Skill.code.in_(answers.can))
        .exists()
    )
    statement = visible_needs_to(account).where(Need.status == NeedStatus.OPEN, profiles.still_lacks())
    if area is not None:
        statement = statement.where(_within(area, online=answers.online))
    # All in one go: a page that people wait for, and rows that are few and short.
    return (
        statement.options(
            joinedload(Need.participant).joinedload(Participant.consents),
            joinedload(Need.area),
            joinedload(Need.council_seat),
            joinedload(Need.slots).joinedload(Slot.skill),
            joinedload(Need.fields),
        )
        .order_by(looks_for_it.desc(), Need.opened_at.desc(), Need.id)
        .limit(MOST_COMPARED)
    )


def _within(area: Area, *, online: bool) -> ColumnElement[bool]:
    here = Need.municipality_id == area.tenant.id
    if not online or area.level is AreaLevel.COUNTRY:
        return here
    prefecture = ".".join(area.path.split(".")[: profiles.PREFECTURE_DEPTH])
    return or_(here, and_(Need.online.is_(True), Area.path.startswith(f"{prefecture}.", autoescape=True)))


def _profile(answers: Answers, skills: Sequence[Skill], area: Area | None, person: Participant | None) -> OfferProfile:
    """Return what the engine is told of somebody who has written nothing down yet."""
    items = [(skill.name_ja, skill.code) for skill in skills] + [(what, None) for what in answers.also]
    windows = answers.windows
    return OfferProfile(
        id=str(answers.offer or ""),
        owner="" if person is None else str(person.id),
        owner_kind=ParticipantKind.RESIDENT.value,
        title=" ".join(what for what, _ in items),
        text="",
        area=None if area is None else area.path,
        items=tuple(
            ItemProfile(str(number), "people", what, 1, code) for number, (what, code) in enumerate(items, start=1)
        ),
        windows=None if windows is None else frozenset(window.value for window in windows),
        reach=answers.reach.value,
        online=True if answers.online else None,
        hours_limit=None if person is None else person.hours_per_month,
        consents=frozenset() if person is None else profiles.owner_of(person).consents,
    )
