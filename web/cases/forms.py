"""Shape of what people type about cases, and what a need begins with that takes one as its template."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Form, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import AnyOf, InputRequired, Length

from models import ActivityField, CaseStudy, CollaborationForm
from web.cases.queries import LONGEST_QUERY, Narrowing, Report
from web.drafts.forms import Typed
from web.fields import members_of, one_line, options, plain
from web.labels import LABELS

LONGEST_TITLE: Final = 120
LONGEST_TEXT: Final = 2000
TOO_LONG: Final = _l("Please keep it under 2,000 characters.")


class CaseForm(FlaskForm):
    """The final report of a partnership."""

    title = StringField(
        _l("Title"),
        filters=[one_line],
        validators=[
            InputRequired(_l("Give it a title.")),
            Length(max=LONGEST_TITLE, message=_l("Please keep it under 120 characters.")),
        ],
    )
    problem = TextAreaField(
        _l("What the problem was"), filters=[plain], validators=[Length(max=LONGEST_TEXT, message=TOO_LONG)]
    )
    team = TextAreaField(
        _l("Who worked together"),
        description=_l("Kinds of bodies and how many residents, no names."),
        filters=[plain],
        render_kw={"rows": 2},
        validators=[Length(max=LONGEST_TEXT, message=TOO_LONG)],
    )
    form = SelectField(
        _l("Form of collaboration"),
        choices=members_of(CollaborationForm, without=_l("None was chosen")),
        validators=[AnyOf(["", *CollaborationForm], _l("Choose one of the forms."))],
        validate_choice=False,
    )
    cost = TextAreaField(
        _l("What it cost, and who bore it"), filters=[plain], validators=[Length(max=LONGEST_TEXT, message=TOO_LONG)]
    )
    helped = TextAreaField(
        _l("What helped"),
        description=_l("Taken from what the parties wrote. Please take out what points to a single person."),
        filters=[plain],
        validators=[Length(max=LONGEST_TEXT, message=TOO_LONG)],
    )
    result = TextAreaField(
        _l("What came of it"),
        filters=[plain],
        validators=[InputRequired(_l("Say what came of it.")), Length(max=LONGEST_TEXT, message=TOO_LONG)],
    )
    seen_at = HiddenField()

    @classmethod
    def of(cls, case: CaseStudy | None, known: Report) -> "CaseForm":
        """Return the form with what was written; what nobody has written yet is proposed from what is known."""
        form = cls()
        if not form.is_submitted():
            for name in ("title", "problem", "team", "cost", "helped", "result"):
                written = "" if case is None else getattr(case, name)
                is_draft = case is None or case.written_by_id is None
                form[name].data = written or (getattr(known, name) if is_draft else "")
            chosen = known.form if case is None else case.form
            form.form.data = "" if chosen is None else chosen.value
            form.seen_at.data = "" if case is None else case.written_at.isoformat()
        return form

    @property
    def report(self) -> Report:
        """Return what was written."""
        return Report(
            title=self.title.data or "",
            problem=self.problem.data or "",
            team=self.team.data or "",
            form=CollaborationForm(self.form.data) if self.form.data else None,
            cost=self.cost.data or "",
            helped=self.helped.data or "",
            result=self.result.data or "",
        )

    @property
    def opened_on(self) -> datetime | None:
        """Return when that was written on which the form was opened; what is no moment matches none."""
        try:
            return datetime.fromisoformat(self.seen_at.data or "")
        except ValueError:
            return None


class CaseFilter(Form):
    """What the list of cases is narrowed down by."""

    q = StringField(_l("Words to look for"), filters=[one_line], render_kw={"type": "search"})
    field = SelectField(_l("Field of activity"), validate_choice=False)
    form = SelectField(_l("Form of collaboration"), validate_choice=False)

    def offer_choices(self, fields: Sequence[ActivityField], language: str) -> None:
        """Let the selects offer the fields under which there is a case, and the forms."""
        self.field.choices = options([("", _l("Every field")), *((one.code, one.name(language)) for one in fields)])
        forms = [(form.value, text) for form, text in LABELS[CollaborationForm].items()]
        self.form.choices = options([("", _l("Every form")), *forms])

    @property
    def narrowing(self) -> Narrowing:
        """Return what was chosen."""
        return Narrowing(
            words=(self.q.data or "")[:LONGEST_QUERY], field=self.field.data or "", form=self.form.data or ""
        )


def begun_from(case: CaseStudy, language: str) -> Typed:
    """Return the answers with which a need begins that takes the team of a case as its template."""
    need = case.partnership.need
    typed: Typed = {
        "title": [need.title],
        "body": [""],
        "fields": [field.code for field in need.fields],
    }
    for number, slot in enumerate(need.slots):
        row = {
            "kind": slot.kind.value,
            "what": slot.what,
            "quantity": str(slot.quantity),
            "unit": slot.unit,
            "skill": "" if slot.skill is None else slot.skill.name(language),
            "hours_per_month": "" if slot.hours_per_month is None else f"{slot.hours_per_month:g}",
        }
        typed |= {f"slots-{number}-{name}": [value] for name, value in row.items()}
    return typed
