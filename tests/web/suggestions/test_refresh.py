import json
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from matching import replay
from matching.engine import SUGGESTIONS
from models import (
    AuditAction,
    AuditEntry,
    ConsentPurpose,
    Job,
    JobKind,
    JobState,
    MatchingRun,
    NeedOutcome,
    RunState,
    Suggestion,
    SuggestionPartner,
    SuggestionShare,
    Verdict,
    WeightSet,
    utc_now,
)
from tests.factories import make_item, make_need, make_offer, make_participant, make_resident, make_slot
from web.database import read_scope, session_scope
from web.suggestions import jobs, services
from web.worker import LostClaim


def offers_of(town: Any, suggestion: Suggestion) -> set[UUID]:
    return set(
        town.session.scalars(select(SuggestionPartner.offer_id).where(SuggestionPartner.suggestion_id == suggestion.id))
    )


def snapshots(town: Any) -> list[Suggestion]:
    return list(town.session.scalars(select(Suggestion).options(undefer(Suggestion.snapshot))))


def queued_job(town: Any) -> Job:
    job = Job.request(town.session, JobKind.REFRESH_SUGGESTIONS, municipality=town.municipality, by=None)
    town.session.commit()
    return job


def claim(town: Any, job: Job) -> None:
    job.start(at=utc_now())
    town.session.commit()


def test_a_run_suggests_the_team_that_covers_the_need(town: Any) -> None:
    town.look_for_partners()

    best = town.suggestions()[0]
    assert offers_of(town, best) == {town.writing_offer.id, town.printing_offer.id}
    assert best.open_slots == []
    assert town.session.scalar(select(func.count()).select_from(SuggestionShare)) >= 2


def test_a_run_is_published_with_the_weights_that_it_used(town: Any) -> None:
    town.look_for_partners()

    run = town.published_run()
    assert (run.needs, run.offers) == (1, 2)
    assert town.session.scalars(select(WeightSet)).one().number == 1
    assert run.weight_set.is_active


def test_the_job_of_a_run_is_done_with_it(town: Any) -> None:
    town.look_for_partners()

    job = town.session.scalars(select(Job)).one()
    assert (job.state, job.done, job.total) == (JobState.DONE, 1, 1)
    assert town.published_run().job is job


def test_a_second_run_takes_the_place_of_the_first(town: Any) -> None:
    town.look_for_partners()
    first = {suggestion.id for suggestion in town.suggestions()}

    town.look_for_partners()

    states = town.session.scalars(select(MatchingRun.state).order_by(MatchingRun.finished_at)).all()
    assert states == [RunState.SUPERSEDED, RunState.PUBLISHED]
    assert not first & {suggestion.id for suggestion in town.suggestions()}
    assert {suggestion.id for suggestion in town.suggestions(verdict=Verdict.SUPERSEDED)} == first


def test_what_was_held_stays_and_is_not_suggested_twice(town: Any) -> None:
    town.look_for_partners()
    best = town.suggestions()[0]
    best.hold(town.hold_reason, note="", by=town.coordinator, at=utc_now())
    held = offers_of(town, best)

    town.look_for_partners()

    assert best.verdict is Verdict.HELD
    assert held not in [offers_of(town, suggestion) for suggestion in town.suggestions()]


def test_what_awaits_a_second_approval_stays(town: Any) -> None:
    from tests.factories import make_membership

    town.look_for_partners()
    town.session.add(make_membership(town.company, account=town.coordinator))
    best = town.suggestions()[0]
    services.approve(town.session, best, by=town.coordinator)
    assert best.awaits_second_approval

    town.look_for_partners()

    assert best.verdict is Verdict.PENDING


def test_what_was_refused_is_not_shown_again(town: Any) -> None:
    town.look_for_partners()
    best = town.suggestions()[0]
    best.refuse(town.refuse_reason, note="", by=town.coordinator, at=utc_now())
    refused = offers_of(town, best)

    town.look_for_partners()

    assert refused not in [offers_of(town, suggestion) for suggestion in town.suggestions()]
    assert [suggestion.rank for suggestion in town.suggestions()] == list(range(1, len(town.suggestions()) + 1))


def test_after_all_that_is_shown_was_refused_the_next_ones_are_suggested(town: Any) -> None:
    need = make_need(
        participant=town.association, title="祭りの写真", slots=[make_slot(what="印刷", skill=town.printing)]
    )
    town.session.add(need)
    for _ in range(2 * SUGGESTIONS):
        helper = make_participant(area=town.south)
        items = [make_item(what="印刷", skill=town.printing)]
        town.session.add(make_offer(participant=helper, title="印刷します", items=items))
    town.look_for_partners()
    shown = town.suggestions(need)
    assert len(shown) == SUGGESTIONS
    refused = [offers_of(town, suggestion) for suggestion in shown]
    for suggestion in shown:
        suggestion.refuse(town.refuse_reason, note="", by=town.coordinator, at=utc_now())

    town.look_for_partners()

    following = [offers_of(town, suggestion) for suggestion in town.suggestions(need)]
    assert len(following) == SUGGESTIONS
    assert not any(team in refused for team in following)


def test_what_was_refused_is_shown_again_once_an_offer_has_changed(town: Any) -> None:
    town.look_for_partners()
    best = town.suggestions()[0]
    best.refuse(town.refuse_reason, note="", by=town.coordinator, at=utc_now())
    refused = offers_of(town, best)
    town.printing_offer.body = "大きな紙にも刷れるようになりました。"

    town.look_for_partners()

    assert refused in [offers_of(town, suggestion) for suggestion in town.suggestions()]


def test_a_need_that_changed_meanwhile_is_dropped_and_looked_at_again(town: Any) -> None:
    job = queued_job(town)
    claim(town, job)

    def change(done: int, total: int) -> None:
        del total
        if done == 0:
            town.need.title = "会報を新しくしたい"
            town.session.commit()

    published = services.refresh(
        partial(read_scope, town.app), partial(session_scope, town.app, via="test"), job.id, beat=change
    )
    town.session.expire_all()

    assert published
    assert town.suggestions() == []
    assert town.session.scalar(select(func.count()).select_from(NeedOutcome)) == 0
    assert town.session.scalar(select(func.count()).select_from(Job).where(Job.state == JobState.QUEUED)) == 1


def test_an_offer_that_was_paused_meanwhile_is_not_suggested(town: Any) -> None:
    job = queued_job(town)
    claim(town, job)

    def pause(done: int, total: int) -> None:
        del total
        if done == 0:
            town.company.pause(at=utc_now())
            town.session.commit()

    services.refresh(partial(read_scope, town.app), partial(session_scope, town.app, via="test"), job.id, beat=pause)
    town.session.expire_all()

    suggested = set().union(*(offers_of(town, suggestion) for suggestion in town.suggestions()))
    assert town.printing_offer.id not in suggested


def test_a_job_that_was_taken_over_publishes_nothing(town: Any) -> None:
    job = queued_job(town)
    claim(town, job)

    def lose(done: int, total: int) -> None:
        del total
        if done == 0:
            job.requeue()
            job.start(at=utc_now())
            town.session.commit()

    with pytest.raises(LostClaim):
        jobs.refresh(town.app, job.id, lose)

    town.session.expire_all()
    assert town.suggestions() == []
    assert job.state is JobState.RUNNING


def test_a_worker_does_the_job_once(town: Any) -> None:
    job = queued_job(town)
    worker = town.app.extensions["worker"]

    worker.run_job(job.id)
    worker.run_job(job.id)

    town.session.expire_all()
    assert job.state is JobState.DONE
    assert town.session.scalar(select(func.count()).select_from(MatchingRun)) == 1


def test_a_run_at_once_gives_way_to_one_that_is_at_work(town: Any) -> None:
    claim(town, queued_job(town))

    assert town.look_for_partners() is False


def test_a_run_at_once_that_fails_leaves_what_was_published(town: Any) -> None:
    town.look_for_partners()
    before = {suggestion.id for suggestion in town.suggestions()}

    place = town.municipality.id
    town.session.commit()

    def stumble(done: int, total: int) -> None:
        del done, total
        raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError):
        services.refresh_now(
            partial(read_scope, town.app),
            partial(session_scope, town.app, via="test"),
            place,
            beat=stumble,
        )

    town.session.expire_all()
    assert {suggestion.id for suggestion in town.suggestions()} == before
    assert town.session.scalar(select(func.count()).select_from(Job).where(Job.state == JobState.FAILED)) == 1


def test_the_frozen_input_gives_the_same_suggestion_bit_for_bit(town: Any) -> None:
    town.look_for_partners()

    for suggestion in snapshots(town):
        again = replay(suggestion.snapshot)
        assert (again.score, again.confidence, again.value, again.rank) == (
            suggestion.score,
            suggestion.confidence,
            suggestion.value,
            suggestion.rank,
        )


def test_the_frozen_input_and_the_reasons_hold_no_words_of_anybody(town: Any) -> None:
    town.look_for_partners()

    kept = json.dumps(
        [
            [suggestion.snapshot, suggestion.reasons, [one.reasons for one in partners]]
            for suggestion in snapshots(town)
            for partners in [
                town.session.scalars(
                    select(SuggestionPartner).where(SuggestionPartner.suggestion_id == suggestion.id)
                ).all()
            ]
        ],
        ensure_ascii=False,
    )
    for words in (
        "北山自治会",
        "三枝",
        "広報紙を読みやすくしたい",
        "会報の印刷",
        "印刷機と紙",
        "紙面を組みます",
        "字ばかり",
    ):
        assert words not in kept


def test_a_resident_without_consent_is_never_suggested(town: Any) -> None:
    town.resident.withdraw_consent(ConsentPurpose.PROJECTS, at=utc_now())

    town.look_for_partners()

    suggested = set().union(*(offers_of(town, suggestion) for suggestion in town.suggestions()))
    assert suggested == {town.printing_offer.id}
    assert town.session.scalars(select(NeedOutcome)).one().excluded == {"no_consent": 1}


def test_who_has_reached_the_own_limit_is_never_suggested(town: Any) -> None:
    town.company.set_engagement_limit(0)

    town.look_for_partners()

    suggested = set().union(*(offers_of(town, suggestion) for suggestion in town.suggestions()))
    assert suggested == {town.writing_offer.id}


def test_a_need_for_which_nobody_was_found_says_what_would_have_to_give(town: Any) -> None:
    town.need.set_accepts([])
    town.need.accepts = ["loan"]

    town.look_for_partners()

    outcome = town.session.scalars(select(NeedOutcome)).one()
    assert town.suggestions() == []
    assert outcome.candidates == 0
    assert outcome.relaxations == [{"code": "relax_condition", "params": {"condition": "free"}, "count": 2}]


def test_the_order_of_rows_does_not_matter(town: Any) -> None:
    town.session.add_all(
        make_offer(participant=make_participant(area=town.north), title=f"会報の手伝い{number}") for number in range(6)
    )
    town.look_for_partners()
    first = [(one.rank, one.value, sorted(map(str, offers_of(town, one)))) for one in town.suggestions()]
    for offer in reversed(town.session.scalars(select(type(town.printing_offer))).all()):
        offer.source = f"{offer.source}*"
        town.session.flush()

    town.look_for_partners()

    assert [(one.rank, one.value, sorted(map(str, offers_of(town, one)))) for one in town.suggestions()] == first


def test_a_run_leaves_the_suggestions_of_other_places_alone(town: Any) -> None:
    elsewhere = make_participant()
    need = make_need(participant=elsewhere, slots=[make_slot(skill=town.newsletter)])
    helper = make_offer(participant=make_resident(area=elsewhere.area))
    town.session.add_all([need, helper])
    town.look_for_partners(elsewhere.area)
    there = {suggestion.id for suggestion in town.suggestions(need)}

    town.look_for_partners()

    assert there
    assert {suggestion.id for suggestion in town.suggestions(need)} == there


def test_what_a_run_supersedes_is_one_entry_of_the_record_of_changes(town: Any) -> None:
    town.look_for_partners()
    first = len(town.suggestions())
    town.look_for_partners()

    entries = town.session.scalars(
        select(AuditEntry).where(
            AuditEntry.subject_id == town.published_run().id, AuditEntry.action == AuditAction.UPDATE
        )
    ).all()
    assert first > 1
    assert [entry.changes for entry in entries if "superseded" in entry.changes] == [{"superseded": [0, first]}]
    assert not town.session.scalars(select(AuditEntry).where(AuditEntry.subject_table == "suggestions")).all()


def test_the_record_tells_that_a_run_came_to_be_before_what_it_superseded(town: Any) -> None:
    town.look_for_partners()
    town.look_for_partners()

    actions = town.session.scalars(
        select(AuditEntry.action).where(AuditEntry.subject_id == town.published_run().id).order_by(AuditEntry.sequence)
    ).all()
    assert actions == [AuditAction.INSERT, AuditAction.UPDATE, AuditAction.UPDATE]


def test_a_form_that_was_opened_before_a_run_is_noticed(town: Any) -> None:
    town.look_for_partners()
    before = {suggestion.id: suggestion.version for suggestion in town.suggestions()}

    town.look_for_partners()

    after = {suggestion.id: suggestion.version for suggestion in town.suggestions(verdict=Verdict.SUPERSEDED)}
    assert after == {identity: version + 1 for identity, version in before.items()}


def test_who_is_only_the_nearest_is_stored_without_a_figure(town: Any) -> None:
    need = town.add_need_that_nobody_fits()

    town.look_for_partners()

    nearest = town.suggestions(need)[0]
    assert nearest.score is None
    assert nearest.reasons[0]["code"] == "team_faint"


def test_a_run_at_once_notes_in_its_row_how_far_it_is(town: Any) -> None:
    noted = []

    def look(done: int, total: int) -> None:
        town.session.expire_all()
        noted.extend(town.session.scalars(select(Job.heartbeat_at)).all())
        town.session.commit()
        del done, total

    town.session.commit()
    services.refresh_now(
        partial(read_scope, town.app), partial(session_scope, town.app, via="test"), town.municipality.id, beat=look
    )

    town.session.expire_all()
    job = town.session.scalars(select(Job)).one()
    assert job.heartbeat_at is not None
    assert job.heartbeat_at > noted[0]


def quiet(done: int, total: int) -> None:
    del done, total


def test_a_model_of_sentences_that_is_not_there_stops_the_run_with_its_path(town: Any, tmp_path: Path) -> None:
    scopes = partial(read_scope, town.app), partial(session_scope, town.app, via="test")

    with pytest.raises(ValueError, match="no-such-model"):
        services.refresh_now(*scopes, town.municipality.id, beat=quiet, dense=str(tmp_path / "no-such-model"))


def test_a_model_of_sentences_helps_to_find_offers(town: Any, tmp_path: Path) -> None:
    np.savez(
        tmp_path / "vectors.npz",
        words=np.frombuffer("会報\n紙面\n印刷".encode(), dtype=np.uint8),
        vectors=np.eye(3, dtype=np.float32),
    )
    scopes = partial(read_scope, town.app), partial(session_scope, town.app, via="test")
    town.session.commit()

    assert services.refresh_now(*scopes, town.municipality.id, beat=quiet, dense=str(tmp_path))
    assert town.suggestions()
