"""Whether something that ends stays."""

from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField

from web.fields import Day
from web.listings.forms.pieces import refuse
from web.listings.services.renewal import LONGEST, Renewal


class RenewalForm(FlaskForm):
    """One tap: it stays for three months, until a day, without an end, or it is over."""

    renewal = RadioField(choices=[one.value for one in Renewal], validators=[])
    until = Day(_l("Until which day?"))
    today: date

    @property
    def chosen(self) -> Renewal:
        """Return what was pressed."""
        return Renewal(self.renewal.data)

    def validate(self, extra_validators: object = None) -> bool:
        """Check that a day was written where one is wanted, and that it is to come."""
        if not super().validate(extra_validators=extra_validators):
            return False
        if self.chosen is not Renewal.UNTIL:
            return True
        if self.until.data is None:
            return refuse(self.until, _("Write a day."))
        if not self.today < self.until.data <= self.today + LONGEST:
            return refuse(self.until, _("Write a day that is to come, within two years."))
        return True
