"""Reads of what was entered for somebody: the acts, and what holds its way itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.orm import Session, joinedload, lazyload

from models import (
    Account,
    ActKind,
    ActOnBehalf,
    AgreementVersion,
    Consent,
    ConsentChannel,
    Enquiry,
    Evaluation,
    Need,
    Network,
    NetworkMember,
    Offer,
    Participant,
    Partnership,
    Party,
    Petition,
    Signature,
)
from models.years import town_day

MOST_ACTS: Final = 200
REPLY, SIGNATURE, EVALUATION = "reply", "signature", "evaluation"
PETITION, MEMBERSHIP = "petition", "membership"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One thing that was entered for somebody: what, when they said it, in which way, and who typed it."""

    what: str
    on: date
    channel: ConsentChannel
    said_by: str = ""
    entered_by: str = ""
    title: str = ""
    purpose: Any = None
    act: ActOnBehalf | None = None


def acts_for(session: Session, participant: Participant) -> Sequence[ActOnBehalf]:
    """Return what coordinators entered for a participant, the newest first, ready to be shown."""
    return session.scalars(
        _acts()
        .where(ActOnBehalf.participant_id == participant.id)
        .order_by(ActOnBehalf.entered_at.desc(), ActOnBehalf.id)
        .limit(MOST_ACTS)
    ).all()


def acts_of_offer(session: Session, offer: Offer) -> Sequence[ActOnBehalf]:
    """Return in which way an offer was said where a coordinator entered it, the newest first."""
    return session.scalars(
        _acts().where(ActOnBehalf.offer_id == offer.id).order_by(ActOnBehalf.entered_at.desc(), ActOnBehalf.id)
    ).all()


def done_for(session: Session, participant: Participant) -> Sequence[Done]:
    """Return all that was done for a participant that did not come by the web, the newest first.

    Consents, replies, signatures, evaluations, petitions and memberships hold their way themselves; the rest are acts.
    """
    acts = acts_for(session, participant)
    found = [_of_act(act) for act in acts if act.kind is not ActKind.CONSENT]
    found += _consents(session, participant, [act for act in acts if act.kind is ActKind.CONSENT])
    found += _said_in_partnerships(session, participant)
    found += _petitions(session, participant)
    found += _memberships(session, participant)
    return sorted(found, key=lambda done: done.on, reverse=True)


def _acts() -> Select[ActOnBehalf]:
    return select(ActOnBehalf).options(
        joinedload(ActOnBehalf.entered_by).options(lazyload(Account.memberships), lazyload(Account.appointments)),
        joinedload(ActOnBehalf.paper),
        joinedload(ActOnBehalf.need).options(lazyload(Need.participant)),
        joinedload(ActOnBehalf.offer).options(lazyload(Offer.participant)),
        lazyload(ActOnBehalf.participant),
    )


def _of_act(act: ActOnBehalf) -> Done:
    listing = act.need or act.offer
    return Done(
        what=act.kind.value,
        on=act.said_on,
        channel=act.channel,
        said_by=act.said_by,
        entered_by=_name(act.entered_by),
        title="" if listing is None else listing.title,
        act=act,
    )


def _consents(session: Session, participant: Participant, acts: Sequence[ActOnBehalf]) -> list[Done]:
    said: dict[tuple[datetime, ConsentChannel], set[str]] = {}
    for act in acts:
        said.setdefault((act.entered_at, act.channel), set()).add(act.said_by)
    consents = session.scalars(
        select(Consent)
        .where(Consent.participant_id == participant.id, Consent.channel != ConsentChannel.WEB)
        .options(joinedload(Consent.recorded_by).options(lazyload(Account.memberships), lazyload(Account.appointments)))
        .order_by(Consent.granted_at, Consent.id)
    )
    return [
        Done(
            what=ActKind.CONSENT.value,
            on=town_day(one.granted_at),
            channel=one.channel,
            said_by="、".join(sorted(said.get((one.granted_at, one.channel), ()))),
            entered_by=_name(one.recorded_by),
            purpose=one.purpose,
        )
        for one in consents
    ]


def _said_in_partnerships(session: Session, participant: Participant) -> list[Done]:
    """Return replies, signatures and evaluations, all in one go."""
    of_participant = Party.participant_id == participant.id
    replies = (
        select(
            literal(REPLY),
            Enquiry.answered_at,
            Enquiry.channel,
            func.coalesce(Enquiry.said_by, ""),
            Partnership.title,
            func.coalesce(Account.name, ""),
        )
        .join(Party, Enquiry.party_id == Party.id)
        .join(Partnership, Party.partnership_id == Partnership.id)
        .outerjoin(Account, Enquiry.answered_by_id == Account.id)
        .where(of_participant, Enquiry.channel != ConsentChannel.WEB, Enquiry.answered_at.is_not(None))
    )
    signatures = (
        select(
            literal(SIGNATURE),
            Signature.signed_at,
            Signature.channel,
            Signature.name,
            AgreementVersion.title,
            func.coalesce(Account.name, ""),
        )
        .join(Party, Signature.party_id == Party.id)
        .join(AgreementVersion, Signature.version_id == AgreementVersion.id)
        .outerjoin(Account, Signature.entered_by_id == Account.id)
        .where(of_participant, Signature.channel != ConsentChannel.WEB)
    )
    evaluations = (
        select(
            literal(EVALUATION),
            Evaluation.given_at,
            Evaluation.channel,
            literal(""),
            Partnership.title,
            func.coalesce(Account.name, ""),
        )
        .join(Party, Evaluation.party_id == Party.id)
        .join(Partnership, Party.partnership_id == Partnership.id)
        .outerjoin(Account, Evaluation.given_by_id == Account.id)
        .where(of_participant, Evaluation.channel != ConsentChannel.WEB)
    )
    rows: Sequence[Any] = session.execute(union_all(replies, signatures, evaluations)).all()
    return [
        Done(what=what, on=town_day(at), channel=channel, said_by=said_by, title=title, entered_by=by)
        for what, at, channel, said_by, title, by in rows
    ]


def _petitions(session: Session, participant: Participant) -> list[Done]:
    rows = session.execute(
        select(Petition.received_on, Petition.channel, Petition.title, Account.name)
        .outerjoin(Account, Petition.written_by_id == Account.id)
        .where(Petition.participant_id == participant.id, Petition.channel != ConsentChannel.WEB)
    )
    return [
        Done(what=PETITION, on=on, channel=channel, title=title, entered_by=typed or "")
        for on, channel, title, typed in rows
    ]


def _memberships(session: Session, participant: Participant) -> list[Done]:
    rows = session.execute(
        select(NetworkMember.joined_on, NetworkMember.channel, NetworkMember.said_by, Network.name, Account.name)
        .join(Network, NetworkMember.network_id == Network.id)
        .outerjoin(Account, NetworkMember.entered_by_id == Account.id)
        .where(NetworkMember.participant_id == participant.id)
    )
    return [
        Done(what=MEMBERSHIP, on=on, channel=channel, said_by=said_by or "", title=title, entered_by=typed or "")
        for on, channel, said_by, title, typed in rows
        if channel is not None
    ]


def _name(account: Account | None) -> str:
    return "" if account is None else account.name
