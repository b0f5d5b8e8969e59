"""An offer that changes has looked at anew what it touches, and nothing else."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from models import Job, JobKind, JobState, Need, Offer, Reach, ResourceKind, Skill, Verdict, utc_now
from models.errors import InvalidValue
from models.jobs import MOST_SINGLE_NEEDS
from tests.factories import (
    make_district,
    make_item,
    make_municipality,
    make_need,
    make_offer,
    make_participant,
    make_skill,
    make_slot,
)
from web.database import read_scope, session_scope
from web.listings.services.offers import OfferDraft, edit_offer, open_offer, pause_offer, withdraw_offer
from web.listings.services.pieces import Piece
from web.suggestions import services


@pytest.fixture
def interpreters(town: Any) -> Need:
    """Return a need in the same town for something else, which another offer serves."""
    skill = make_skill(name="通訳")
    helpers = make_participant(area=town.south, name="ことばの会")
    need = make_need(
        participant=make_participant(area=town.north),
        title="外国からの客を迎える",
        slots=[make_slot(what="通訳をする人", skill=skill)],
    )
    need.body = "客と話せる人を探しています。"
    offer = make_offer(participant=helpers, title="通訳します", items=[make_item(what="通訳", skill=skill)])
    town.session.add_all([need, offer])
    town.session.commit()
    return need


def work(town: Any) -> None:
    """Do all that waits, as a worker would."""
    town.session.commit()
    worker = town.app.extensions["worker"]
    while waiting := town.session.scalars(select(Job.id).where(Job.state == JobState.QUEUED)).all():
        for job_id in waiting:
            worker.run_job(job_id)
        town.session.commit()
    town.session.expire_all()
    assert not town.session.scalars(select(Job).where(Job.state == JobState.FAILED)).all()


def asked_by(town: Any, offer: Offer) -> Sequence[tuple[JobKind, Any]]:
    """Return what the job of an offer asks for."""
    job = Job.request_for_offer(town.session, offer, by=None)
    town.session.commit()
    town.app.extensions["worker"].run_job(job.id)
    town.session.expire_all()
    assert job.state is JobState.DONE, job.error
    jobs = town.session.scalars(select(Job).where(Job.state == JobState.QUEUED)).all()
    return [(one.kind, one.need_id or one.municipality_id) for one in jobs]


def draft(offer: Offer, **changes: Any) -> OfferDraft:
    """Return what the form sends of an offer, with changes."""
    said: dict[str, Any] = {"title": offer.title, "area": offer.area}
    return OfferDraft(**said | changes)


@pytest.mark.usefixtures("interpreters")
def test_an_offer_asks_for_the_needs_that_it_counts_for_alone(town: Any) -> None:
    assert asked_by(town, town.printing_offer) == [(JobKind.REFRESH_NEED, town.need.id)]


@pytest.mark.usefixtures("interpreters")
def test_an_offer_that_nobody_needs_asks_for_nothing(town: Any) -> None:
    town.look_for_partners()
    offer = make_offer(
        participant=make_participant(area=town.south), title="竹を譲ります", items=[make_item(what="竹")]
    )
    town.session.add(offer)

    assert asked_by(town, offer) == []


def test_an_offer_that_comes_near_is_shown_where_nobody_fits(town: Any) -> None:
    need = make_need(participant=town.association, title="夜道が暗い", slots=[make_slot(what="夜道の見回り")])
    town.session.add(need)
    town.look_for_partners()
    watchers = make_participant(area=town.south, name="夜空の会")
    offer = make_offer(participant=watchers, title="夜空を案内します", items=[make_item(what="夜空の案内")])
    town.session.add(offer)

    assert (JobKind.REFRESH_NEED, need.id) in asked_by(town, offer)


def test_an_edited_offer_is_suggested_for_what_it_has_become(town: Any, interpreters: Need) -> None:
    town.look_for_partners()
    skill = town.session.scalars(select(Skill).where(Skill.name_ja == "通訳")).one()
    piece = Piece(position=1, kind=ResourceKind.PEOPLE, what="通訳", skill=skill)

    edit_offer(
        town.session,
        town.printing_offer,
        draft(town.printing_offer, title="通訳をします", items=[piece]),
        version=town.printing_offer.version,
        by=town.coordinator,
        opened=False,
    )
    work(town)

    def offers_for(need: Need) -> set[Any]:
        return {partner.offer_id for one in whole(town, need) for partner in one.partners}

    assert town.printing_offer.id in offers_for(interpreters)
    assert town.printing_offer.id not in offers_for(town.need)


def whole(town: Any, need: Need) -> list[Any]:
    """Return the undecided suggestions for a need with their partners."""
    suggestions = town.suggestions(need)
    for suggestion in suggestions:
        town.session.refresh(suggestion, ["partners"])
    return list(suggestions)


@pytest.mark.usefixtures("interpreters")
@pytest.mark.parametrize("step", [pause_offer, withdraw_offer])
def test_an_offer_that_is_taken_back_asks_for_the_needs_that_it_was_suggested_for(town: Any, step: Any) -> None:
    town.look_for_partners()

    step(town.session, town.printing_offer, by=town.coordinator)
    town.session.commit()

    waiting = town.session.scalars(select(Job).where(Job.state == JobState.QUEUED)).all()
    assert {(job.kind, job.need_id) for job in waiting} == {
        (JobKind.REFRESH_NEED, town.need.id),
        (JobKind.REFRESH_OFFER, None),
    }
    work(town)
    kinds = town.session.scalars(select(Job.kind).order_by(Job.created_at)).all()
    assert sorted(kinds) == [JobKind.REFRESH_NEED, JobKind.REFRESH_OFFER, JobKind.REFRESH_SUGGESTIONS]
    held = {partner.offer_id for one in whole(town, town.need) for partner in one.partners}
    assert held == {town.writing_offer.id}


def test_an_offer_that_a_run_suggested_meanwhile_is_looked_at_again(town: Any) -> None:
    town.look_for_partners()
    town.printing_offer.pause()

    assert asked_by(town, town.printing_offer) == [(JobKind.REFRESH_NEED, town.need.id)]


def test_an_offer_that_is_opened_again_is_suggested_again(town: Any) -> None:
    town.printing_offer.pause()
    town.look_for_partners()

    open_offer(town.session, town.printing_offer, by=None)
    work(town)

    assert any(town.printing_offer.id == partner.offer_id for one in whole(town, town.need) for partner in one.partners)


def test_where_many_needs_are_touched_their_municipality_is_looked_at(town: Any) -> None:
    town.session.add_all(
        make_need(participant=town.association, slots=[make_slot(what="印刷", skill=town.printing)])
        for _ in range(MOST_SINGLE_NEEDS)
    )

    assert asked_by(town, town.printing_offer) == [(JobKind.REFRESH_SUGGESTIONS, town.municipality.id)]


@pytest.mark.parametrize(
    ("reach", "places"),
    [
        (Reach.MUNICIPALITY, {"here"}),
        (Reach.PREFECTURE, {"here", "beside"}),
        (Reach.ANYWHERE, {"here", "beside", "far"}),
    ],
)
def test_an_offer_touches_needs_as_far_as_it_reaches(town: Any, reach: Reach, places: set[str]) -> None:
    beside = make_municipality(prefecture=town.municipality.parent)
    needs = {"here": town.need}
    for name, municipality in (("beside", beside), ("far", make_municipality())):
        needs[name] = make_need(
            participant=make_participant(area=make_district(municipality=municipality)),
            slots=[make_slot(what="会報の印刷", skill=town.printing)],
        )
    town.printing_offer.reach = reach
    town.session.add_all(needs.values())
    town.session.flush()

    asked = asked_by(town, town.printing_offer)

    assert {need for _, need in asked} == {needs[place].id for place in places}


def test_a_job_for_an_offer_names_it(town: Any) -> None:
    with pytest.raises(InvalidValue, match="refresh_offer"):
        Job(kind=JobKind.REFRESH_OFFER, municipality=town.municipality)


def test_what_is_asked_of_an_offer_names_it(town: Any) -> None:
    job = Job.request(town.session, JobKind.REFRESH_SUGGESTIONS, municipality=town.municipality, by=None)
    town.session.commit()

    with pytest.raises(ValueError, match="one offer"):
        services.seek(
            partial(read_scope, town.app), partial(session_scope, town.app, via="test"), job.id, beat=lambda *_: None
        )


def test_one_waiting_job_answers_any_number_of_changes(town: Any) -> None:
    first = Job.request_for_offer(town.session, town.printing_offer, by=None)
    town.session.flush()

    assert Job.request_for_offer(town.session, town.printing_offer, by=None) is first
    assert Job.request_for_offer(town.session, town.writing_offer, by=None) is not first


def test_a_job_that_was_taken_over_asks_for_nothing(town: Any, app: Flask) -> None:
    job = Job.request_for_offer(town.session, town.printing_offer, by=None)
    job.start(at=utc_now())
    town.session.commit()

    def lose(done: int, total: int) -> None:
        del done, total
        job.start(at=utc_now())
        town.session.commit()

    assert not services.seek(partial(read_scope, app), partial(session_scope, app, via="test"), job.id, beat=lose)
    assert town.session.scalars(select(Job.kind).where(Job.state == JobState.QUEUED)).all() == []


def test_a_need_that_was_looked_at_later_is_not_overwritten_by_a_run_that_began_before(town: Any) -> None:
    job = Job.request(town.session, JobKind.REFRESH_SUGGESTIONS, municipality=town.municipality, by=None)
    town.printing_offer.pause()
    job.start(at=utc_now())
    town.session.commit()
    is_first = iter([True])

    def open_meanwhile(done: int, total: int) -> None:
        del done, total
        if next(is_first, False):
            open_offer(town.session, town.printing_offer, by=None)
            town.session.commit()
            for kind in (JobKind.REFRESH_OFFER, JobKind.REFRESH_NEED):
                waiting = town.session.scalars(select(Job.id).where(Job.kind == kind)).one()
                town.session.commit()
                town.app.extensions["worker"].run_job(waiting)

    reading, writing = partial(read_scope, town.app), partial(session_scope, town.app, via="test")
    assert services.refresh(reading, writing, job.id, beat=open_meanwhile)
    town.session.expire_all()

    pending = [one for one in whole(town, town.need) if one.verdict is Verdict.PENDING]
    assert any(town.printing_offer.id == partner.offer_id for one in pending for partner in one.partners)
    assert [one.rank for one in pending] == list(range(1, len(pending) + 1))
    assert town.session.scalars(select(Job).where(Job.state == JobState.QUEUED)).all() == []
