from datetime import UTC, datetime
from itertools import count

from models import Account, Appointment, Area, Membership, Participant, Role

_numbers = count(1)
CONFIRMED = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)


def make_account(
    *, email: str | None = None, name: str = "日和 花子", locale: str = "ja", password_hash: str | None = None
) -> Account:
    return Account(
        email=email or f"account-{next(_numbers)}@hiyori.example",
        name=name,
        locale=locale,
        password_hash=password_hash,
        confirmed_at=CONFIRMED,
    )


def make_membership(
    participant: Participant, *, account: Account | None = None, role: Role | None = None
) -> Membership:
    default = Role.RESIDENT if participant.is_resident else Role.MANAGER
    return Membership(account=account or make_account(), participant=participant, role=role or default)


def make_appointment(area: Area, *, account: Account | None = None, role: Role = Role.COORDINATOR) -> Appointment:
    return Appointment(account=account or make_account(name="調整 太郎"), area=area, role=role)
