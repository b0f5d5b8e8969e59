"""What exists and which rules hold."""

from models.accounts import (
    Account,
    ApiToken,
    Appointment,
    Membership,
    Office,
    Passkey,
    PasskeyChallenge,
    Role,
    SignIn,
    SignInAttempt,
)
from models.agreements import AgreementVersion, PartyTerms, Scan, Signature
from models.area_plans import AreaPlan, Goal, GoalNeed, GoalProgress, GoalRole
from models.areas import Area, AreaLevel, AreaNeighbour, lies_under
from models.audit import AuditAction, AuditContext, AuditedSession, AuditEntry, AuditHead
from models.base import Base, utc_now
from models.carrying import (
    ChangeRequest,
    LedgerEntry,
    LedgerLine,
    LedgerMove,
    Milestone,
    RequestKind,
    WorkedHours,
)
from models.charges import Appointed, Charge, ChargeCause, HandOver, RoutingRule, keeper_for
from models.collaboration import CollaborationForm, DateAnswer, FormChoice, MatchingTable, MeetingDate
from models.consultations import Consultation, ConsultationWay, HelpAsked
from models.drafts import Draft, DraftKind
from models.duplicates import DuplicateVerdict, Merger
from models.endings import CaseStudy, Continuation, EndDecision
from models.endorsements import Endorsement, EndorsementKind
from models.evaluations import Again, Evaluation, GoalReached, Merit, OutsideView, SurveyAnswer
from models.indicators import Activity, Indicator, IndicatorChoice, IndicatorPack, IndicatorSource, IndicatorValue
from models.invitations import Invitation
from models.jobs import Job, JobKind, JobState
from models.lifecycle import Ending, Stage
from models.listings import Need, NeedOrigin, NeedStatus, Offer, OfferItem, OfferStatus, Slot
from models.networks import Network, NetworkMember
from models.notices import NewsKind, Notice
from models.on_behalf import ActKind, ActOnBehalf, IntakePaper
from models.outbox import OutboxMail
from models.participants import Consent, ConsentChannel, ConsentPurpose, Participant, ParticipantKind
from models.partnerships import Commitment, Enquiry, Partnership, Party, Reply, Reveal, Side, StageChange
from models.permissions import Permission, is_granted
from models.petitions import Petition, PetitionAnswer
from models.platforms import AgeGroup, Pillar, Platform, PlatformKind
from models.principles import Principle, PrincipleChoice, PrincipleGate, PrincipleSet
from models.provenance import Provenance
from models.referrals import Intermediary, IntermediaryKind, Referral, ReferralState
from models.requests import HandledRequest
from models.roundtables import Attendance, Decision, Roundtable, RoundtableKind
from models.searches import SavedSearch
from models.seasons import Season, SeasonProfessional, SeasonProject, SeasonStep
from models.showings import NeedsShown
from models.staff_bank import CouncilSeat, Course, CourseCompletion, RoleHolding, SmallRoleInvitation
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
from models.visits import Support, Visit, VisitPlan
from models.wishes import JointWish

__all__ = [
    "Account",
    "ActKind",
    "ActOnBehalf",
    "Activity",
    "ActivityField",
    "Again",
    "AgeGroup",
    "AgreementVersion",
    "ApiToken",
    "Appointed",
    "Appointment",
    "Area",
    "AreaLevel",
    "AreaNeighbour",
    "AreaPlan",
    "Attendance",
    "AuditAction",
    "AuditContext",
    "AuditEntry",
    "AuditHead",
    "AuditedSession",
    "Base",
    "CaseStudy",
    "ChangeRequest",
    "Charge",
    "ChargeCause",
    "CollaborationForm",
    "Commitment",
    "Condition",
    "Consent",
    "ConsentChannel",
    "ConsentPurpose",
    "Consultation",
    "ConsultationWay",
    "Continuation",
    "CouncilSeat",
    "Course",
    "CourseCompletion",
    "DateAnswer",
    "Decision",
    "Draft",
    "DraftKind",
    "DuplicateVerdict",
    "EditKind",
    "EndDecision",
    "Ending",
    "Endorsement",
    "EndorsementKind",
    "Enquiry",
    "Evaluation",
    "FormChoice",
    "Goal",
    "GoalNeed",
    "GoalProgress",
    "GoalReached",
    "GoalRole",
    "HandOver",
    "HandledRequest",
    "HelpAsked",
    "Indicator",
    "IndicatorChoice",
    "IndicatorPack",
    "IndicatorSource",
    "IndicatorValue",
    "IntakePaper",
    "Intermediary",
    "IntermediaryKind",
    "Invitation",
    "Job",
    "JobKind",
    "JobState",
    "JointWish",
    "LedgerEntry",
    "LedgerLine",
    "LedgerMove",
    "MatchingRun",
    "MatchingTable",
    "MeetingDate",
    "Membership",
    "Merger",
    "Merit",
    "Milestone",
    "Need",
    "NeedOrigin",
    "NeedOutcome",
    "NeedStatus",
    "NeedsShown",
    "Network",
    "NetworkMember",
    "NewsKind",
    "Notice",
    "Offer",
    "OfferItem",
    "OfferStatus",
    "Office",
    "OutboxMail",
    "OutsideView",
    "Participant",
    "ParticipantKind",
    "Partnership",
    "Party",
    "PartyTerms",
    "Passkey",
    "PasskeyChallenge",
    "Permission",
    "Petition",
    "PetitionAnswer",
    "Pillar",
    "Platform",
    "PlatformKind",
    "Principle",
    "PrincipleChoice",
    "PrincipleGate",
    "PrincipleSet",
    "Provenance",
    "Reach",
    "Referral",
    "ReferralState",
    "Reply",
    "RequestKind",
    "ResourceKind",
    "Reveal",
    "ReviewReason",
    "ReviewStep",
    "Role",
    "RoleHolding",
    "Roundtable",
    "RoundtableKind",
    "RoutingRule",
    "RunState",
    "SavedSearch",
    "Scan",
    "Season",
    "SeasonProfessional",
    "SeasonProject",
    "SeasonStep",
    "Side",
    "SignIn",
    "SignInAttempt",
    "Signature",
    "Skill",
    "SkillAlias",
    "SkillMerger",
    "Slot",
    "SmallRole",
    "SmallRoleInvitation",
    "Stage",
    "StageChange",
    "Suggestion",
    "SuggestionApproval",
    "SuggestionEdit",
    "SuggestionPartner",
    "SuggestionShare",
    "Support",
    "SurveyAnswer",
    "Times",
    "Verdict",
    "Visit",
    "VisitPlan",
    "WeightPreview",
    "WeightSet",
    "Window",
    "WorkedHours",
    "is_granted",
    "keeper_for",
    "lies_under",
    "utc_now",
]
