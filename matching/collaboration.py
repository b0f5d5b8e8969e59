"""Which form of collaboration fits: eight answers in, six forms out, with what speaks for and against each.

The forms are those that Ichinoseki's third plan for collaboration names in measure 16, 事業形態の活用: 共催, 後援,
実行委員会, 委託, 補助, 協定. It asks for the one from which most can be expected of doing it together. What is typical
of a form is taken from the practice of Japanese municipalities, and stands below as a table that anybody can read and
dispute.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isnan, nan
from types import MappingProxyType
from typing import Final, TypeAlias

CONFIDENCE_FLOOR: Final = 0.5
"""Below this share of known weight no number is shown."""

CLOSE: Final = 0.05
"""Forms whose scores lie no farther apart than this are as good as each other."""

SPEAKS_FOR: Final = 0.7
SPEAKS_AGAINST: Final = 0.3

FORMS: Final = ("co_hosting", "patronage", "executive_committee", "commission", "subsidy", "accord")
"""The forms in the order in which the plan names them, which also settles a tie."""

WEIGHTS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "responsible": 0.22,
        "money": 0.20,
        "decides": 0.14,
        "duration": 0.12,
        "books": 0.10,
        "loss": 0.10,
        "results": 0.07,
        "insurance": 0.05,
    }
)
"""The questions, the weightiest first, and how much each counts; together 1."""

Points: TypeAlias = tuple[float, float, float, float, float, float]

_TELLS_NOTHING: Final[Points] = (nan, nan, nan, nan, nan, nan)

TABLE: Final[Mapping[str, Mapping[str, Points]]] = MappingProxyType(
    {
        # How well each answer goes with each form:
        # co-hosting, patronage, executive committee, commission, subsidy, accord.
        "responsible": MappingProxyType(
            {
                "office": (0.0, 0.0, 0.0, 1.0, 0.0, 0.4),
                "group": (0.0, 0.9, 0.0, 0.0, 1.0, 0.5),
                "both": (1.0, 0.0, 0.5, 0.1, 0.2, 0.7),
                "own_body": (0.4, 0.2, 1.0, 0.1, 0.3, 0.2),
            }
        ),
        "money": MappingProxyType(
            {
                "fee": (0.1, 0.0, 0.1, 1.0, 0.2, 0.2),
                "grant": (0.3, 0.0, 0.4, 0.1, 1.0, 0.3),
                "shared": (1.0, 0.0, 0.9, 0.0, 0.2, 0.4),
                "none": (0.4, 1.0, 0.2, 0.0, 0.0, 0.9),
            }
        ),
        "decides": MappingProxyType(
            {
                "office": (0.1, 0.0, 0.1, 1.0, 0.1, 0.2),
                "group": (0.1, 1.0, 0.1, 0.2, 1.0, 0.3),
                "together": (1.0, 0.1, 0.6, 0.3, 0.2, 0.9),
                "committee": (0.4, 0.1, 1.0, 0.1, 0.2, 0.3),
            }
        ),
        "duration": MappingProxyType(
            {
                "once": (0.8, 1.0, 0.6, 0.6, 0.6, 0.0),
                "months": (0.6, 0.4, 0.6, 0.9, 0.9, 0.2),
                "years": (0.3, 0.1, 0.4, 0.4, 0.4, 1.0),
                "every_year": (0.7, 0.7, 1.0, 0.7, 0.8, 0.5),
            }
        ),
        "books": MappingProxyType(
            {
                "office": (0.4, 0.0, 0.1, 0.8, 0.0, 0.3),
                "group": (0.2, 0.9, 0.1, 0.4, 1.0, 0.4),
                "own_body": (0.4, 0.1, 1.0, 0.1, 0.3, 0.2),
                "each": (1.0, 0.3, 0.1, 0.4, 0.2, 0.9),
            }
        ),
        "loss": MappingProxyType(
            {
                "office": (0.2, 0.0, 0.1, 1.0, 0.1, 0.2),
                "group": (0.1, 1.0, 0.1, 0.3, 0.9, 0.3),
                "own_body": (0.3, 0.1, 1.0, 0.0, 0.2, 0.1),
                "each": (1.0, 0.2, 0.5, 0.1, 0.2, 0.8),
            }
        ),
        "results": MappingProxyType(
            {
                "office": (0.2, 0.0, 0.1, 1.0, 0.0, 0.3),
                "group": (0.3, 0.9, 0.2, 0.2, 1.0, 0.5),
                "together": (1.0, 0.1, 0.9, 0.2, 0.2, 0.8),
                "nothing": _TELLS_NOTHING,
            }
        ),
        "insurance": MappingProxyType(
            {
                "office": (0.6, 0.0, 0.2, 0.7, 0.1, 0.3),
                "group": (0.3, 0.9, 0.1, 0.6, 1.0, 0.4),
                "own_body": (0.3, 0.1, 1.0, 0.1, 0.3, 0.2),
                "each": (0.9, 0.3, 0.3, 0.3, 0.2, 0.9),
            }
        ),
    }
)
"""Points in [0, 1] of every answer to every question, in the order of `FORMS`; NaN where an answer tells nothing.

An answer tells of every form or of none, so that all forms are judged by the same share of the weight.
"""

RULED_OUT: Final[Mapping[str, Mapping[tuple[str, str], str]]] = MappingProxyType(
    {
        # Where both are hosts, neither is responsible alone.
        "co_hosting": MappingProxyType(
            {
                ("responsible", "office"): "hosts_are_responsible_together",
                ("responsible", "group"): "hosts_are_responsible_together",
            }
        ),
        # A patron lends its name and nothing else; whoever organises carries it all.
        "patronage": MappingProxyType(
            {
                ("responsible", "office"): "patron_organises_nothing",
                ("responsible", "both"): "patron_organises_nothing",
                ("money", "fee"): "patron_gives_no_money",
                ("money", "grant"): "patron_gives_no_money",
                ("money", "shared"): "patron_gives_no_money",
                ("decides", "office"): "patron_decides_nothing",
                ("loss", "office"): "patron_carries_no_loss",
            }
        ),
        # A committee of several parties answers for itself.
        "executive_committee": MappingProxyType(
            {
                ("responsible", "office"): "committee_answers_for_itself",
                ("responsible", "group"): "committee_answers_for_itself",
            }
        ),
        # What is commissioned is the office's own work, and it pays for it.
        "commission": MappingProxyType(
            {
                ("responsible", "group"): "commission_is_work_of_the_office",
                ("money", "none"): "commission_is_paid",
                ("money", "shared"): "commission_is_paid",
            }
        ),
        # What is subsidised is the work of others, and a subsidy is money.
        "subsidy": MappingProxyType(
            {
                ("responsible", "office"): "subsidy_is_for_work_of_others",
                ("money", "none"): "subsidy_is_money",
            }
        ),
        # What is to last can always be set down: something is left whatever was answered.
        "accord": MappingProxyType({}),
    }
)
"""The answers with which a form cannot be, and why, as a code for which `web` holds a sentence."""

_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Ground:
    """One answer as it speaks for or against a form.

    Parameters
    ----------
    question : str
        A key of `WEIGHTS`.
    answer : str
        A key of the question's row in `TABLE`.

    """

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class RankedForm:
    """One form that can be, and how well it fits.

    Parameters
    ----------
    form : str
        One of `FORMS`.
    score : float or None
        The number to show in [0, 1], None where too little is known.
    raw : float or None
        The same number however little is known, None where nothing is; to order by, never to show.
    parts : Mapping[str, float]
        What each answer adds to `raw`, by its question; they add up to it.
    speaks_for : tuple[Ground, ...]
        The answers that go well with the form, the weightiest first.
    speaks_against : tuple[Ground, ...]
        The answers that go badly with it, the weightiest first.

    """

    form: str
    score: float | None
    raw: float | None
    parts: Mapping[str, float]
    speaks_for: tuple[Ground, ...]
    speaks_against: tuple[Ground, ...]


@dataclass(frozen=True, slots=True)
class RuledOut:
    """One form that cannot be with these answers.

    Parameters
    ----------
    form : str
        One of `FORMS`.
    reasons : tuple[tuple[str, Ground], ...]
        A code of `RULED_OUT`, and the answer that it comes from, the weightiest first.

    """

    form: str
    reasons: tuple[tuple[str, Ground], ...]


@dataclass(frozen=True, slots=True)
class FormRanking:
    """The forms in the order in which they fit.

    Parameters
    ----------
    forms : tuple[RankedForm, ...]
        The forms that can be, the best first; never empty.
    ruled_out : tuple[RuledOut, ...]
        The others, in the order of `FORMS`.
    confidence : float
        The share of the weight of what was answered, in [0, 1]; the same for all forms.
    unanswered : tuple[str, ...]
        The questions that are not settled yet, the weightiest first.

    """

    forms: tuple[RankedForm, ...]
    ruled_out: tuple[RuledOut, ...]
    confidence: float
    unanswered: tuple[str, ...]

    @property
    def is_close(self) -> bool:
        """Tell whether the first two fit about equally well, so that either will do."""
        first, second = (self.forms[0].raw, self.forms[1].raw) if len(self.forms) > 1 else (None, None)
        return first is not None and second is not None and first - second <= CLOSE


def rank_forms(answers: Mapping[str, str]) -> FormRanking:
    """Rank the forms of collaboration by what is settled.

    Parameters
    ----------
    answers : Mapping[str, str]
        The answer to each question that is settled, by the keys of `TABLE`; what is not settled is left out.

    Returns
    -------
    FormRanking
        Every form, either in its order or with the reason why it cannot be.

    Raises
    ------
    ValueError
        When a question or an answer is none of the table's.

    Notes
    -----
    The score is Σ known w·p / Σ known w, as that of a pair (`matching.scoring`): what is not settled is neither for nor
    against a form, it lowers the confidence. Equal scores keep the order of `FORMS`.

    """
    for question, answer in answers.items():
        if answer not in TABLE.get(question, {}):
            message = f"{question!r} has no answer {answer!r}"
            raise ValueError(message)
    grounds = [Ground(question, answers[question]) for question in WEIGHTS if question in answers]
    telling = [ground for ground in grounds if not isnan(_points(ground, FORMS[0]))]
    confidence = min(round(sum(WEIGHTS[ground.question] for ground in telling), _DIGITS), 1.0)
    ruled_out = [RuledOut(form, reasons) for form in FORMS if (reasons := tuple(_against_being(form, grounds)))]
    gone = {one.form for one in ruled_out}
    forms = [_ranked(form, telling, confidence) for form in FORMS if form not in gone]
    return FormRanking(
        forms=tuple(sorted(forms, key=_order)),
        ruled_out=tuple(ruled_out),
        confidence=confidence,
        unanswered=tuple(question for question in WEIGHTS if question not in answers),
    )


def _ranked(form: str, telling: list[Ground], confidence: float) -> RankedForm:
    parts = {one.question: WEIGHTS[one.question] * _points(one, form) / confidence for one in telling}
    raw = min(sum(parts.values()), 1.0) if telling else None
    return RankedForm(
        form=form,
        score=raw if confidence >= CONFIDENCE_FLOOR else None,
        raw=raw,
        parts=parts,
        speaks_for=tuple(one for one in telling if _points(one, form) >= SPEAKS_FOR),
        speaks_against=tuple(one for one in telling if _points(one, form) <= SPEAKS_AGAINST),
    )


def _order(one: RankedForm) -> tuple[float, int]:
    return -round(one.raw or 0.0, _DIGITS), FORMS.index(one.form)


def _against_being(form: str, grounds: list[Ground]) -> Iterator[tuple[str, Ground]]:
    """Yield every reason why a form cannot be, each once."""
    told = set()
    for ground in grounds:
        code = RULED_OUT[form].get((ground.question, ground.answer))
        if code is not None and code not in told:
            told.add(code)
            yield code, ground


def _points(ground: Ground, form: str) -> float:
    return TABLE[ground.question][ground.answer][FORMS.index(form)]
