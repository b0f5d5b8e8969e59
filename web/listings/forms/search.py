"""What a list of needs or offers is narrowed down by."""

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form, SelectField, StringField

from models import ResourceKind
from web.fields import members_of, one_line, options
from web.i18n import locale
from web.listings import queries


class SearchForm(Form):
    """What a list is narrowed down by; it arrives in the address and can always be read."""

    q = StringField(_l("Words to look for"), filters=[one_line], render_kw={"type": "search"})
    area = SelectField(_l("Place"), validate_choice=False)
    field = SelectField(_l("Field of activity"), validate_choice=False)
    kind = SelectField(_l("Kind"), choices=members_of(ResourceKind, without=_l("Every kind")), validate_choice=False)
    show = SelectField(
        _l("Which ones"),
        choices=options(
            [
                (queries.Show.OPEN.value, _l("Open now")),
                (queries.Show.OWN.value, _l("Our own")),
                (queries.Show.ALL.value, _l("All, also past ones")),
            ]
        ),
        validate_choice=False,
        default=queries.Show.OPEN.value,
    )

    def offer_choices(self, places: Iterable[queries.Place], vocabulary: queries.Vocabulary) -> None:
        """Let the selects offer the places under which something is listed, and the fields of activity."""
        named = [(one.area.path, f"{'　' * one.depth}{one.area.name(locale())} ({one.listed})") for one in places]
        if self.area.data and self.area.data not in dict(named):
            named.append((self.area.data, self.area.data[:60]))
        self.area.choices = options([("", _("Everywhere")), *named])
        fields = ((field.code, field.name(locale())) for field in vocabulary.fields)
        self.field.choices = options([("", _("Every field")), *fields])

    def filters(self) -> queries.Filters:
        """Return what was asked for; what is unknown finds nothing, and an unknown state is the open one."""
        show = self.show.data if self.show.data in {one.value for one in queries.Show} else queries.Show.OPEN.value
        return queries.Filters(
            q=self.q.data or "",
            area=self.area.data or "",
            field=self.field.data or "",
            kind=self.kind.data or "",
            show=queries.Show(show),
        )
