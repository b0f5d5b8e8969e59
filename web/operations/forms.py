"""What the record can be asked for."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import Form, SelectField, StringField
from wtforms.validators import UUID as IS_UUID
from wtforms.validators import Optional

SUBJECTS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "accounts": _l("Accounts"),
        "activities": _l("Activities"),
        "activity_fields": _l("Fields of activity"),
        "acts_on_behalf": _l("Entries on behalf"),
        "age_groups": _l("Age groups"),
        "agreement_versions": _l("Versions of agreements"),
        "api_tokens": _l("Keys to the interface"),
        "appointments": _l("Appointments"),
        "area_neighbours": _l("Neighbouring areas"),
        "area_plans": _l("Area plans"),
        "areas": _l("Areas"),
        "attendances": _l("Attendances"),
        "case_studies": _l("Cases"),
        "change_requests": _l("Requests to change or leave"),
        "charges": _l("Who is in charge"),
        "commitments": _l("Promises"),
        "consents": _l("Consents"),
        "consultations": _l("Consultations"),
        "continuations": _l("Continuations"),
        "council_seats": _l("Council seats"),
        "course_completions": _l("Courses completed"),
        "courses": _l("Courses"),
        "date_answers": _l("Answers to dates"),
        "decisions": _l("Decisions of meetings"),
        "duplicate_verdicts": _l("Records kept apart"),
        "end_decisions": _l("Decisions how to end"),
        "endorsements": _l("Endorsements"),
        "enquiries": _l("Enquiries"),
        "evaluations": _l("Evaluations"),
        "form_choices": _l("Forms of collaboration"),
        "goal_needs": _l("Needs of goals"),
        "goal_progress": _l("Progress of goals"),
        "goal_roles": _l("Roles in goals"),
        "goals": _l("Goals"),
        "hand_overs": _l("Handings over"),
        "indicator_choices": _l("Choices of indicators"),
        "indicator_packs": _l("Packs of indicators"),
        "indicator_values": _l("Imported values of indicators"),
        "indicators": _l("Indicators"),
        "intake_papers": _l("Papers handed in"),
        "intermediaries": _l("Directory of intermediaries"),
        "invitations": _l("Invitations"),
        "joint_wishes": _l("Wishes to do it together"),
        "ledger_entries": _l("Entries of the ledger"),
        "ledger_lines": _l("Lines of the ledger"),
        "matching_runs": _l("Runs of the engine"),
        "matching_tables": _l("Matching tables"),
        "meeting_dates": _l("Proposed dates"),
        "memberships": _l("Memberships"),
        "mergers": _l("Records merged"),
        "milestones": _l("Milestones"),
        "needs": _l("Needs"),
        "network_members": _l("Members of networks"),
        "networks": _l("Networks"),
        "offer_items": _l("Items of offers"),
        "offers": _l("Offers"),
        "outbox_mails": _l("Mails"),
        "outside_views": _l("Views from outside"),
        "participants": _l("Participants"),
        "parties": _l("Parties"),
        "partnerships": _l("Partnerships"),
        "party_terms": _l("Parts in agreements"),
        "passkeys": _l("Passkeys"),
        "petitions": _l("Requests to the administration"),
        "platforms": _l("Platforms of areas"),
        "principle_choices": _l("Choices of principles"),
        "principle_sets": _l("Sets of principles"),
        "principles": _l("Principles"),
        "provenances": _l("Where needs came from"),
        "referrals": _l("Referrals"),
        "reveals": _l("Disclosures of contact details"),
        "review_reasons": _l("Coded reasons"),
        "role_holdings": _l("Offices held"),
        "roundtables": _l("Roundtables and meetings"),
        "routing_rules": _l("Rules of routing"),
        "scans": _l("Scans"),
        "season_professionals": _l("Professionals of seasons"),
        "season_projects": _l("Projects of seasons"),
        "seasons": _l("Pro-bono seasons"),
        "sign_ins": _l("Sign-ins"),
        "signatures": _l("Signatures"),
        "skill_aliases": _l("Other names of skills"),
        "skill_mergers": _l("Skills merged"),
        "skills": _l("Skills"),
        "slots": _l("Slots of needs"),
        "role_invitations": _l("Invitations to small roles"),
        "stage_changes": _l("Changes of stage"),
        "suggestion_approvals": _l("Approvals"),
        "suggestion_edits": _l("Edits of suggestions"),
        "suggestions": _l("Suggestions"),
        "survey_answers": _l("Answers of participants"),
        "visit_plans": _l("Plans of visits"),
        "visits": _l("Visits"),
        "weight_sets": _l("Weights of the engine"),
        "worked_hours": _l("Hours worked"),
    }
)


class RecordFilter(Form):
    """Narrow the record to one kind of row, or to one row."""

    table = SelectField(
        _l("What was changed"),
        choices=lambda: [("", _l("Everything")), *SUBJECTS.items()],
        validators=[Optional()],
    )
    subject = StringField(
        _l("Number of the row"),
        description=_l("The long number that stands in the address of its page."),
        filters=[lambda text: (text or "").strip()],
        validators=[Optional(), IS_UUID(_l("This is not such a number."))],
    )

    @property
    def subject_id(self) -> UUID | None:
        """Return the number that was asked for, if one was."""
        return UUID(self.subject.data) if self.subject.data else None
