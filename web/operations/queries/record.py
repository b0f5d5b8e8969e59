"""The audit record, as far as it is about an administrator's places or was written by their people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union
from sqlalchemy.orm import Session

from models import Account, Appointment, Area, AuditAction, AuditEntry, Base, Membership, Participant, Role, lies_under

PAGE_SIZE: Final = 20

# How a row lies in a place: by the named column, which refers to a row of the named table.
LIES_BY: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "activities": ("participant_id", "participants"),
        "acts_on_behalf": ("participant_id", "participants"),
        "age_groups": ("area_id", "areas"),
        "agreement_versions": ("partnership_id", "partnerships"),
        "api_tokens": ("account_id", "accounts"),
        "appointments": ("area_id", "areas"),
        "area_plans": ("area_id", "areas"),
        "attendances": ("roundtable_id", "roundtables"),
        "case_studies": ("partnership_id", "partnerships"),
        "change_requests": ("party_id", "parties"),
        "charges": ("need_id", "needs"),
        "commitments": ("party_id", "parties"),
        "consents": ("participant_id", "participants"),
        "consultations": ("area_id", "areas"),
        "continuations": ("predecessor_id", "partnerships"),
        "council_seats": ("need_id", "needs"),
        "course_completions": ("course_id", "courses"),
        "courses": ("area_id", "areas"),
        "date_answers": ("party_id", "parties"),
        "decisions": ("roundtable_id", "roundtables"),
        "duplicate_verdicts": ("first_id", "participants"),
        "end_decisions": ("partnership_id", "partnerships"),
        "endorsements": ("participant_id", "participants"),
        "enquiries": ("party_id", "parties"),
        "evaluations": ("party_id", "parties"),
        "form_choices": ("partnership_id", "partnerships"),
        "goal_needs": ("need_id", "needs"),
        "goal_progress": ("goal_id", "goals"),
        "goal_roles": ("goal_id", "goals"),
        "goals": ("plan_id", "area_plans"),
        "hand_overs": ("charge_id", "charges"),
        "indicator_choices": ("municipality_id", "areas"),
        "indicator_values": ("municipality_id", "areas"),
        "intake_papers": ("act_id", "acts_on_behalf"),
        "intermediaries": ("area_id", "areas"),
        "invitations": ("area_id", "areas"),
        "joint_wishes": ("need_id", "needs"),
        "ledger_entries": ("line_id", "ledger_lines"),
        "ledger_lines": ("partnership_id", "partnerships"),
        "matching_runs": ("municipality_id", "areas"),
        "matching_tables": ("partnership_id", "partnerships"),
        "meeting_dates": ("table_id", "matching_tables"),
        "memberships": ("participant_id", "participants"),
        "mergers": ("kept_id", "participants"),
        "milestones": ("partnership_id", "partnerships"),
        "needs": ("area_id", "areas"),
        "network_members": ("network_id", "networks"),
        "networks": ("area_id", "areas"),
        "offer_items": ("offer_id", "offers"),
        "offers": ("area_id", "areas"),
        "outbox_mails": ("to_account_id", "accounts"),
        "outside_views": ("partnership_id", "partnerships"),
        "participants": ("area_id", "areas"),
        "parties": ("partnership_id", "partnerships"),
        "partnerships": ("need_id", "needs"),
        "party_terms": ("party_id", "parties"),
        "passkeys": ("account_id", "accounts"),
        "petitions": ("area_id", "areas"),
        "platforms": ("area_id", "areas"),
        "principle_choices": ("municipality_id", "areas"),
        "provenances": ("need_id", "needs"),
        "referrals": ("area_id", "areas"),
        "reveals": ("subject_id", "participants"),
        "role_holdings": ("participant_id", "participants"),
        "roundtables": ("area_id", "areas"),
        "routing_rules": ("municipality_id", "areas"),
        "scans": ("party_id", "parties"),
        "season_professionals": ("season_id", "seasons"),
        "season_projects": ("season_id", "seasons"),
        "seasons": ("area_id", "areas"),
        "sign_ins": ("account_id", "accounts"),
        "signatures": ("party_id", "parties"),
        "slots": ("need_id", "needs"),
        "role_invitations": ("completion_id", "course_completions"),
        "stage_changes": ("partnership_id", "partnerships"),
        "suggestion_approvals": ("suggestion_id", "suggestions"),
        "suggestion_edits": ("suggestion_id", "suggestions"),
        "suggestions": ("need_id", "needs"),
        "survey_answers": ("partnership_id", "partnerships"),
        "visit_plans": ("area_id", "areas"),
        "visits": ("area_id", "areas"),
        "worked_hours": ("party_id", "parties"),
    }
)
# What all places share, so every administrator sees it.
SHARED: Final = (
    "activity_fields",
    "area_neighbours",
    "indicator_packs",
    "indicators",
    "principle_sets",
    "principles",
    "review_reasons",
    "skill_aliases",
    "skill_mergers",
    "skills",
    "weight_sets",
)


@dataclass(frozen=True, slots=True)
class RecordedChange:
    """One entry of the record and the name of who made it, where that is an account."""

    entry: AuditEntry
    actor: str | None

    @property
    def columns(self) -> list[tuple[str, str, str]]:
        """Return (column, before, after) for each change; only a changed row has a before."""
        if self.entry.action is AuditAction.UPDATE:
            return [(column, _words(pair[0]), _words(pair[1])) for column, pair in sorted(self.entry.changes.items())]
        return [(column, "", _words(value)) for column, value in sorted(self.entry.changes.items())]


@dataclass(frozen=True, slots=True)
class RecordPage:
    """One page of the record, newest first."""

    changes: Sequence[RecordedChange]
    number: int
    pages: int
    total: int


def visible_to(account: Account) -> Select[AuditEntry]:
    """Return the entries about the account's places, and those that people of these places made."""
    paths = account.paths(Role.ADMINISTRATOR)
    if any("." not in path for path in paths):
        return select(AuditEntry)  # who administers a country sees rows that are gone, too
    here = lies_under(paths)
    conditions: list[ColumnElement[bool]] = [
        and_(AuditEntry.subject_table == table, AuditEntry.subject_id.in_(_ids(table, here)))
        for table in ("accounts", "areas", *LIES_BY)
    ]
    return select(AuditEntry).where(
        or_(AuditEntry.subject_table.in_(SHARED), AuditEntry.actor_id.in_(_accounts(here)), *conditions)
    )


def record(
    session: Session, account: Account, *, number: int = 1, table: str = "", subject: UUID | None = None
) -> RecordPage:
    """Return one page of the record, newest first, of one table or one row where these are named."""
    statement = visible_to(account)
    if table:
        statement = statement.where(AuditEntry.subject_table == table)
    if subject is not None:
        statement = statement.where(AuditEntry.subject_id == subject)
    total = session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    number = min(max(1, number), pages)
    rows = session.execute(
        statement.add_columns(Account.name)
        .outerjoin(Account, AuditEntry.actor_id == Account.id)
        .order_by(AuditEntry.sequence.desc(), AuditEntry.id)
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    ).all()
    return RecordPage(
        changes=[RecordedChange(entry=row[0], actor=row[1]) for row in rows], number=number, pages=pages, total=total
    )


def _ids(table: str, here: ColumnElement[bool]) -> Select[Any]:
    """Return the ids of the rows of a table that lie in the places."""
    if table == "areas":
        return select(Area.id).where(here)
    if table == "accounts":
        return _accounts(here)
    column, following = LIES_BY[table]
    rows = Base.metadata.tables[table]
    return select(rows.c.id).where(rows.c[column].in_(_ids(following, here)))


def _accounts(here: ColumnElement[bool]) -> Select[Any]:
    """Return the ids of those who represent a participant of the places, or are appointed to one."""
    people = union(
        select(Membership.account_id)
        .join(Participant, Membership.participant_id == Participant.id)
        .join(Area, Participant.area_id == Area.id)
        .where(here),
        select(Appointment.account_id).join(Area, Appointment.area_id == Area.id).where(here),
    ).subquery()
    return select(people.c.account_id)


def _words(value: Any) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
