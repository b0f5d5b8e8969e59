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
        "api_tokens": _l("Keys to the interface"),
        "appointments": _l("Appointments"),
        "area_neighbours": _l("Neighbouring areas"),
        "areas": _l("Areas"),
        "commitments": _l("Promises"),
        "consents": _l("Consents"),
        "duplicate_verdicts": _l("Records kept apart"),
        "enquiries": _l("Enquiries"),
        "joint_wishes": _l("Wishes to do it together"),
        "invitations": _l("Invitations"),
        "matching_runs": _l("Runs of the engine"),
        "memberships": _l("Memberships"),
        "mergers": _l("Records merged"),
        "needs": _l("Needs"),
        "offer_items": _l("Items of offers"),
        "offers": _l("Offers"),
        "outbox_mails": _l("Mails"),
        "participants": _l("Participants"),
        "parties": _l("Parties"),
        "partnerships": _l("Partnerships"),
        "passkeys": _l("Passkeys"),
        "reveals": _l("Disclosures of contact details"),
        "review_reasons": _l("Coded reasons"),
        "sign_ins": _l("Sign-ins"),
        "skill_aliases": _l("Other names of skills"),
        "skill_mergers": _l("Skills merged"),
        "skills": _l("Skills"),
        "slots": _l("Slots of needs"),
        "stage_changes": _l("Changes of stage"),
        "suggestion_approvals": _l("Approvals"),
        "suggestion_edits": _l("Edits of suggestions"),
        "suggestions": _l("Suggestions"),
        "weight_sets": _l("Weights of the engine"),
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
