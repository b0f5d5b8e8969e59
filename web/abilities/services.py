"""Changes: answers kept until somebody signs up, a resident registered from them, an offer changed by them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from models import (
    Account,
    Area,
    ConsentPurpose,
    DraftKind,
    Offer,
    OfferItem,
    Participant,
    ParticipantKind,
    ResourceKind,
    Skill,
    Window,
)
from models.errors import InvalidValue, NotAllowed
from models.listings import MOST_ITEMS
from web.abilities.queries.answers import Answers
from web.accounts import services as accounts
from web.drafts import services as drafts
from web.drafts.queries import draft_of
from web.listings import queries as listings
from web.listings.services.offers import OfferDraft, edit_offer, post_offer
from web.listings.services.pieces import Piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A resident as they describe themselves."""

    name: str
    reading: str
    area: Area
    is_adult: bool
    hours_per_month: float | None
    engagement_limit: int | None
    contact_email: str
    contact_phone: str
    consents: dict[ConsentPurpose, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What somebody can do, with the skills that their words mean."""

    title: str
    answers: Answers
    skills: Sequence[Skill]
    area: Area | None = None


def keep_for_account(session: Session, account: Account, answers: Answers, *, at: datetime) -> None:
    """Keep the answers of somebody who is signed in until they have registered."""
    drafts.save(session, account, DraftKind.ABILITIES, answers.parameters(), at=at)


def keep_for_browser(session: Session, token_hash: str, answers: Answers, *, at: datetime) -> None:
    """Keep a visitor's answers; they reach the account that signs up with this browser."""
    drafts.save_for_browser(session, token_hash, DraftKind.ABILITIES, answers.parameters(), at=at)


def register(session: Session, person: Person, abilities: Abilities, *, by: Account, at: datetime) -> Offer:
    """Write the account's own resident and what they can do, so that nothing is typed twice."""
    resident = accounts.register(
        session,
        by=by,
        at=at,
        kind=ParticipantKind.RESIDENT,
        name=person.name,
        reading=person.reading,
        area=person.area,
        contact_email=person.contact_email,
        contact_phone=person.contact_phone,
        is_adult=person.is_adult,
        consents=person.consents,
    )
    resident.hours_per_month = person.hours_per_month
    resident.set_engagement_limit(person.engagement_limit)
    session.flush()
    return offer(session, resident, abilities, by=by, at=at)


def offer(session: Session, resident: Participant, abilities: Abilities, *, by: Account, at: datetime) -> Offer:
    """Write what a resident can do as an open offer; the answers that were kept for it are done with."""
    written = offer_for(session, resident, abilities, by=by)
    _forget_draft(session, by, at=at)
    return written


def offer_for(session: Session, participant: Participant, abilities: Abilities, *, by: Account) -> Offer:
    """Write what somebody can do as an open offer, also for somebody without an account."""
    answers = abilities.answers
    return post_offer(
        session,
        OfferDraft(
            title=abilities.title,
            area=abilities.area,
            reach=answers.reach,
            online=True if answers.online else None,
            windows=answers.windows,
            items=_at_free_positions(_pieces(session, abilities, by.locale), taken=()),
        ),
        participant=participant,
        by=by,
        opened=True,
    )


def change(session: Session, offer: Offer, abilities: Abilities, *, version: int, by: Account, at: datetime) -> None:
    """Change what a resident offers to what they answered; what the three taps do not ask stays as it is."""
    listings.whole_offer(session, offer)
    if not offer.participant.is_resident:
        raise NotAllowed("the three taps are for residents")
    before, answers = Answers.of(offer), abilities.answers
    edit_offer(
        session,
        offer,
        OfferDraft(
            title=abilities.title,
            body=offer.body,
            area=abilities.area or offer.area,
            fields=offer.fields,
            reach=offer.reach if answers.near == before.near else answers.reach,
            online=offer.online if answers.online == before.online else answers.online,
            condition=offer.condition,
            windows=_windows_of(offer) if answers.when == before.when else answers.windows,
            starts_on=offer.starts_on,
            ends_on=offer.ends_on,
            expires_on=offer.expires_on,
            engagement_limit=offer.engagement_limit,
            yearly_limit=offer.yearly_limit,
            items=_changed(session, offer, _pieces(session, abilities, by.locale)),
        ),
        version=version,
        by=by,
        opened=False,
    )
    _forget_draft(session, by, at=at)


def _pieces(session: Session, abilities: Abilities, language: str) -> list[Piece]:
    """Return what somebody can do; words that are the very name of a skill, in any spelling, mean that skill."""
    pieces = [_piece(skill.name(language), skill) for skill in abilities.skills]
    if abilities.answers.also:
        vocabulary = listings.vocabulary_of_skills(session)
        for words in abilities.answers.also:
            guess = listings.closest_skill(vocabulary, words)
            pieces.append(_piece(words, guess.skill if guess is not None and guess.is_exact else None))
    return pieces


def _piece(what: str, skill: Skill | None) -> Piece:
    return Piece(position=1, kind=ResourceKind.PEOPLE, what=what, skill=skill)


def _changed(session: Session, offer: Offer, chosen: Sequence[Piece]) -> list[Piece]:
    """Return the items that stay, in their own words and places, and after them what is new.

    What stands in a partnership stays whatever was chosen.
    """
    promised = listings.pieces_in_partnerships(session, offer)
    wanted = {_meaning(piece) for piece in chosen}
    staying = [item for item in offer.items if _meaning(item) in wanted or item.promised or item.id in promised]
    kept = [
        Piece(
            position=item.position,
            kind=item.kind,
            what=item.what,
            quantity=item.quantity,
            unit=item.unit,
            skill=item.skill,
        )
        for item in staying
    ]
    present = {_meaning(item) for item in staying}
    new = [piece for piece in chosen if _meaning(piece) not in present]
    return kept + _at_free_positions(new, taken=[piece.position for piece in kept])


def _meaning(piece: Piece | OfferItem) -> str:
    return piece.what if piece.skill is None else piece.skill.code


def _at_free_positions(pieces: Sequence[Piece], *, taken: Collection[int]) -> list[Piece]:
    free = [position for position in range(1, MOST_ITEMS + 1) if position not in taken]
    if len(pieces) > len(free):
        raise InvalidValue(f"an offer has at most {MOST_ITEMS} items")
    return [replace(piece, position=position) for piece, position in zip(pieces, free, strict=False)]


def _windows_of(offer: Offer) -> list[Window] | None:
    return [Window(value) for value in offer.windows] if offer.windows else None


def _forget_draft(session: Session, account: Account, *, at: datetime) -> None:
    kept = draft_of(session, account, DraftKind.ABILITIES, at=at)
    if kept is not None:
        drafts.discard(session, kept)
