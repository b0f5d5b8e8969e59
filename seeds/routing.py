"""To which office needs go where a municipality has said nothing itself, and who is in charge in the demo town."""

from collections import Counter
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Account, Appointed, Charge, ChargeCause, Need, NeedStatus, Office, Partnership, keeper_for
from seeds.identity import identified
from seeds.people import Population
from seeds.reference import REFERENCE
from seeds.sheets import read


@cache
def default_offices() -> Mapping[str | None, Office]:
    """Return the office by code of the field; the one without a field is for all others."""
    rows = read(REFERENCE / "routing_rules.csv")
    return MappingProxyType({row.text("field") or None: row.choice("office", Office) for row in rows})


def take_charge(session: Session, *, people: Population, needs: Mapping[str, Need]) -> int:
    """Put somebody in charge of every need of the town that waits; return of how many."""
    accounts = {account.id: account for account in people.accounts.values()}
    staff = [one for account in accounts.values() for one in _appointed(account)]
    load: Counter[UUID] = Counter()
    session.flush()
    under_way = set(session.scalars(select(Partnership.need_id).where(Partnership.over_at.is_(None))))
    kept = 0
    for key, need in needs.items():
        if need.opened_at is None or not (need.status is NeedStatus.OPEN or need.id in under_way):
            continue
        field = min(need.fields, key=lambda one: one.position, default=None)
        keeper = keeper_for(
            need.area.path, field.code if field else None, offices=default_offices(), staff=staff, load=load
        )
        if keeper is not None:
            load[keeper] += 1
            charge = Charge(need=need, keeper=accounts[keeper], since=need.opened_at, cause=ChargeCause.ROUTED)
            session.add(identified(charge, key, at=need.opened_at))
            kept += 1
    return kept


def _appointed(account: Account) -> list[Appointed]:
    return [
        Appointed(account.id, one.area.path, one.role, one.office, one.created_at, one.id)
        for one in account.appointments
    ]
