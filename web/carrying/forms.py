"""Shape of what people write down while a partnership runs."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, ValidationError

from models import ConsentChannel, LedgerLine, LedgerMove, RequestKind, ResourceKind
from web.carrying.queries import first_handed_over
from web.fields import Between, Day, Hours, PastDay, WholeNumber, members_of, one_line, options, plain
from web.i18n import day
from web.labels import label

YES, NO = "yes", "no"
LENT, GIVEN = "lent", "given"
MOST_AT_ONCE: Final = 100_000_000
MOST_PEOPLE: Final = 999
LEAST_HOURS: Final = 0.25
MOST_HOURS: Final = 24
LONGEST_TEXT: Final = 2000


class MilestoneForm(FlaskForm):
    """What shall be reached by a day."""

    title = StringField(
        _l("What shall be reached?"),
        description=_l("For example: the leaflets are printed."),
        filters=[one_line],
        validators=[
            DataRequired(_l("Write what shall be reached.")),
            Length(max=200, message=_l("Please keep it under 200 characters.")),
        ],
    )
    due_on = Day(_l("By which day?"), validators=[InputRequired(_l("Enter a day."))])

    def lies_between(self, began: date, ends: date | None) -> None:
        """Keep to the time of the partnership."""
        self.began, self.ends = began, ends

    def validate_due_on(self, field: Day) -> None:
        """Refuse a day outside of the partnership's time."""
        if field.data is not None and field.data < self.began:
            raise ValidationError(
                _("The partnership began on %(day)s. Enter that day or a later one.", day=day(self.began))
            )
        if field.data is not None and self.ends is not None and field.data > self.ends:
            raise ValidationError(
                _("The partnership ends on %(day)s. Enter that day or an earlier one.", day=day(self.ends))
            )


class HappenedForm(FlaskForm):
    """Something that happened on a day since the partnership began."""

    on = PastDay(_l("On which day?"), validators=[InputRequired(_l("Enter a day."))])

    def happened_between(self, began: date, today: date) -> None:
        """Keep to what can have happened, and begin with today."""
        self.began, self.today = began, today
        if not self.is_submitted():
            self.on.data = today

    def validate_on(self, field: Day) -> None:
        """Refuse a day before the partnership, or in the future."""
        if field.data is not None and field.data > self.today:
            raise ValidationError(_("This day lies in the future. Write down what has happened."))
        if field.data is not None and field.data < self.began:
            raise ValidationError(
                _("The partnership began on %(day)s. Enter that day or a later one.", day=day(self.began))
            )


class AmountForm(HappenedForm):
    """How much moved, and what else is to say about it."""

    quantity = WholeNumber(
        _l("How much?"),
        description=_l("A whole number: pieces, or yen."),
        validators=[
            InputRequired(_l("Enter how much.")),
            Between(1, MOST_AT_ONCE, _l("Enter a whole number from 1 to 100,000,000.")),
        ],
    )
    note = StringField(
        _l("Note (optional)"),
        filters=[one_line],
        validators=[Length(max=200, message=_l("Please keep it under 200 characters."))],
    )


class LineForm(AmountForm):
    """What one party gives or lends to another."""

    kind = RadioField(
        _l("What kind of thing?"),
        description=_l("People are written down under hours."),
        choices=[choice for choice in members_of(ResourceKind) if choice.value != ResourceKind.PEOPLE],
        default=ResourceKind.GOODS.value,
        validators=[InputRequired(_l("Choose one."))],
    )
    what = StringField(
        _l("What is handed over?"),
        description=_l("For example: folding tables, or money for food."),
        filters=[one_line],
        validators=[
            DataRequired(_l("Write what it is.")),
            Length(max=200, message=_l("Please keep it under 200 characters.")),
        ],
    )
    unit = StringField(
        _l("Unit (optional)"),
        description=_l("For example: pieces, boxes, yen."),
        filters=[one_line],
        validators=[Length(max=20, message=_l("Please keep it under 20 characters."))],
    )
    giver = SelectField(_l("Who gives or lends it?"), validators=[InputRequired(_l("Choose one."))])
    receiver = SelectField(_l("Who gets it?"), validators=[InputRequired(_l("Choose one."))])
    terms = RadioField(
        _l("Does it come back?"),
        choices=options([(LENT, _l("It is lent and comes back")), (GIVEN, _l("It is given and used up or kept"))]),
        validators=[InputRequired(_l("Choose one."))],
    )
    due_back_on = Day(_l("When is it due back? (optional)"), description=_l("Only for what is lent."))

    def offer_parties(self, names: Mapping[str, str]) -> None:
        """Let the reader choose among the parties that are still in."""
        self.giver.choices = self.receiver.choices = options([("", _l("Choose")), *names.items()])

    def validate_receiver(self, field: SelectField) -> None:
        """Refuse that somebody gives to itself."""
        if field.data and field.data == self.giver.data:
            raise ValidationError(_("Nobody gives to itself. Choose two different parties."))

    def validate_due_back_on(self, field: Day) -> None:
        """Refuse a return before the day of handing over, and of what is not lent."""
        if field.data is None:
            return
        if self.terms.data == GIVEN:
            raise ValidationError(_("What is given does not come back. Leave this empty, or choose that it is lent."))
        if self.on.data is not None and field.data < self.on.data:
            raise ValidationError(_("This is before the day on which it was handed over."))


class EntryForm(AmountForm):
    """What happened to things of a line of the ledger."""

    move = RadioField(
        _l("What happened?"), choices=members_of(LedgerMove), validators=[InputRequired(_l("Choose one."))]
    )

    def about(self, line: LedgerLine) -> None:
        """Keep to what is outstanding of a line."""
        self.line = line
        if not self.is_submitted():
            self.move.data = (LedgerMove.RETURNED if line.is_lent else LedgerMove.USED_UP).value

    def validate_quantity(self, field: WholeNumber) -> None:
        """Refuse that more comes back, is used up or is missing than is outstanding."""
        if field.data is None or self.move.data == LedgerMove.HANDED_OVER:
            return
        if field.data > self.line.outstanding:
            raise ValidationError(
                _(
                    "Only %(outstanding)s %(unit)s are outstanding. More cannot come back, be used up or be missing.",
                    outstanding=f"{self.line.outstanding:,}",
                    unit=self.line.unit,
                )
            )

    def validate_on(self, field: Day) -> None:
        """Refuse that something came back before anything was handed over."""
        super().validate_on(field)
        first = first_handed_over(self.line)
        if self.move.data != LedgerMove.HANDED_OVER and field.data and first and field.data < first:
            raise ValidationError(
                _("Nothing had been handed over yet on that day: the first was on %(day)s.", day=day(first))
            )


class SaidForm(FlaskForm):
    """Something that a party says itself, or that a coordinator writes down for a party without an account."""

    party = RadioField(
        _l("For whom do you write?"), validators=[InputRequired(_l("Choose one."))], choices=[], validate_choice=False
    )
    channel = RadioField(
        _l("How did they tell you?"),
        choices=[choice for choice in members_of(ConsentChannel) if choice.value != ConsentChannel.WEB],
        validate_choice=False,
    )

    def offer_parties(self, own: Mapping[str, str], others: Mapping[str, str]) -> None:
        """Let the reader choose among the own parties and those for which a coordinator writes."""
        self.others = others
        self.party.choices = options([*own.items(), *others.items()])
        if len(self.party.choices) == 1 and not self.is_submitted():
            self.party.data = self.party.choices[0].value
        if not others:
            del self.channel

    def validate_party(self, field: RadioField) -> None:
        """Refuse to write for those who write for themselves."""
        if field.data not in {choice.value for choice in field.choices}:
            raise ValidationError(_("Choose one of these. The other parties write this down themselves."))

    def validate_channel(self, field: RadioField) -> None:
        """Ask how a party told it, where somebody else writes it down."""
        if self.party.data in self.others and field.data not in {choice.value for choice in field.choices}:
            raise ValidationError(_("Choose how they told you."))

    def as_told(self, text: str) -> str:
        """Return what was said, with the way in which it was told in front where a coordinator writes it down."""
        if self.party.data not in self.others:
            return text
        way = label(ConsentChannel(self.channel.data))
        return f"{way}: {text}" if text else way


class HoursForm(SaidForm, HappenedForm):
    """Hours that people of a party worked on a day."""

    hours = Hours(
        _l("How many hours did each of them work?"),
        description=_l("For example 2.5 for two hours and a half."),
        validators=[
            InputRequired(_l("Enter the hours.")),
            Between(LEAST_HOURS, MOST_HOURS, _l("Enter from 0.25 to 24 hours: a day has no more.")),
        ],
    )
    people = WholeNumber(
        _l("How many people?"),
        default=1,
        validators=[
            InputRequired(_l("Enter how many people.")),
            Between(1, MOST_PEOPLE, _l("Enter a number from 1 to 999.")),
        ],
    )
    what = StringField(
        _l("What did they do? (optional)"),
        filters=[one_line],
        validators=[Length(max=150, message=_l("Please keep it under 150 characters."))],
    )


class RequestForm(SaidForm):
    """What a party asks for."""

    kind = RadioField(
        _l("What do you ask for?"),
        choices=members_of(RequestKind),
        default=RequestKind.CHANGE.value,
        validators=[InputRequired(_l("Choose one."))],
    )
    text = TextAreaField(
        _l("What shall change, and why?"),
        description=_l("All parties and the coordinator read this."),
        filters=[plain],
        validators=[
            DataRequired(_l("Write what you ask for.")),
            Length(max=LONGEST_TEXT, message=_l("Please keep it under 2,000 characters.")),
        ],
    )

    def wait_for(self, parties: Iterable[str]) -> None:
        """Remember which parties have a request that waits."""
        self.waiting = frozenset(parties)

    def validate_party(self, field: RadioField) -> None:
        """Refuse a second request while one waits."""
        super().validate_party(field)
        if field.data in self.waiting:
            raise ValidationError(_("A request of this party waits for a decision already."))


class DecisionForm(FlaskForm):
    """Whether a request is granted, and why."""

    granted = RadioField(
        _l("Do you grant it?"),
        choices=options([(YES, _l("Yes, it is granted")), (NO, _l("No"))]),
        validators=[AnyOf([YES, NO], _l("Choose yes or no."))],
    )
    answer = TextAreaField(
        _l("Your answer to them"),
        description=_l("All parties read this."),
        filters=[plain],
        validators=[
            DataRequired(_l("Write why. They read it.")),
            Length(max=LONGEST_TEXT, message=_l("Please keep it under 2,000 characters.")),
        ],
    )

    def held_back_by(self, lines: Sequence[LedgerLine]) -> None:
        """Name what has to come back first."""
        self.lines = lines

    @property
    def is_granted(self) -> bool:
        """Tell whether the answer is yes."""
        return bool(self.granted.data == YES)

    def validate_granted(self, field: Any) -> None:
        """Refuse to let a party go that has something outstanding."""
        if field.data == YES and self.lines:
            amounts = [f"{line.what} {line.outstanding:,} {line.unit}".strip() for line in self.lines]
            raise ValidationError(
                _(
                    "This is still outstanding: %(what)s. Write down first what became of it.",
                    what=_(", ").join(amounts),
                )
            )
