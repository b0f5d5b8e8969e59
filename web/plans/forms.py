"""Shape of what is typed about area plans."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FieldList, Form, FormField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from models import Area, AreaLevel, AreaPlan, ConsentChannel, Goal, Participant
from models.years import fiscal_year
from web.fields import Hours, NotedVersion, PastDay, members_of, one_line, options, plain
from web.i18n import fiscal_year as year_in_words
from web.plans.queries import Narrowing, PlanState
from web.plans.services import GoalDraft, Part, Told, Words

LEADS, TAKES_PART = "leads", "takes_part"
LONGEST_TEXT: Final = 4000
LONGEST_NOTE: Final = 2000
EMPTY_ROWS: Final = 4
LEAST_ROWS: Final = 8
MOST_ROWS: Final = 24
YEARS_BACK: Final = 10
YEARS_AHEAD: Final = 20
LONGEST_QUERY: Final = 100
LONGEST_NAME: Final = 120


class Number(Hours):
    """Any number, in full-width or half-width digits."""


class VersionedForm(FlaskForm):
    """A form that knows on which version it was opened."""

    version = NotedVersion()


class YearsForm(VersionedForm):
    """What a plan is called, what it is for, and its years."""

    title = StringField(
        _l("What is the plan called?"),
        description=_l("For example: area plan of Kitayama, second term."),
        filters=[one_line],
        validators=[
            DataRequired(_l("Give the plan a name.")),
            Length(max=120, message=_l("Please keep it under 120 characters.")),
        ],
    )
    vision = TextAreaField(
        _l("What shall the place be like? (vision)"),
        filters=[plain],
        validators=[Length(max=LONGEST_TEXT, message=_l("Please keep it under 4,000 characters."))],
    )
    first_year = SelectField(_l("First fiscal year"), coerce=int, validators=[InputRequired(_l("Choose a year."))])
    last_year = SelectField(_l("Last fiscal year"), coerce=int, validators=[InputRequired(_l("Choose a year."))])

    def offer_years(self, today: date, *, known: Iterable[int] = ()) -> None:
        """Give the years to choose from."""
        present = fiscal_year(today)
        years = sorted({*range(present - YEARS_BACK, present + YEARS_AHEAD + 1), *known})
        self.first_year.choices = self.last_year.choices = _years(years)
        self.due_years: Sequence[int] = ()
        if not self.is_submitted() and self.first_year.data is None:
            self.first_year.data, self.last_year.data = present, present + 4

    def keep_within(self, goals: Iterable[Goal]) -> None:
        """Remember when the goals are due: the plan does not leave them out."""
        self.due_years = sorted(goal.due_year for goal in goals)

    def validate_last_year(self, field: SelectField) -> None:
        """Refuse years that run backwards, or that leave out a goal."""
        if self.first_year.data is None or field.data is None:
            return
        if field.data < self.first_year.data:
            raise ValidationError(_("The plan ends before it begins. Choose a later year."))
        if self.due_years and not self.first_year.data <= self.due_years[0] <= self.due_years[-1] <= field.data:
            raise ValidationError(
                _(
                    "A goal is due in %(year)s. Change the goal first, or choose other years.",
                    year=year_in_words(self.due_years[-1] if self.due_years[-1] > field.data else self.due_years[0]),
                )
            )

    @property
    def words(self) -> Words:
        """Return what was typed into a valid form."""
        return Words(self.title.data or "", self.vision.data or "", self.first_year.data, self.last_year.data)


class PlanForm(YearsForm):
    """A new plan, and the place that it is for."""

    area = SelectField(_l("For which place?"), validators=[InputRequired(_l("Choose a place."))])

    def offer_places(self, places: Sequence[Area], language: str) -> None:
        """Let the reader choose among the places that they look after."""
        self.area.choices = options((str(place.id), place_name(place, language)) for place in places)


class RoleForm(Form):
    """Somebody who works on a goal."""

    name = StringField(
        _l("Name of the body or group"),
        filters=[one_line],
        validators=[Length(max=LONGEST_NAME, message=_l("Please keep it under 120 characters."))],
    )
    part = SelectField(
        _l("Part"),
        choices=options([(LEADS, _l("◎ leads")), (TAKES_PART, _l("○ takes part"))]),
        default=TAKES_PART,
    )


class GoalForm(VersionedForm):
    """A goal, how one sees whether it is reached, and who works on it."""

    decision = HiddenField()
    title = StringField(
        _l("What shall be reached?"),
        filters=[one_line],
        validators=[
            DataRequired(_l("Write what shall be reached.")),
            Length(max=200, message=_l("Please keep it under 200 characters.")),
        ],
    )
    measure = StringField(
        _l("By what does one see it? (measure)"),
        description=_l("For example: people who took part in the drill."),
        filters=[one_line],
        validators=[Length(max=200, message=_l("Please keep it under 200 characters."))],
    )
    unit = StringField(
        _l("Unit (optional)"),
        description=_l("For example: people, places, percent."),
        filters=[one_line],
        validators=[Length(max=20, message=_l("Please keep it under 20 characters."))],
    )
    baseline = Number(_l("How much is it now? (optional)"))
    target = Number(_l("How much shall it be? (optional)"))
    due_year = SelectField(_l("By the end of which fiscal year?"), coerce=int)
    roles = FieldList(FormField(RoleForm), min_entries=0, max_entries=MOST_ROWS)

    @classmethod
    def of(cls, plan: AreaPlan, goal: Goal | None = None) -> "GoalForm":
        """Return the form with what stands now, and a few empty rows."""
        form = cls(obj=goal) if goal is not None else cls(data={"due_year": plan.last_year})
        form.due_year.choices = _years(range(plan.first_year, plan.last_year + 1))
        if not form.is_submitted():
            while form.roles.entries:
                form.roles.pop_entry()
            rows: list[Mapping[str, Any]] = [
                {"name": role.name, "part": LEADS if role.leads else TAKES_PART}
                for role in (() if goal is None else goal.roles)
            ]
            empty = max(LEAST_ROWS - len(rows), EMPTY_ROWS)
            for row in [*rows, *[{}] * empty][:MOST_ROWS]:
                form.roles.append_entry(row)
        return form

    def validate_target(self, field: Number) -> None:
        """Ask for what is measured where there is an amount to reach."""
        if field.data is not None and not self.measure.data:
            raise ValidationError(_("Write above by what one sees it: an amount needs a measure."))

    def validate_roles(self, field: FieldList) -> None:
        """Refuse that somebody stands there twice, beside the second row."""
        named: set[str] = set()
        for row in (entry.form.name for entry in field):
            if row.data and row.data in named:
                row.errors = [*row.errors, _("“%(name)s” stands here twice. Keep one.", name=row.data)]
                raise ValidationError
            named.add(row.data)

    @property
    def parts(self) -> list[Part]:
        """Return who was named, in the order of the rows."""
        return [
            Part(entry.form.name.data, entry.form.part.data == LEADS) for entry in self.roles if entry.form.name.data
        ]

    @property
    def decision_id(self) -> UUID | None:
        """Return the decision from which the goal comes, None where there is none or the field holds no id."""
        try:
            return UUID(self.decision.data or "")
        except ValueError:
            return None

    @property
    def draft(self) -> GoalDraft:
        """Return what was typed into a valid form."""
        return GoalDraft(
            title=self.title.data or "",
            measure=self.measure.data or "",
            unit=self.unit.data or "",
            baseline=self.baseline.data,
            target=self.target.data,
            due_year=self.due_year.data,
            parts=self.parts,
        )


class MeasuredForm(FlaskForm):
    """What was measured of a goal for a fiscal year."""

    year = SelectField(_l("For which fiscal year?"), coerce=int, validators=[InputRequired(_l("Choose a year."))])
    value = Number(_l("How much was it?"), validators=[InputRequired(_l("Enter a number."))])
    note = TextAreaField(
        _l("What is to say about it? (optional)"),
        filters=[plain],
        validators=[Length(max=LONGEST_NOTE, message=_l("Please keep it under 2,000 characters."))],
    )

    def offer_years(self, plan: AreaPlan, today: date) -> None:
        """Give the years of the plan that have begun, the latest first."""
        years = range(plan.first_year, min(plan.last_year, fiscal_year(today)) + 1)
        self.year.choices = _years(reversed(years))


class AdoptForm(FlaskForm):
    """The day on which a plan was adopted."""

    on = PastDay(_l("On which day was it adopted?"), validators=[InputRequired(_l("Enter a day."))])

    def until(self, today: date) -> None:
        """Keep to what has happened, and begin with today."""
        self.today = today
        if not self.is_submitted():
            self.on.data = today

    def validate_on(self, field: PastDay) -> None:
        """Refuse a day in the future."""
        if field.data is not None and field.data > self.today:
            raise ValidationError(_("This day lies in the future. Write down what has happened."))


class NeedForm(FlaskForm):
    """What a body lacks to reach a goal, and who said so."""

    title = StringField(
        _l("What is lacking?"),
        filters=[one_line],
        validators=[
            DataRequired(_l("Write what is lacking.")),
            Length(max=120, message=_l("Please keep it under 120 characters.")),
        ],
    )
    body = SelectField(_l("Which body needs it?"), validators=[InputRequired(_l("Choose one."))])
    said_by = StringField(
        _l("Who said so?"),
        description=_l("The name of the person of that body. Leave it empty where you speak for the body yourself."),
        filters=[one_line],
        validators=[Length(max=100, message=_l("Please keep it under 100 characters."))],
    )
    channel = SelectField(
        _l("How did they tell you?"),
        choices=[choice for choice in members_of(ConsentChannel, without=_l("Choose")) if choice.value != "web"],
        validate_choice=False,
    )

    def offer_bodies(self, bodies: Sequence[Participant], own: Iterable[UUID]) -> None:
        """Let the reader choose among the bodies for which they may write."""
        self.body.choices = options([("", _l("Choose")), *((str(body.id), body.name) for body in bodies)])
        self.own = frozenset(str(one) for one in own)

    def validate_said_by(self, field: StringField) -> None:
        """Ask who said it, where the reader does not speak for the body."""
        if self.body.data and self.body.data not in self.own and not field.data:
            raise ValidationError(_("Write who said so."))

    def validate_channel(self, field: SelectField) -> None:
        """Ask how it was told, where somebody else said it."""
        channels = {choice.value for choice in field.choices if choice.value}
        if self.body.data and self.body.data not in self.own and field.data not in channels:
            raise ValidationError(_("Choose how they told you."))

    def told(self, today: date) -> Told | None:
        """Return who said it, None where the reader speaks for the body."""
        if self.body.data in self.own:
            return None
        return Told(self.said_by.data or "", ConsentChannel(self.channel.data), today)


class WordsForm(Form):
    """Words that a need is looked for by; they arrive in the address and can always be read."""

    q = StringField(_l("Words to look for"), filters=[one_line], render_kw={"type": "search"})

    @property
    def words(self) -> str:
        """Return the words."""
        return (self.q.data or "")[:LONGEST_QUERY]


class PlanFilter(Form):
    """What the list of plans is narrowed down by."""

    place = SelectField(_l("Place"), validate_choice=False)
    state = SelectField(_l("Which plans?"), validate_choice=False)

    def offer_choices(self, places: Sequence[Area], language: str, *, with_drafts: bool) -> None:
        """Let the reader choose among the places that have a plan."""
        self.place.choices = options(
            [("", _l("Every place")), *((place.path, place_name(place, language)) for place in places)]
        )
        states = [
            ("", _l("All plans")),
            (PlanState.NOW.value, _l("In force this year")),
            (PlanState.LATER.value, _l("Begin later")),
            (PlanState.PAST.value, _l("Have ended")),
        ]
        self.state.choices = options([*states, *([(PlanState.DRAFT.value, _l("Drafts"))] if with_drafts else [])])

    @property
    def narrowing(self) -> Narrowing:
        """Return what was chosen; what is no state narrows nothing."""
        state = PlanState(self.state.data) if self.state.data in set(PlanState) else None
        return Narrowing(place=self.place.data or "", state=state)


def place_name(area: Area, language: str) -> str:
    """Return the name of a place, with its municipality before that of a district."""
    if area.level is AreaLevel.DISTRICT and area.parent is not None:
        return f"{area.parent.name(language)} {area.name(language)}"
    return area.name(language)


def _years(years: Iterable[int]) -> list[Any]:
    return options((str(year), year_in_words(year)) for year in years)
