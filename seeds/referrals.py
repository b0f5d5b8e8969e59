"""The demo town's directory, what was passed on, its networks, and what was entered for those without an account."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from models import (
    ActKind,
    ActOnBehalf,
    Area,
    ConsentChannel,
    Intermediary,
    IntermediaryKind,
    Network,
    NetworkMember,
    Referral,
    ReferralState,
)
from models.business_days import add_business_days
from models.referrals import RECEIPT_BUSINESS_DAYS
from seeds.almanac import Almanac
from seeds.identity import identified
from seeds.listings import Market, Vocabulary
from seeds.people import Population
from seeds.sheets import read

AT_WORK: Final = time(10)


def pass_on(
    session: Session, folder: Path, *, words: Vocabulary, people: Population, market: Market, almanac: Almanac
) -> int:
    """Write the directory and the referrals to it; return how many entries it has."""
    entries = _directory(session, folder, words=words)
    for row in read(folder / "referrals.csv"):
        key, need = row.required("key"), row.found("need", market.needs)
        sent_on, state = almanac.day(row.day("sent_on")), row.choice("state", ReferralState)
        referral = Referral(
            text=row.required("text"),
            sent_on=sent_on,
            receipt_due_on=add_business_days(sent_on, RECEIPT_BUSINESS_DAYS),
            token_hash=sha256(key.encode()).hexdigest(),
            area=need.area,
            intermediary=row.found("intermediary", entries),
            need=need,
            participant=need.participant,
            sent_by=people.coordinator_of(need.area),
        )
        answered_at = almanac.moment(row.day("sent_on"), AT_WORK) + timedelta(days=1)
        if row.text("received_by"):
            referral.receive(by=row.text("received_by"), at=answered_at)
        if state is ReferralState.DONE:
            referral.finish(outcome=row.required("outcome"), at=answered_at + timedelta(days=7))
        elif state is ReferralState.DECLINED:
            referral.decline(because=row.required("outcome"), at=answered_at)
        session.add(identified(referral, key, at=almanac.moment(row.day("sent_on"), AT_WORK)))
    return len(entries)


def gather(session: Session, folder: Path, *, areas: Mapping[str, Area], people: Population, almanac: Almanac) -> int:
    """Write the networks of the sheet with their members; return how many there are."""
    rows = read(folder / "networks.csv")
    for row in rows:
        key, starts_on = row.required("key"), almanac.day(row.day("starts_on"))
        network = Network(
            name=row.required("name"),
            mission=row.required("mission"),
            measure=row.text("measure"),
            starts_on=starts_on,
            ends_on=almanac.day(row.day("ends_on")),
            area=row.found("area", areas),
        )
        for participant in row.all_found("members", people.participants):
            member = NetworkMember(network=network, participant=participant, joined_on=starts_on)
            identified(member, key, participant.id.hex)
        ended_on: date | None = row.day_or_none("ended_on")
        if ended_on is not None:
            network.end(because=row.required("ended_because"), fulfilled=True, at=almanac.moment(ended_on, AT_WORK))
        session.add(identified(network, key))
    return len(rows)


def enter(session: Session, folder: Path, *, people: Population, market: Market, almanac: Almanac) -> int:
    """Mark what coordinators entered for those without an account; return how much that is."""
    rows = read(folder / "acts.csv")
    for row in rows:
        participant = row.found("participant", people.participants)
        at = almanac.moment(row.day("said_on"), AT_WORK)
        act = ActOnBehalf(
            kind=row.choice("kind", ActKind),
            channel=row.choice("channel", ConsentChannel),
            said_by=row.required("said_by"),
            said_on=almanac.day(row.day("said_on")),
            entered_at=at,
            participant=participant,
            need=row.found_or_none("need", market.needs),
            entered_by=people.coordinator_of(participant.area),
        )
        session.add(identified(act, row.required("key"), at=at))
    return len(rows)


def _directory(session: Session, folder: Path, *, words: Vocabulary) -> dict[str, Intermediary]:
    entries: dict[str, Intermediary] = {}
    for row in read(folder / "intermediaries.csv"):
        key = row.required("key")
        entry = Intermediary(
            kind=row.choice("kind", IntermediaryKind),
            name=row.required("name"),
            summary=row.text("summary"),
            phone=row.text("phone"),
            email=row.text("email"),
            url=row.text("url"),
            hours=row.text("hours"),
            area=row.found("area", words.areas),
            areas=row.all_found("areas", words.areas),
            fields=row.all_found("fields", words.fields),
        )
        entries[key] = identified(entry, key)
        session.add(entry)
    return entries
