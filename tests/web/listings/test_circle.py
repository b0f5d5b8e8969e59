"""Those who have a need read in numbers who could help; who they are stays with the coordinator."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models import (
    Account,
    Area,
    Need,
    NeedOutcome,
    Offer,
    OfferStatus,
    Participant,
    ParticipantKind,
    Reach,
    ResourceKind,
    RunState,
    Skill,
    utc_now,
)
from tests.factories import (
    make_district,
    make_item,
    make_municipality,
    make_need,
    make_offer,
    make_participant,
    make_resident,
    make_run,
    make_skill,
    make_slot,
    make_suggestion,
)
from web.listings.queries.circle import Around, circle_of

Browse = Callable[[Account], FlaskClient]


@pytest.fixture
def skill() -> Skill:
    return make_skill(name="草刈り")


@pytest.fixture
def need(session: Session, town: Area, skill: Skill) -> Need:
    slots = [make_slot(what="草を刈る人", skill=skill), make_slot(ResourceKind.GOODS, "刈払機")]
    need = make_need(participant=make_participant(area=town), slots=slots)
    session.add(need)
    return need


def give(session: Session, skill: Skill, participant: Participant, **parts: object) -> Offer:
    offer = make_offer(participant=participant, items=[make_item(skill=skill)], **parts)  # type: ignore[arg-type]
    session.add(offer)
    return offer


def around(session: Session, need: Need) -> list[Around]:
    session.flush()
    return list(circle_of(session, need, at=utc_now()).around)


def test_bodies_are_counted_by_kind_and_persons_once_each(
    session: Session, town: Area, need: Need, skill: Skill
) -> None:
    company = make_participant(area=town, kind=ParticipantKind.COMPANY)
    give(session, skill, company)
    give(session, skill, company)
    resident = make_resident(area=town)
    give(session, skill, resident)
    give(session, skill, resident)

    grass, machine = around(session, need)

    assert (dict(grass.bodies), grass.persons, grass.bodies_near) == ({ParticipantKind.COMPANY: 1}, 1, 1)
    assert not machine.is_anybody


def test_whoever_was_found_for_a_slot_counts_without_the_skill(session: Session, town: Area, need: Need) -> None:
    offer = make_offer(participant=make_participant(area=town))
    session.add(make_suggestion(need=need, offers=[offer]))

    assert around(session, need)[0].bodies == {ParticipantKind.NPO: 1}


@pytest.mark.parametrize("persons", [1, 4])
def test_few_persons_are_not_counted(session: Session, town: Area, need: Need, skill: Skill, persons: int) -> None:
    for _ in range(persons):
        give(session, skill, make_resident(area=town))

    assert around(session, need)[0].persons_counted is None


def test_five_persons_are_counted(session: Session, town: Area, need: Need, skill: Skill) -> None:
    for _ in range(5):
        give(session, skill, make_resident(area=town))

    assert around(session, need)[0].persons_counted == 5


def test_whoever_cannot_be_asked_is_not_counted(session: Session, town: Area, need: Need, skill: Skill) -> None:
    give(session, skill, make_resident(area=town, consents=()))
    give(session, skill, make_resident(area=town, is_adult=False))
    give(session, skill, make_participant(area=town), status=OfferStatus.PAUSED)
    give(session, skill, make_participant(area=town, engagement_limit=0))
    give(session, skill, make_participant(area=town)).set_yearly_limit(0)
    give(session, skill, make_participant(area=make_municipality()))
    give(session, skill, make_participant(area=make_district(municipality=town)), reach=Reach.DISTRICT)
    give(session, skill, need.participant)
    paused = give(session, skill, make_participant(area=town))
    paused.participant.paused_at = utc_now()

    assert not around(session, need)[0].is_anybody


def test_those_who_have_the_need_read_numbers_and_no_names(
    session: Session, town: Area, need: Need, skill: Skill, represent: Callable[..., Account], signed_in: Browse
) -> None:
    give(session, skill, make_participant(area=town, kind=ParticipantKind.COMPANY, name="草野造園株式会社"))
    give(session, skill, make_resident(area=town, name="草野 一郎"))

    page = signed_in(represent(need.participant)).get(f"/needs/{need.id}").text

    assert "企業 1" in page
    assert "数人（5人未満）" in page
    assert "まだ提供者がいないもの：刈払機" in page
    assert "草野" not in page


def test_strangers_read_nothing_of_it(
    session: Session, town: Area, need: Need, skill: Skill, client: FlaskClient
) -> None:
    give(session, skill, make_participant(area=town))

    assert 'id="circle"' not in client.get(f"/needs/{need.id}").text


def test_what_would_widen_the_circle_is_said_in_words(
    session: Session, need: Need, represent: Callable[..., Account], signed_in: Browse
) -> None:
    run = make_run(need.municipality)
    run.state = RunState.PUBLISHED
    relaxation = {"code": "relax_area_neighbour", "params": {}, "count": 2}
    outcome = NeedOutcome(run=run, need=need, candidates=0, excluded={}, relaxations=[relaxation], questions=[])
    session.add(outcome)

    page = signed_in(represent(need.participant)).get(f"/needs/{need.id}").text

    assert "隣の地区からでもよければ" in page
