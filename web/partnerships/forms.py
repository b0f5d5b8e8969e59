"""Shape of what people type about an enquiry."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Form, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import UUID as IS_UUID
from wtforms.validators import AnyOf, InputRequired, Length, ValidationError

from models import ActivityField, Area, ConsentChannel, Reply, utc_now
from models.years import town_day
from web.acts.forms import who_said_it
from web.acts.services import Said
from web.fields import members_of, options

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

    publishes = BooleanField(
        _l("Anybody may read of it here, once all have said yes"),
        description=_l("Bodies are named, people appear only as “a resident”. You can change this at any time."),
    )

    def validate_reason(self, field: RadioField) -> None:
        """Ask for a reason where the answer is no, and only there."""
        if self.reply.data == Reply.NO and field.data not in {choice.value for choice in field.choices}:
            raise ValidationError(_l("Choose the reason that comes closest."))


class NotedAnswerForm(AnswerForm):
    """What a party said to a coordinator, and in which way."""

    publishes = None
    channel = RadioField(
        _l("How did they answer?"),
        choices=[choice for choice in members_of(ConsentChannel) if choice.value != ConsentChannel.WEB],
        default=ConsentChannel.TELEPHONE.value,
    )
    said_by = who_said_it()
    reply = RadioField(
        _l("What did they say?"),
        choices=options([(Reply.YES.value, _l("Yes")), (Reply.NO.value, _l("No"))]),
        validators=[InputRequired(_l("Choose yes or no."))],
    )

    def said(self, *, usually_by: str) -> Said:
        """Return who said it and in which way, as it was told today."""
        by = self.said_by.data or usually_by
        return Said(channel=ConsentChannel(self.channel.data), by=by, on=town_day(utc_now()))


class PublicationForm(FlaskForm):
    """Whether one party agrees that anybody may read of its partnership."""

    party = HiddenField(validators=[IS_UUID()])
    reply = StringField(validators=[AnyOf([reply.value for reply in Reply])])

    @property
    def party_id(self) -> UUID:
        """Return the party that is meant."""
        return UUID(self.party.data)


class PublicFilter(Form):
    """What the list of public partnerships is narrowed down by."""

    area = SelectField(_l("Place"), validate_choice=False)
    field = SelectField(_l("Field of activity"), validate_choice=False)

    def wanted(self) -> dict[str, str]:
        """Return what the list is narrowed down by, nothing as an empty text."""
        return {"area": self.area.data or "", "field": self.field.data or ""}

    def active(self) -> dict[str, Any]:
        """Return what stands in the address."""
        return {name: value for name, value in self.wanted().items() if value}

    def offer_choices(self, areas: Sequence[Area], fields: Sequence[ActivityField], language: str) -> None:
        """Let the selects offer the places and fields under which there is something."""
        highest = min((area.path.count(".") for area in areas), default=0)
        named = [(area.path, f"{'　' * (area.path.count('.') - highest)}{area.name(language)}") for area in areas]
        self.area.choices = options([("", _l("Everywhere")), *named])
        self.field.choices = options([("", _l("Every field")), *((one.code, one.name(language)) for one in fields)])
