"""Whether an account wants the news of its partnerships by mail."""

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import AnyOf

from models import Reply


class SwitchForm(FlaskForm):
    """Yes or no."""

    reply = StringField(validators=[AnyOf([reply.value for reply in Reply])])
