"""Shape of what is typed about places."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from typing import Final

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Form, HiddenField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, ValidationError

from models import Area
from models.areas import CODE, LONGEST_CODE
from models.search import HIRAGANA_OF
from web.administration.services.areas import Names
from web.fields import NotedVersion, one_line

READING: Final = re.compile(r"[ぁ-ゖー・ 0-9]*")


def as_code(text: str | None) -> str:
    """Return a code as it is kept: half-width, in small letters, dashes for spaces."""
    narrow = unicodedata.normalize("NFKC", text or "").strip().lower()
    return re.sub(r"[\s‐-―−]+", "-", narrow)


def as_reading(text: str | None) -> str:
    """Return a reading in hiragana, however it was typed."""
    return unicodedata.normalize("NFKC", one_line(text) or "").translate(HIRAGANA_OF)


class MunicipalityForm(Form):
    """Which municipality is looked at; it arrives in the address and can always be read."""

    municipality = SelectField(_l("Municipality"), validate_choice=False)

    def offer(self, municipalities: Sequence[Area], language: str) -> None:
        """Give the choices."""
        self.municipality.choices = [SelectChoice(area.path, area.name(language)) for area in municipalities]

    def chosen(self, municipalities: Sequence[Area]) -> Area | None:
        """Return the municipality that was asked for, else the first."""
        asked = (area for area in municipalities if area.path == self.municipality.data)
        chosen = next(asked, municipalities[0] if municipalities else None)
        self.municipality.data = None if chosen is None else chosen.path
        return chosen


class NamesForm(FlaskForm):
    """What a place is called, and the version on which the form was opened."""

    version = NotedVersion()
    name_ja = StringField(
        _l("Name"), filters=[one_line], validators=[DataRequired(_l("Enter a name.")), Length(max=100)]
    )
    reading = StringField(
        _l("Reading of the name"),
        description=_l("In hiragana, as in きたやま. It is never guessed."),
        filters=[as_reading],
        validators=[Length(max=100)],
    )
    name_en = StringField(
        _l("Name in English"),
        description=_l("Leave it empty to use the Japanese name."),
        filters=[one_line],
        validators=[Length(max=100)],
    )

    @classmethod
    def about(cls, area: Area) -> "NamesForm":
        """Return the form as it stands when it is opened; what was sent goes before what is saved."""
        return cls(obj=area)

    def validate_reading(self, field: StringField) -> None:
        """Refuse what is no reading."""
        if not READING.fullmatch(field.data):
            raise ValidationError(_l("Write the reading in hiragana, as in きたやま."))

    def names(self) -> Names:
        """Return what was typed into a valid form."""
        return Names(self.name_ja.data, self.name_en.data or self.name_ja.data, self.reading.data)


class DistrictForm(NamesForm):
    """A new district: its names, and what it is called in addresses and sheets."""

    code = StringField(
        _l("Code of the district"),
        description=_l(
            "Small Latin letters and digits, as in kitayama. It stands in addresses and in sheets and never changes."
        ),
        filters=[as_code],
        validators=[DataRequired(_l("Enter a code."))],
        render_kw={"autocapitalize": "none", "spellcheck": "false"},
    )

    def validate_code(self, field: StringField) -> None:
        """Refuse what cannot be part of a path."""
        if len(field.data) > LONGEST_CODE or not CODE.fullmatch(field.data):
            raise ValidationError(_l("Use small Latin letters and digits only, as in kitayama, at most 40."))


class BordersForm(FlaskForm):
    """Which places border one, and which did when the page was opened, so that nobody's change is lost."""

    neighbours = SelectMultipleField(_l("Neighbours"), choices=[])
    before = HiddenField()

    @classmethod
    def of_now(cls, places: Sequence[Area], bordering: Collection[Area], language: str) -> "BordersForm":
        """Return the form with what borders the place now."""
        ids = {place.id for place in bordering}
        ticked = [str(place.id) for place in places if place.id in ids]
        form = cls(formdata=None, data={"neighbours": ticked, "before": ",".join(ticked)})
        form.offer(places, language)
        return form

    def offer(self, places: Sequence[Area], language: str) -> None:
        """Give the choices."""
        self.neighbours.choices = [SelectChoice(str(place.id), place.name(language)) for place in places]

    def changes(self, places: Sequence[Area]) -> tuple[list[Area], list[Area]]:
        """Return which places were ticked and which were cleared since the page was opened."""
        before = set((self.before.data or "").split(","))
        ticked = set(self.neighbours.data)
        added = [place for place in places if str(place.id) in ticked - before]
        removed = [place for place in places if str(place.id) in before - ticked]
        return added, removed


class RemovalForm(FlaskForm):
    """The version on which somebody decided to remove a place."""

    version = NotedVersion()
