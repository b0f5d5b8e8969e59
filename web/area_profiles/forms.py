"""What an administrator says about a place, and what stands on a recruiting notice."""

from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FileField, Form, HiddenField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from models import ActivityField, Pillar, PlatformKind, ResourceKind
from web.fields import Telephone, members_of, one_line, options

LARGEST_SHEET: Final = 200 * 1024
LONGEST_SOURCE: Final = 200
ENCODINGS: Final = ("utf-8-sig", "cp932")


class PlatformForm(FlaskForm):
    """Which platform a place has, and on which pillars it works."""

    kind = RadioField(_l("Kind of platform"), validators=[InputRequired(_l("Choose a kind."))])
    pillars = SelectMultipleField(_l("Pillars"), validators=[InputRequired(_l("Choose at least one pillar."))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = members_of(PlatformKind)
        self.pillars.choices = members_of(Pillar)


class AgesForm(FlaskForm):
    """A sheet of ages: chosen as a file, then looked at, then taken."""

    file = FileField(_l("File (CSV)"), description=_l("UTF-8 or Shift_JIS, up to 200 KB."))
    source = StringField(
        _l("Where the figures are from"),
        validators=[Length(max=LONGEST_SOURCE)],
        filters=[one_line],
        description=_l("For example: basic resident register, 1 April 2026"),
    )
    text = HiddenField()

    def validate_file(self, field: FileField) -> None:
        """Read the file where one was chosen; what was looked at before comes as text."""
        content = field.data.read(LARGEST_SHEET + 1) if field.data else b""
        if not content:
            if not self.text.data:
                raise ValidationError(_("Choose a file."))
            return
        if len(content) > LARGEST_SHEET:
            raise ValidationError(_("The file is too large; up to 200 KB are read."))
        text = _decoded(content)
        if text is None:
            raise ValidationError(_("The file is neither in UTF-8 nor in Shift_JIS."))
        self.text.data = text


class NoticeForm(Form):
    """What a recruiting notice says; all of it stands in the address."""

    field = SelectField(_l("Field of activity"), validators=[Optional()])
    kind = SelectField(_l("What is sought"))
    contact = StringField(_l("Whom to ask"), validators=[Length(max=100)], filters=[one_line])
    phone = Telephone(_l("Telephone"), validators=[Optional(), Length(max=40)])

    def __init__(self, *args: Any, fields: list[ActivityField], locale: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.field.choices = options([("", _("All fields")), *((one.code, one.name(locale)) for one in fields)])
        self.kind.choices = members_of(ResourceKind)


def _decoded(content: bytes) -> str | None:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
