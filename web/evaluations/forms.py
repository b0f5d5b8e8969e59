"""Shape of what people say when they look back."""

from collections.abc import Sequence
from typing import Any, Final

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from models import Again, ConsentChannel, GoalReached, Merit, Principle
from web.evaluations.services import CameAlong, Said
from web.fields import members_of, one_line, options, plain
from web.labels import LABELS

LONGEST_TEXT: Final = 2000
LONGEST_COMMENT: Final = 1000
CANNOT_SAY: Final = "cannot_say"
GRADES: Final = {4: _l("Fully"), 3: _l("Mostly"), 2: _l("Rather not"), 1: _l("Not at all")}
SATISFACTION: Final = {
    5: _l("Very satisfied"),
    4: _l("Satisfied"),
    3: _l("Neither nor"),
    2: _l("Not so satisfied"),
    1: _l("Not satisfied"),
}
PRINCIPLE: Final = "principle_"
MERIT: Final = "merit_"


class EvaluationForm(FlaskForm):
    """What every party is asked; the principles of its municipality and the merits come with `evaluation_form`."""

    goal = RadioField(
        _l("Was the goal reached?"),
        choices=members_of(GoalReached),
        validators=[InputRequired(_l("Choose one."))],
    )
    again = RadioField(
        _l("Would you do it again together?"), choices=members_of(Again), validators=[InputRequired(_l("Choose one."))]
    )
    helped = TextAreaField(
        _l("What helped? (optional)"),
        filters=[plain],
        render_kw={"rows": 3},
        validators=[Length(max=LONGEST_TEXT, message=_l("Please keep it under 2,000 characters."))],
    )
    hindered = TextAreaField(
        _l("What hindered? (optional)"),
        filters=[plain],
        render_kw={"rows": 3},
        validators=[Length(max=LONGEST_TEXT, message=_l("Please keep it under 2,000 characters."))],
    )

    @property
    def principles(self) -> list[Any]:
        """Return the fields about principles in their order."""
        return [field for field in self if field.short_name.startswith(PRINCIPLE)]

    @property
    def merits(self) -> list[Any]:
        """Return the fields about merits in their order."""
        return [field for field in self if field.short_name.startswith(MERIT)]

    @property
    def said(self) -> Said:
        """Return what was answered."""
        return Said(
            goal=GoalReached(self.goal.data),
            again=Again(self.again.data),
            principles=_grades(self.principles, PRINCIPLE),
            merits=_grades(self.merits, MERIT),
            helped=self.helped.data or "",
            hindered=self.hindered.data or "",
        )


class NotedEvaluationForm(EvaluationForm):
    """What a party without an account said to a coordinator, and in which way."""

    channel = RadioField(
        _l("How did they answer?"),
        choices=[choice for choice in members_of(ConsentChannel) if choice.value != ConsentChannel.WEB],
        default=ConsentChannel.TELEPHONE.value,
        validators=[InputRequired(_l("Choose one."))],
    )


def evaluation_form(principles: Sequence[Principle], language: str, *, noted: bool) -> EvaluationForm:
    """Return the form that asks about these principles and about every merit."""
    asked = {f"{PRINCIPLE}{one.code}": _graded(one.name(language)) for one in principles}
    asked |= {f"{MERIT}{merit.value}": _graded(LABELS[Merit][merit]) for merit in Merit}
    form: EvaluationForm = type("AskedForm", (NotedEvaluationForm if noted else EvaluationForm,), asked)()
    return form


class SurveyForm(FlaskForm):
    """What somebody who came along is asked: one answer is enough."""

    satisfaction = RadioField(
        _l("How was it for you?"),
        choices=options((str(grade), words) for grade, words in SATISFACTION.items()),
        validators=[InputRequired(_l("Choose one."))],
    )
    met_somebody_new = RadioField(
        _l("Did you get to know somebody new? (optional)"),
        choices=options([("yes", _l("Yes")), ("no", _l("No"))]),
        validators=[Optional()],
    )
    again = RadioField(
        _l("Would you come again? (optional)"),
        choices=options([("yes", _l("Yes")), ("perhaps", _l("Perhaps")), ("no", _l("No"))]),
        validators=[Optional()],
    )
    comment = TextAreaField(
        _l("Anything you would like to say (optional)"),
        description=_l("Please write no names. The parties read it word for word."),
        filters=[plain],
        render_kw={"rows": 3},
        validators=[Length(max=LONGEST_COMMENT, message=_l("Please keep it under 1,000 characters."))],
    )

    @property
    def came_along(self) -> CameAlong:
        """Return what was answered; what was not is unknown."""
        return CameAlong(
            satisfaction=int(self.satisfaction.data),
            met_somebody_new={"yes": True, "no": False}.get(self.met_somebody_new.data or ""),
            again=Again(self.again.data) if self.again.data else None,
            comment=self.comment.data or "",
        )


class SurveySheetForm(SurveyForm):
    """The same by link: each sheet that is opened has a number, so that it counts once."""

    sheet = HiddenField()


class OutsideViewForm(FlaskForm):
    """How somebody who is no party sees it."""

    name = StringField(
        _l("Name"),
        filters=[one_line],
        validators=[
            DataRequired(_l("Enter a name.")),
            Length(max=100, message=_l("Please keep it under 100 characters.")),
        ],
    )
    capacity = StringField(
        _l("In which capacity? (optional)"),
        description=_l("For example: head of the school, member of the council."),
        filters=[one_line],
        validators=[Length(max=200, message=_l("Please keep it under 200 characters."))],
    )
    goal = RadioField(
        _l("Was the goal reached?"),
        choices=members_of(GoalReached),
        validators=[InputRequired(_l("Choose one."))],
    )
    view = TextAreaField(
        _l("What do they say?"),
        filters=[plain],
        validators=[
            DataRequired(_l("Write down what they say.")),
            Length(max=LONGEST_TEXT, message=_l("Please keep it under 2,000 characters.")),
        ],
    )


def _graded(words: Any) -> RadioField:
    choices = options([*((str(grade), text) for grade, text in GRADES.items()), (CANNOT_SAY, _l("Cannot say"))])
    return RadioField(words, choices=choices, validators=[InputRequired(_l("Choose one."))])


def _grades(fields: Sequence[Any], prefix: str) -> dict[str, int]:
    """Return what was judged; what cannot be said is left out."""
    return {field.short_name.removeprefix(prefix): int(field.data) for field in fields if field.data != CANNOT_SAY}
