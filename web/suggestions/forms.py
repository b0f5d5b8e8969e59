"""What a coordinator types on the desk."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError
from wtforms.widgets import HiddenInput

from matching.composing import MOST_PARTNERS
from models import Area, ReviewReason, ReviewStep, Suggestion
from web.suggestions.queries.desk import DeskState, Narrowing
from web.suggestions.queries.editing import Change, Plan
from web.suggestions.services import Why

LONGEST_NOTE: Final = 2000
LONGEST_SEARCH: Final = 100
PAIR: Final = 2
CLAIM_PARTS: Final = 3

_short_enough = Length(max=LONGEST_NOTE, message=_l("Please keep it under 2,000 characters."))

STATES: Final = (
    SelectChoice("", _l("Everything")),
    SelectChoice(DeskState.OVERDUE.value, _l("Reply overdue")),
    SelectChoice(DeskState.SECOND.value, _l("Awaiting a second approval")),
    SelectChoice(DeskState.SCARCE.value, _l("Hardly anybody to choose from")),
    SelectChoice(DeskState.NEW.value, _l("New")),
    SelectChoice(DeskState.NOBODY.value, _l("Nobody found")),
    SelectChoice(DeskState.PENDING.value, _l("Awaiting review")),
    SelectChoice(DeskState.HELD.value, _l("On hold")),
)


class DeskFilter(FlaskForm):
    """What the desk is narrowed down to."""

    class Meta:
        """Nothing is changed by reading."""

        csrf = False

    area = SelectField(_l("Place"), validators=[Optional()])
    state = SelectField(_l("State"), choices=STATES, validators=[Optional()])
    q = StringField(_l("Words"), validators=[Optional(), Length(max=LONGEST_SEARCH)])
    mine = BooleanField(_l("Only those that I am in charge of"))

    @property
    def narrowing(self) -> Narrowing:
        """What was chosen; what is no choice counts as none."""
        return Narrowing(
            area=self.area.data or "",
            state=next((state for state in DeskState if state.value == self.state.data), None),
            words=(self.q.data or "").strip()[:LONGEST_SEARCH],
            mine=bool(self.mine.data),
        )

    def offer_places(self, places: Sequence[Area], locale: str) -> None:
        """Let the reader choose among these places."""
        self.area.choices = [
            SelectChoice("", _l("All places")),
            *(SelectChoice(place.path, place.name(locale)) for place in places),
        ]


class OfferSearch(FlaskForm):
    """Which offers are looked for among those that were not suggested."""

    class Meta:
        """Nothing is changed by reading."""

        csrf = False

    q = StringField(_l("Search in offers and names"), validators=[Optional(), Length(max=LONGEST_SEARCH)])

    @property
    def words(self) -> str:
        """What is looked for, cut where it is longer than any title."""
        return (self.q.data or "").strip()[:LONGEST_SEARCH]


class RefreshForm(FlaskForm):
    """Where partners are looked for."""

    municipality = SelectField(_l("Municipality"), validators=[DataRequired()])

    def offer_municipalities(self, municipalities: Sequence[Area], locale: str) -> None:
        """Let the reader choose among these municipalities; the first is chosen where nobody did."""
        self.municipalities = {area.path: area for area in municipalities}
        self.municipality.choices = [SelectChoice(area.path, area.name(locale)) for area in municipalities]
        if self.municipality.data is None and municipalities:
            self.municipality.data = municipalities[0].path

    @property
    def chosen(self) -> Area:
        """The municipality that was chosen."""
        return self.municipalities[self.municipality.data]


class _DecisionForm(FlaskForm):
    """A decision about a suggestion as it was shown."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])

    def is_stale(self, suggestion: Suggestion) -> bool:
        """Tell whether the form was opened on another version."""
        return bool(self.version.data != suggestion.version)


class ApproveForm(_DecisionForm):
    """Approval of the suggestion as it was shown."""


class _ReasonForm(_DecisionForm):
    """A coded reason with a note, about the suggestion as it was shown."""

    step: ReviewStep

    def offer_reasons(self, reasons: Sequence[ReviewReason], locale: str) -> None:
        """Let the reader choose among the reasons of this step."""
        form: Any = self
        form.reason.choices = [SelectChoice(one.code, one.name(locale)) for one in reasons if one.step is self.step]


def _one_of_the_reasons(form: FlaskForm, field: RadioField) -> None:
    """Ask for one of the reasons that were offered."""
    del form
    if field.data not in {choice.value for choice in field.choices}:
        raise ValidationError(_l("Choose the reason that comes closest."))


_one_of_the_reasons.field_flags = {"required": True}  # type: ignore[attr-defined]  # how WTForms marks a required field


class HoldForm(_ReasonForm):
    """Why a suggestion is kept for later."""

    step = ReviewStep.HOLD
    reason = RadioField(
        _l("Why is it kept for later?"),
        id="hold-reason",
        choices=[],
        validate_choice=False,
        validators=[_one_of_the_reasons],
    )
    note = TextAreaField(_l("Note for colleagues"), id="hold-note", validators=[_short_enough])


class RefuseForm(_ReasonForm):
    """Why a suggestion is refused."""

    step = ReviewStep.REFUSE
    reason = RadioField(
        _l("Why is it refused?"),
        id="refuse-reason",
        choices=[],
        validate_choice=False,
        validators=[_one_of_the_reasons],
    )
    note = TextAreaField(_l("Note for colleagues"), id="refuse-note", validators=[_short_enough])


class ChangeForm(Form):
    """Why one thing was changed about a team."""

    key = StringField(widget=HiddenInput())
    reason = SelectField(_l("Reason"), choices=[], validate_choice=False)
    note = StringField(_l("Or in your own words"), validators=[_short_enough])


class EditForm(_DecisionForm):
    """A team as a coordinator wants it, carried from one look at it to the next.

    The offers, who came instead of whom and what is said to go together are written as ids, and what
    cannot be read as such is left out.
    """

    member = SelectMultipleField(choices=[], validate_choice=False)
    instead = SelectMultipleField(choices=[], validate_choice=False)
    claim = SelectMultipleField(choices=[], validate_choice=False)
    changes = FieldList(FormField(ChangeForm))
    q = StringField(_l("Offer, skill or name"), validators=[Optional(), Length(max=LONGEST_SEARCH)])

    def plan(self, original: Sequence[str], wish: str, typed: Mapping[str, str]) -> Plan:
        """Return the team that the form carries, after what was wished by the button that was pressed."""
        plan = self._carried(original)
        verb, *offers = wish.split(":")
        if verb == "back":
            return plan.taken_back(":".join(offers))
        known = _ids(":".join(offers))
        if verb == "remove" and len(known) == 1:
            return plan.without(known[0])
        if verb == "exchange" and len(known) == PAIR:
            return plan.exchanged(known[0], known[1])
        if verb == "add" and len(known) == 1:
            thing = _ids(typed.get(f"thing-{known[0]}", ""))
            plan = plan.with_(known[0])
            return plan.claiming(known[0], thing[0], thing[1]) if len(thing) == PAIR else plan
        return plan

    def _carried(self, original: Sequence[str]) -> Plan:
        members = [one[0] for one in map(_ids, self.member.data or ()) if len(one) == 1]
        pairs = [one for one in map(_ids, self.instead.data or ()) if len(one) == PAIR]
        claims = [one for one in map(_ids, self.claim.data or ()) if len(one) == CLAIM_PARTS]
        return Plan(
            original=tuple(original),
            team=tuple(dict.fromkeys(members))[:MOST_PARTNERS],
            instead={one[0]: one[1] for one in pairs},
            claims=frozenset((offer, slot, item) for offer, slot, item in claims),
        )

    def why(self) -> dict[str, Why]:
        """Return the reasons by the change that they are for."""
        return {
            entry.form.key.data or "": Why(entry.form.reason.data or "", (entry.form.note.data or "").strip())
            for entry in self.changes
        }

    def ask_about(self, changes: Sequence[Change], reasons: Sequence[ReviewReason], locale: str) -> None:
        """Ask for a reason for each of these changes, and keep what was typed already."""
        typed = self.why()
        while self.changes.entries:
            self.changes.pop_entry()
        for change in changes:
            known = typed.get(change.key, Why())
            self.changes.append_entry({"key": change.key, "reason": known.reason_code, "note": known.note})
            self.changes.entries[-1].form.reason.choices = _choices(reasons, locale)

    def has_every_reason(self) -> bool:
        """Tell whether each change has a reason, and note at those that have none what is missing."""
        message = _l("Choose a reason, or write one.")
        silent = [entry.form for entry in self.changes if not _gives_a_reason(entry.form)]
        for form in silent:
            form.reason.errors = [message]
        self.changes.errors = [message for _ in silent]
        return not silent


class OrderForm(FlaskForm):
    """In which order the suggestions for a need are to be looked at, and why."""

    place = FieldList(IntegerField(validators=[Optional()]))
    reason = SelectField(_l("Reason"), choices=[], validate_choice=False)
    note = StringField(_l("Or in your own words"), validators=[_short_enough])

    def in_order(self, suggestions: Sequence[Suggestion]) -> list[Suggestion] | None:
        """Return the first of the suggestions, down to the last that was moved; None, with a note, where none was."""
        numbers = [place.data for place in self.place]
        wished = [
            (place if number is None else number, place)
            for place, number in enumerate([*numbers, *[None] * len(suggestions)][: len(suggestions)], start=1)
        ]
        # Of two with one number, what was moved up to it stands before it, and what was moved down behind it.
        order = [place - 1 for number, place in sorted(wished, key=lambda one: (one[0], one[0] - one[1]))]
        moved = [place for place, former in enumerate(order) if place != former]
        if not moved:
            self.form_errors.append(_l("Give at least one of them another number."))
            return None
        return [suggestions[former] for former in order[: moved[-1] + 1]]

    def has_reason(self) -> bool:
        """Tell whether a reason was given, and note where it is missing."""
        if not _gives_a_reason(self):
            self.reason.errors = [_l("Choose a reason, or write one.")]
        return not self.reason.errors

    def offer_reasons(self, reasons: Sequence[ReviewReason], locale: str) -> None:
        """Let the reader choose among these reasons."""
        self.reason.choices = _choices(reasons, locale)

    @property
    def why(self) -> Why:
        """The reason that was given."""
        return Why(self.reason.data or "", (self.note.data or "").strip())


def _gives_a_reason(form: Any) -> bool:
    """Tell whether one of the reasons was chosen, or one was written."""
    code = form.reason.data or ""
    is_known = code in {choice.value for choice in form.reason.choices}
    return bool(is_known and (code or (form.note.data or "").strip()))


def _choices(reasons: Sequence[ReviewReason], locale: str) -> list[SelectChoice]:
    return [SelectChoice("", _l("Choose a reason")), *(SelectChoice(one.code, one.name(locale)) for one in reasons)]


def _ids(text: str) -> list[str]:
    """Return the ids that a text names, each in its one spelling; nothing where any of them is none."""
    try:
        return [str(UUID(part)) for part in text.split(":")]
    except ValueError:
        return []
