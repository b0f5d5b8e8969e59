"""Who may do what, as one table: a permission is granted if any of its rules holds."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from models.accounts import Account, ApiToken, Appointment, Membership, Passkey, Role
from models.agreements import Scan
from models.area_plans import AreaPlan
from models.areas import Area
from models.carrying import ChangeRequest
from models.charges import Charge, HandOver
from models.consultations import Consultation
from models.endings import CaseStudy
from models.endorsements import Endorsement
from models.indicators import Activity
from models.invitations import Invitation
from models.jobs import Job
from models.listings import Need, NeedStatus, Offer, OfferStatus
from models.networks import Network, NetworkMember
from models.on_behalf import ActOnBehalf
from models.participants import ConsentChannel, Participant
from models.partnerships import Enquiry, Partnership
from models.petitions import Petition
from models.referrals import Intermediary, Referral
from models.roundtables import Roundtable
from models.searches import SavedSearch
from models.seasons import Season
from models.staff_bank import Course, RoleHolding
from models.suggestions import Suggestion
from models.visits import Visit, VisitPlan
from models.wishes import JointWish

Rule: TypeAlias = Callable[[Account | None, Any], bool]


class Permission(StrEnum):
    """Everything that a door can ask for, as `<subject>:<action>`."""

    PAGE_SEE = "page:see"
    SIGN_IN = "account:sign-in"
    ACCOUNT_OWN = "account:own"
    TOKEN_REVOKE = "account:revoke-token"  # noqa: S105  # the name of a permission
    PASSKEY_REMOVE = "account:remove-passkey"
    SEARCH_EDIT = "search:edit"
    NEED_LIST = "need:list"
    NEED_SEE = "need:see"
    NEED_BEGIN = "need:begin"
    NEED_POST = "need:post"
    NEED_EDIT = "need:edit"
    DRAFT_KEEP = "draft:keep"
    STEP_UNDO = "step:undo"
    OFFER_LIST = "offer:list"
    OFFER_SEE = "offer:see"
    OFFER_POST = "offer:post"
    OFFER_EDIT = "offer:edit"
    PARTICIPANT_SEE = "participant:see"
    PARTICIPANT_EDIT = "participant:edit"
    PARTICIPANT_GIVING = "participant:giving"
    PARTICIPANT_REVEAL = "participant:reveal"
    PARTICIPANT_MERGE = "participant:merge"
    DUPLICATES_SEE = "duplicates:see"
    DESK_SEE = "desk:see"
    SUGGESTION_SEE = "suggestion:see"
    SUGGESTION_REVIEW = "suggestion:review"
    NEED_CANDIDATES = "need:candidates"
    JOINT_WISH_ANSWER = "joint-wish:answer"
    JOB_SEE = "job:see"
    PARTNERSHIP_LIST = "partnership:list"
    PARTNERSHIP_SEE = "partnership:see"
    PARTNERSHIP_PUBLIC_LIST = "partnership:public-list"
    PARTNERSHIP_PUBLIC_SEE = "partnership:public-see"
    PARTNERSHIP_PUBLISH = "partnership:publish"
    ENQUIRY_SEE = "enquiry:see"
    ENQUIRY_ANSWER = "enquiry:answer"
    PARTNERSHIP_CARRY = "partnership:carry"
    PARTNERSHIP_DECIDE = "partnership:decide"
    AGREEMENT_SIGN = "agreement:sign"
    AGREEMENT_SIGN_FOR = "agreement:sign-for"
    SCAN_SEE = "scan:see"
    REQUEST_DECIDE = "request:decide"
    SURVEY_ANSWER = "survey:answer"
    CASE_LIST = "case:list"
    CASE_SEE = "case:see"
    ENDORSEMENT_RECORD = "endorsement:record"
    ENDORSEMENT_REVOKE = "endorsement:revoke"
    ENDORSEMENT_CHECK = "endorsement:check"
    PRINCIPLES_SEE = "principles:see"
    PRINCIPLES_CHOOSE = "principles:choose"
    NEWS_STOP = "news:stop"
    FIELD_SEE = "field:see"
    VISIT_LIST = "visit:list"
    VISIT_RECORD = "visit:record"
    VISIT_SEE = "visit:see"
    VISIT_EDIT = "visit:edit"
    VISIT_PLAN_EDIT = "visit-plan:edit"
    CONSULTATION_LIST = "consultation:list"
    CONSULTATION_RECORD = "consultation:record"
    CONSULTATION_EDIT = "consultation:edit"
    INTAKE_PRINT = "intake:print"
    INTAKE_ENTER = "intake:enter"
    PAPER_SEE = "paper:see"
    ROUNDTABLE_LIST = "roundtable:list"
    ROUNDTABLE_SEE = "roundtable:see"
    ROUNDTABLE_CALL = "roundtable:call"
    ROUNDTABLE_EDIT = "roundtable:edit"
    PETITION_LIST = "petition:list"
    PETITION_SEE = "petition:see"
    PETITION_MAKE = "petition:make"
    PETITION_ANSWER = "petition:answer"
    PETITION_EDIT = "petition:edit"
    DIRECTORY_SEE = "directory:see"
    DIRECTORY_ADD = "directory:add"
    DIRECTORY_EDIT = "directory:edit"
    REFERRAL_LIST = "referral:list"
    REFERRAL_SEND = "referral:send"
    REFERRAL_SEE = "referral:see"
    REFERRAL_RECEIVE_BY_LINK = "referral:receive-by-link"
    NETWORK_LIST = "network:list"
    NETWORK_SEE = "network:see"
    NETWORK_FOUND = "network:found"
    NETWORK_EDIT = "network:edit"
    NETWORK_LEAVE = "network:leave"
    INBOX_SEE = "inbox:see"
    CHARGE_HAND_OVER = "charge:hand-over"
    HAND_OVER_ANSWER = "hand-over:answer"
    ROUTING_EDIT = "routing:edit"
    COUNCIL_SEAT_POST = "council-seat:post"
    ROLE_HOLDING_ADD = "role-holding:add"
    ROLE_HOLDING_END = "role-holding:end"
    COURSE_LIST = "course:list"
    COURSE_ADD = "course:add"
    COURSE_EDIT = "course:edit"
    SEASON_LIST = "season:list"
    SEASON_SEE = "season:see"
    SEASON_PLAN = "season:plan"
    SEASON_EDIT = "season:edit"
    SEASON_ENTER = "season:enter"
    AREA_PROFILE_SEE = "area-profile:see"
    RECRUITING_NOTICE_WRITE = "recruiting-notice:write"
    POPULATION_IMPORT = "population:import"
    PLATFORM_CHOOSE = "platform:choose"
    AREA_PLAN_LIST = "area-plan:list"
    AREA_PLAN_SEE = "area-plan:see"
    AREA_PLAN_WRITE = "area-plan:write"
    AREA_PLAN_EDIT = "area-plan:edit"
    INDICATOR_SEE = "indicator:see"
    INDICATOR_IMPORT = "indicator:import"
    ACTIVITY_RECORD = "activity:record"
    ACTIVITY_EDIT = "activity:edit"
    REVIEW_PACK = "review:pack"
    OPPORTUNITY_SEE = "opportunity:see"
    ADMINISTRATION_SEE = "administration:see"
    AREA_EDIT = "area:edit"
    ENQUIRY_ANSWER_BY_LINK = "enquiry:answer-by-link"
    ENQUIRY_NOTE = "enquiry:note"
    LISTING_RENEW_BY_LINK = "listing:renew-by-link"
    SKILL_EDIT = "skill:edit"
    SKILL_MERGE = "skill:merge"
    BODY_PEOPLE = "body:people"
    BODY_HAND_OVER = "body:hand-over"
    MEMBERSHIP_END = "membership:end"
    INVITATION_ACCEPT = "invitation:accept"
    INVITATION_WITHDRAW = "invitation:withdraw"
    STAFF_SEE = "staff:see"
    APPOINTMENT_END = "appointment:end"
    WEIGHTS_SEE = "weights:see"
    WEIGHTS_PROPOSE = "weights:propose"
    WEIGHTS_SWITCH = "weights:switch"
    BOARD_SEE = "board:see"
    AUDIT_SEE = "audit:see"


def anyone(account: Account | None, subject: object) -> bool:
    """Grant to everybody, signed in or not."""
    del account, subject
    return True


def is_signed_in(account: Account | None, subject: object) -> bool:
    """Grant to every account."""
    del subject
    return account is not None


def owns_it(account: Account | None, subject: ApiToken | Passkey | SavedSearch) -> bool:
    """Grant to the account that the token, passkey or saved search belongs to."""
    return account is not None and subject.account_id == account.id


def represents_somebody(account: Account | None, subject: object) -> bool:
    """Grant to accounts that speak for at least one participant."""
    del subject
    return account is not None and bool(account.memberships)


def is_coordinator(account: Account | None, subject: object) -> bool:
    """Grant to accounts that are appointed coordinator of at least one place."""
    del subject
    return account is not None and bool(account.paths(Role.COORDINATOR))


def is_administrator(account: Account | None, subject: object) -> bool:
    """Grant to accounts that are appointed administrator of at least one place."""
    del subject
    return account is not None and account.is_administrator


def administers_its_municipality(account: Account | None, subject: Area) -> bool:
    """Grant to administrators of the whole municipality in which a place lies."""
    return administers_it(account, subject.tenant)


def looks_after_its_municipality(account: Account | None, subject: Area) -> bool:
    """Grant to coordinators and administrators of the whole municipality in which a place lies."""
    return looks_after_it(account, subject.tenant)


def administers_it(account: Account | None, subject: Area) -> bool:
    """Grant to administrators of the place itself, or of one that it lies in."""
    return account is not None and account.covers(Role.ADMINISTRATOR, subject.path)


def coordinates_its_place(
    account: Account | None,
    subject: Need
    | Offer
    | Participant
    | Visit
    | VisitPlan
    | Consultation
    | Roundtable
    | Petition
    | Referral
    | Intermediary
    | Network
    | Course
    | Season
    | AreaPlan,
) -> bool:
    """Grant to coordinators of the place where the subject lies."""
    return account is not None and account.covers(Role.COORDINATOR, subject.area.path)


def looks_after_it(account: Account | None, subject: Area) -> bool:
    """Grant to coordinators and administrators of the place itself, or of one that it lies in."""
    return account is not None and (
        account.covers(Role.COORDINATOR, subject.path) or account.covers(Role.ADMINISTRATOR, subject.path)
    )


def takes_it_down_for_its_place(account: Account | None, subject: Petition) -> bool:
    """Grant to those who look after the place, where the body told it and did not write it here itself."""
    return subject.channel is not ConsentChannel.WEB and looks_after_its_place(account, subject)


def looks_after_its_place(
    account: Account | None, subject: Petition | Intermediary | AreaPlan | Network | Course
) -> bool:
    """Grant to coordinators and administrators of the place where the subject lies."""
    return looks_after_it(account, subject.area)


def coordinates_its_need(account: Account | None, subject: Suggestion | Partnership) -> bool:
    """Grant to coordinators of the place where the need lies."""
    return account is not None and account.covers(Role.COORDINATOR, subject.need.area.path)


def coordinates_its_municipality(account: Account | None, subject: Job) -> bool:
    """Grant to coordinators of the municipality, or of a place in it, that the work is for."""
    if account is None or subject.municipality is None:
        return False
    path = subject.municipality.path
    return any(
        own == path or own.startswith(path + ".") or path.startswith(own + ".")
        for own in account.paths(Role.COORDINATOR)
    )


def represents_its_participant(
    account: Account | None, subject: Need | Offer | Petition | RoleHolding | Activity | NetworkMember
) -> bool:
    """Grant to accounts that speak for the participant that it belongs to."""
    return account is not None and account.represents(subject.participant_id)


def has_the_other_need(account: Account | None, subject: JointWish) -> bool:
    """Grant to accounts that speak for the side that is asked whether it would do it together."""
    return represents_its_participant(account, subject.other_need)


def coordinates_the_other_need(account: Account | None, subject: JointWish) -> bool:
    """Grant to coordinators of the place of the need that is asked, for those who answer by telephone."""
    return coordinates_its_place(account, subject.other_need)


def represents_it(account: Account | None, subject: Participant) -> bool:
    """Grant to accounts that speak for the participant."""
    return account is not None and account.represents(subject.id)


def manages_it(account: Account | None, subject: Participant) -> bool:
    """Grant to the person themself and to managers of the body."""
    return account is not None and account.manages(subject.id)


def manages_the_body(account: Account | None, subject: Participant) -> bool:
    """Grant to managers of a body; a person is nobody's to manage."""
    return account is not None and not subject.is_resident and account.manages(subject.id)


def coordinates_the_body(account: Account | None, subject: Participant) -> bool:
    """Grant to coordinators of the place of a body, who help out where its officers are gone."""
    return not subject.is_resident and coordinates_it_still(account, subject)


def manages_its_body(account: Account | None, subject: Membership) -> bool:
    """Grant to managers of the body that the membership is in."""
    return manages_the_body(account, subject.participant)


def is_own_in_a_body(account: Account | None, subject: Membership) -> bool:
    """Grant to the account itself, which may stop speaking for a body."""
    return account is not None and subject.account_id == account.id and not subject.participant.is_resident


def might_have_invited(account: Account | None, subject: Invitation) -> bool:
    """Grant to those who may invite to the same body or place."""
    if subject.participant is not None:
        return is_granted(Permission.BODY_PEOPLE, account, subject.participant)
    return administers_it(account, subject.area)


def administers_its_place(account: Account | None, subject: Appointment) -> bool:
    """Grant to administrators of the place of the appointment."""
    return administers_it(account, subject.area)


def represents_a_party(account: Account | None, subject: Partnership) -> bool:
    """Grant to accounts that speak for one of the parties."""
    return account is not None and any(account.represents(party.participant_id) for party in subject.parties)


def carries_what_came_about(account: Account | None, subject: Partnership) -> bool:
    """Grant to those who speak for a party that is still in, once all had said yes."""
    return (
        account is not None
        and subject.accepted_at is not None
        and any(account.represents(party.participant_id) for party in subject.present)
    )


def coordinates_what_came_about(account: Account | None, subject: Partnership) -> bool:
    """Grant to coordinators of the place of the need, once all had said yes."""
    return subject.accepted_at is not None and coordinates_its_need(account, subject)


def is_own_scan(account: Account | None, subject: Scan) -> bool:
    """Grant to accounts that speak for the party that signed the paper."""
    return account is not None and account.represents(subject.party.participant_id)


def coordinates_its_paper(account: Account | None, subject: Scan) -> bool:
    """Grant to coordinators of the place of the need of the partnership whose paper it is."""
    return coordinates_its_need(account, subject.party.partnership)


def coordinates_its_partnership(account: Account | None, subject: ChangeRequest) -> bool:
    """Grant to coordinators of the place of the need of the partnership that a request is about."""
    return coordinates_its_need(account, subject.party.partnership)


def is_public_case(account: Account | None, subject: CaseStudy) -> bool:
    """Grant to everybody where every party agreed that anybody may read of the partnership."""
    return is_public_partnership(account, subject.partnership)


def is_case_of_own(account: Account | None, subject: CaseStudy) -> bool:
    """Grant to those who may see the partnership that the case tells of."""
    return is_granted(Permission.PARTNERSHIP_SEE, account, subject.partnership)


def is_case_for_coordinators(account: Account | None, subject: CaseStudy) -> bool:
    """Grant to every coordinator: a case names kinds of participants, not people."""
    return is_coordinator(account, subject)


def vouches_for_its_place(account: Account | None, subject: Endorsement) -> bool:
    """Grant to coordinators and administrators of the place of the body that is endorsed."""
    return vouches_for_the_place(account, subject.participant)


def vouches_for_the_place(account: Account | None, subject: Participant) -> bool:
    """Grant to coordinators and administrators of the place of a body."""
    return coordinates_the_body(account, subject) or administers_the_body(account, subject)


def represents_its_party(account: Account | None, subject: Enquiry) -> bool:
    """Grant to accounts that speak for the party that is asked."""
    return account is not None and account.represents(subject.party.participant_id)


def coordinates_its_proposal(account: Account | None, subject: Enquiry) -> bool:
    """Grant to coordinators of the place of the need that the enquiry is about."""
    return coordinates_its_need(account, subject.party.partnership)


def coordinates_it_still(account: Account | None, subject: Participant) -> bool:
    """Grant to coordinators of its place as long as the record was not given up for another one."""
    return coordinates_its_place(account, subject) and not subject.was_merged


def administers_the_body(account: Account | None, subject: Participant) -> bool:
    """Grant to administrators of the place of a body, not of a person, that was not given up for another record."""
    return (
        account is not None
        and not subject.is_resident
        and account.covers(Role.ADMINISTRATOR, subject.area.path)
        and not subject.was_merged
    )


def leads_to_what_may_be_seen(account: Account | None, subject: Participant) -> bool:
    """Grant to those who may see the record that was kept when this one was given up for it."""
    return subject.was_merged and is_granted(Permission.PARTICIPANT_SEE, account, subject.successor)


def is_public_need(account: Account | None, subject: Need) -> bool:
    """Grant to everybody where the need is open or was filled, and its participant may be listed."""
    del account
    return subject.status in {NeedStatus.OPEN, NeedStatus.FILLED} and subject.participant.may_be_contacted


def is_public_partnership(account: Account | None, subject: Partnership) -> bool:
    """Grant to everybody where all said yes and every party agreed to publication."""
    del account
    return subject.is_public


def coordinates_its_participant(account: Account | None, subject: ActOnBehalf | RoleHolding | Activity) -> bool:
    """Grant to coordinators of the place of the participant that the subject is about."""
    return coordinates_its_place(account, subject.participant)


def is_own_paper(account: Account | None, subject: ActOnBehalf) -> bool:
    """Grant to accounts that speak for the participant that filled the paper in."""
    return account is not None and account.represents(subject.participant_id)


def is_public_roundtable(account: Account | None, subject: Roundtable) -> bool:
    """Grant to everybody where the meeting is open to all."""
    del account
    return subject.is_public


def took_part_in_it(account: Account | None, subject: Roundtable) -> bool:
    """Grant to accounts that speak for a body that called the meeting or took part in it."""
    if account is None:
        return False
    bodies = {attendance.participant_id for attendance in subject.attendances} | {subject.convenor_id}
    return any(body is not None and account.represents(body) for body in bodies)


def is_public_petition(account: Account | None, subject: Petition) -> bool:
    """Grant to everybody where the administration answered in public."""
    del account
    return subject.is_public


def is_adopted_plan(account: Account | None, subject: AreaPlan) -> bool:
    """Grant to everybody where the plan is in force."""
    del account
    return subject.is_adopted


def keeps_it(account: Account | None, subject: Charge) -> bool:
    """Grant to the account that is in charge."""
    return account is not None and subject.keeper_id == account.id and subject.stands


def administers_its_charge(account: Account | None, subject: Charge) -> bool:
    """Grant to administrators of the place of the need, who help out where somebody is away."""
    return administers_it(account, subject.need.area)


def is_asked_to_take_over(account: Account | None, subject: HandOver) -> bool:
    """Grant to the account that is asked whether it takes a need over, while it coordinates the place."""
    if account is None or subject.to_id != account.id:
        return False
    return account.covers(Role.COORDINATOR, subject.charge.need.area.path)


def is_public_offer(account: Account | None, subject: Offer) -> bool:
    """Grant to every account where a body, not a person, offers openly."""
    return account is not None and subject.status is OfferStatus.OPEN and not subject.participant.is_resident


def is_public_body(account: Account | None, subject: Participant) -> bool:
    """Grant to everybody where the participant is an active body, not a person."""
    del account
    return not subject.is_resident and subject.left_at is None


GRANTED_IF_ANY: Final[Mapping[Permission, tuple[Rule, ...]]] = MappingProxyType(
    {
        Permission.PAGE_SEE: (anyone,),
        Permission.SIGN_IN: (anyone,),
        Permission.ACCOUNT_OWN: (is_signed_in,),
        Permission.TOKEN_REVOKE: (owns_it,),
        Permission.PASSKEY_REMOVE: (owns_it,),
        Permission.SEARCH_EDIT: (owns_it,),
        Permission.NEED_LIST: (anyone,),
        Permission.NEED_SEE: (represents_its_participant, coordinates_its_place, is_public_need),
        Permission.NEED_BEGIN: (anyone,),
        Permission.NEED_POST: (represents_somebody, is_coordinator),
        Permission.NEED_EDIT: (represents_its_participant, coordinates_its_place),
        Permission.NEED_CANDIDATES: (coordinates_its_place,),
        Permission.JOINT_WISH_ANSWER: (has_the_other_need, coordinates_the_other_need),
        Permission.DRAFT_KEEP: (anyone,),
        Permission.STEP_UNDO: (anyone,),
        Permission.OFFER_LIST: (is_signed_in,),
        Permission.OFFER_SEE: (is_public_offer, represents_its_participant, coordinates_its_place),
        Permission.OFFER_POST: (represents_somebody, is_coordinator),
        Permission.OFFER_EDIT: (represents_its_participant, coordinates_its_place),
        Permission.PARTICIPANT_SEE: (
            is_public_body,
            represents_it,
            coordinates_its_place,
            leads_to_what_may_be_seen,
        ),
        Permission.PARTICIPANT_GIVING: (represents_it, coordinates_it_still),
        Permission.PARTICIPANT_EDIT: (manages_it, coordinates_it_still),
        Permission.PARTICIPANT_REVEAL: (coordinates_it_still,),
        Permission.PARTICIPANT_MERGE: (coordinates_it_still, administers_the_body),
        Permission.DUPLICATES_SEE: (is_coordinator, is_administrator),
        Permission.DESK_SEE: (is_coordinator,),
        Permission.SUGGESTION_SEE: (coordinates_its_need,),
        Permission.SUGGESTION_REVIEW: (coordinates_its_need,),
        Permission.JOB_SEE: (coordinates_its_municipality,),
        Permission.PARTNERSHIP_LIST: (represents_somebody, is_coordinator),
        Permission.PARTNERSHIP_PUBLIC_LIST: (anyone,),
        Permission.PARTNERSHIP_PUBLIC_SEE: (is_public_partnership, represents_a_party, coordinates_its_need),
        Permission.PARTNERSHIP_PUBLISH: (represents_a_party, coordinates_its_need),
        Permission.PARTNERSHIP_SEE: (represents_a_party, coordinates_its_need),
        Permission.ENQUIRY_SEE: (represents_its_party,),
        Permission.ENQUIRY_ANSWER: (represents_its_party,),
        Permission.ENQUIRY_NOTE: (coordinates_its_proposal,),
        Permission.PARTNERSHIP_CARRY: (carries_what_came_about, coordinates_what_came_about),
        Permission.PARTNERSHIP_DECIDE: (coordinates_what_came_about,),
        Permission.AGREEMENT_SIGN: (carries_what_came_about,),
        Permission.AGREEMENT_SIGN_FOR: (coordinates_what_came_about,),
        Permission.SCAN_SEE: (is_own_scan, coordinates_its_paper),
        Permission.REQUEST_DECIDE: (coordinates_its_partnership,),
        Permission.SURVEY_ANSWER: (anyone,),  # the signed link on the paper or in the QR is the key
        Permission.CASE_LIST: (anyone,),
        Permission.CASE_SEE: (is_public_case, is_case_of_own, is_case_for_coordinators),
        Permission.ENDORSEMENT_RECORD: (vouches_for_the_place,),
        Permission.ENDORSEMENT_REVOKE: (vouches_for_its_place,),
        Permission.ENDORSEMENT_CHECK: (anyone,),
        Permission.PRINCIPLES_SEE: (is_administrator,),
        Permission.PRINCIPLES_CHOOSE: (administers_its_municipality,),
        Permission.NEWS_STOP: (anyone,),  # the signed link in the mail is the key
        Permission.FIELD_SEE: (is_coordinator,),
        Permission.VISIT_LIST: (is_coordinator,),
        Permission.VISIT_RECORD: (is_coordinator,),
        Permission.VISIT_SEE: (coordinates_its_place,),
        Permission.VISIT_EDIT: (coordinates_its_place,),
        Permission.VISIT_PLAN_EDIT: (coordinates_its_place,),
        Permission.CONSULTATION_LIST: (is_coordinator,),
        Permission.CONSULTATION_RECORD: (is_coordinator,),
        Permission.CONSULTATION_EDIT: (coordinates_its_place,),
        Permission.INTAKE_PRINT: (anyone,),
        Permission.INTAKE_ENTER: (is_coordinator,),
        Permission.PAPER_SEE: (is_own_paper, coordinates_its_participant),
        Permission.ROUNDTABLE_LIST: (anyone,),
        Permission.ROUNDTABLE_SEE: (is_public_roundtable, took_part_in_it, coordinates_its_place),
        Permission.ROUNDTABLE_CALL: (is_coordinator,),
        Permission.ROUNDTABLE_EDIT: (coordinates_its_place,),
        Permission.PETITION_LIST: (anyone,),
        Permission.PETITION_SEE: (is_public_petition, represents_its_participant, looks_after_its_place),
        Permission.PETITION_MAKE: (represents_somebody, is_coordinator),
        Permission.PETITION_ANSWER: (looks_after_its_place,),
        Permission.PETITION_EDIT: (represents_its_participant, takes_it_down_for_its_place),
        Permission.DIRECTORY_SEE: (anyone,),
        Permission.DIRECTORY_ADD: (is_coordinator, is_administrator),
        Permission.DIRECTORY_EDIT: (looks_after_its_place,),
        Permission.REFERRAL_LIST: (is_coordinator,),
        Permission.REFERRAL_SEND: (is_coordinator,),
        Permission.REFERRAL_SEE: (coordinates_its_place,),
        Permission.REFERRAL_RECEIVE_BY_LINK: (anyone,),  # the signed link in the mail is the key
        Permission.NETWORK_LIST: (anyone,),
        Permission.NETWORK_SEE: (anyone,),
        Permission.NETWORK_FOUND: (is_coordinator, is_administrator),
        Permission.NETWORK_EDIT: (looks_after_its_place,),
        Permission.NETWORK_LEAVE: (represents_its_participant,),
        Permission.INBOX_SEE: (is_coordinator, is_administrator),
        Permission.CHARGE_HAND_OVER: (keeps_it, administers_its_charge),
        Permission.HAND_OVER_ANSWER: (is_asked_to_take_over,),
        Permission.ROUTING_EDIT: (administers_it,),
        Permission.COUNCIL_SEAT_POST: (is_coordinator,),
        Permission.ROLE_HOLDING_ADD: (manages_it, coordinates_it_still),
        Permission.ROLE_HOLDING_END: (represents_its_participant, coordinates_its_participant),
        Permission.COURSE_LIST: (is_coordinator, is_administrator),
        Permission.COURSE_ADD: (is_coordinator,),
        Permission.COURSE_EDIT: (coordinates_its_place,),
        Permission.SEASON_LIST: (anyone,),
        Permission.SEASON_SEE: (anyone,),
        Permission.SEASON_PLAN: (is_coordinator,),
        Permission.SEASON_EDIT: (coordinates_its_place,),
        Permission.SEASON_ENTER: (represents_somebody, is_coordinator),
        Permission.AREA_PROFILE_SEE: (anyone,),
        Permission.RECRUITING_NOTICE_WRITE: (looks_after_it,),
        Permission.POPULATION_IMPORT: (administers_it,),
        Permission.PLATFORM_CHOOSE: (administers_it,),
        Permission.AREA_PLAN_LIST: (anyone,),
        Permission.AREA_PLAN_SEE: (is_adopted_plan, looks_after_its_place),
        Permission.AREA_PLAN_WRITE: (is_coordinator, is_administrator),
        Permission.AREA_PLAN_EDIT: (looks_after_its_place,),
        Permission.INDICATOR_SEE: (is_coordinator, is_administrator),
        Permission.INDICATOR_IMPORT: (administers_its_municipality,),
        Permission.ACTIVITY_RECORD: (represents_somebody, is_coordinator),
        Permission.ACTIVITY_EDIT: (represents_its_participant, coordinates_its_participant),
        Permission.REVIEW_PACK: (looks_after_its_municipality,),
        Permission.OPPORTUNITY_SEE: (is_coordinator, is_administrator),
        Permission.ADMINISTRATION_SEE: (is_administrator,),
        Permission.AREA_EDIT: (administers_it,),
        Permission.BODY_PEOPLE: (manages_the_body, coordinates_the_body),
        Permission.BODY_HAND_OVER: (manages_the_body,),
        Permission.MEMBERSHIP_END: (manages_its_body, is_own_in_a_body),
        Permission.INVITATION_ACCEPT: (anyone,),  # the link in the mail is the key
        Permission.INVITATION_WITHDRAW: (might_have_invited,),
        Permission.STAFF_SEE: (is_administrator,),
        Permission.APPOINTMENT_END: (administers_its_place,),
        Permission.ENQUIRY_ANSWER_BY_LINK: (anyone,),  # the signed link in the mail is the key
        Permission.LISTING_RENEW_BY_LINK: (anyone,),  # the same
        Permission.SKILL_EDIT: (is_administrator,),
        Permission.SKILL_MERGE: (is_administrator,),
        Permission.WEIGHTS_SEE: (is_administrator,),
        Permission.WEIGHTS_PROPOSE: (is_administrator,),
        Permission.WEIGHTS_SWITCH: (is_administrator,),
        Permission.BOARD_SEE: (is_administrator,),
        Permission.AUDIT_SEE: (is_administrator,),
    }
)


def is_granted(permission: Permission, account: Account | None, subject: object = None) -> bool:
    """Tell whether the account may do this to the subject; what was discarded is there for nobody."""
    if isinstance(subject, Need) and subject.discarded_at is not None:
        return False
    return any(rule(account, subject) for rule in GRANTED_IF_ANY[permission])
