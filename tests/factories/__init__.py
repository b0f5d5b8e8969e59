"""Builders with defaults: a test names only what it cares about."""

from .accounts import make_account, make_appointment, make_membership
from .endorsements import make_endorsement
from .listings import make_item, make_need, make_offer, make_slot
from .participants import make_participant, make_resident
from .partnerships import accept, answer, make_agreement, make_partnership, make_terms
from .places import make_area, make_district, make_municipality
from .seasons import enter_professional, enter_project, make_season
from .suggestions import make_run, make_suggestion
from .taxonomy import make_field, make_reason, make_skill

__all__ = [
    "accept",
    "answer",
    "enter_professional",
    "enter_project",
    "make_account",
    "make_agreement",
    "make_appointment",
    "make_area",
    "make_district",
    "make_endorsement",
    "make_field",
    "make_item",
    "make_membership",
    "make_municipality",
    "make_need",
    "make_offer",
    "make_participant",
    "make_partnership",
    "make_reason",
    "make_resident",
    "make_run",
    "make_season",
    "make_skill",
    "make_slot",
    "make_suggestion",
    "make_terms",
]
