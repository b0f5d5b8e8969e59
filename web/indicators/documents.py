"""Numbers and the rows behind them in words: for pages, and as CSV."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from models import Account, Activity, Consultation, Indicator, IndicatorSource, Participant, Roundtable, Visit
from web.i18n import day, locale
from web.indicators.queries import Row
from web.labels import label
from web.participants.queries import seen_by
from web.sheets import as_csv


@dataclass(frozen=True, slots=True)
class Table:
    """Rows as words under heads."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


def written_number(value: float | None) -> str:
    """Return a number as people write it: 2,335, 3.77, or a dash where nobody knows."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def with_unit(value: float | None, indicator: Indicator) -> str:
    """Return a number with its unit."""
    if value is None:
        return "–"
    gap = "" if locale() == "ja" or indicator.unit(locale()) == "%" else " "
    return f"{written_number(value)}{gap}{indicator.unit(locale())}"


def table(source: IndicatorSource, rows: Sequence[Row], account: Account) -> Table:
    """Return the rows behind a number."""
    return Table(_heads(source), [_cells(row, account) for row in rows])


def sheet(found: Table) -> bytes:
    """Return the rows behind a number as CSV for spreadsheets."""
    return as_csv(found.heads, found.rows)


def _heads(source: IndicatorSource) -> Sequence[str]:
    if source is IndicatorSource.CONSULTATIONS:
        return [_("Day"), _("Place"), _("How"), _("Which help"), _("Who asked")]
    if source is IndicatorSource.VISITS:
        return [_("Day"), _("Place"), _("How it helped"), _("People met")]
    if source in {IndicatorSource.TEAM_MEETINGS, IndicatorSource.TALKS_SUPPORTED}:
        return [_("Day"), _("Place"), _("Meeting"), _("Kind"), _("Support given")]
    if source is IndicatorSource.ACTIVITIES:
        return [_("Day"), _("Body"), _("What was done"), _("People")]
    return [_("Name"), _("Place"), _("Registered on")]


def _cells(row: Row, account: Account) -> Sequence[str]:
    if isinstance(row, Consultation):
        who = "" if row.asker_kind is None else label(row.asker_kind)
        return [_plain(row.consulted_on), row.area.name(locale()), label(row.way), label(row.help_asked), who]
    if isinstance(row, Visit):
        return [_plain(row.visited_on), row.area.name(locale()), label(row.support), _number(row.people_met)]
    if isinstance(row, Roundtable):
        return [_plain(row.held_on), row.area.name(locale()), row.title, label(row.kind), row.support]
    if isinstance(row, Activity):
        return [_plain(row.done_on), row.participant.name, row.what, _number(row.people)]
    return _registered(row, account)


def _registered(row: Participant, account: Account) -> Sequence[str]:
    seen = seen_by(account, row)
    name = seen.name or _("A resident of %(place)s", place=row.area.name(locale()))
    return [name, row.area.name(locale()), day(row.created_at)]


def _plain(on: date | None) -> str:
    return day(on)


def _number(number: int | None) -> str:
    return "" if number is None else f"{number:,}"
