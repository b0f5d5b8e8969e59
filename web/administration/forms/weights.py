"""Shape of what is typed about weights."""

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from matching import Weights
from web.fields import Between, NotedVersion, WholeNumber, plain
from web.suggestions.documents import signal_name

WHOLE: Final = 100
NAMES: Final = tuple(Weights().as_mapping())


class WeightsForm(FlaskForm):
    """How much each signal counts, in points of 100, and why."""

    reason = TextAreaField(
        _l("Why?"),
        description=_l("Whoever looks at the weights later reads this."),
        filters=[plain],
        validators=[DataRequired(_l("Say why: whoever looks at the weights later reads it.")), Length(max=1000)],
        render_kw={"rows": 3},
    )

    @classmethod
    def starting_from(cls, weights: Mapping[str, Any]) -> "WeightsForm":
        """Return the form with these weights; what was sent goes before them."""
        form = cls(data={name: round(float(weights.get(name, 0.0)) * WHOLE) for name in NAMES})
        for field in form.points:
            field.label.text = signal_name(field.name)
        return form

    @property
    def points(self) -> list[Any]:
        """Return the fields of the signals, in their order."""
        return [self[name] for name in NAMES]

    def check(self) -> bool:
        """Tell whether the points add up to 100; say how many are missing or too many."""
        if not self.validate():
            return False
        total: int = sum(field.data for field in self.points)
        if total != WHOLE:
            self.form_errors.append(_("The points add up to %(total)s. Together they must be 100.", total=total))
        return total == WHOLE

    def weights(self) -> dict[str, float]:
        """Return what was typed into a valid form."""
        return {field.name: field.data / WHOLE for field in self.points}


for _name in NAMES:
    setattr(
        WeightsForm,
        _name,
        WholeNumber(
            _name,
            validators=[Between(0, WHOLE, _l("Write a whole number from 0 to 100."))],
            render_kw={"data-addend": ""},
        ),
    )


class SwitchForm(FlaskForm):
    """Which weights counted when the page was opened."""

    instead_of = NotedVersion()
