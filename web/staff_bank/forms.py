"""Shape of what is typed about offices, council seats and courses."""

from collections.abc import Sequence
from typing import Any, Final, TypeVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Form, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from models import ActivityField, Area, Course, Need, Skill, utc_now
from models.errors import InvalidValue
from models.staff_bank import MOST_OFFICES, MOST_SMALL_ROLES
from models.years import town_day
from web.fields import Between, Day, Hours, NotedVersion, PastDay, WholeNumber, one_line, plain
from web.registered.forms import RegisteredField
from web.registered.queries import Register
from web.staff_bank.queries import Proposal
from web.staff_bank.services import CourseDraft, OfficeDraft, SeatDraft

ValueT = TypeVar("ValueT")

MOST_HOURS: Final = 744
MOST_SEATS: Final = 50
MOST_MEETINGS: Final = 200
MOST_OFFICES_ASKED: Final = 20
LONGEST_TEXT: Final = 2000
LONGEST_NAME: Final = 120
NO_SKILL: Final = ""


def said(value: ValueT | None) -> ValueT:
    """Return what a valid form holds."""
    if value is None:
        raise InvalidValue("the form has not been checked")
    return value


def _named(label: Any, missing: Any, *, longest: int = LONGEST_NAME, hint: Any = "") -> StringField:
    return StringField(
        label,
        description=hint,
        filters=[one_line],
        validators=[DataRequired(missing), Length(max=longest, message=_l("Please keep it under 100 characters."))],
    )


class OfficeForm(FlaskForm):
    """An office that somebody holds."""

    body = _named(
        _l("In which body?"),
        _l("Enter the body."),
        longest=100,
        hint=_l("For example: the neighbourhood association of Kitayama."),
    )
    office = _named(_l("Which office?"), _l("Enter the office."), longest=100, hint=_l("For example: treasurer."))
    since = PastDay(_l("Since when?"), validators=[InputRequired(_l("Enter a day."))])
    until = Day(_l("Until when (optional)"), description=_l("The last day of the term, where it is known."))
    hours_per_month = Hours(
        _l("Hours a month (optional)"),
        description=_l("About how many hours it takes. They count against the hours that can be given."),
        validators=[Optional(), Between(0, MOST_HOURS, _l("Enter a number from 0 to 744."))],
    )

    def validate_since(self, field: PastDay) -> None:
        """Refuse an office that begins in the future."""
        if field.data is not None and field.data > town_day(utc_now()):
            raise ValidationError(_("This day lies in the future. Write the office down when it has begun."))

    def validate_until(self, field: Day) -> None:
        """Refuse a term that ends before it begins."""
        if field.data is not None and self.since.data is not None and field.data < self.since.data:
            raise ValidationError(_("The end lies before the beginning."))

    def draft(self) -> OfficeDraft:
        """Return what was typed into a valid form."""
        return OfficeDraft(
            body=self.body.data or "",
            office=self.office.data or "",
            since=said(self.since.data),
            until=self.until.data,
            hours_per_month=self.hours_per_month.data,
        )


class EndForm(FlaskForm):
    """The last day in office."""

    until = PastDay(_l("What was the last day?"), validators=[InputRequired(_l("Enter a day."))])

    def not_before(self, began: Any) -> None:
        """Keep to the time after the office began."""
        self.began = began

    def validate_until(self, field: PastDay) -> None:
        """Refuse a day before the office began."""
        if field.data is not None and field.data < self.began:
            raise ValidationError(_("The end lies before the beginning."))


class SeatForm(FlaskForm):
    """Seats in a council."""

    convenor = RegisteredField(_l("Who calls the council?"), validators=[InputRequired(_l("Choose one."))])
    council = _named(
        _l("Name of the council"),
        _l("Enter the name of the council."),
        longest=100,
        hint=_l("For example: council for disaster prevention."),
    )
    body = TextAreaField(
        _l("What does it do, and whom do you look for? (optional)"),
        filters=[plain],
        validators=[Length(max=LONGEST_TEXT, message=_l("Please keep it under 2,000 characters."))],
        render_kw={"rows": 4},
    )
    seats = WholeNumber(
        _l("How many seats?"),
        default=1,
        validators=[InputRequired(_l("Enter how many.")), Between(1, MOST_SEATS, _l("Enter a number from 1 to 50."))],
    )
    term_starts_on = Day(_l("First day of the term"), validators=[InputRequired(_l("Enter a day."))])
    term_ends_on = Day(_l("Last day of the term"), validators=[InputRequired(_l("Enter a day."))])
    meetings_per_year = WholeNumber(
        _l("Meetings a year (optional)"),
        validators=[Optional(), Between(1, MOST_MEETINGS, _l("Enter a number from 1 to 200."))],
    )
    allowance = StringField(
        _l("Allowance (optional)"),
        description=_l("For example: 8,000 yen a meeting."),
        filters=[one_line],
        validators=[Length(max=200, message=_l("Please keep it under 200 characters."))],
    )
    most_offices = WholeNumber(
        _l("From how many offices on is nobody asked?"),
        description=_l(
            "Who holds so many offices or more is not suggested, so that the same people are not always asked."
        ),
        default=MOST_OFFICES,
        validators=[
            InputRequired(_l("Enter a number.")),
            Between(1, MOST_OFFICES_ASKED, _l("Enter a number from 1 to 20.")),
        ],
    )
    skill = SelectField(_l("What should members know about? (optional)"), default=NO_SKILL)
    fields = SelectMultipleField(_l("Fields of activity"))
    expires_on = Day(_l("Sought until (optional)"))

    def offer(self, convenors: Register, skills: Sequence[Skill], fields: Sequence[ActivityField], locale: str) -> None:
        """Give the choices."""
        self.convenor.offer(convenors)
        self.skill.choices = [
            SelectChoice(NO_SKILL, str(_l("Nothing in particular"))),
            *(SelectChoice(one.code, one.name(locale)) for one in skills),
        ]
        self.fields.choices = [SelectChoice(one.code, one.name(locale)) for one in fields]

    def validate_term_ends_on(self, field: Day) -> None:
        """Refuse a term that ends before it begins, or is over."""
        if field.data is not None and self.term_starts_on.data is not None and field.data < self.term_starts_on.data:
            raise ValidationError(_("The end lies before the beginning."))
        if field.data is not None and field.data < town_day(utc_now()):
            raise ValidationError(_("The term is over already."))

    def validate_expires_on(self, field: Day) -> None:
        """Refuse a day that has passed."""
        if field.data is not None and field.data < town_day(utc_now()):
            raise ValidationError(_("This day has passed."))

    def draft(self, skills: Sequence[Skill], fields: Sequence[ActivityField]) -> SeatDraft:
        """Return what was typed into a valid form."""
        return SeatDraft(
            council=self.council.data or "",
            seats=self.seats.data or 1,
            term_starts_on=said(self.term_starts_on.data),
            term_ends_on=said(self.term_ends_on.data),
            body=self.body.data or "",
            meetings_per_year=self.meetings_per_year.data,
            allowance=self.allowance.data or "",
            most_offices=said(self.most_offices.data),
            skill=next((one for one in skills if one.code == self.skill.data), None),
            fields=[one for one in fields if one.code in (self.fields.data or ())],
            expires_on=self.expires_on.data,
        )


class CourseFilter(Form):
    """What the list of courses is narrowed down to."""

    q = StringField(_l("Words"), filters=[one_line])


class CourseForm(FlaskForm):
    """A course."""

    version = NotedVersion()
    title = _named(_l("Name of the course"), _l("Enter a name."), longest=100)
    organiser = StringField(
        _l("Who holds it? (optional)"),
        filters=[one_line],
        validators=[Length(max=LONGEST_NAME, message=_l("Please keep it under 120 characters."))],
    )
    summary = TextAreaField(
        _l("What is it about? (optional)"),
        filters=[plain],
        validators=[Length(max=LONGEST_TEXT, message=_l("Please keep it under 2,000 characters."))],
        render_kw={"rows": 4},
    )
    area = SelectField(_l("Place of the course"), validators=[InputRequired(_l("Choose a place."))])
    starts_on = Day(_l("First day"), validators=[InputRequired(_l("Enter a day."))])
    ends_on = Day(_l("Last day"), validators=[InputRequired(_l("Enter a day."))])
    fields = SelectMultipleField(
        _l("Fields of activity"), description=_l("After the course, small roles in these fields are proposed.")
    )

    def offer(self, places: Sequence[Area], fields: Sequence[ActivityField], locale: str) -> None:
        """Give the choices."""
        self.area.choices = [SelectChoice(str(one.id), one.name(locale)) for one in places]
        self.fields.choices = [SelectChoice(one.code, one.name(locale)) for one in fields]

    @classmethod
    def about(cls, course: Course) -> "CourseForm":
        """Return the form as it stands when it is opened."""
        return cls(
            data={
                "version": str(course.version),
                "title": course.title,
                "organiser": course.organiser,
                "summary": course.summary,
                "area": str(course.area_id),
                "starts_on": course.starts_on,
                "ends_on": course.ends_on,
                "fields": [field.code for field in course.fields],
            }
        )

    def validate_ends_on(self, field: Day) -> None:
        """Refuse a course that ends before it begins."""
        if field.data is not None and self.starts_on.data is not None and field.data < self.starts_on.data:
            raise ValidationError(_("The end lies before the beginning."))

    def draft(self, places: Sequence[Area], fields: Sequence[ActivityField]) -> CourseDraft:
        """Return what was typed into a valid form."""
        return CourseDraft(
            title=self.title.data or "",
            area=next(one for one in places if str(one.id) == self.area.data),
            starts_on=said(self.starts_on.data),
            ends_on=said(self.ends_on.data),
            organiser=self.organiser.data or "",
            summary=self.summary.data or "",
            fields=[one for one in fields if one.code in (self.fields.data or ())],
        )


class CompletionForm(FlaskForm):
    """Who completed a course, and when."""

    participant = RegisteredField(_l("Who completed it?"), validators=[InputRequired(_l("Choose a person."))])
    completed_on = PastDay(_l("On which day?"), validators=[InputRequired(_l("Enter a day."))])

    def offer(self, people: Register, course: Course) -> None:
        """Let the reader choose among the people of the place."""
        self.participant.offer(people)
        self.began = course.starts_on
        if not self.is_submitted():
            self.completed_on.data = min(course.ends_on, town_day(utc_now()))

    def validate_completed_on(self, field: PastDay) -> None:
        """Refuse a day before the course, or in the future."""
        if field.data is not None and field.data > town_day(utc_now()):
            raise ValidationError(_("This day lies in the future. Write down what has happened."))
        if field.data is not None and field.data < self.began:
            raise ValidationError(_("The course had not begun on this day."))


class InviteForm(FlaskForm):
    """To which small roles somebody is invited."""

    roles = SelectMultipleField(
        _l("Which roles? (at most three)"), validators=[DataRequired(_l("Choose at least one."))]
    )

    def offer(self, proposals: Sequence[Proposal]) -> None:
        """Let the reader choose among what fits; the best three are ticked."""
        self.roles.choices = [SelectChoice(str(one.need.id), one.need.title) for one in proposals]
        if not self.is_submitted():
            self.roles.data = [str(one.need.id) for one in proposals[:MOST_SMALL_ROLES]]

    def validate_roles(self, field: SelectMultipleField) -> None:
        """Refuse more than three."""
        if len(field.data or ()) > MOST_SMALL_ROLES:
            raise ValidationError(_("Choose at most three."))

    def chosen(self, proposals: Sequence[Proposal]) -> list[Need]:
        """Return the needs that were chosen, in their order."""
        return [one.need for one in proposals if str(one.need.id) in (self.roles.data or ())]
