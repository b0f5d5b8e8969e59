from datetime import datetime

from models import Account, ActivityField, Area, Charge, ChargeCause, Need, Office, RoutingRule

from .listings import OPENED


def make_charge(need: Need, keeper: Account | None, *, since: datetime = OPENED) -> Charge:
    return Charge(need=need, keeper=keeper, since=since, cause=ChargeCause.ROUTED)


def make_rule(municipality: Area, office: Office, *, field: ActivityField | None = None) -> RoutingRule:
    return RoutingRule(municipality=municipality, office=office, field=field)
