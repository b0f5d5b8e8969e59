"""Changes of what is measured: which pack a municipality looks at, imported numbers, activities of bodies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Account, Activity, Area, Indicator, IndicatorChoice, IndicatorPack, IndicatorValue, Participant
from models.errors import AlreadyDecided, InvalidValue
from models.years import town_day
from web.indicators import queries


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number that comes from elsewhere, and from where."""

    indicator: Indicator
    fiscal_year: int
    value: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a body did on a day, and how many people took part where somebody counted."""

    on: date
    what: str
    people: int | None


def choose_pack(
    session: Session, municipality: Area, pack: IndicatorPack, *, by: Account, at: datetime
) -> IndicatorChoice:
    """Let a municipality look at a pack; an earlier choice is replaced."""
    choice = session.scalar(select(IndicatorChoice).where(IndicatorChoice.municipality_id == municipality.id))
    if choice is None:
        choice = IndicatorChoice(municipality=municipality, pack=pack, chosen_by=by, chosen_at=at)
        session.add(choice)
    elif choice.pack_id != pack.id:
        choice.pack, choice.chosen_by, choice.chosen_at = pack, by, at
    return choice


def write_numbers(session: Session, municipality: Area, numbers: Sequence[Number], *, by: Account) -> None:
    """Write down numbers that come from elsewhere, all of them; a number of the same year is replaced."""
    known = {(value.indicator_id, value.fiscal_year): value for value in queries.values_of(session, municipality)}
    for number in numbers:
        value = known.get((number.indicator.id, number.fiscal_year))
        if value is None:
            written = IndicatorValue(
                indicator=number.indicator,
                municipality=municipality,
                fiscal_year=number.fiscal_year,
                value=number.value,
                source=number.source,
                entered_by=by,
            )
            session.add(written)
            known[number.indicator.id, number.fiscal_year] = written
        elif (value.value, value.source) != (number.value, number.source):
            value.value, value.source, value.entered_by = number.value, number.source, by


def record_activity(
    session: Session, participant: Participant, done: Done, *, sent_key: str, by: Account, at: datetime
) -> Activity:
    """Write down what a body did; a form that is sent again writes nothing more."""
    before = queries.sent_before(session, sent_key)
    if before is not None:
        if before.participant_id != participant.id:
            raise AlreadyDecided("this form was sent for another body already")
        return before
    _is_possible(done, at=at)
    activity = Activity(
        participant=participant,
        done_on=done.on,
        what=done.what,
        people=done.people,
        sent_key=sent_key,
        written_at=at,
        written_by=by,
    )
    session.add(activity)
    return activity


def correct_activity(activity: Activity, done: Done, *, version: int, at: datetime) -> None:
    """Correct what was written down about an activity."""
    activity.check_version(version)
    _is_possible(done, at=at)
    activity.done_on, activity.what, activity.people = done.on, done.what, done.people


def remove_activity(session: Session, activity: Activity, *, version: int) -> None:
    """Take an activity out that was written down by mistake."""
    activity.check_version(version)
    session.delete(activity)


def _is_possible(done: Done, *, at: datetime) -> None:
    if done.on > town_day(at):
        raise InvalidValue("an activity is written down once it has been")
