from datetime import UTC, datetime
from itertools import count

from models import Area, ConsentChannel, ConsentPurpose, Participant, ParticipantKind

from .places import make_municipality

_numbers = count(1)
CONSENTED = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)


def make_participant(
    *,
    kind: ParticipantKind = ParticipantKind.NPO,
    name: str | None = None,
    area: Area | None = None,
    contact_email: str = "",
    contact_phone: str = "",
    engagement_limit: int | None = None,
) -> Participant:
    return Participant(
        kind=kind,
        name=name or f"ひより活動会{next(_numbers)}",
        area=area or make_municipality(),
        contact_name="会長",
        contact_email=contact_email,
        contact_phone=contact_phone,
        engagement_limit=engagement_limit,
    )


def make_resident(
    *,
    name: str | None = None,
    area: Area | None = None,
    consents: tuple[ConsentPurpose, ...] = (ConsentPurpose.PROJECTS,),
    is_adult: bool = True,
    contact_email: str = "",
    engagement_limit: int | None = None,
    hours_per_month: float | None = None,
) -> Participant:
    resident = Participant(
        kind=ParticipantKind.RESIDENT,
        name=name or f"日和 住人{next(_numbers)}",
        area=area or make_municipality(),
        is_adult=is_adult,
        contact_email=contact_email,
        engagement_limit=engagement_limit,
        hours_per_month=hours_per_month,
    )
    for purpose in consents:
        resident.consent(purpose, by=None, at=CONSENTED, channel=ConsentChannel.PAPER)
    return resident
