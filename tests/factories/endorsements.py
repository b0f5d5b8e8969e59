from datetime import date
from itertools import count
from typing import Any

from models import Endorsement, EndorsementKind, Participant

_numbers = count(1)


def make_endorsement(participant: Participant, **said: Any) -> Endorsement:
    whole: dict[str, Any] = {
        "kind": EndorsementKind.PATRONAGE,
        "subject": "北山まつり",
        "basis": "後援名義の使用に関する要綱第三条",
        "issuer": "日和市教育委員会",
        "issued_on": date(2026, 11, 1),
        "expires_on": date(2026, 11, 30),
        "code": f"code-{next(_numbers)}",
    }
    return Endorsement(participant=participant, **(whole | said))
