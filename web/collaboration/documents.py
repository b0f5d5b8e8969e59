"""What the forms of collaboration are, and the ranking of them, in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isnan
from types import MappingProxyType
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from matching.collaboration import FORMS, TABLE, FormRanking, Ground
from models import CollaborationForm
from web.labels import label
from web.suggestions.documents import confidence_in_words, fit_in_words

ABOUT: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "co_hosting": _l("The parties are hosts together. They answer for it together, and each bears its own part."),
        "patronage": _l("The group does everything by itself. The office lends its name, and gives no money."),
        "executive_committee": _l(
            "The parties form a committee for this work. It has its own rules, its own purse and its own books."
        ),
        "commission": _l("The office has its own task done by the group under a contract, and pays for all of it."),
        "subsidy": _l("The group does its own work. The office adds a part of the cost, and the group reports on it."),
        "accord": _l(
            "The parties set down who does what over the years. Money, if there is any, is agreed on apart from it."
        ),
    }
)
CANNOT_BE: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "hosts_are_responsible_together": _l("Hosts are responsible together, not one of them alone."),
        "patron_organises_nothing": _l("A patron organises nothing itself."),
        "patron_gives_no_money": _l("A patron gives its name and no money."),
        "patron_decides_nothing": _l("A patron does not decide how it is done."),
        "patron_carries_no_loss": _l("A patron carries no loss."),
        "committee_answers_for_itself": _l("A committee answers for its work itself, not one of its parties alone."),
        "commission_is_work_of_the_office": _l("What is commissioned is a task of the office."),
        "commission_is_paid": _l("A commission is paid by the office alone."),
        "subsidy_is_for_work_of_others": _l("The office cannot subsidise a task of its own."),
        "subsidy_is_money": _l("A subsidy is money from the office."),
    }
)


@dataclass(frozen=True, slots=True)
class ShownReason:
    """One sentence about a form, and whether it speaks for or against it."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class ShownForm:
    """One form with how well it fits, or why it cannot be."""

    name: str
    about: str
    score: float | None
    fit: str
    reasons: tuple[ShownReason, ...]


@dataclass(frozen=True, slots=True)
class ShownRanking:
    """The ranking as the page shows it, with the table that it was reckoned from."""

    forms: tuple[ShownForm, ...]
    ruled_out: tuple[ShownForm, ...]
    confidence: str
    is_shown_in_figures: bool
    is_close: bool
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def shown(ranking: FormRanking, answers: Mapping[str, str], in_words: Callable[[Ground], str]) -> ShownRanking:
    """Return the ranking in words."""
    return ShownRanking(
        forms=tuple(
            _form(
                one.form,
                one.score,
                [
                    *(ShownReason(in_words(ground), "for") for ground in one.speaks_for),
                    *(ShownReason(in_words(ground), "against") for ground in one.speaks_against),
                ],
            )
            for one in ranking.forms
        ),
        ruled_out=tuple(
            _form(
                one.form,
                None,
                [ShownReason(_why_not(code, in_words(ground)), "against") for code, ground in one.reasons],
            )
            for one in ranking.ruled_out
        ),
        confidence=confidence_in_words(ranking.confidence),
        is_shown_in_figures=ranking.forms[0].score is not None,
        is_close=ranking.is_close,
        head=(str(_l("What is settled")), *(label(CollaborationForm(form)) for form in FORMS)),
        rows=tuple(
            (in_words(Ground(question, answer)), *(_figure(points) for points in TABLE[question][answer]))
            for question, answer in answers.items()
        ),
    )


def _form(form: str, score: float | None, reasons: list[ShownReason]) -> ShownForm:
    return ShownForm(
        name=label(CollaborationForm(form)),
        about=str(ABOUT[form]),
        score=score,
        fit=fit_in_words(score),
        reasons=tuple(reasons),
    )


def _why_not(code: str, answer: str) -> str:
    return str(_l("“%(answer)s”: %(why)s", answer=answer, why=CANNOT_BE[code]))


def _figure(points: float) -> str:
    return "–" if isnan(points) else f"{points:.1f}"
