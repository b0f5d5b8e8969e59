"""What people type to keep a search, to name it, and to ask somebody."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import Email, InputRequired, Length, Optional

from models import Area
from web.fields import narrowed, one_line, options, plain
from web.i18n import locale

LONGEST_NAME = 120
LONGEST_QUESTION = 2000


class KeepForm(FlaskForm):
    """A mail address that wants to be told, and what the search is called."""

    email = StringField(
        _l("Mail address"),
        filters=[narrowed],
        validators=[
            InputRequired(_l("Enter your mail address.")),
            Email(_l("This does not look like a mail address, as in name@example.jp.")),
            Length(max=254),
        ],
        render_kw={"type": "email"},
    )


class NameForm(FlaskForm):
    """Another name for a search."""

    name = StringField(
        _l("Name of the search"),
        filters=[one_line],
        validators=[InputRequired(_l("Enter a name.")), Length(max=LONGEST_NAME)],
    )


class QuestionForm(KeepForm):
    """A question to the coordinators of a municipality."""

    place = SelectField(_l("Whom do you ask?"), validators=[InputRequired()])
    question = TextAreaField(
        _l("What are you looking for?"),
        filters=[plain],
        validators=[InputRequired(_l("Write what you are looking for.")), Length(max=LONGEST_QUESTION)],
    )
    name = StringField(_l("Your name (if you like)"), filters=[one_line], validators=[Optional(), Length(max=100)])

    def offer_places(self, places: Sequence[Area], *, wanted: str) -> None:
        """Let the municipalities be chosen, first the one in which was looked."""
        nearest = sorted(places, key=lambda place: (not place.covers(wanted), place.path))
        self.place.choices = options((place.path, place.name(locale())) for place in nearest)
