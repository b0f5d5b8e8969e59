from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from models import AuditedSession, Consent, ConsentChannel, ConsentPurpose, Participant, ParticipantKind
from models.errors import InvalidValue
from tests.factories import make_district, make_municipality, make_participant, make_resident
from tests.factories.participants import CONSENTED


def test_a_participant_needs_a_name() -> None:
    with pytest.raises(InvalidValue):
        Participant(kind=ParticipantKind.NPO, name="  ", area=make_municipality())


def test_a_district_belongs_to_its_municipality() -> None:
    municipality = make_municipality()

    assert make_participant(area=make_district(municipality=municipality)).municipality is municipality


def test_a_resident_without_consent_to_projects_is_not_matched() -> None:
    assert not make_resident(consents=(ConsentPurpose.LECTURER,)).may_be_matched


def test_a_resident_who_consented_to_projects_is_matched() -> None:
    assert make_resident().may_be_matched


def test_a_body_needs_no_consent() -> None:
    assert make_participant().may_be_matched


def test_a_minor_is_not_contacted_without_the_guardian() -> None:
    assert not make_resident(is_adult=False).may_be_contacted


def test_a_minor_is_contacted_with_the_guardians_consent() -> None:
    consents = (ConsentPurpose.PROJECTS, ConsentPurpose.GUARDIAN)

    assert make_resident(is_adult=False, consents=consents).may_be_matched


def test_a_withdrawn_consent_no_longer_counts() -> None:
    resident = make_resident()

    resident.withdraw_consent(ConsentPurpose.PROJECTS, at=CONSENTED + timedelta(days=1))

    assert not resident.may_be_matched


def test_consenting_twice_is_one_consent() -> None:
    resident = make_resident()

    resident.consent(ConsentPurpose.PROJECTS, by=None, at=CONSENTED, channel=ConsentChannel.WEB)

    assert len(resident.consents) == 1


def test_who_paused_is_not_matched() -> None:
    participant = make_participant()

    participant.pause(at=CONSENTED)

    assert not participant.may_be_matched


def test_who_resumed_is_matched_again() -> None:
    participant = make_participant()
    participant.pause(at=CONSENTED)

    participant.resume()

    assert participant.may_be_matched


def test_who_left_is_not_matched() -> None:
    participant = make_participant()

    participant.leave(at=CONSENTED)

    assert not participant.may_be_matched


def test_a_lower_limit_cuts_off_nothing_that_runs(session: AuditedSession) -> None:
    participant = make_participant(engagement_limit=3)
    participant.engagements = 3
    session.add(participant)
    session.commit()

    participant.set_engagement_limit(1)
    session.commit()

    assert participant.engagement_limit_exceeded


def test_the_database_knows_one_standing_consent_a_purpose(session: AuditedSession) -> None:
    resident = make_resident()
    session.add(resident)
    session.flush()

    resident.consents.append(Consent(purpose=ConsentPurpose.PROJECTS, granted_at=CONSENTED, channel=ConsentChannel.WEB))

    with pytest.raises(IntegrityError, match="consent"):
        session.flush()


def test_the_database_keeps_open_enquiries_at_three(session: AuditedSession) -> None:
    participant = make_participant()
    participant.open_enquiries = 4
    session.add(participant)

    with pytest.raises(IntegrityError, match="at_most_three_enquiries_are_open"):
        session.flush()
