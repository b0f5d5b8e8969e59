"""The forms on paper: what each is called, what it is for, and which page its code leads to."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from flask_babel import lazy_gettext as _l


class PaperKind(StrEnum):
    """Which form is printed."""

    RESIDENT = "resident"
    NEED = "need"
    OFFER = "offer"
    ANSWER = "answer"
    VISIT = "visit"


@dataclass(frozen=True, slots=True)
class PaperForm:
    """A form on one sheet of A4."""

    title: Any
    lead: Any
    door: str


PAPER_FORMS: Final[Mapping[PaperKind, PaperForm]] = MappingProxyType(
    {
        PaperKind.RESIDENT: PaperForm(
            _l("Registration in the staff bank"),
            _l("What you can do, when, and what we may ask you about."),
            "abilities.start",
        ),
        PaperKind.NEED: PaperForm(
            _l("What we are in need of"),
            _l("For groups and residents who look for help."),
            "listings.begin_need",
        ),
        PaperKind.OFFER: PaperForm(
            _l("What we can give"),
            _l("For groups, companies and schools that can lend or give something."),
            "listings.new_offer",
        ),
        PaperKind.ANSWER: PaperForm(
            _l("Answer to an enquiry"),
            _l("Yes or no, when a coordinator has asked you."),
            "partnerships.index",
        ),
        PaperKind.VISIT: PaperForm(
            _l("Question or visit"),
            _l("What you would like to talk about, or what was talked about on a visit."),
            "searches.ask",
        ),
    }
)
