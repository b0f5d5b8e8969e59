"""One field of each sort, for the page that shows the components."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Form, IntegerField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields import TextAreaField
from wtforms.validators import DataRequired, InputRequired

from models import Condition, ResourceKind, Window
from web.fields import members_of


class SampleForm(Form):
    """Nothing is done with what is typed here."""

    title = StringField(_l("Title"), [DataRequired(_l("Write a title."))])
    quantity = IntegerField(_l("How many"), [InputRequired(_l("Write a number from 1 to %(max)s.", max=100))])
    body = TextAreaField(_l("In your own words"))
    kind = SelectField(_l("Kind"), choices=members_of(ResourceKind))
    condition = RadioField(_l("On what condition?"), choices=members_of(Condition), validate_choice=False)
    accepts = SelectMultipleField(_l("What would be acceptable"), choices=members_of(Condition))
    windows = SelectMultipleField(_l("Parts of the week"), choices=members_of(Window), validate_choice=False)
    online = BooleanField(_l("Is it possible online?"))
