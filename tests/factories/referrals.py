from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from models import (
    Area,
    Consultation,
    Intermediary,
    IntermediaryKind,
    Network,
    Referral,
)

from .places import make_municipality

_numbers = count(1)
ASKED = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)


def make_intermediary(area: Area | None = None, **said: Any) -> Intermediary:
    whole: dict[str, Any] = {
        "kind": IntermediaryKind.INTERMEDIARY,
        "name": f"市民活動センター{next(_numbers)}",
        "email": "center@hiyori.example",
        "phone": "042-123-4567",
    }
    return Intermediary(area=area or make_municipality(), **(whole | said))


def make_referral(consultation: Consultation, to: Intermediary, **said: Any) -> Referral:
    whole: dict[str, Any] = {
        "text": consultation.asked,
        "sent_on": date(2026, 11, 30),
        "receipt_due_on": date(2026, 12, 7),
        "token_hash": f"{next(_numbers):064x}",
    }
    return Referral(area=consultation.area, intermediary=to, consultation=consultation, **(whole | said))


def make_network(area: Area | None = None, **said: Any) -> Network:
    whole: dict[str, Any] = {
        "name": "通学路の見守り",
        "mission": "すべての通学路に見守りがある",
        "measure": "六つの地区のすべて",
        "starts_on": date(2026, 4, 1),
        "ends_on": date(2027, 3, 31),
    }
    return Network(area=area or make_municipality(), **(whole | said))
