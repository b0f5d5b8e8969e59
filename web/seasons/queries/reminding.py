"""Who is reminded of a date of a season today."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, or_, select
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
    """Return who is reminded today of what is within three days; who was written to of it already is left out.

    Where nothing was sent on the third day before, it is sent on the second or the last.
    """
    last = today + REMINDED_BEFORE
    days = [getattr(Season, f"{step.value}_on") for step in SeasonStep]
    seasons = session.scalars(
        select(Season)
        .where(or_(*(day.between(today, last) for day in days)))
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
            for participant in entered[season.id] if today <= day <= last else ():
                for account in accounts[participant.id]:
                    coming.setdefault(account.id, {})[season.id, step] = Coming(season, step, day)
    return _without_what_was_written(session, coming, today=today)


def _who_entered(season: Season) -> list[Participant]:
    """Return who still takes part: once the teams are approved, those who are in one."""
    is_decided = season.approved_at is not None
    return [
        *(one.need.participant for one in season.projects if not is_decided or one.partnership_id is not None),
        *(one.offer.participant for one in season.professionals if not is_decided or one.project_id is not None),
    ]


def _without_what_was_written(
    session: Session, coming: Mapping[UUID, Mapping[tuple[UUID, SeasonStep], Coming]], *, today: date
) -> Sequence[Due]:
    """Leave out of what an account was reminded: a mail of the last days told of all that was within three days."""
    rows = session.execute(
        select(OutboxMail.to_account_id, func.max(OutboxMail.created_at))
        .where(
            OutboxMail.template == TEMPLATE,
            OutboxMail.created_at >= _morning(today - REMINDED_BEFORE),
            OutboxMail.to_account_id.in_(coming),
        )
        .group_by(OutboxMail.to_account_id)
    )
    written_at = {row[0]: row[1] for row in rows}
    found = []
    for account, dates in sorted(coming.items(), key=lambda pair: str(pair[0])):
        latest = written_at.get(account)
        left = [one for one in dates.values() if latest is None or latest < _morning(one.on - REMINDED_BEFORE)]
        if left:
            found.append(Due(account, left))
    return found


def _morning(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=TOWN_TIME)
