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
        "activity_fields": _l("Fields of activity"),
        "agreement_versions": _l("Versions of agreements"),
        "api_tokens": _l("Keys to the interface"),
        "appointments": _l("Appointments"),
        "area_neighbours": _l("Neighbouring areas"),
        "areas": _l("Areas"),
        "case_studies": _l("Cases"),
        "change_requests": _l("Requests to change or leave"),
        "commitments": _l("Promises"),
        "consents": _l("Consents"),
        "continuations": _l("Continuations"),
        "date_answers": _l("Answers to dates"),
        "duplicate_verdicts": _l("Records kept apart"),
        "end_decisions": _l("Decisions how to end"),
        "endorsements": _l("Endorsements"),
        "enquiries": _l("Enquiries"),
        "evaluations": _l("Evaluations"),
        "form_choices": _l("Forms of collaboration"),
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
        "offer_items": _l("Items of offers"),
        "offers": _l("Offers"),
        "outbox_mails": _l("Mails"),
        "outside_views": _l("Views from outside"),
        "participants": _l("Participants"),
        "parties": _l("Parties"),
        "partnerships": _l("Partnerships"),
        "party_terms": _l("Parts in agreements"),
        "passkeys": _l("Passkeys"),
        "principle_choices": _l("Choices of principles"),
        "principle_sets": _l("Sets of principles"),
        "principles": _l("Principles"),
        "reveals": _l("Disclosures of contact details"),
        "review_reasons": _l("Coded reasons"),
        "scans": _l("Scans"),
        "sign_ins": _l("Sign-ins"),
        "signatures": _l("Signatures"),
        "skill_aliases": _l("Other names of skills"),
        "skill_mergers": _l("Skills merged"),
        "skills": _l("Skills"),
        "slots": _l("Slots of needs"),
        "stage_changes": _l("Changes of stage"),
        "suggestion_approvals": _l("Approvals"),
        "suggestion_edits": _l("Edits of suggestions"),
        "suggestions": _l("Suggestions"),
        "survey_answers": _l("Answers of participants"),
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
