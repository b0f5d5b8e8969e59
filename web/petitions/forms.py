"""Shape of petitions and of their answers."""

from collections.abc import Sequence
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Form, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from models import Account, ConsentChannel, Goal, Petition, PetitionAnswer, utc_now
from models.years import town_day
from web.fields import NotedVersion, PastDay, members_of, one_line, options, plain
from web.petitions.queries import State
from web.petitions.services import Answered, Asked, Wording
from web.registered.forms import RegisteredField
from web.registered.queries import Register

LONGEST_TEXT: Final = 4000
TOO_LONG: Final = _l("Please keep it under 4,000 characters.")
PRIORITIES: Final = (
    ("1", _l("1: before anything else")),
    ("2", _l("2: soon")),
    ("3", _l("3: when there is room for it")),
)


def _text(text: Any, rows: int, *, hint: Any = "", required: Any = None) -> TextAreaField:
    needed = [DataRequired(required)] if required else []
    return TextAreaField(
        text,
        description=hint,
        filters=[plain],
        render_kw={"rows": rows},
        validators=[*needed, Length(max=LONGEST_TEXT, message=TOO_LONG)],
    )


def _line(text: Any, *, hint: Any = "", required: Any = None) -> StringField:
    needed = [DataRequired(required)] if required else []
    return StringField(
        text,
        description=hint,
        filters=[one_line],
        validators=[*needed, Length(max=120, message=_l("Please keep it under 120 characters."))],
    )


class WordingForm(FlaskForm):
    """What is asked of the administration."""

    title = _line(
        _l("What is asked for, in one line?"),
        hint=_l("For example: a light at the crossing by the school"),
        required=_l("Write what is asked for."),
    )
    text = _text(_l("Why, and how is it now?"), 5, required=_l("Write why it is asked for."))
    priority = RadioField(
        _l("How urgent is it among what you ask for?"),
        choices=options(PRIORITIES),
        default="2",
        validators=[InputRequired(_l("Choose one."))],
    )
    own_role = _text(
        _l("What do you do for it yourselves? (optional)"),
        3,
        hint=_l("For example: we look after the flower beds there. It is weighed with priority and burden."),
    )
    burden = _text(
        _l("What does it cost, and who bears it? (optional)"), 3, hint=_l("As far as you know. Also work and time.")
    )
    addressed_to = _line(_l("Which office? (optional)"), hint=_l("Leave it empty if you do not know."))
    version = NotedVersion()

    @property
    def wording(self) -> Wording:
        """Return what was typed."""
        return Wording(
            title=self.title.data or "",
            text=self.text.data or "",
            priority=int(self.priority.data),
            own_role=self.own_role.data or "",
            burden=self.burden.data or "",
            addressed_to=self.addressed_to.data or "",
        )


class PetitionForm(WordingForm):
    """Which body asks what of the administration."""

    participant = RegisteredField(_l("Which body asks?"), validators=[InputRequired(_l("Choose which body asks."))])
    channel = RadioField(
        _l("How did they tell you?"),
        choices=[choice for choice in members_of(ConsentChannel) if choice.value != ConsentChannel.WEB],
        validate_choice=False,
    )
    received_on = PastDay(_l("On which day did it come in?"), validators=[Optional()])

    def offer(self, bodies: Register, account: Account) -> None:
        """Let the reader choose among their own bodies and those of their places."""
        self.participant.offer(bodies)
        self.own = {identity for identity, one in self.participant.rows.items() if account.represents(one.id)}
        if not self.is_submitted():
            self.received_on.data = town_day(utc_now())

    @property
    def writes_for_others(self) -> bool:
        """Tell whether the reader may write for bodies that they do not speak for."""
        return len(self.own) < len(self.participant.rows)

    def validate_channel(self, field: RadioField) -> None:
        """Ask how a body told it, where somebody else writes it down."""
        told = {choice.value for choice in field.choices}
        if self.participant.chosen and self.participant.data not in self.own and field.data not in told:
            raise ValidationError(_("Choose how they told you."))

    def validate_received_on(self, field: PastDay) -> None:
        """Refuse a day that has not been."""
        if field.data is not None and field.data > town_day(utc_now()):
            raise ValidationError(_("This day lies in the future. Write down what has happened."))

    @property
    def asked(self) -> Asked:
        """Return what was typed."""
        return Asked(
            participant=self.participant.one,
            wording=self.wording,
            received_on=self.received_on.data or town_day(utc_now()),
            channel=ConsentChannel.WEB if self.participant.data in self.own else ConsentChannel(self.channel.data),
        )


class AnswerForm(FlaskForm):
    """What the administration says."""

    answer = RadioField(
        _l("What does the administration say?"),
        choices=members_of(PetitionAnswer),
        validators=[InputRequired(_l("Choose one."))],
    )
    text = _text(
        _l("Why, and what happens next?"),
        5,
        hint=_l("Everybody can read it, unless you tick the box below."),
        required=_l("Write why. An answer without a reason helps nobody."),
    )
    goal = SelectField(_l("To which goal of a plan does it belong? (optional)"), validators=[Optional()], default="")
    is_private = BooleanField(
        _l("Do not show petition and answer to the public"),
        description=_l("Only where persons would be harmed by it. The body reads it in any case."),
    )
    version = HiddenField()

    def offer(self, petition: Petition, goals: Sequence[Goal]) -> None:
        """Let the reader choose among the goals of the municipality's plans."""
        self.goals = {str(one.id): one for one in goals}
        self.goal.choices = options(
            [("", _l("None")), *((key, f"{one.plan.title}: {one.title}") for key, one in self.goals.items())]
        )
        if not self.is_submitted():
            self.version.data = str(petition.version)
            self.goal.data = str(petition.goal_id or "")

    @property
    def answered(self) -> Answered:
        """Return what was typed."""
        return Answered(
            answer=PetitionAnswer(self.answer.data),
            text=self.text.data or "",
            is_public=not self.is_private.data,
            goal=self.goals.get(self.goal.data or ""),
        )


class PetitionFilter(Form):
    """What the list of petitions is narrowed down by."""

    state = SelectField(_l("Open or answered"), validate_choice=False)

    def offer(self) -> None:
        """Let the select offer what there is."""
        choices = [
            ("", _l("Open and answered")),
            (State.OPEN.value, _l("Answer still to come")),
            (State.ANSWERED.value, _l("Answered")),
        ]
        self.state.choices = options(choices)

    @property
    def chosen(self) -> State | None:
        """Return what was chosen; what there is not narrows nothing."""
        return next((state for state in State if state == self.state.data), None)
