"""Shape of what coordinators type about the end of a partnership."""

from typing import Any, Final

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from models import Ending
from web.endings.services import Decision
from web.fields import members_of, one_line, plain

LONGEST_REASON: Final = 2000
LONGEST_NAME: Final = 200


class FinishForm(FlaskForm):
    """A button and nothing to type."""


class EndForm(FlaskForm):
    """How a partnership ends, why, and to whom it goes."""

    ending = RadioField(
        _l("How does it end?"),
        choices=members_of(Ending),
        validators=[InputRequired(_l("Choose how it ends."))],
    )
    reason = TextAreaField(
        _l("Why does it end in this way?"),
        description=_l("The parties read this."),
        filters=[plain],
        render_kw={"rows": 4},
        validators=[
            InputRequired(_l("Say why it ends in this way.")),
            Length(max=LONGEST_REASON, message=_l("Please keep it under 2,000 characters.")),
        ],
    )
    handed_to = StringField(
        _l("To whom is it handed over?"),
        description=_l("Only where it is handed over: the name of the body or office."),
        filters=[one_line],
        validators=[Length(max=LONGEST_NAME, message=_l("Please keep it under 200 characters."))],
    )

    def validate_reason(self, field: Any) -> None:
        """Refuse a reason of nothing but white space."""
        if not field.data:
            raise ValidationError(str(_l("Say why it ends in this way.")))

    def validate_handed_to(self, field: Any) -> None:
        """Ask to whom it goes where it is handed over, and only there."""
        if self.ending.data == Ending.HANDED_OVER and not field.data:
            raise ValidationError(str(_l("Say to whom it is handed over.")))

    @property
    def decision(self) -> Decision:
        """Return what was decided."""
        return Decision(Ending(self.ending.data), self.reason.data or "", self.handed_to.data or "")

    @property
    def continues(self) -> bool:
        """Tell whether it goes on with the same parties."""
        return bool(self.ending.data == Ending.CONTINUED)
