"""A field for somebody who is registered: chosen from a list, or named where they are too many to list."""

from collections.abc import Sequence
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import Form, SelectField
from wtforms.validators import ValidationError
from wtforms.widgets import Select, TextInput

from models import Participant
from web.fields import one_line, options
from web.labels import label
from web.registered.queries import Register

MOST_LISTED: Final = 100


CHOOSE: Final = _l("Choose")


class _NameOrSelect(Select):
    """A select, or a text with suggested names where there are too many for one."""

    typed = TextInput()

    def __call__(self, field: Any, **attributes: Any) -> Markup:
        """Return the control."""
        if not field.is_named:
            select: Markup = super().__call__(field, **attributes)
            return select
        control: Markup = self.typed(field, list=field.list_id, autocomplete="off", **attributes)
        if field.list_id != f"{field.id}-names":
            return control
        names = Markup("").join(Markup('<option value="{}">').format(name) for name in field.names)
        return control + Markup('<datalist id="{}">{}</datalist>').format(field.list_id, names)


class RegisteredField(SelectField):
    """Somebody who is registered; a name that several share asks which of them is meant."""

    widget = _NameOrSelect()

    def __init__(self, text: Any = None, *, without: Any = CHOOSE, with_kind: bool = False, **more: Any) -> None:
        super().__init__(text, filters=[one_line], choices=[], default="", validate_choice=False, **more)
        self.without, self.with_kind = without, with_kind
        self.rows: dict[str, Participant] = {}
        self.is_named = False
        self.is_unclear = False
        self.list_id = f"{self.id}-names"

    def offer(self, register: Register, *, also: Sequence[Participant] = (), names_list: str = "") -> None:
        """Let somebody be chosen, or be found by what was sent: an id, a name, a part of a name."""
        self.rows = {str(one.id): one for one in (*also, *register.listed)}
        self.is_named = len(self.rows) > MOST_LISTED
        self.list_id = names_list or self.list_id
        if self.data and self.data not in self.rows:
            self._find(register.seek(self.data))
        called = described if self.with_kind or self.is_unclear else _name
        named = [(key, called(one)) for key, one in self.rows.items()]
        is_settled = len(named) == 1 and self.flags.required
        self.choices = options(named if is_settled else [("", self.without), *named])

    def _find(self, fitting: Sequence[Participant]) -> None:
        if len(fitting) == 1:
            self.rows[str(fitting[0].id)], self.data = fitting[0], str(fitting[0].id)
        elif fitting:
            self.is_unclear, self.is_named = True, False
            self.rows = {str(one.id): one for one in fitting}

    @property
    def chosen(self) -> Participant | None:
        """Return who was chosen, or None."""
        return self.rows.get(self.data or "")

    @property
    def one(self) -> Participant:
        """Return who was chosen into a valid form that asks for somebody."""
        return self.rows[self.data]

    @property
    def names(self) -> list[str]:
        """Return the names that are suggested, each once."""
        return list(dict.fromkeys(one.name for one in self.rows.values()))

    def _value(self) -> str:
        """Return what stands in the field where names are typed: of who was chosen, or as it was typed."""
        return (self.data or "") if self.chosen is None else self.chosen.name

    def pre_validate(self, form: Form) -> None:
        """Refuse whom nobody, or more than one, is called."""
        del form
        if self.is_unclear:
            raise ValidationError(_("Several are registered under something like this name. Choose one."))
        if self.data and self.chosen is None:
            raise ValidationError(_("Nobody of this name is registered here. Correct the name."))


def _name(participant: Participant) -> str:
    return participant.name


def described(participant: Participant) -> str:
    """Return a name with the kind of participant it is."""
    return str(_("%(name)s (%(kind)s)", name=participant.name, kind=label(participant.kind)))
