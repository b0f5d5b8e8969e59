"""What exists and which rules hold."""

from models.accounts import (
    Account,
    ApiToken,
    Appointment,
    Membership,
    Passkey,
    PasskeyChallenge,
    Role,
    SignIn,
    SignInAttempt,
)
from models.areas import Area, AreaLevel, AreaNeighbour, lies_under
from models.audit import AuditAction, AuditContext, AuditedSession, AuditEntry, AuditHead
from models.base import Base, utc_now
from models.drafts import Draft, DraftKind
from models.duplicates import DuplicateVerdict, Merger
from models.invitations import Invitation
from models.jobs import Job, JobKind, JobState
from models.lifecycle import Ending, Stage
from models.listings import Need, NeedOrigin, NeedStatus, Offer, OfferItem, OfferStatus, Slot
from models.outbox import OutboxMail
from models.participants import Consent, ConsentChannel, ConsentPurpose, Participant, ParticipantKind
from models.partnerships import Commitment, Enquiry, Partnership, Party, Reply, Reveal, Side, StageChange
from models.permissions import Permission, is_granted
from models.requests import HandledRequest
from models.searches import SavedSearch
from models.showings import NeedsShown
from models.suggestions import (
    EditKind,
    MatchingRun,
    NeedOutcome,
    RunState,
    Suggestion,
    SuggestionApproval,
    SuggestionEdit,
    SuggestionPartner,
    SuggestionShare,
    Verdict,
    WeightPreview,
    WeightSet,
)
from models.taxonomy import (
    ActivityField,
    Condition,
    Reach,
    ResourceKind,
    ReviewReason,
    ReviewStep,
    Skill,
    SkillAlias,
    SkillMerger,
    SmallRole,
    Times,
    Window,
)
from models.wishes import JointWish

__all__ = [
    "Account",
    "ActivityField",
    "ApiToken",
    "Appointment",
    "Area",
    "AreaLevel",
    "AreaNeighbour",
    "AuditAction",
    "AuditContext",
    "AuditEntry",
    "AuditHead",
    "AuditedSession",
    "Base",
    "Commitment",
    "Condition",
    "Consent",
    "ConsentChannel",
    "ConsentPurpose",
    "Draft",
    "DraftKind",
    "DuplicateVerdict",
    "EditKind",
    "Ending",
    "Enquiry",
    "HandledRequest",
    "Invitation",
    "Job",
    "JobKind",
    "JobState",
    "JointWish",
    "MatchingRun",
    "Membership",
    "Merger",
    "Need",
    "NeedOrigin",
    "NeedOutcome",
    "NeedStatus",
    "NeedsShown",
    "Offer",
    "OfferItem",
    "OfferStatus",
    "OutboxMail",
    "Participant",
    "ParticipantKind",
    "Partnership",
    "Party",
    "Passkey",
    "PasskeyChallenge",
    "Permission",
    "Reach",
    "Reply",
    "ResourceKind",
    "Reveal",
    "ReviewReason",
    "ReviewStep",
    "Role",
    "RunState",
    "SavedSearch",
    "Side",
    "SignIn",
    "SignInAttempt",
    "Skill",
    "SkillAlias",
    "SkillMerger",
    "Slot",
    "SmallRole",
    "Stage",
    "StageChange",
    "Suggestion",
    "SuggestionApproval",
    "SuggestionEdit",
    "SuggestionPartner",
    "SuggestionShare",
    "Times",
    "Verdict",
    "WeightPreview",
    "WeightSet",
    "Window",
    "is_granted",
    "lies_under",
    "utc_now",
]
