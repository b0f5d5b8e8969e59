"""Shape of what is typed about handing over and about the rules of routing."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Form, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from models import Account, ActivityField, Office, RoutingRule
from web.fields import members_of, one_line, plain
from web.inbox.queries import Whose

LONGEST_NOTE = 1000
ASK, AT_ONCE = "ask", "at_once"
ACCEPT, DECLINE = "accept", "decline"
NO_OFFICE = ""


class InboxFilter(Form):
    """What the inbox is narrowed down to; it arrives in the address and can always be read."""

    whose = SelectField(_l("Whose needs?"), validate_choice=False, default=Whose.MINE.value)
    q = StringField(_l("Words"), filters=[one_line])

    @property
    def chosen(self) -> Whose:
        """Return whose needs are looked at; mine where nothing else was asked for."""
        return Whose.OTHERS if self.whose.data == Whose.OTHERS.value else Whose.MINE


class HandOverForm(FlaskForm):
    """Whom to ask, and what to tell them."""

    to = RadioField(_l("Who takes over?"), validators=[InputRequired(_l("Choose one."))])
    way = RadioField(
        _l("How?"),
        choices=[
            SelectChoice(ASK, _l("Ask them: they accept or decline, and until then nothing changes")),
            SelectChoice(AT_ONCE, _l("Put them in charge at once, because somebody is away")),
        ],
        default=ASK,
    )
    note = TextAreaField(
        _l("A word to them (optional)"),
        description=_l("What has been done, and what comes next."),
        filters=[plain],
        validators=[Length(max=LONGEST_NOTE, message=_l("Please keep it under 1,000 characters."))],
        render_kw={"rows": 4},
    )

    def offer(self, accounts: Sequence[Account], *, administers: bool) -> None:
        """Let the reader choose among those who coordinate the place."""
        self.to.choices = [SelectChoice(str(account.id), account.name) for account in accounts]
        if not administers:
            del self.way

    def chosen(self, accounts: Sequence[Account]) -> Account:
        """Return who was chosen in a valid form."""
        return next(account for account in accounts if str(account.id) == self.to.data)

    @property
    def is_at_once(self) -> bool:
        """Tell whether nobody is asked first."""
        return self.way is not None and self.way.data == AT_ONCE


class AnswerForm(FlaskForm):
    """Whether somebody takes over, and if not, why."""

    reply = RadioField(
        _l("Do you take this need over?"),
        choices=[
            SelectChoice(ACCEPT, _l("Yes, I am in charge from now on")),
            SelectChoice(DECLINE, _l("No")),
        ],
        validators=[InputRequired(_l("Choose one."))],
    )
    answer = TextAreaField(
        _l("The reason, where you say no"),
        filters=[plain],
        validators=[Length(max=LONGEST_NOTE, message=_l("Please keep it under 1,000 characters."))],
        render_kw={"rows": 3},
    )

    def validate_answer(self, field: TextAreaField) -> None:
        """Ask for a reason where somebody says no."""
        if self.reply.data == DECLINE and not field.data:
            raise ValidationError(str(_l("Write the reason, so that they can go on.")))

    @property
    def accepts(self) -> bool:
        """Tell whether they said yes."""
        return bool(self.reply.data == ACCEPT)


class OfficeForm(FlaskForm):
    """In which office a coordinator works."""

    office = SelectField(
        _l("Which kind of coordinator"),
        choices=members_of(Office, without=_l("No office in particular")),
        validate_choice=True,
    )

    @property
    def chosen(self) -> Office | None:
        """Return the office that was chosen."""
        return Office(self.office.data) if self.office.data else None


def rules_form(fields: Sequence[ActivityField], language: str) -> type[FlaskForm]:
    """Return the form that has one choice for each field of activity, and one for all others."""

    class RulesForm(FlaskForm):
        """To which office needs go."""

        rest = SelectField(_l("All other needs"), choices=members_of(Office, without=_l("No office in particular")))

        def propose(self, rules: Sequence[RoutingRule], defaults: Any) -> None:
            """Begin with what counts now: the own rules, or those of the sheet."""
            own = {None if rule.field is None else rule.field.code: rule.office for rule in rules} or defaults
            self.rest.data = own.get(None, NO_OFFICE)
            for field in fields:
                self[name_of(field)].data = own.get(field.code, NO_OFFICE)

        def offices(self) -> dict[ActivityField, Office | None]:
            """Return the office of each field."""
            return {field: _office(self[name_of(field)].data) for field in fields}

        @property
        def rest_office(self) -> Office | None:
            """Return the office of all others."""
            return _office(self.rest.data)

    for field in fields:
        choices = members_of(Office, without=_l("As all other needs"))
        setattr(RulesForm, name_of(field), SelectField(field.name(language), choices=choices))
    return RulesForm


def name_of(field: ActivityField) -> str:
    """Return what the choice for a field is called in the form."""
    return f"field_{field.code}"


def _office(value: str | None) -> Office | None:
    return Office(value) if value else None
