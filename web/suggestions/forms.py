"""What a coordinator types on the desk."""

from collections.abc import Sequence
from typing import Any, Final

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError
from wtforms.widgets import HiddenInput

from models import Area, ReviewReason, ReviewStep, Suggestion
from web.suggestions.queries.desk import DeskState, Narrowing

LONGEST_NOTE: Final = 2000
LONGEST_SEARCH: Final = 100

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

    @property
    def narrowing(self) -> Narrowing:
        """What was chosen; what is no choice counts as none."""
        return Narrowing(
            area=self.area.data or "",
            state=next((state for state in DeskState if state.value == self.state.data), None),
            words=(self.q.data or "").strip()[:LONGEST_SEARCH],
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
