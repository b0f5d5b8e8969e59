"""The search for needs as it stands in the address, and the chips that add and remove one condition each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, TypeVar

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form, StringField

from models import ResourceKind, SmallRole
from web.fields import one_line
from web.i18n import locale
from web.labels import LABELS
from web.listings import queries
from web.listings.queries import Filters, Order, Show, When

SHOWN_AT_ONCE: Final = 8

Member = TypeVar("Member", bound=StrEnum)

WHENS: Final[Mapping[When, Any]] = MappingProxyType(
    {
        When.WEEKDAYS: _l("Weekdays in the daytime"),
        When.EVENINGS: _l("In the evening"),
        When.WEEKENDS: _l("On Saturdays and Sundays"),
        When.UNDECIDED: _l("Time not decided yet"),
    }
)
SHOWS: Final[Mapping[Show, Any]] = MappingProxyType(
    {Show.OPEN: _l("Open now"), Show.OWN: _l("Our own"), Show.ALL: _l("All, also past ones")}
)
ORDERS: Final[Mapping[Order, Any]] = MappingProxyType(
    {Order.NEWEST: _l("Newest first"), Order.ENDING: _l("Ending soon first")}
)


class NeedSearchForm(Form):
    """The words that are looked for; everything else of a search is a chip."""

    q = StringField(_l("Words to look for"), filters=[one_line], render_kw={"type": "search"})


@dataclass(frozen=True, slots=True)
class Chip:
    """A link that adds one condition, or takes away the one that is set."""

    label: str
    url: str
    is_set: bool
    found: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The chips of one filter; the later ones can be folded away."""

    label: str
    first: Sequence[Chip]
    rest: Sequence[Chip] = ()


def filters_of(address: Mapping[str, str]) -> Filters:
    """Read a search from an address as somebody may have typed it."""
    return Filters.from_address({name: one_line(value) or "" for name, value in address.items()})


def groups(filters: Filters, facets: queries.Facets, *, with_states: bool) -> list[Group]:
    """Return what can be chosen, filter by filter; what would find nothing is left out."""
    found = [
        _group(_("Place"), _area_chips(filters, facets)),
        _group(_("When"), _chips(filters, "when", WHENS, facets.whens)),
        _group(_("Small roles"), _chips(filters, "small", _small_roles(filters), facets.smalls)),
        _group(_("What is needed"), _chips(filters, "kind", LABELS[ResourceKind], facets.kinds)),
        _group(_("Field of activity"), _field_chips(filters, facets)),
    ]
    if with_states:
        found.append(_group(_("Which ones"), _state_chips(filters)))
    return [group for group in found if group.first]


def _small_roles(filters: Filters) -> Mapping[StrEnum, Any]:
    """Return the small roles by name; the evening is a chip among the times already and does not stand there twice."""
    return {
        role: text
        for role, text in LABELS[SmallRole].items()
        if role is not SmallRole.EVENING or filters.small == role.value
    }


def chosen(filters: Filters, facets: queries.Facets) -> list[Chip]:
    """Return the conditions that are set, each as a link that takes it away."""
    fields = {field.code: field.name(locale()) for field, _found in facets.fields}
    named = {
        "q": _("“%(words)s”", words=filters.q),
        "area": _area_in_words(filters, facets),
        "field": fields.get(filters.field, filters.field),
        "kind": _in_words(LABELS[ResourceKind], ResourceKind, filters.kind),
        "when": _in_words(WHENS, When, filters.when),
        "small": _in_words(LABELS[SmallRole], SmallRole, filters.small),
        "show": str(SHOWS[filters.show]),
    }
    active = filters.active()
    return [
        Chip(text, needs_url(_without(filters, name)), is_set=True) for name, text in named.items() if name in active
    ]


def in_words(filters: Filters, facets: queries.Facets) -> str:
    """Return what a search looks for, in one line; empty where it looks for everything."""
    return str(_(", ")).join(chip.label for chip in chosen(filters, facets))


def orders(filters: Filters) -> list[Chip]:
    """Return the orders in which a list can stand."""
    return [
        Chip(str(text), needs_url(replace(filters, order=order)), is_set=filters.order is order)
        for order, text in ORDERS.items()
    ]


def ways_on(wider: Iterable[queries.Widening], facets: queries.Facets) -> list[Chip]:
    """Return the wider searches as links, each with what it finds."""
    place = facets.place
    name = place.name(locale()) if place else ""
    above = facets.above[0].name(locale()) if facets.above else ""
    texts = {
        "nearby": _("%(place)s and its neighbours", place=name),
        "municipality": _("All of %(place)s", place=above),
        "area": _("In every place"),
        "field": _("In every field"),
        "kind": _("Whatever is needed"),
        "when": _("At any time"),
        "small": _("Also larger roles"),
        "show": _("Only what is open now"),
        "all but the words": _("Only the words, without the other conditions"),
        "q": _("Without the words"),
        "everything": _("Everything that is open"),
    }
    return [Chip(texts[one.dropped], needs_url(one.filters), is_set=False, found=one.found) for one in wider]


def meant_link(meant: queries.Meant | None) -> Chip | None:
    """Return other words that somebody perhaps meant as a link."""
    return None if meant is None else Chip(meant.filters.q, needs_url(meant.filters), is_set=False, found=meant.found)


def needs_url(filters: Filters, **more: Any) -> str:
    """Return the address of the list of needs with these filters."""
    parameters: dict[str, Any] = filters.address() | more
    return url_for("listings.needs", **parameters)


def _group(text: str, chips: Sequence[Chip]) -> Group:
    shown = [chip for chip in chips if chip.is_set or chip.found is None or chip.found]
    return Group(text, shown[:SHOWN_AT_ONCE], shown[SHOWN_AT_ONCE:])


def _area_chips(filters: Filters, facets: queries.Facets) -> list[Chip]:
    chips = []
    if facets.place is not None:
        nearby = replace(filters, nearby=not filters.nearby)
        text = _("%(place)s and its neighbours", place=facets.place.name(locale()))
        chips.append(Chip(text, needs_url(nearby), is_set=filters.nearby, found=facets.nearby))
        chips += [
            Chip(_("All of %(place)s", place=area.name(locale())), _area_url(filters, area.path), is_set=False)
            for area in facets.above
        ]
    for area, found in facets.areas:
        is_set = area.path == filters.area and not filters.nearby
        url = needs_url(_without(filters, "area")) if is_set else _area_url(filters, area.path)
        chips.append(Chip(area.name(locale()), url, is_set=is_set, found=found))
    return chips


def _area_url(filters: Filters, path: str) -> str:
    return needs_url(replace(filters, area=path, nearby=False))


def _field_chips(filters: Filters, facets: queries.Facets) -> list[Chip]:
    most_first = sorted(facets.fields, key=lambda one: (one[0].code != filters.field, -one[1], one[0].position))
    return _chips(
        filters,
        "field",
        {field.code: field.name(locale()) for field, _found in most_first},
        {field.code: found for field, found in most_first},
    )


def _state_chips(filters: Filters) -> list[Chip]:
    return [
        Chip(str(text), needs_url(replace(filters, show=show)), is_set=filters.show is show)
        for show, text in SHOWS.items()
    ]


def _chips(filters: Filters, name: str, texts: Mapping[Any, Any], found: Mapping[Any, int]) -> list[Chip]:
    chips = []
    for value, text in texts.items():
        is_set = getattr(filters, name) == value
        changed: dict[str, Any] = {name: "" if is_set else str(value)}
        chips.append(Chip(str(text), needs_url(replace(filters, **changed)), is_set=is_set, found=found[value]))
    return chips


def _area_in_words(filters: Filters, facets: queries.Facets) -> str:
    if facets.place is None:
        return filters.area
    name = facets.place.name(locale())
    return _("%(place)s and its neighbours", place=name) if filters.nearby else name


def _without(filters: Filters, name: str) -> Filters:
    return filters.without("area").without("nearby") if name == "area" else filters.without(name)


def _in_words(texts: Mapping[Any, Any], enumeration: type[StrEnum], value: str) -> str:
    member = _member(enumeration, value, None)
    return value if member is None else str(texts[member])


def _member(enumeration: type[Member], value: str, usual: Any) -> Any:
    return enumeration(value) if value in {member.value for member in enumeration} else usual
