"""Shape of what people type about their account."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, PasswordField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Email, EqualTo, InputRequired, Length, Optional, ValidationError

from models import Area, AreaLevel, ParticipantKind
from web.fields import Telephone, narrowed
from web.labels import LABELS

# Who speaks for the public or stands between others is not taken at their own word.
REGISTERED_BY_STAFF = frozenset({ParticipantKind.GOVERNMENT, ParticipantKind.INTERMEDIARY})
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
LONGEST_ANSWER = 20_000  # of a device; an attestation holds certificates


class SignInForm(FlaskForm):
    """An address and a password."""

    email = StringField(
        _l("Mail address"), filters=[narrowed], validators=[InputRequired(_l("Enter your mail address."))]
    )
    password = PasswordField(
        _l("Password"), validators=[InputRequired(_l("Enter your password.")), Length(max=LONGEST_PASSWORD)]
    )


class AddressForm(FlaskForm):
    """An address to which a link is sent."""

    email = StringField(
        _l("Mail address"),
        filters=[narrowed],
        validators=[
            InputRequired(_l("Enter your mail address.")),
            Email(_l("This does not look like a mail address, as in name@example.jp.")),
            Length(max=254),
        ],
    )


class SignUpForm(AddressForm):
    """A name and an address."""

    name = StringField(_l("Your name"), validators=[InputRequired(_l("Enter your name.")), Length(max=100)])


class PasswordForm(FlaskForm):
    """A new password, typed twice."""

    password = PasswordField(
        _l("New password"),
        description=_l("At least 10 characters. A few words in a row are easy to remember."),
        validators=[
            InputRequired(_l("Enter a password.")),
            Length(SHORTEST_PASSWORD, LONGEST_PASSWORD, _l("A password has 10 to 200 characters.")),
        ],
    )
    again = PasswordField(
        _l("New password, once more"), validators=[EqualTo("password", _l("The two passwords differ."))]
    )


class EmptyForm(FlaskForm):
    """A button and nothing to type."""


class PasskeyAnswerForm(FlaskForm):
    """What a device answered; the page's script fills it in."""

    credential = HiddenField(validators=[InputRequired(), Length(max=LONGEST_ANSWER)])


class PasskeyForm(PasskeyAnswerForm):
    """A device's answer, and a name by which its owner knows it again."""

    name = StringField(
        _l("What do you call this device?"),
        validators=[Length(max=100)],
    )


class RemovePasswordForm(FlaskForm):
    """The wish to have no password any longer, confirmed by it."""

    current = PasswordField(_l("Current password"), validators=[InputRequired(_l("Enter your current password."))])


class ChangePasswordForm(PasswordForm):
    """The old password and a new one."""

    current = PasswordField(_l("Current password"), validators=[InputRequired(_l("Enter your current password."))])


class CodeForm(FlaskForm):
    """The six digits that an authenticator shows."""

    code = StringField(
        _l("Code"),
        description=_l("The six digits that your authenticator shows now."),
        validators=[InputRequired(_l("Enter the six digits."))],
    )


class RegisterForm(FlaskForm):
    """Who takes part: a resident of the staff bank, or a body that the account will manage."""

    kind = RadioField(
        _l("Who takes part?"),
        choices=[
            SelectChoice(kind.value, LABELS[ParticipantKind][kind])
            for kind in ParticipantKind
            if kind not in REGISTERED_BY_STAFF
        ],
        validators=[InputRequired(_l("Choose one."))],
    )
    name = StringField(_l("Name"), validators=[InputRequired(_l("Enter a name.")), Length(max=120)])
    reading = StringField(_l("Reading (furigana)"), validators=[Length(max=120)])
    area = SelectField(_l("Place"), validators=[InputRequired(_l("Choose a place."))])
    contact_email = StringField(
        _l("Contact mail address"),
        filters=[narrowed],
        validators=[Optional(), Email(_l("This does not look like a mail address.")), Length(max=254)],
    )
    contact_phone = Telephone(_l("Contact telephone"), validators=[Length(max=40)])
    is_adult = BooleanField(_l("I am 18 or older (only for residents)"))
    projects = BooleanField(_l("I may be suggested for projects in the town"))
    lecturer = BooleanField(_l("I may be introduced as a lecturer"))
    council_seat = BooleanField(_l("I may be asked to join a council"))

    def offer_places(self, areas: Iterable[Area], locale: str) -> None:
        """Let the reader choose among these places; a district is named with its municipality."""
        self.area.choices = [
            SelectChoice("", _l("Choose a place")),
            *(SelectChoice(str(area.id), _place_name(area, locale)) for area in areas),
        ]

    def validate_is_adult(self, field: BooleanField) -> None:
        """Send somebody under 18 to the counter, where the guardian's consent is recorded."""
        if self.kind.data == ParticipantKind.RESIDENT and not field.data:
            raise ValidationError(_l("If you are under 18, please come to the counter together with a guardian."))


class TokenForm(FlaskForm):
    """A name for an API token."""

    name = StringField(
        _l("What is the token for?"), validators=[InputRequired(_l("Say what the token is for.")), Length(max=100)]
    )


class EraseWithoutPasswordForm(FlaskForm):
    """The wish to be forgotten, by somebody who has just signed in."""

    sure = BooleanField(
        _l("I understand that this cannot be undone."), validators=[InputRequired(_l("Please tick the box."))]
    )


class EraseForm(EraseWithoutPasswordForm):
    """The wish to be forgotten, confirmed by the password."""

    password = PasswordField(_l("Your password, to confirm"), validators=[InputRequired(_l("Enter your password."))])


def _place_name(area: Area, locale: str) -> str:
    if area.level is AreaLevel.DISTRICT and area.parent is not None:
        return f"{area.parent.name(locale)} {area.name(locale)}"
    return area.name(locale)
