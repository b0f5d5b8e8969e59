"""One catalogue of what every column holds; audit, export and erasure are driven from it.

A table that is not listed in full fails `tests/architecture`. Columns that every row has (`id`,
`created_at`) and versions are open.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Privacy(StrEnum):
    """What a column holds, and so what may happen to it."""

    OPEN = "open"  # recorded by value, exported, kept
    PERSONAL = "personal"  # recorded only as changed, exported, erased
    SECRET = "secret"  # noqa: S105  # recorded only as changed, never exported, erased
    DERIVED = "derived"  # computed from the others: never recorded, never exported, erased


O, P, S, D = Privacy.OPEN, Privacy.PERSONAL, Privacy.SECRET, Privacy.DERIVED  # noqa: E741  # one letter a cell


def _table(**columns: Privacy) -> Mapping[str, Privacy]:
    return MappingProxyType({"id": O, "created_at": O, **columns})


CATALOGUE: Final[Mapping[str, Mapping[str, Privacy]]] = MappingProxyType(
    {
        "accounts": _table(
            email=P, name=P, password_hash=S, locale=O, is_demo=O, confirmed_at=O, suspended_at=O,
            second_factor_secret=S, second_factor_since=O, second_factor_last_step=O, link_used_at=O, news_stopped_at=O,
            version=O,
        ),
        "activities": _table(
            done_on=O, what=P, people=O, sent_key=D, written_at=O, participant_id=O, written_by_id=O,
            version=O,
        ),
        "activity_fields": _table(code=O, name_ja=O, name_en=O, position=O),
        "acts_on_behalf": _table(
            kind=O, channel=O, said_by=P, said_on=O, entered_at=O, participant_id=O, need_id=O, offer_id=O,
            entered_by_id=O,
        ),
        "age_groups": _table(counted_on=O, youngest=O, oldest=O, people=O, source=O, area_id=O),
        "agreement_versions": _table(
            number=O, written_at=O, title=P, problem=P, purpose=P, activity=P, form=O, goal=P,
            goal_measure=P, goal_due_on=O, starts_on=O, ends_on=O, cost=P, information=P,
            public_summary=P, private_reason=P, opportunity=P, change_terms=P, results=P,
            personal_data=P, evaluation_on=O, evaluation_measure=P, partnership_id=O,
            written_by_id=O
        ),
        "api_tokens": _table(account_id=O, name=P, token_hash=S, expires_at=O, revoked_at=O),
        "appointments": _table(account_id=O, area_id=O, role=O, office=O),
        "area_neighbours": _table(area_id=O, neighbour_id=O),
        "area_plans": _table(
            title=P, vision=P, first_year=O, last_year=O, adopted_on=O, area_id=O, written_by_id=O,
            version=O,
        ),
        "areas": _table(
            path=O, level=O, name_ja=O, name_en=O, reading=O, is_demo=O, parent_id=O, renamed_at=O, version=O
        ),
        "attendances": _table(kind=O, people=O, position=O, roundtable_id=O, participant_id=O),
        "audit_entries": _table(
            sequence=O, at=O, action=O, subject_table=O, subject_id=O, changes=O, actor_id=O, via=O, request_id=O,
            previous_digest=O, digest=O,
        ),
        "audit_heads": _table(number=O, sequence=O, digest=O),
        "case_studies": _table(
            title=P, problem=P, team=P, form=O, cost=P, helped=P, result=P, written_at=O,
            search_text=D, partnership_id=O, written_by_id=O
        ),
        "change_requests": _table(
            kind=O, text=P, made_at=O, granted=O, answer=P, decided_at=O, party_id=O, made_by_id=O,
            decided_by_id=O
        ),
        "charges": _table(since=O, cause=O, until=O, need_id=O, keeper_id=O, version=O),
        "commitments": _table(quantity=O, party_id=O, slot_id=O, item_id=O, released_at=O),
        "consents": _table(
            participant_id=O, purpose=O, granted_at=O, channel=O, text_version=O, withdrawn_at=O, recorded_by_id=O
        ),
        "consultations": _table(
            consulted_on=O, way=O, help_asked=O, asker_kind=O, asker_name=P, asker_contact=P, asked=P,
            answered=P, sent_key=D, written_at=O, closed_at=O, area_id=O, participant_id=O, same_as_id=O,
            taken_by_id=O, version=O,
        ),
        "continuations": _table(predecessor_id=O, successor_id=O),
        "council_seats": _table(
            council=P, term_starts_on=O, term_ends_on=O, meetings_per_year=O, allowance=P, most_offices=O,
            need_id=O,
        ),
        "course_completions": _table(completed_on=O, invited_at=O, course_id=O, participant_id=O),
        "course_fields": MappingProxyType({"course_id": O, "activity_field_id": O}),
        "courses": _table(
            title=P, organiser=P, summary=P, starts_on=O, ends_on=O, area_id=O, entered_by_id=O, version=O,
        ),
        "date_answers": _table(suits=O, date_id=O, party_id=O),
        "decisions": _table(text=P, position=O, roundtable_id=O, need_id=O, goal_id=O, partnership_id=O),
        "drafts": _table(
            kind=O, content=P, saved_at=O, expires_at=O, discarded_at=O, about=O, token_hash=S, account_id=O
        ),
        "duplicate_verdicts": _table(first_id=O, second_id=O, decided_at=O, decided_by_id=O),
        "end_decisions": _table(ending=O, reason=P, handed_to=P, decided_at=O, partnership_id=O, decided_by_id=O),
        "endorsements": _table(
            kind=O, subject=O, basis=O, issuer=O, issued_on=O, expires_on=O, code=O, revoked_at=O,
            revoked_because=P, participant_id=O, recorded_by_id=O
        ),
        "enquiries": _table(
            sent_at=O, due_on=O, reply=O, answered_at=O, channel=O, note=P, said_by=P, released_at=O,
            reminded_at=O, alerted_at=O, party_id=O, answered_by_id=O, reason_id=O,
        ),
        "evaluations": _table(
            goal=O, again=O, principles=O, merits=O, helped=P, hindered=P, given_at=O, channel=O,
            party_id=O, given_by_id=O
        ),
        "form_choices": _table(
            form=O, answers=O, ranked=O, departure_reason=P, chosen_at=O, partnership_id=O,
            chosen_by_id=O, version=O
        ),
        "goal_needs": _table(linked_at=O, goal_id=O, need_id=O),
        "goal_progress": _table(fiscal_year=O, value=O, note=P, noted_on=O, goal_id=O, noted_by_id=O),
        "goal_roles": _table(name=P, leads=O, position=O, goal_id=O, participant_id=O),
        "goals": _table(
            title=P, measure=P, unit=O, baseline=O, target=O, due_year=O, position=O, plan_id=O, version=O,
        ),
        "hand_overs": _table(
            note=P, asked_at=O, accepted=O, answer=P, answered_at=O, charge_id=O, to_id=O, asked_by_id=O,
        ),
        "handled_requests": _table(
            key=O, fingerprint=O, status=O, location=O, content_type=O, body=D, account_id=O
        ),
        "indicator_choices": _table(chosen_at=O, municipality_id=O, pack_id=O, chosen_by_id=O),
        "indicator_packs": _table(code=O, name_ja=O, name_en=O, source=O),
        "indicator_values": _table(
            fiscal_year=O, value=O, source=P, indicator_id=O, municipality_id=O, entered_by_id=O, version=O,
        ),
        "indicators": _table(
            code=O, position=O, name_ja=O, name_en=O, definition_ja=O, definition_en=O, unit_ja=O,
            unit_en=O, source=O, baseline_year=O, baseline=O, target_year=O, target=O, pack_id=O,
        ),
        "intake_papers": _table(media_type=O, size=O, content=S, act_id=O),
        "intermediaries": _table(
            kind=O, name=O, summary=P, phone=O, email=O, url=O, hours=O, ended_on=O, area_id=O,
            participant_id=O, version=O,
        ),
        "intermediary_areas": MappingProxyType({"intermediary_id": O, "area_id": O}),
        "intermediary_fields": MappingProxyType({"intermediary_id": O, "activity_field_id": O}),
        "invitations": _table(
            email=P, role=O, token_hash=S, expires_at=O, hands_over=O, predecessor_stays=O, contact_name=P,
            contact_email=P, contact_phone=P, accepted_at=O, withdrawn_at=O, participant_id=O, area_id=O,
            invited_by_id=O, accepted_by_id=O,
        ),
        "jobs": _table(
            kind=O, state=O, arguments=O, done=O, total=O, attempts=O, error=O, started_at=O, heartbeat_at=O,
            finished_at=O, municipality_id=O, requested_by_id=O, need_id=O, offer_id=O,
        ),
        "joint_wishes": _table(
            note=P, wished_at=O, reply=O, answered_at=O, need_id=O, other_need_id=O, wished_by_id=O, answered_by_id=O
        ),
        "ledger_entries": _table(move=O, quantity=O, on_day=O, note=P, noted_at=O, line_id=O, noted_by_id=O),
        "ledger_lines": _table(
            kind=O, what=P, unit=O, is_lent=O, due_back_on=O, handed_over=O, returned=O, used_up=O,
            missing=O, outstanding=O, partnership_id=O, giver_id=O, receiver_id=O, version=O
        ),
        "matching_runs": _table(
            state=O, started_at=O, finished_at=O, needs=O, offers=O, municipality_id=O, weight_set_id=O, job_id=O,
            need_id=O, season=D, taxonomy_version=O,
        ),
        "matching_tables": _table(
            place=P, note=P, starts_at=O, ends_at=O, held_on=O, settled_what=P, settled_how_long=P,
            settled_cost=P, partnership_id=O, called_by_id=O, version=O
        ),
        "meeting_dates": _table(starts_at=O, ends_at=O, table_id=O),
        "memberships": _table(account_id=O, participant_id=O, role=O),
        "mergers": _table(merged_id=O, kept_id=O, merged_at=O, merged_by_id=O),
        "milestones": _table(title=P, due_on=O, reached_at=O, partnership_id=O, reached_by_id=O),
        "need_fields": MappingProxyType({"need_id": O, "activity_field_id": O}),
        "need_outcomes": _table(
            candidates=O, excluded=O, relaxations=O, questions=O, found=D, run_id=O, need_id=O, municipality_id=O
        ),
        "needs": _table(
            title=P, body=P, status=O, origin=O, source=P, online=O, accepts=O, windows=O, welcomes=O, starts_on=O,
            ends_on=O, expires_on=O, notice_contact=P, notice_phone=P, discarded_at=O,
            renewal_asked_for=O, import_key=D,
            opened_at=O, search_text=D, participant_id=O, area_id=O,
            municipality_id=O, posted_by_id=O, version=O,
        ),
        "needs_shown": _table(needs=D, rounds=D, run_id=O, participant_id=O),
        "network_members": _table(
            joined_on=O, left_on=O, channel=O, said_by=P, network_id=O, participant_id=O, entered_by_id=O
        ),
        "networks": _table(
            name=P, mission=P, measure=P, starts_on=O, ends_on=O, extended_because=P, mission_fulfilled=O,
            ended_at=O, ended_because=P, area_id=O, version=O,
        ),
        "notices": _table(kind=O, at=O, mailed_at=O, account_id=O, partnership_id=O),
        "offer_fields": MappingProxyType({"offer_id": O, "activity_field_id": O}),
        "offer_items": _table(
            kind=O, what=P, quantity=O, unit=O, position=O, promised=O, offer_id=O, skill_id=O
        ),
        "offers": _table(
            title=P, body=P, status=O, source=P, reach=O, online=O, condition=O, windows=O, starts_on=O, ends_on=O,
            expires_on=O, engagement_limit=O, yearly_limit=O, import_key=D, engagements=O,
            engagement_limit_exceeded=O, engagements_year=O, yearly_engagements=O, yearly_limit_exceeded=O,
            renewal_asked_for=O, search_text=D, terms=D, meaning=D, participant_id=O, area_id=O,
            municipality_id=O, version=O,
        ),
        "outbox_mails": _table(
            to_address=P, locale=O, template=O, subject=P, body=P, reply_to=P, stop_url=S, attempts=O,
            last_error=O, next_attempt_at=O, sent_at=O, given_up_at=O, to_account_id=O,
        ),
        "outside_views": _table(name=P, capacity=P, goal=O, view=P, noted_at=O, partnership_id=O, noted_by_id=O),
        "participant_fields": MappingProxyType({"participant_id": O, "activity_field_id": O}),
        "participants": _table(
            kind=O, name=P, reading=P, summary=P, contact_name=P, contact_email=P, contact_phone=P, hours_per_month=O,
            engagement_limit=O, is_adult=O, import_key=D, engagements=O, engagement_limit_exceeded=O,
            open_enquiries=O, paused_at=O, left_at=O, area_id=O, municipality_id=O, version=O,
        ),
        "parties": _table(
            side=O, position=O, leads=O, partnership_id=O, participant_id=O, offer_id=O, publishes_at=O, left_at=O
        ),
        "partnerships": _table(
            title=P, proposed_at=O, stage=O, ending=O, accepted_at=O, over_at=O, agreed_version=O,
            starts_on=O, ends_on=O, evaluation_on=O, evaluated_until=O, need_id=O, suggestion_id=O,
            municipality_id=O, proposed_by_id=O, version=O,
        ),
        "party_terms": _table(
            position=O, name=P, leads=O, role=P, duty=P, benefit=P, burden=P, benefit_weight=O,
            burden_weight=O, may_change=P, to_keep=P, version_id=O, party_id=O
        ),
        "passkey_challenges": _table(challenge_hash=S, expires_at=O),
        "passkeys": _table(
            account_id=O, credential_id=S, public_key=S, sign_count=O, transports=O, name=P, last_used_at=O
        ),
        "petitions": _table(
            title=P, text=P, priority=O, own_role=P, burden=P, addressed_to=P, received_on=O,
            answer_due_on=O, channel=O, answer=O, answer_text=P, answer_is_public=O, answered_on=O,
            withdrawn_on=O, reminded_at=O, area_id=O, participant_id=O, goal_id=O, written_by_id=O,
            answered_by_id=O, version=O,
        ),
        "platforms": _table(kind=O, pillars=O, since=O, until=O, area_id=O, chosen_by_id=O),
        "principle_choices": _table(chosen_at=O, municipality_id=O, set_id=O, chosen_by_id=O),
        "principle_sets": _table(code=O, name_ja=O, name_en=O),
        "principles": _table(code=O, position=O, name_ja=O, name_en=O, gates=O, set_id=O),
        "provenances": _table(need_id=O, visit_id=O, consultation_id=O, roundtable_id=O, goal_id=O),
        "referrals": _table(
            text=P, contact=P, consent=O, sent_on=O, receipt_due_on=O, result_due_on=O, token_hash=S, state=O,
            received_at=O, received_by=P, closed_at=O, outcome=P, reminded_at=O, area_id=O, intermediary_id=O,
            consultation_id=O, visit_id=O, need_id=O, participant_id=O, sent_by_id=O, version=O,
        ),
        "reveals": _table(
            at=O, purpose=P, subject_id=O, to_participant_id=O, to_account_id=O, partnership_id=O
        ),
        "review_reasons": _table(code=O, step=O, name_ja=O, name_en=O),
        "role_holdings": _table(
            body=P, office=P, since=O, until=O, hours_per_month=O, participant_id=O, body_participant_id=O,
            entered_by_id=O, version=O,
        ),
        "roundtables": _table(
            kind=O, title=P, starts_at=O, ends_at=O, place=P, agenda=P, is_public=O, held_on=O,
            called_off_at=O, minutes=P, support=P, area_id=O, network_id=O, convenor_id=O, called_by_id=O,
            version=O,
        ),
        "routing_rules": _table(office=O, municipality_id=O, field_id=O),
        "saved_searches": _table(
            name=P, parameters=P, locale=O, told_until=O, address=P, confirmed_at=O, told_on=O, reader_id=O,
            account_id=O,
        ),
        "scans": _table(media_type=O, size=O, content=S, party_id=O),
        "season_professionals": _table(entered_at=O, score=O, confidence=O, season_id=O, offer_id=O, project_id=O),
        "season_projects": _table(entered_at=O, presented=P, season_id=O, need_id=O, partnership_id=O),
        "seasons": _table(
            name=P, summary=P, briefing_on=O, entries_close_on=O, orientation_on=O, kick_off_on=O,
            work_ends_on=O, presentation_on=O, looking_back_on=O, team_size=O, looked_back=P, matched_at=O,
            approved_at=O, area_id=O, planned_by_id=O, approved_by_id=O, version=O,
        ),
        "sign_in_attempts": _table(subject_hash=S),
        "sign_ins": _table(account_id=O, token_hash=S, expires_at=O, second_factor_passed=O, ended_at=O),
        "signatures": _table(
            name=P, capacity=P, signed_at=O, channel=O, version_id=O, party_id=O, entered_by_id=O,
            scan_id=O
        ),
        "skill_aliases": _table(text=O, skill_id=O),
        "skill_mergers": _table(code=O, merged_at=O, kept_id=O),
        "skills": _table(code=O, name_ja=O, name_en=O, parent_id=O, renamed_at=O, version=O),
        "slots": _table(
            kind=O, what=P, quantity=O, unit=O, hours_per_month=O, position=O, promised=O, need_id=O, skill_id=O
        ),
        "role_invitations": _table(position=O, completion_id=O, need_id=O),
        "stage_changes": _table(stage=O, at=O, partnership_id=O, by_id=O),
        "suggestion_approvals": _table(approved_at=O, is_free_of_interest=O, suggestion_id=O, account_id=O),
        "suggestion_edits": _table(
            kind=O, edited_at=O, note=P, lifted=O, claimed=O, suggestion_id=O, offer_id=O, former_offer_id=O,
            reason_id=O, edited_by_id=O,
        ),
        "suggestion_partners": _table(
            position=O, score=O, confidence=O, parts=O, reasons=O, suggestion_id=O, offer_id=O
        ),
        "suggestion_shares": _table(quantity=O, partner_id=O, slot_id=O, item_id=O),
        "suggestions": _table(
            rank=O, score=O, confidence=O, value=O, reasons=O, open_slots=O, places=D, coordinators_place=O,
            edited_from_id=O, snapshot=D, verdict=O,
            reviewed_at=O, review_note=P, review_reason_id=O, reviewed_by_id=O, run_id=O, need_id=O,
            municipality_id=O, version=O,
        ),
        "survey_answers": _table(satisfaction=O, met_somebody_new=O, again=O, comment=P, given_at=O, partnership_id=O),
        "visit_plans": _table(
            every_months=O, begins_on=O, ended_on=O, area_id=O, participant_id=O, visitor_id=O, version=O,
        ),
        "visits": _table(
            visited_on=O, support=O, heard=P, seen=P, people_met=O, sent_key=D, written_at=O, area_id=O,
            participant_id=O, consultation_id=O, visitor_id=O, version=O,
        ),
        "weight_previews": _table(found=D, computed_at=O, weight_set_id=O, municipality_id=O, job_id=O),
        "weight_sets": _table(
            number=O, weights=O, is_active=O, reason=O, proposed_by_id=O, switched_on_at=O,
        ),
        "worked_hours": _table(on_day=O, hours=O, people=O, what=P, noted_at=O, party_id=O, noted_by_id=O),
    }
)  # fmt: skip

# How a row belongs to a person: straight by the named column, or through a row of another table.
# "account" and "participant" are where the ways end.
BELONGS_BY: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "accounts": ("id", "account"),
        "memberships": ("account_id", "account"),
        "appointments": ("account_id", "account"),
        "sign_ins": ("account_id", "account"),
        "api_tokens": ("account_id", "account"),
        "invitations": ("accepted_by_id", "account"),
        "passkeys": ("account_id", "account"),
        "outbox_mails": ("to_account_id", "account"),
        "drafts": ("account_id", "account"),
        "saved_searches": ("account_id", "account"),
        "handled_requests": ("account_id", "account"),
        "suggestion_approvals": ("account_id", "account"),
        "participants": ("id", "participant"),
        "consents": ("participant_id", "participant"),
        "mergers": ("kept_id", "participant"),
        "needs": ("participant_id", "participant"),
        "slots": ("need_id", "needs"),
        "partnerships": ("need_id", "needs"),
        "offers": ("participant_id", "participant"),
        "offer_items": ("offer_id", "offers"),
        "parties": ("participant_id", "participant"),
        "enquiries": ("party_id", "parties"),
        "commitments": ("party_id", "parties"),
        "reveals": ("subject_id", "participant"),
        "notices": ("account_id", "account"),
        "party_terms": ("party_id", "parties"),
        "signatures": ("party_id", "parties"),
        "scans": ("party_id", "parties"),
        "date_answers": ("party_id", "parties"),
        "worked_hours": ("party_id", "parties"),
        "change_requests": ("party_id", "parties"),
        "evaluations": ("party_id", "parties"),
        "visits": ("participant_id", "participant"),
        "visit_plans": ("participant_id", "participant"),
        "consultations": ("participant_id", "participant"),
        "referrals": ("participant_id", "participant"),
        "petitions": ("participant_id", "participant"),
        "attendances": ("participant_id", "participant"),
        "network_members": ("participant_id", "participant"),
        "goal_roles": ("participant_id", "participant"),
        "acts_on_behalf": ("participant_id", "participant"),
        "intake_papers": ("act_id", "acts_on_behalf"),
        "role_holdings": ("participant_id", "participant"),
        "course_completions": ("participant_id", "participant"),
        "role_invitations": ("completion_id", "course_completions"),
        "season_projects": ("need_id", "needs"),
        "season_professionals": ("offer_id", "offers"),
        "activities": ("participant_id", "participant"),
        "council_seats": ("need_id", "needs"),
        "charges": ("keeper_id", "account"),
        "hand_overs": ("to_id", "account"),
    }
)

# Rows that go as a whole when a person's data are erased; what others must still see is scrubbed instead.
DELETED_ON_ERASURE: Final = (
    "intake_papers",
    "role_invitations",
    "course_completions",
    "role_holdings",
    "notices",
    "scans",
    "drafts",
    "saved_searches",
    "handled_requests",
    "outbox_mails",
    "api_tokens",
    "invitations",
    "passkeys",
    "sign_ins",
    "memberships",
    "appointments",
)


# What is nobody's secret for ever, but must not be read in the record before its time: parties evaluate blind, and
# few answers of a survey are not shown one by one.
SEALED: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "evaluations": frozenset({"goal", "again", "principles", "merits"}),
        "survey_answers": frozenset({"satisfaction", "met_somebody_new", "again"}),
    }
)


def is_recorded_by_value(table: str, column: str) -> bool:
    """Tell whether the audit log may hold the value itself."""
    return CATALOGUE[table][column] is Privacy.OPEN and column not in SEALED.get(table, ())
