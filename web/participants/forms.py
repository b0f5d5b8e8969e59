"""Shape of what people type about a participant."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    Form,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import (
    UUID,
    AnyOf,
    DataRequired,
    Email,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    ValidationError,
)

from models import ActivityField, Area, ConsentChannel, ConsentPurpose, Participant, utc_now
from models.years import town_day
from web.fields import Hours, NotedVersion, PastDay, Telephone, WholeNumber, narrowed, one_line
from web.labels import LABELS
from web.participants.queries import Contact
from web.participants.services import Profile

GIVE = "give"
WITHDRAW = "withdraw"


class Codes(SelectMultipleField):
    """Several codes out of a list, each sent by itself or all in one value with commas."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Take values apart at the commas."""
        super().process_formdata([code for value in valuelist for code in value.split(",") if code])


class ProfileForm(FlaskForm):
    """A participant's profile, and the version on which the form was opened."""

    version = NotedVersion(validators=[InputRequired()])
    name = StringField(_l("Name"), validators=[DataRequired(_l("Enter a name.")), Length(max=120)])
    reading = StringField(
        _l("Reading of the name"), description=_l("In hiragana. It is never guessed."), validators=[Length(max=120)]
    )
    summary = TextAreaField(
        _l("In a few sentences"),
        description=_l("What you do and what matters to you."),
        render_kw={"rows": 4},
        validators=[Length(max=2000)],
    )
    contact_name = StringField(_l("Contact person"), validators=[Length(max=100)])
    contact_email = StringField(
        _l("Mail address"),
        filters=[narrowed],
        validators=[
            Optional(),
            Email(_l("This does not look like a mail address, as in name@example.jp.")),
            Length(max=254),
        ],
    )
    contact_phone = Telephone(_l("Telephone"), validators=[Length(max=40)])
    area = SelectField(_l("Place"), choices=[], validators=[InputRequired(_l("Choose a place."))])
    fields = Codes(_l("Fields of activity"), choices=[])
    hours_per_month = Hours(
        _l("Hours a month you can give"),
        description=_l("Leave it empty if you do not know yet."),
        validators=[Optional(), NumberRange(0, 744, _l("Enter a number of hours from 0 to 744."))],
    )
    engagement_limit = WholeNumber(
        _l("Partnerships at the same time, at most"),
        description=_l("You are never asked for more. Leave it empty for no limit of your own."),
        validators=[Optional(), NumberRange(0, 1000, _l("Enter a number from 0 to 1000."))],
    )

    @classmethod
    def about(cls, participant: Participant) -> "ProfileForm":
        """Return the form as it stands when it is opened; what was sent goes before what is saved."""
        return cls(data=_saved(participant))

    @classmethod
    def saved(cls, participant: Participant) -> "ProfileForm":
        """Return the form as it would stand with what is saved now."""
        return cls(formdata=None, data=_saved(participant))

    @property
    def shows_contact(self) -> bool:
        """Tell whether the contact details are part of the form."""
        return "contact_email" in self._fields

    def hide_contact(self) -> None:
        """Leave the contact details out, for readers who may change the profile without seeing them."""
        del self.contact_name, self.contact_email, self.contact_phone

    def offer(self, places: Sequence[Area], fields: Sequence[ActivityField], language: str) -> None:
        """Give the choices of places and fields."""
        self.area.choices = [SelectChoice(str(place.id), place.name(language)) for place in places]
        self.fields.choices = [SelectChoice(field.code, field.name(language)) for field in fields]

    def profile(self, places: Sequence[Area], fields: Sequence[ActivityField]) -> Profile:
        """Return what was typed into a valid form."""
        return Profile(
            name=self.name.data,
            reading=self.reading.data,
            summary=self.summary.data,
            contact=Contact(self.contact_name.data, self.contact_email.data, self.contact_phone.data)
            if self.shows_contact
            else None,
            area=next(place for place in places if str(place.id) == self.area.data),
            fields=[field for field in fields if field.code in self.fields.data],
            hours_per_month=self.hours_per_month.data,
            engagement_limit=self.engagement_limit.data,
        )

    def beside(self, other: "ProfileForm") -> list[tuple[str, str, str]]:
        """Return each label with what stands in this form and in the other one."""
        return [
            (str(field.label.text), self._in_words(name), other._in_words(name))  # noqa: SLF001  # the same class
            for name, field in self._fields.items()
            if name not in {"version", "csrf_token"}
        ]

    def typed(self) -> dict[str, str]:
        """Return what was typed, as hidden fields of a form that sends it again."""
        return {
            name: ",".join(field.raw_data) if name == "fields" else (field.raw_data or [""])[0]
            for name, field in self._fields.items()
            if name not in {"version", "csrf_token"}
        }

    def _in_words(self, name: str) -> str:
        value = self._fields[name].data
        if name == "fields":
            return ", ".join(choice.label for choice in self.fields.choices if choice.value in value)
        if name == "area":
            return next((choice.label for choice in self.area.choices if choice.value == value), "")
        return "" if value is None else str(value)


def _saved(participant: Participant) -> dict[str, object]:
    hours = participant.hours_per_month
    return {
        "version": str(participant.version),
        "name": participant.name,
        "reading": participant.reading,
        "summary": participant.summary,
        "contact_name": participant.contact_name,
        "contact_email": participant.contact_email,
        "contact_phone": participant.contact_phone,
        "area": str(participant.area_id),
        "fields": [field.code for field in participant.fields],
        "hours_per_month": int(hours) if hours is not None and hours.is_integer() else hours,
        "engagement_limit": participant.engagement_limit,
    }


class ConsentForm(FlaskForm):
    """One purpose, given or withdrawn, and how the word reached us."""

    purpose = SelectField(
        _l("Purpose"),
        choices=[SelectChoice(purpose.value, text) for purpose, text in LABELS[ConsentPurpose].items()],
        validators=[InputRequired()],
    )
    action = StringField(_l("What to record"), validators=[AnyOf([GIVE, WITHDRAW])])
    channel = RadioField(
        _l("How did it reach you?"),
        choices=[
            SelectChoice(channel.value, text)
            for channel, text in LABELS[ConsentChannel].items()
            if channel is not ConsentChannel.WEB
        ],
        default=ConsentChannel.WEB.value,
        validate_choice=False,
    )

    said_by = StringField(
        _l("Who said it (if not the person)"),
        filters=[one_line],
        validators=[Length(max=100, message=_l("Please keep it under 100 characters."))],
    )
    said_on = PastDay(_l("When (if not today)"), validators=[Optional()])

    def validate_said_on(self, field: PastDay) -> None:
        """Refuse a day that has not come."""
        if field.data is not None and field.data > town_day(utc_now()):
            raise ValidationError(_l("This day lies in the future. Write down what has happened."))

    def validate_channel(self, field: RadioField) -> None:
        """Refuse a channel that does not exist."""
        if field.data not in list(ConsentChannel):
            raise ValidationError(_l("Choose how it reached you."))


class RevealForm(FlaskForm):
    """Why a coordinator needs the contact details."""

    purpose = StringField(
        _l("What for?"),
        description=_l("The person or body concerned reads this."),
        validators=[DataRequired(_l("Say what you need the contact details for.")), Length(max=200)],
    )
    partnership = HiddenField(validators=[Optional(), UUID()])


class MunicipalityForm(Form):
    """In which municipality duplicates are looked for; it arrives in the address and can always be read."""

    municipality = SelectField(_l("Municipality"), validate_choice=False)

    def offer(self, municipalities: Sequence[Area], language: str) -> None:
        """Give the choices."""
        self.municipality.choices = [SelectChoice(area.path, area.name(language)) for area in municipalities]

    def chosen(self, municipalities: Sequence[Area]) -> Area | None:
        """Return the municipality that was asked for, else the first."""
        asked = (area for area in municipalities if area.path == self.municipality.data)
        return next(asked, municipalities[0] if municipalities else None)


class PairForm(FlaskForm):
    """The other record of a pair, and the versions of both on which the page was opened."""

    other = HiddenField(validators=[InputRequired(), UUID()])
    version = NotedVersion()
    other_version = NotedVersion()

    def note_versions(self, kept: Participant, other: Participant) -> None:
        """Note on which versions of the two the page was opened."""
        self.version.data, self.other_version.data = str(kept.version), str(other.version)
