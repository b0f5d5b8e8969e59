"""The eight questions about a partnership in plain words, and the choice that follows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Form, RadioField, TextAreaField
from wtforms.validators import AnyOf, InputRequired, Length, ValidationError

from matching.collaboration import FormRanking, Ground
from models import CollaborationForm
from web.fields import NotedVersion, options, plain
from web.labels import label

LONGEST_REASON: Final = 1000


@dataclass(frozen=True, slots=True)
class Question:
    """One question, what it is about in a word, and what can be answered."""

    subject: Any
    asked: Any
    hint: Any
    answers: Mapping[str, Any]


QUESTIONS: Final[Mapping[str, Question]] = MappingProxyType(
    {
        "responsible": Question(
            _l("Responsibility"),
            _l("Who is responsible for the work?"),
            _l("Who answers for it when something goes wrong?"),
            {
                "office": _l("The office: it is a task of its own"),
                "group": _l("The group: it does this of its own accord"),
                "both": _l("Both, as hosts side by side"),
                "own_body": _l("A committee that the parties form for it"),
            },
        ),
        "money": Question(
            _l("Money"),
            _l("Which way does money go?"),
            None,
            {
                "fee": _l("The office pays for the whole work"),
                "grant": _l("The office adds a part of what it costs the group"),
                "shared": _l("The parties share the costs"),
                "none": _l("The office gives no money"),
            },
        ),
        "decides": Question(
            _l("Decisions"),
            _l("Who decides how it is done?"),
            None,
            {
                "office": _l("The office says what is to be done"),
                "group": _l("The group decides by itself"),
                "together": _l("Both talk until they agree"),
                "committee": _l("A committee decides by its rules"),
            },
        ),
        "duration": Question(
            _l("Duration"),
            _l("How long does it last?"),
            None,
            {
                "once": _l("Once, for a day or a few"),
                "months": _l("Some months, up to a year"),
                "years": _l("For years, without a break"),
                "every_year": _l("Once a year, every year"),
            },
        ),
        "books": Question(
            _l("Books"),
            _l("Who keeps the books?"),
            _l("Who pays the bills and shows at the end what the money was spent on?"),
            {
                "office": _l("The office keeps the books"),
                "group": _l("The group keeps the books"),
                "own_body": _l("There is a common purse with books of its own"),
                "each": _l("Each party keeps the books of its own part"),
            },
        ),
        "loss": Question(
            _l("Losses"),
            _l("Who carries a loss?"),
            _l("For example when rain falls and the entrance fees do not come in."),
            {
                "office": _l("The office carries it"),
                "group": _l("The group carries it"),
                "own_body": _l("The common purse carries it"),
                "each": _l("Each party carries its own part"),
            },
        ),
        "results": Question(
            _l("Results"),
            _l("Whose is what is made?"),
            _l("Texts, pictures, data, names: who may use them afterwards?"),
            {
                "office": _l("It belongs to the office"),
                "group": _l("It belongs to the group"),
                "together": _l("It belongs to the parties together"),
                "nothing": _l("Nothing is made that would belong to anybody"),
            },
        ),
        "insurance": Question(
            _l("Insurance"),
            _l("Who insures?"),
            _l("Against accidents of those who help and of those who come."),
            {
                "office": _l("The office insures everybody"),
                "group": _l("The group insures everybody"),
                "own_body": _l("The committee insures everybody"),
                "each": _l("Each party insures its own people"),
            },
        ),
    }
)


def _asked(name: str) -> RadioField:
    question = QUESTIONS[name]
    return RadioField(
        question.asked,
        description=question.hint,
        choices=options([*question.answers.items(), ("", _l("Not settled yet"))]),
        default="",
        validate_choice=False,
        validators=[AnyOf(["", *question.answers], message=_l("Choose one of the answers."))],
    )


class AnswersForm(Form):
    """What is settled; the answers stand in the address of the page, so that it can be passed on."""

    responsible = _asked("responsible")
    money = _asked("money")
    decides = _asked("decides")
    duration = _asked("duration")
    books = _asked("books")
    loss = _asked("loss")
    results = _asked("results")
    insurance = _asked("insurance")

    @property
    def settled(self) -> dict[str, str]:
        """Return the answers to the questions that are settled."""
        return {
            name: self[name].data for name, question in QUESTIONS.items() if (self[name].data or "") in question.answers
        }


class ChoiceForm(FlaskForm):
    """The form that the parties choose, and why where it is not the first."""

    version = NotedVersion()
    chosen = RadioField(
        _l("Which form do you choose?"), choices=[], validators=[InputRequired(_l("Choose one of the forms."))]
    )
    reason = TextAreaField(
        _l("Why this one?"),
        description=_l("Only where you choose another one than the first."),
        render_kw={"rows": 3},
        filters=[plain],
        validators=[Length(max=LONGEST_REASON, message=_l("Please keep it under 1,000 characters."))],
    )

    def offer(self, ranking: FormRanking) -> None:
        """Let the forms be chosen that can be, in the order in which they fit."""
        self.chosen.choices = options((one.form, label(CollaborationForm(one.form))) for one in ranking.forms)
        self.first = ranking.forms[0].form

    def validate_reason(self, field: TextAreaField) -> None:
        """Ask for a reason where another form than the first was chosen."""
        if self.chosen.data and self.chosen.data != self.first and not field.data:
            raise ValidationError(_l("Write why another form than the first is the right one here."))


def in_words(ground: Ground) -> str:
    """Return an answer with what it is about."""
    question = QUESTIONS[ground.question]
    return str(_l("%(subject)s: %(answer)s", subject=question.subject, answer=question.answers[ground.answer]))
