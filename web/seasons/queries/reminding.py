"""Who is reminded of a date of a season today."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, lazyload, selectinload

from models import Need, Offer, OutboxMail, Participant, Season, SeasonProfessional, SeasonProject, SeasonStep
from models.years import TOWN_TIME
from web.participants.queries import accounts_of
from web.seasons.queries.seasons import Coming

REMINDED_BEFORE: Final = timedelta(days=3)
TEMPLATE: Final = "season-reminder"


@dataclass(frozen=True, slots=True)
class Due:
    """One account and the dates of which it is reminded in one mail."""

    account: UUID
    coming: Sequence[Coming]


def reminders_due(session: Session, *, today: date) -> Sequence[Due]:
    """Return who is reminded today of what is in three days; who was written to today already is left out."""
    on = today + REMINDED_BEFORE
    days = [getattr(Season, f"{step.value}_on") for step in SeasonStep]
    seasons = session.scalars(
        select(Season)
        .where(or_(*(day == on for day in days)))
        .options(
            selectinload(Season.projects)
            .joinedload(SeasonProject.need)
            .options(joinedload(Need.participant).lazyload(Participant.consents), lazyload(Need.posted_by)),
            selectinload(Season.professionals)
            .joinedload(SeasonProfessional.offer)
            .joinedload(Offer.participant)
            .lazyload(Participant.consents),
        )
        .order_by(Season.kick_off_on, Season.id)
    ).all()
    entered = {season.id: _who_entered(season) for season in seasons}
    participants = {one.id: one for of_season in entered.values() for one in of_season}
    accounts = accounts_of(session, participants.values())
    coming: dict[UUID, dict[tuple[UUID, SeasonStep], Coming]] = {}
    for season in seasons:
        for step, day in season.dates.items():
            for participant in entered[season.id] if day == on else ():
                for account in accounts[participant.id]:
                    coming.setdefault(account.id, {})[season.id, step] = Coming(season, step, day)
    return _without_those_written_to(session, coming, today=today)


def _who_entered(season: Season) -> list[Participant]:
    """Return who still takes part: once the teams are approved, those who are in one."""
    is_decided = season.approved_at is not None
    return [
        *(one.need.participant for one in season.projects if not is_decided or one.partnership_id is not None),
        *(one.offer.participant for one in season.professionals if not is_decided or one.project_id is not None),
    ]


def _without_those_written_to(
    session: Session, coming: Mapping[UUID, Mapping[tuple[UUID, SeasonStep], Coming]], *, today: date
) -> Sequence[Due]:
    morning = datetime.combine(today, time.min, tzinfo=TOWN_TIME)
    written_to = set(
        session.scalars(
            select(OutboxMail.to_account_id).where(
                OutboxMail.template == TEMPLATE,
                OutboxMail.created_at >= morning,
                OutboxMail.to_account_id.in_(coming),
            )
        )
    )
    return [
        Due(account, list(dates.values()))
        for account, dates in sorted(coming.items(), key=lambda pair: str(pair[0]))
        if account not in written_to
    ]
