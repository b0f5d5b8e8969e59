"""The limit of one fiscal year, as somebody types it on one line of the catalogue."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import Form
from wtforms.validators import Optional

from models import Offer
from web.fields import Between, WholeNumber

OFFER = "limit_of"


class LimitForm(Form):
    """How many partnerships of a fiscal year an offer serves; empty means as many as come."""

    yearly_limit = WholeNumber(
        _l("Limit in a fiscal year"),
        description=_l("Empty: no limit"),
        validators=[Optional(), Between(0, 10_000, _l("Write a number from 0 to 10,000."))],
    )

    @classmethod
    def of(cls, offer: Offer, typed: Mapping[str, Any] | None = None) -> "LimitForm":
        """Return the form of one offer, with what was typed for it or else with what is saved."""
        data = None if typed is None else MultiDict({"yearly_limit": typed.get("yearly_limit", "")})
        form = cls(data, data={"yearly_limit": offer.yearly_limit})
        # Many of them stand on one page.
        form.yearly_limit.id = form.yearly_limit.label.field_id = f"limit-{offer.id}"
        return form
