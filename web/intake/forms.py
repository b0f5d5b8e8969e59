"""Shape of what a coordinator types for somebody else."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    Form,
    FormField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Email, InputRequired, Length, NumberRange, Optional, ValidationError

from models import Area, ConsentChannel, ConsentPurpose, ParticipantKind, Times, utc_now
from models.years import town_day
from web.abilities.queries.answers import MOST_THINGS, Answers, things
from web.acts.forms import ways
from web.acts.services import Said
from web.agreements.forms import LARGEST_SCAN
from web.agreements.services import Paper
from web.fields import Hours, PastDay, Telephone, WholeNumber, members_of, narrowed, one_line, options
from web.intake.services import Registration
from web.labels import LABELS

NOT_GIVEN: Final = ""
ADULT, MINOR = "adult", "minor"
PURPOSES: Final = (ConsentPurpose.PROJECTS, ConsentPurpose.LECTURER, ConsentPurpose.COUNCIL_SEAT)


class ConsentEntry(Form):
    """Whether and how one purpose was consented to, who said it, and when."""

    answer = RadioField(
        _l("How was it said?"),
        choices=[SelectChoice(NOT_GIVEN, _l("Not given, or not asked")), *ways()],
        default=NOT_GIVEN,
    )
    said_by = StringField(
        _l("Who said it (if not the person)"),
        filters=[one_line],
        validators=[Length(max=100, message=_l("Please keep it under 100 characters."))],
    )
    said_on = PastDay(_l("When (if not on the day above)"), validators=[Optional()])

    def validate_said_on(self, field: PastDay) -> None:
        """Refuse a day that has not come."""
        if field.data is not None and field.data > town_day(utc_now()):
            raise ValidationError(_("This day lies in the future. Write down what has happened."))

    def said(self, *, usually_by: str, usually_on: date) -> Said | None:
        """Return how the consent was given, or None where it was not."""
        if not self.answer.data:
            return None
        return Said(ConsentChannel(self.answer.data), self.said_by.data or usually_by, self.said_on.data or usually_on)


class GuardianEntry(ConsentEntry):
    """The consent of a guardian, who is named."""

    said_by = StringField(
        _l("Name of the guardian"),
        filters=[one_line],
        validators=[Length(max=100, message=_l("Please keep it under 100 characters."))],
    )

    def validate_said_by(self, field: StringField) -> None:
        """Ask for the name: a guardian's consent never comes from the ward."""
        if self.answer.data and not field.data:
            raise ValidationError(_("Write the name of the guardian."))


class RegistrationForm(FlaskForm):
    """A registration on paper, by telephone or face to face."""

    channel = RadioField(
        _l("How did it reach you?"), choices=ways(), validators=[InputRequired(_l("Choose how it reached you."))]
    )
    said_by = StringField(
        _l("Who said it or filled it in?"),
        description=_l("Leave it empty if it was the person."),
        filters=[one_line],
        validators=[Length(max=100, message=_l("Please keep it under 100 characters."))],
    )
    said_on = PastDay(_l("On which day?"), validators=[InputRequired(_l("Enter a day."))])
    kind = SelectField(_l("Who is it?"), choices=members_of(ParticipantKind), default=ParticipantKind.RESIDENT.value)
    name = StringField(
        _l("Name"),
        filters=[one_line],
        validators=[DataRequired(_l("Enter a name.")), Length(max=120, message=_l("Write at most 120 characters."))],
    )
    reading = StringField(
        _l("Reading (furigana)"),
        filters=[one_line],
        validators=[Length(max=120, message=_l("Write at most 120 characters."))],
    )
    area = SelectField(_l("Place"), validators=[InputRequired(_l("Choose a place."))])
    contact_name = StringField(
        _l("Contact person (for a group)"),
        filters=[one_line],
        validators=[Length(max=100, message=_l("Write at most 100 characters."))],
    )
    contact_phone = Telephone(_l("Telephone"), validators=[Length(max=40, message=_l("Write at most 40 characters."))])
    contact_email = StringField(
        _l("Mail address (if there is one)"),
        filters=[narrowed],
        validators=[
            Optional(),
            Email(_l("This does not look like a mail address.")),
            Length(max=254, message=_l("Write at most 254 characters.")),
        ],
    )
    age = RadioField(
        _l("Is the person 18 or older?"),
        choices=options([(ADULT, _l("18 or older, or a group")), (MINOR, _l("Under 18"))]),
        default=ADULT,
    )
    hours_per_month = Hours(
        _l("Hours a month, at most"),
        description=_l("Leave it empty if nothing was said."),
        validators=[Optional(), NumberRange(0, 744, _l("Enter a number of hours from 0 to 744."))],
    )
    engagement_limit = WholeNumber(
        _l("In how many places at the same time?"),
        description=_l("Leave it empty if nothing was said."),
        validators=[Optional(), NumberRange(0, 1000, _l("Enter a number from 0 to 1000."))],
    )
    skills = StringField(
        _l("What can they do?"),
        description=_l("In their words, with a comma between. It becomes an offer."),
        filters=[one_line],
        validators=[Length(max=200, message=_l("Write at most 200 characters."))],
    )
    when = SelectMultipleField(_l("When do they have time?"), choices=members_of(Times))
    projects = FormField(ConsentEntry, label=LABELS[ConsentPurpose][ConsentPurpose.PROJECTS])
    lecturer = FormField(ConsentEntry, label=LABELS[ConsentPurpose][ConsentPurpose.LECTURER])
    council_seat = FormField(ConsentEntry, label=LABELS[ConsentPurpose][ConsentPurpose.COUNCIL_SEAT])
    guardian = FormField(GuardianEntry, label=LABELS[ConsentPurpose][ConsentPurpose.GUARDIAN])
    scan = FileField(_l("Picture or PDF of the paper (optional)"), description=_l("JPEG, PNG or PDF, up to 8 MB."))
    is_another = BooleanField(_l("It is somebody else than those of the same name"))

    paper: Paper | None = None

    def offer(self, places: Sequence[Area], language: str, today: date) -> None:
        """Give the places of the account, and begin with today."""
        self.places, self.today = {place.path: place for place in places}, today
        named = [(path, _named(place, language)) for path, place in self.places.items()]
        self.area.choices = [SelectChoice("", _("Choose a place")), *options(named)]
        if not self.is_submitted():
            self.said_on.data = today
            if len(places) == 1:
                self.area.data = places[0].path

    @property
    def is_resident(self) -> bool:
        """Tell whether a person is registered, not a group."""
        return bool(self.kind.data == ParticipantKind.RESIDENT.value)

    def validate_said_on(self, field: PastDay) -> None:
        """Refuse a day that has not come."""
        if field.data is not None and field.data > self.today:
            raise ValidationError(_("This day lies in the future. Write down what has happened."))

    def validate_skills(self, field: StringField) -> None:
        """Refuse more things than an offer holds."""
        if len(things(field.data or "")) > MOST_THINGS:
            raise ValidationError(_("Name at most %(most)s things.", most=MOST_THINGS))

    def validate_contact_phone(self, field: Telephone) -> None:
        """Ask for a way to reach them: without an account, nobody could be asked otherwise."""
        if not field.data and not self.contact_email.data and not field.errors:
            raise ValidationError(_("Write a telephone number or a mail address, so that they can be reached."))

    def validate_scan(self, field: FileField) -> None:
        """Keep the file if it is one of the kinds that are kept."""
        content = field.data.read() if field.data else b""
        if not content:
            return
        if len(content) > LARGEST_SCAN:
            raise ValidationError(_("The file is too large; up to 8 MB can be kept."))
        paper = Paper(content)
        if paper.media_type is None:
            raise ValidationError(_("This is neither a picture (JPEG, PNG) nor a PDF."))
        self.paper = paper

    def registration(self, offer_title: Any) -> Registration:
        """Return what was typed into a valid form."""
        usually_by, usually_on = self.said_by.data or self.name.data, self.said_on.data
        if usually_by is None or usually_on is None:
            raise ValueError("a registration says who said it, and when")
        purposes = {purpose: self[purpose.value].form for purpose in PURPOSES}
        if self.age.data == MINOR:
            purposes[ConsentPurpose.GUARDIAN] = self.guardian.form
        said = {one: entry.said(usually_by=usually_by, usually_on=usually_on) for one, entry in purposes.items()}
        answers = Answers(
            also=things(self.skills.data or ""), when=tuple(Times(value) for value in self.when.data or ())
        )
        return Registration(
            kind=ParticipantKind(self.kind.data),
            name=self.name.data or "",
            reading=self.reading.data or "",
            area=self.places[self.area.data],
            contact_name=self.contact_name.data or "",
            contact_phone=self.contact_phone.data or "",
            contact_email=self.contact_email.data or "",
            is_adult=self.age.data != MINOR,
            hours_per_month=self.hours_per_month.data,
            engagement_limit=self.engagement_limit.data,
            answers=answers,
            offer_title=offer_title(answers.also),
            consents={purpose: way for purpose, way in said.items() if way is not None},
            said=Said(ConsentChannel(self.channel.data), usually_by, usually_on),
            paper=self.paper,
        )


def _named(place: Area, language: str) -> str:
    """Name a district with its municipality: towns have districts of the same name."""
    name = place.name(language)
    return name if place.tenant is place else f"{place.tenant.name(language)} {name}"
