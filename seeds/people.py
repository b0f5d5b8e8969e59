"""The people and bodies of the town, who signs in for them, and what they consented to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from models import (
    Account,
    ActivityField,
    Appointment,
    Area,
    Consent,
    ConsentChannel,
    ConsentPurpose,
    Membership,
    Office,
    Participant,
    ParticipantKind,
    Role,
)
from models.accounts import STAFF
from seeds.almanac import Almanac
from seeds.identity import identified
from seeds.sheets import Row, read

DESK_OPENED_ON: Final = date(2025, 10, 1)
DAYS_OF_REGISTRATION: Final = 28
# How a coordinator took down the consents of people without an account, in turn.
WITHOUT_ACCOUNT: Final = (ConsentChannel.FACE_TO_FACE, ConsentChannel.PAPER, ConsentChannel.TELEPHONE)


@dataclass(frozen=True, slots=True)
class Population:
    """Who lives and works in the town, by the names that the sheets use."""

    accounts: Mapping[str, Account]
    participants: Mapping[str, Participant]
    voices: Mapping[str, Account]

    def voice_of(self, key: str) -> Account | None:
        """Return the first account that speaks for the participant, or None."""
        return self.voices.get(key)

    def coordinator_of(self, area: Area) -> Account:
        """Return the coordinator of the smallest place around, the first in the sheet where there are several."""
        around = [account for account in self.accounts.values() if account.covers(Role.COORDINATOR, area.path)]
        if not around:
            raise LookupError(f"nobody coordinates {area.path}")
        return max(around, key=lambda account: max(map(len, account.paths(Role.COORDINATOR))))


def settle(
    session: Session,
    folder: Path,
    *,
    areas: Mapping[str, Area],
    fields: Mapping[str, ActivityField],
    almanac: Almanac,
    password_hash: str,
) -> Population:
    """Add the accounts and participants of the town's sheets."""
    opened_at = almanac.moment(DESK_OPENED_ON, time(9))
    account_rows = read(folder / "accounts.csv")
    accounts = _accounts(account_rows, areas, password_hash, at=opened_at)
    participant_rows = read(folder / "participants.csv")
    participants = {
        row.required("key"): _participant(row, areas, fields, at=_registered_at(almanac, index))
        for index, row in enumerate(participant_rows)
    }
    voices: dict[str, Account] = {}
    for row in account_rows:
        if row.choice("role", Role) not in STAFF:
            account, participant = row.found("email", accounts), row.found("participant", participants)
            membership = Membership(account=account, participant=participant, role=row.choice("role", Role))
            identified(membership, account.email, row.text("participant"), at=participant.created_at)
            voices.setdefault(row.text("participant"), account)
    population = Population(accounts, participants, voices)
    for index, row in enumerate(participant_rows):
        _consent(row, population, index)
    session.add_all([*accounts.values(), *participants.values()])
    session.flush()
    return population


def _registered_at(almanac: Almanac, index: int) -> datetime:
    return almanac.moment(DESK_OPENED_ON + timedelta(days=index % DAYS_OF_REGISTRATION), time(10 + index % 7))


def _accounts(rows: list[Row], areas: Mapping[str, Area], password_hash: str, *, at: datetime) -> dict[str, Account]:
    """Return the accounts by address; somebody with several roles has several rows."""
    accounts: dict[str, Account] = {}
    for row in rows:
        email = row.required("email")
        if email not in accounts:
            account = Account(
                email=email,
                name=row.required("name"),
                password_hash=password_hash,
                locale=row.required("locale"),
                is_demo=True,
                confirmed_at=at,
            )
            accounts[email] = identified(account, email, at=at)
        role = row.choice("role", Role)
        if role in STAFF:
            for area in row.all_found("areas", areas):
                office = row.choice("office", Office) if row.text("office") else None
                appointment = Appointment(account=accounts[email], area=area, role=role, office=office)
                identified(appointment, email, area.path, role, at=at)
    return accounts


def _participant(
    row: Row, areas: Mapping[str, Area], fields: Mapping[str, ActivityField], *, at: datetime
) -> Participant:
    participant = Participant(
        kind=row.choice("kind", ParticipantKind),
        name=row.required("name"),
        reading=row.required("reading"),
        summary=row.text("summary"),
        contact_name=row.text("contact_name"),
        contact_email=row.text("contact_email"),
        contact_phone=row.text("contact_phone"),
        hours_per_month=row.number_or_none("hours_per_month"),
        engagement_limit=row.whole_or_none("engagement_limit"),
        is_adult=row.truth("adult"),
        area=row.found("area", areas),
        fields=row.all_found("fields", fields),
    )
    return identified(participant, row.required("key"), at=at)


def _consent(row: Row, population: Population, index: int) -> None:
    """Record what the person agreed to: at their own screen, or with the coordinator who sat beside them."""
    key = row.required("key")
    participant = population.participants[key]
    coordinator = population.coordinator_of(participant.area)
    own = population.voice_of(key)
    channel = ConsentChannel.WEB if own else WITHOUT_ACCOUNT[index % len(WITHOUT_ACCOUNT)]
    at = participant.created_at
    if row.truth("guardian_consent"):
        participant.consent(ConsentPurpose.GUARDIAN, by=coordinator, at=at, channel=ConsentChannel.PAPER)
    for purpose in row.choices("consents", ConsentPurpose) or []:
        participant.consent(purpose, by=own or coordinator, at=at, channel=channel)
    for consent in participant.consents:
        _identify_consent(consent, key)


def _identify_consent(consent: Consent, key: str) -> None:
    identified(consent, key, consent.purpose, at=consent.granted_at)
