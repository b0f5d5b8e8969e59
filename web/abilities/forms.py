"""The three taps as they arrive in an address, and the one page that registers somebody."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Form, HiddenField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional, ValidationError

from models import Area, ConsentPurpose, Times
from web.abilities.queries.answers import MOST_THINGS, Answers, things
from web.abilities.queries.asked_for import Places
from web.abilities.services import Person
from web.fields import Telephone, members_of, narrowed, one_line, options
from web.i18n import locale

YES, NO = "yes", "no"
OPEN_END: Final = ""
LONGEST_ADDRESS: Final = 254


class AnswersForm(Form):
    """What somebody can do, when and where; each part can be left open."""

    can = SelectMultipleField(_l("What can you do?"), validate_choice=False)
    also = StringField(
        _l("Something else, in your own words"),
        filters=[one_line],
        description=_l("For example: carrying things, sewing. Several with a comma between them."),
        validators=[Length(max=200, message=_l("Write at most 200 characters."))],
    )
    when = SelectMultipleField(
        _l("When do you have time?"),
        choices=members_of(Times),
        validate_choice=False,
    )
    area = HiddenField()
    near = BooleanField(_l("I stay in my own district"))
    online = BooleanField(_l("From home is possible, too (online)"))
    offer = HiddenField()

    def answers(self) -> Answers:
        """Return what was answered; what is unknown is left out."""
        known = {times.value for times in Times}
        return Answers(
            can=tuple(dict.fromkeys(self.can.data or ())),
            also=things(self.also.data or ""),
            when=tuple(Times(value) for value in dict.fromkeys(self.when.data or ()) if value in known),
            area=(self.area.data or "").replace("\0", ""),
            near=self.near.data,
            online=self.online.data,
            offer=_identity(self.offer.data or ""),
        )

    def names_something(self) -> bool:
        """Tell whether at least one thing and not too many are named; say at the field what is wrong."""
        fits = self.validate()
        answers = self.answers()
        count = len(answers.can) + len(answers.also)
        if answers.is_empty:
            self.can.errors = [_l("Choose at least one thing, or write it below.")]
        elif count > MOST_THINGS:
            self.can.errors = [_l("Choose at most %(most)s things: those you like best.", most=MOST_THINGS)]
        return fits and 0 < count <= MOST_THINGS


def _identity(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _consent(text: Any) -> RadioField:
    return RadioField(
        text,
        choices=options([(YES, _l("Yes, I agree")), (NO, _l("No"))]),
        validators=[InputRequired(_l("Please answer with yes or no."))],
    )


class RegisterForm(FlaskForm):
    """Who somebody is, how much they want to do, and what their data may be used for, each asked by itself."""

    name = StringField(
        _l("Name"),
        filters=[one_line],
        validators=[DataRequired(_l("Enter your name.")), Length(max=120, message=_l("Write at most 120 characters."))],
    )
    reading = StringField(
        _l("Reading (furigana)"),
        filters=[one_line],
        validators=[Length(max=120, message=_l("Write at most 120 characters."))],
    )
    area = SelectField(_l("Where you live"), validators=[InputRequired(_l("Choose a place."))])
    is_adult = BooleanField(_l("I am 18 or older"))
    hours_per_month = RadioField(
        _l("How much time a month, at most?"),
        choices=options(
            [
                ("2", _l("About 2 hours")),
                ("4", _l("About 4 hours (an hour a week)")),
                ("8", _l("About 8 hours")),
                (OPEN_END, _l("I do not set a limit now")),
            ]
        ),
        default="4",
    )
    engagement_limit = RadioField(
        _l("In how many places at the same time?"),
        choices=options(
            [
                ("1", _l("One")),
                ("2", _l("Up to two")),
                ("3", _l("Up to three")),
                (OPEN_END, _l("I do not set a limit now")),
            ]
        ),
        default="1",
    )
    projects = _consent(_l("1. May coordinators suggest you for projects?"))
    lecturer = _consent(_l("2. May coordinators introduce you as a lecturer?"))
    council_seat = _consent(_l("3. May coordinators ask you to join a council?"))
    contact_email = StringField(
        _l("Contact mail address"),
        filters=[narrowed],
        validators=[
            Optional(),
            Email(_l("This does not look like a mail address.")),
            Length(max=LONGEST_ADDRESS, message=_l("Write at most 254 characters.")),
        ],
    )
    contact_phone = Telephone(
        _l("Contact telephone (optional)"),
        validators=[Length(max=40, message=_l("Write at most 40 characters."))],
    )

    def __init__(self, **data: Any) -> None:
        super().__init__(**data)
        self.places: dict[str, tuple[Area, str]] = {}

    def offer_places(self, found: Iterable[Places], *, chosen: str) -> None:
        """Let the reader choose a place; the one of the answers is chosen already."""
        for one in found:
            name = one.municipality.name(locale())
            self.places[one.municipality.path] = (one.municipality, name)
            self.places |= {area.path: (area, f"{name} {area.name(locale())}") for area in one.districts}
        named = [(path, text) for path, (_area, text) in self.places.items()]
        self.area.choices = [SelectChoice("", _l("Choose a place")), *options(named)]
        if not self.is_submitted() and chosen in self.places:
            self.area.data = chosen

    def validate_is_adult(self, field: BooleanField) -> None:
        """Send somebody under 18 to the counter, where the guardian's consent is recorded."""
        if not field.data:
            raise ValidationError(_l("If you are under 18, please come to the counter together with a guardian."))

    def person(self) -> Person:
        """Return the resident as they described themselves."""
        return Person(
            name=self.name.data,
            reading=self.reading.data or "",
            area=self.places[self.area.data][0],
            is_adult=self.is_adult.data,
            hours_per_month=float(self.hours_per_month.data) if self.hours_per_month.data else None,
            engagement_limit=int(self.engagement_limit.data) if self.engagement_limit.data else None,
            contact_email=self.contact_email.data or "",
            contact_phone=self.contact_phone.data or "",
            consents={
                ConsentPurpose.PROJECTS: self.projects.data == YES,
                ConsentPurpose.LECTURER: self.lecturer.data == YES,
                ConsentPurpose.COUNCIL_SEAT: self.council_seat.data == YES,
            },
        )
