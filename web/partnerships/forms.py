"""Shape of what people type about an enquiry."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import AnyOf, Length, ValidationError

from models import Reply

LONGEST_NOTE = 1000


class AnswerForm(FlaskForm):
    """Yes, or no with a coded reason and a note for the coordinator."""

    reply = StringField(_l("Answer"), validators=[AnyOf([Reply.YES.value, Reply.NO.value], _l("Choose yes or no."))])
    reason = RadioField(_l("Why not this time?"), choices=[], validate_choice=False)
    note = TextAreaField(
        _l("Anything the coordinator should know (optional)"),
        render_kw={"rows": 3},
        validators=[Length(max=LONGEST_NOTE, message=_l("Please keep it under 1,000 characters."))],
    )

    def validate_reason(self, field: RadioField) -> None:
        """Ask for a reason where the answer is no, and only there."""
        if self.reply.data == Reply.NO and field.data not in {choice.value for choice in field.choices}:
            raise ValidationError(_l("Choose the reason that comes closest."))
