"""Builders with defaults: a test names only what it cares about."""

from .accounts import make_account, make_appointment, make_membership
from .area_plans import make_goal, make_plan, make_role
from .charges import make_charge, make_rule
from .endorsements import make_endorsement
from .indicators import make_activity, make_choice, make_indicator, make_pack
from .listings import make_item, make_need, make_offer, make_slot
from .participants import make_participant, make_resident
from .partnerships import accept, answer, make_agreement, make_partnership, make_terms
from .places import make_area, make_district, make_municipality
from .referrals import make_intermediary, make_network, make_referral
from .seasons import enter_professional, enter_project, make_season
from .staff_bank import make_completion, make_course, make_holding, make_seat
from .suggestions import make_run, make_suggestion
from .taxonomy import make_field, make_reason, make_skill
from .visits import make_consultation, make_visit, make_visit_plan

__all__ = [
    "accept",
    "answer",
    "enter_professional",
    "enter_project",
    "make_account",
    "make_activity",
    "make_agreement",
    "make_appointment",
    "make_area",
    "make_charge",
    "make_choice",
    "make_completion",
    "make_consultation",
    "make_course",
    "make_district",
    "make_endorsement",
    "make_field",
    "make_goal",
    "make_holding",
    "make_indicator",
    "make_intermediary",
    "make_item",
    "make_membership",
    "make_municipality",
    "make_need",
    "make_network",
    "make_offer",
    "make_pack",
    "make_participant",
    "make_partnership",
    "make_plan",
    "make_reason",
    "make_referral",
    "make_resident",
    "make_role",
    "make_rule",
    "make_run",
    "make_season",
    "make_seat",
    "make_skill",
    "make_slot",
    "make_suggestion",
    "make_terms",
    "make_visit",
    "make_visit_plan",
]
