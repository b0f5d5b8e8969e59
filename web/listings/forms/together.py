"""What is typed when somebody would like to do it together."""

from uuid import UUID

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import UUID as IS_UUID
from wtforms.validators import AnyOf, Length

from models import Reply
from models.wishes import LONGEST_NOTE
from web.fields import one_line


class WishForm(FlaskForm):
    """With which need, and a word to those who have it."""

    other = HiddenField(validators=[IS_UUID()])
    note = StringField(
        _l("A word to them (optional)"),
        filters=[one_line],
        validators=[Length(max=LONGEST_NOTE, message=_l("Please keep it under 300 characters."))],
    )

    @property
    def other_id(self) -> UUID:
        """Return the need that was named."""
        return UUID(self.other.data)


class WishAnswerForm(FlaskForm):
    """Yes or no to doing it together."""

    reply = StringField(validators=[AnyOf([reply.value for reply in Reply])])
