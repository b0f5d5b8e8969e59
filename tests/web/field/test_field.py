"""What waits in the field is counted where it is done, and for the places of the coordinator alone."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from flask.testing import FlaskClient

from models import Account, AuditedSession, NeedStatus, Petition, Provenance, Roundtable, RoundtableKind
from tests.factories import (
    make_account,
    make_appointment,
    make_charge,
    make_consultation,
    make_district,
    make_intermediary,
    make_municipality,
    make_need,
    make_network,
    make_participant,
    make_referral,
)
from web.field.queries import waiting

SignedIn = Callable[[Account], FlaskClient]
AT = datetime(2026, 12, 21, 3, 0, tzinfo=UTC)


def test_everything_that_waits_is_counted_once(session: AuditedSession) -> None:
    municipality = make_municipality()
    north, elsewhere = make_district(municipality=municipality), make_district()
    coordinator = make_appointment(municipality).account
    body = make_participant(area=north)
    consultation = make_consultation(area=north)
    session.add_all([coordinator, consultation, make_consultation(area=elsewhere), make_network(area=north)])
    session.add(make_charge(make_need(participant=body), keeper=coordinator))
    session.add(make_referral(consultation, make_intermediary(area=north), receipt_due_on=date(2026, 12, 18)))
    for starts_at in (datetime(2026, 12, 1, 3, 0, tzinfo=UTC), datetime(2026, 12, 22, 3, 0, tzinfo=UTC)):
        session.add(Roundtable(kind=RoundtableKind.EXCHANGE, title="意見交換会", starts_at=starts_at, area=north))
    for day in (date(2026, 12, 24), date(2027, 2, 1)):
        session.add(
            Petition(
                title="街灯",
                text="暗い",
                priority=1,
                received_on=date(2026, 11, 25),
                answer_due_on=day,
                area=north,
                participant=body,
            )
        )
    session.commit()

    found = waiting(session, coordinator, at=AT)

    assert (found.in_charge, found.asked, found.consultations, found.referrals) == (1, 0, 1, 1)
    assert (found.meetings, found.without_minutes, found.petitions, found.networks) == (1, 1, 1, 0)


def test_the_page_leads_to_everything_that_is_done_in_the_field(session: AuditedSession, signed_in: SignedIn) -> None:
    coordinator = make_appointment(make_municipality()).account
    session.add(coordinator)
    session.commit()

    page = signed_in(coordinator).get("/field").text

    for way in ("/visits", "/consultations/new", "/inbox", "/meetings", "/petitions", "/networks", "/courses"):
        assert f'href="{way}' in page


def test_who_coordinates_nothing_does_not_go_out_from_here(session: AuditedSession, signed_in: SignedIn) -> None:
    account = make_account()
    session.add(account)
    session.commit()
    assert signed_in(account).get("/field").status_code == 403


def test_what_was_heard_and_left_as_a_draft_stands_on_a_list_of_its_place(
    session: AuditedSession, signed_in: SignedIn
) -> None:
    municipality = make_municipality()
    coordinator, stranger = make_appointment(municipality).account, make_appointment(make_municipality()).account
    body = make_participant(area=municipality)
    left = make_need(participant=body, title="草刈り", status=NeedStatus.DRAFT)
    opened = make_need(participant=body, title="雪かき")
    own = make_need(participant=body, title="自分の下書き", status=NeedStatus.DRAFT)
    consultation = make_consultation(area=municipality)
    session.add_all([coordinator, stranger, own])
    session.add_all([Provenance(need=one, consultation=consultation) for one in (left, opened)])
    session.commit()

    assert waiting(session, coordinator, at=AT).drafts == 1
    page = signed_in(coordinator).get("/field/drafts").text
    assert "草刈り" in page
    assert "雪かき" not in page
    assert "自分の下書き" not in page
    assert "草刈り" not in signed_in(stranger).get("/field/drafts").text
