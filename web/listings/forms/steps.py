"""A need asked for by one question a page: which questions, what each keeps, and when each is answered.

What was typed is kept as it was typed, under the names of the fields of the long form, so that the
long form goes on where the questions were left, and the other way round.
"""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, Final

from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from models import Account, ResourceKind
from models.listings import MOST_SLOTS
from seeds.ready_made import ReadyMadeNeed
from web.drafts.forms import Typed, as_sent
from web.i18n import locale
from web.listings import queries
from web.listings.forms.listings import Choices
from web.listings.forms.needs import NeedForm
from web.listings.forms.pieces import PieceForm, SlotForm
from web.listings.services.needs import NeedDraft
from web.registered.queries import Register

MANY_HOURS: Final = 8


class Step(StrEnum):
    """One question."""

    WHAT = "what"
    THINGS = "things"
    WHEN = "when"
    WHO = "who"
    WHERE = "where"
    NOTICE = "notice"
    CHECK = "check"


ASKED: Final[Mapping[Step, tuple[str, ...]]] = {
    Step.WHAT: ("title", "body", "fields"),
    Step.THINGS: ("slots",),
    Step.WHEN: ("starts_on", "ends_on", "windows"),
    Step.WHO: ("participant",),
    Step.WHERE: ("area", "online"),
    Step.NOTICE: ("notice_contact", "notice_phone"),
    Step.CHECK: (),
}


class StepForm(NeedForm):
    """The form of a need of which each page shows one question."""

    class Meta:
        """The token against foreign forms is checked for every request, not by this form."""

        csrf = False

    @classmethod
    def of(cls, session: Session, account: Account | None, typed: Typed) -> "StepForm":
        """Return the form with what was typed so far."""
        found = _nothing_to_choose(session) if account is None else Choices.to_post(session, account, asked_for="")
        return cls(found, formdata=as_sent(typed))

    @property
    def steps(self) -> list[Step]:
        """Return the questions that this account is asked: none that has but one answer."""
        left_out = set()
        if len(self.found.participants.listed) < 2:  # noqa: PLR2004  # one alone is no choice
            left_out.add(Step.WHO)
        if not self.found.areas:
            left_out.add(Step.WHERE)
        return [step for step in Step if step not in left_out]

    def answers_to(self, step: Step) -> bool:
        """Tell whether the answer to one question can be taken; what is wrong with the others is not said now."""
        self.validate()
        for field in self:
            if field.short_name not in ASKED[step]:
                _forget_errors(field)
        return not any(self[name].errors for name in ASKED[step])

    @property
    def first_unanswered(self) -> Step | None:
        """Return the first question whose answer is missing or wrong."""
        return next((step for step in self.steps if any(self[name].errors for name in ASKED[step])), None)

    def takes_many_hours(self, row: SlotForm) -> bool:
        """Tell whether a role asks more of one person than most can give."""
        hours = row.hours_per_month.data
        return row.kind.data == ResourceKind.PEOPLE and hours is not None and hours > MANY_HOURS

    @property
    def has_room(self) -> bool:
        """Tell whether one more row is free."""
        return any(row.is_empty for row in self.rows)

    def need(self) -> NeedDraft:
        """Return what was typed, ready to be posted; what has a last day is shown until then."""
        draft = self.draft()
        return replace(draft, expires_on=draft.expires_on or draft.ends_on)


def answered(typed: Typed, step: Step, sent: "MultiDict[str, str]") -> Typed:
    """Return what was typed so far with the answer to one question in the place of the earlier one."""
    kept = {name: values for name, values in typed.items() if not _belongs_to(step, name)}
    return kept | {name: values for name, values in sent.lists() if _belongs_to(step, name)}


def begun_with(kind: ReadyMadeNeed, known: queries.Vocabulary) -> Typed:
    """Return the answers that a ready-made kind begins with."""
    language = locale()
    names = {skill.code: skill.name(language) for skill in known.skills}
    fields = {field.code for field in known.fields}
    typed = {
        "title": [kind.title.to(language)],
        "body": [kind.body.to(language)],
        "fields": [code for code in kind.fields if code in fields],
        "windows": [window.value for window in kind.windows],
    }
    for number, slot in enumerate(kind.slots):
        row = {
            "kind": slot.kind.value,
            "what": slot.what.to(language),
            "quantity": str(slot.quantity),
            "unit": slot.unit.to(language),
            "skill": names.get(slot.skill, ""),
            "hours_per_month": "" if slot.hours_per_month is None else f"{slot.hours_per_month:g}",
        }
        typed |= {f"slots-{number}-{name}": [value] for name, value in row.items()}
    return typed


def split(form: StepForm, typed: Typed, row_number: str) -> Typed:
    """Return the answers with one role made two of half the hours; nothing changes where no row is free."""
    number = next((position for position in range(MOST_SLOTS) if str(position) == row_number), None)
    free = next((position for position, row in enumerate(form.rows) if row.is_empty), None)
    if free is None or number is None or not form.takes_many_hours(form.rows[number]):
        return typed
    row: Any = form.rows[number]
    half = f"{row.hours_per_month.data / 2:g}"
    halves = {
        number: _("%(what)s (first half)", what=row.what.data),
        free: _("%(what)s (second half)", what=row.what.data),
    }
    divided = dict(typed)
    for position, what in halves.items():
        for name in ("kind", "quantity", "unit", "skill"):
            divided[f"slots-{position}-{name}"] = typed.get(f"slots-{number}-{name}", [""])
        divided |= {f"slots-{position}-what": [what], f"slots-{position}-hours_per_month": [half]}
    return divided


def _belongs_to(step: Step, name: str) -> bool:
    return name.partition("-")[0] in ASKED[step]


def _nothing_to_choose(session: Session) -> Choices:
    return Choices(Register(), [], queries.vocabulary(session, with_skills=True))


def _forget_errors(field: Any) -> None:
    if field.short_name == "slots":
        for entry in field:
            row: PieceForm = entry.form
            for cell in row:
                cell.errors = []
    field.errors = []
