"""Shape of who said something and in which way, for forms that a coordinator fills in for somebody else."""

from typing import Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional, ValidationError

from models import ConsentChannel, utc_now
from models.years import town_day
from web.acts.services import Said
from web.fields import PastDay, one_line, options
from web.labels import LABELS

TOLD: Final = "told-"
WAYS: Final = tuple(channel for channel in ConsentChannel if channel is not ConsentChannel.WEB)


def ways() -> list[SelectChoice]:
    """Return the ways in which something is said that a coordinator enters."""
    return options((way.value, LABELS[ConsentChannel][way]) for way in WAYS)


def who_said_it() -> StringField:
    """Return the field for who spoke."""
    return StringField(
        _l("Who said it?"),
        description=_l("Leave it empty if it was the person, or the contact person of the group."),
        filters=[one_line],
        validators=[Length(max=100, message=_l("Please keep it under 100 characters."))],
    )


class SaidForm(Form):
    """Who said it, in which way, and when; it stands in a form that asks it only where somebody enters for others."""

    channel = RadioField(_l("How did it reach you?"), choices=ways(), validators=[Optional()])
    said_by = who_said_it()
    said_on = PastDay(_l("When?"), description=_l("Leave it empty if it was today."), validators=[Optional()])

    def validate_said_on(self, field: PastDay) -> None:
        """Refuse a day that has not come."""
        if field.data is not None and field.data > town_day(utc_now()):
            raise ValidationError(_("This day lies in the future. Write down what has happened."))

    def said(self, *, usually_by: str) -> Said | None:
        """Return how it was said, or None where nothing was answered."""
        if not self.channel.data:
            return None
        return Said(
            channel=ConsentChannel(self.channel.data),
            by=self.said_by.data or usually_by,
            on=self.said_on.data or town_day(utc_now()),
        )

    def validate_for(self, *, somebody_else: bool) -> bool:
        """Check the answers; where it is entered for somebody else, ask how it was said."""
        is_right: bool = self.validate()
        if is_right and somebody_else and not self.channel.data:
            self.channel.errors = [_("Say how it reached you: you enter it for somebody else.")]
            return False
        return is_right
