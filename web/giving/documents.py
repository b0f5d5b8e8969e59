"""What was given in a year, added up for a page and written down as a sheet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from models import ResourceKind
from web.giving.queries import Gift, Given
from web.i18n import day, locale
from web.labels import label
from web.listings.services.pieces import UNSTATED_QUANTITY
from web.participants.queries import SeenParticipant
from web.sheets import as_csv


@dataclass(frozen=True, slots=True)
class Total:
    """What was given of one kind of resource."""

    kind: ResourceKind
    partnerships: int
    amounts: str
    hours: float | None


def totals(gifts: Sequence[Gift]) -> Sequence[Total]:
    """Add up what was given, kind by kind; only what is counted in the same unit is added."""
    found = []
    for kind in ResourceKind:
        things = [(gift, thing) for gift in gifts for thing in gift.things if thing.kind is kind]
        if things:
            hours = [thing.hours for _gift, thing in things if thing.hours is not None]
            found.append(
                Total(
                    kind=kind,
                    partnerships=len({gift.partnership.id for gift, _thing in things}),
                    amounts=_amounts(thing for _gift, thing in things),
                    hours=sum(hours) if hours else None,
                )
            )
    return found


def name_of(participant: SeenParticipant) -> str:
    """Return the name, or the place where a person lives whose name the reader may not see."""
    return participant.name or _("A resident of %(place)s", place=participant.area.name(locale()))


def amount_of(thing: Given) -> str:
    """Return how many of what unit, or that no number was given."""
    return _("No fixed number") if thing.quantity == UNSTATED_QUANTITY else _amount(thing.quantity, thing.unit)


def sheet(gifts: Sequence[Gift]) -> bytes:
    """Return the record as CSV for spreadsheets."""
    return as_csv(
        [
            _("Partnership"), _("To whom"), _("Offer"), _("Kind"), _("What was given"), _("Amount"), _("Unit"),
            _("For what"), _("Hours (planned)"), _("All said yes on"), _("Ended on"), _("Stage"),
        ],
        (_cells(gift, thing) for gift in gifts for thing in gift.things),
    )  # fmt: skip


def _cells(gift: Gift, thing: Given) -> Sequence[str]:
    stated = "" if thing.quantity == UNSTATED_QUANTITY else str(thing.quantity)
    return [
        gift.partnership.title, name_of(gift.to), gift.offer, label(thing.kind), thing.what, stated,
        thing.unit, thing.towards, "" if thing.hours is None else f"{thing.hours:g}", day(gift.began_on),
        day(gift.ended_on), label(gift.stage),
    ]  # fmt: skip


def _amounts(things: Iterable[Given]) -> str:
    by_unit: dict[str, int] = {}
    for thing in things:
        if thing.quantity != UNSTATED_QUANTITY:
            by_unit[thing.unit] = by_unit.get(thing.unit, 0) + thing.quantity
    separator = "、" if locale() == "ja" else ", "
    return separator.join(_amount(number, unit) for unit, number in sorted(by_unit.items())) or _("No fixed number")


def _amount(number: int, unit: str) -> str:
    return f"{number:,}{'' if locale() == 'ja' or not unit else ' '}{unit}"
