"""One of everything, and one account of every kind that can stand at a door."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from matching import Weights
from models import (
    Account,
    Activity,
    ActKind,
    ActOnBehalf,
    ApiToken,
    Appointment,
    Area,
    AreaPlan,
    AuditedSession,
    Base,
    CaseStudy,
    ChangeRequest,
    Charge,
    ChargeCause,
    ConsentChannel,
    Consultation,
    ConsultationWay,
    Course,
    Endorsement,
    EndorsementKind,
    Enquiry,
    HandOver,
    HelpAsked,
    Intermediary,
    IntermediaryKind,
    Invitation,
    Job,
    JobKind,
    JointWish,
    Membership,
    Need,
    Network,
    NetworkMember,
    Offer,
    Participant,
    Partnership,
    Passkey,
    Petition,
    Referral,
    RequestKind,
    Role,
    RoleHolding,
    Roundtable,
    RoundtableKind,
    SavedSearch,
    Scan,
    Season,
    Skill,
    SkillAlias,
    Stage,
    Suggestion,
    Support,
    Visit,
    VisitPlan,
    WeightSet,
    utc_now,
)
from tests.factories import (
    make_account,
    make_appointment,
    make_membership,
    make_municipality,
    make_need,
    make_offer,
    make_participant,
    make_partnership,
    make_resident,
    make_skill,
    make_suggestion,
)

VISITOR = "visitor"


@dataclass(frozen=True, slots=True)
class World:
    """Rows that doors are about, and accounts by what they are to those rows."""

    rows: dict[type[Base], Any]
    accounts: dict[str, Account | None]


def build_world(session: AuditedSession) -> World:
    """Write an NPO's need, a resident's offer, and what became of them, in one municipality."""
    municipality = make_municipality()
    npo = make_participant(area=municipality)
    resident = make_resident(area=municipality)
    need = make_need(participant=npo)
    offer = make_offer(participant=resident)
    suggestion = make_suggestion(need=need, offers=[offer])
    partnership = make_partnership(need=make_need(participant=npo), offers=[offer], stage=Stage.RUNNING)
    manager = make_membership(npo).account
    coordinator = make_appointment(municipality).account
    invitation = Invitation(
        email="next@hiyori.example",
        role=Role.MEMBER,
        token_hash="1" * 64,
        expires_at=utc_now(),
        participant=npo,
        area=municipality,
        invited_by=manager,
    )
    job = Job(kind=JobKind.REFRESH_SUGGESTIONS, municipality=municipality)
    token = ApiToken(account=manager, name="sheet", token_hash="0" * 64, expires_at=utc_now())
    passkey = Passkey(account=manager, credential_id="k", public_key="k", sign_count=0, transports=[], name="phone")
    skill = make_skill(aliases=("会報づくり",))
    weight_set = WeightSet(number=1, weights=dict(Weights().as_mapping()), is_active=True)
    search = SavedSearch(name="食堂", parameters={}, told_until=utc_now(), confirmed_at=utc_now(), account=manager)
    accounts: dict[str, Account | None] = {
        VISITOR: None,
        "account": make_account(),
        "resident": make_membership(resident).account,
        "member": make_membership(npo, role=Role.MEMBER).account,
        "manager": manager,
        "other organisation": make_membership(make_participant(area=municipality)).account,
        "coordinator": coordinator,
        "other coordinator": make_appointment(make_municipality()).account,
        "administrator": make_appointment(municipality, role=Role.ADMINISTRATOR).account,
    }
    wish = JointWish(
        need=make_need(participant=make_participant(area=municipality)),
        other_need=need,
        wished_by=None,
        wished_at=utc_now(),
    )
    request = ChangeRequest(
        kind=RequestKind.CHANGE, text="一月延ばしたい", made_at=utc_now(), party=partnership.parties[1], made_by=None
    )
    endorsement = Endorsement(
        kind=EndorsementKind.REGISTERED,
        basis="登録要綱第三条",
        issuer="日和市",
        issued_on=date(2026, 4, 1),
        expires_on=date(2027, 3, 31),
        code="world",
        participant=npo,
    )
    case = CaseStudy(
        title="子ども食堂",
        problem="場所がない",
        team="NPO、住民",
        form=None,
        cost="なし",
        helped="続けて話したこと",
        result="開けた",
        written_at=utc_now(),
        partnership=partnership,
    )
    scan = Scan(media_type="image/png", size=4, content=b"\x89PNG", party=partnership.parties[0])
    session.add_all([request, endorsement, case, scan])
    field = _out_in_the_field(municipality, npo, need, coordinator)
    session.add_all(field.values())
    session.add_all([wish, suggestion, partnership, job, token, passkey, invitation, skill, weight_set, search])
    session.add_all([account for account in accounts.values() if account is not None])
    session.commit()
    rows: dict[type[Base], Any] = {
        Need: need,
        Offer: offer,
        Participant: npo,
        Suggestion: suggestion,
        Partnership: partnership,
        Enquiry: partnership.parties[0].enquiry,
        Job: job,
        JointWish: wish,
        ApiToken: token,
        Passkey: passkey,
        Invitation: invitation,
        Membership: manager.memberships[0],
        Appointment: coordinator.appointments[0],
        Area: municipality,
        Skill: skill,
        SkillAlias: skill.aliases[0],
        WeightSet: weight_set,
        SavedSearch: search,
        ChangeRequest: request,
        Endorsement: endorsement,
        CaseStudy: case,
        Scan: scan,
        **field,
    }
    return World(rows, accounts)


def _out_in_the_field(municipality: Area, npo: Participant, need: Need, coordinator: Account) -> dict[type[Base], Any]:
    """Return what a coordinator writes down on the way, one of each."""
    today, now = date(2026, 12, 1), utc_now()
    consultation = Consultation(
        consulted_on=today,
        way=ConsultationWay.TELEPHONE,
        help_asked=HelpAsked.STARTING,
        asked="団体の始めかた",
        sent_key="consultation",
        written_at=now,
        area=municipality,
    )
    intermediary = Intermediary(kind=IntermediaryKind.INTERMEDIARY, name="市民活動センター", area=municipality)
    network = Network(name="見守り", mission="見守る", starts_on=today, ends_on=today, area=municipality)
    charge = Charge(need=need, keeper=coordinator, since=now, cause=ChargeCause.ROUTED)
    hand_over = charge.ask(make_appointment(municipality).account, note="", by=coordinator, at=now)
    return {
        Visit: Visit(
            visited_on=today,
            support=Support.BEING_THERE,
            heard="草刈りの人手が足りない",
            sent_key="visit",
            written_at=now,
            area=municipality,
            participant=npo,
        ),
        VisitPlan: VisitPlan(begins_on=today, area=municipality),
        Consultation: consultation,
        Intermediary: intermediary,
        Referral: Referral(
            text="団体の始めかた",
            sent_on=today,
            receipt_due_on=today,
            token_hash="2" * 64,
            area=municipality,
            intermediary=intermediary,
            consultation=consultation,
        ),
        Roundtable: Roundtable(kind=RoundtableKind.ROUNDTABLE, title="円卓会議", starts_at=now, area=municipality),
        Network: network,
        NetworkMember: NetworkMember(network=network, participant=npo, joined_on=today),
        Petition: Petition(
            title="街灯",
            text="街灯をつけてほしい",
            priority=1,
            received_on=today,
            answer_due_on=today,
            area=municipality,
            participant=npo,
        ),
        AreaPlan: AreaPlan(title="地域計画", first_year=2026, last_year=2030, area=municipality),
        Charge: charge,
        HandOver: hand_over,
        ActOnBehalf: ActOnBehalf(
            kind=ActKind.NEED,
            channel=ConsentChannel.TELEPHONE,
            said_by="会長",
            said_on=today,
            entered_at=now,
            participant=npo,
            need=need,
        ),
        RoleHolding: RoleHolding(body="自治会", office="会計", since=today, participant=npo),
        Course: Course(title="地域活動入門", starts_on=today, ends_on=today, area=municipality),
        Season: Season(
            name="プロボノ",
            briefing_on=today,
            entries_close_on=today,
            orientation_on=today,
            kick_off_on=today,
            work_ends_on=today,
            presentation_on=today,
            looking_back_on=today,
            area=municipality,
        ),
        Activity: Activity(done_on=today, what="清掃", sent_key="activity", written_at=now, participant=npo),
    }
