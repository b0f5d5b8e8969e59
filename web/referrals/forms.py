"""Shape of what people type about the directory and about what is passed on."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Form, HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import URL, DataRequired, Email, InputRequired, Length, Optional, ValidationError

from models import (
    ActivityField,
    Area,
    ConsentChannel,
    Consultation,
    Intermediary,
    IntermediaryKind,
    Need,
    ReferralState,
    Visit,
)
from models.base import Base
from web.fields import Telephone, members_of, narrowed, one_line, options, plain
from web.labels import LABELS
from web.referrals.queries import Fit, Sought
from web.referrals.queries.referrals import ANY_OPEN, MINE, OVERDUE
from web.referrals.services import Entry, Message

LONGEST_TEXT: Final = 2000
LONGEST_WORDS: Final = 100
TOO_LONG: Final = _l("Please keep it under 2,000 characters.")
SUBJECTS: Final[dict[str, type[Base]]] = {"consultation": Consultation, "visit": Visit, "need": Need}


class DirectorySearch(Form):
    """What the directory is narrowed down to."""

    q = StringField(_l("Words"), filters=[narrowed])
    field = SelectField(_l("Field"), validate_choice=False)
    area = SelectField(_l("Place"), validate_choice=False)
    kind = SelectField(_l("Kind"), choices=members_of(IntermediaryKind, without=_l("All")), validate_choice=False)

    def offer(self, fields: Sequence[ActivityField], areas: Sequence[Area], language: str) -> None:
        """Give the choices of fields and places."""
        self.field.choices = options([("", _("All")), *((one.code, one.name(language)) for one in fields)])
        self.area.choices = options([("", _("All")), *((one.path, one.name(language)) for one in areas)])

    @property
    def sought(self) -> Sought:
        """Return what was chosen."""
        return Sought(
            words=(self.q.data or "")[:LONGEST_WORDS].replace("\0", ""),
            kind=self.kind.data or "",
            field=(self.field.data or "").replace("\0", ""),
            area=(self.area.data or "").replace("\0", ""),
        )


class EntryForm(FlaskForm):
    """What the directory says of an intermediary or office."""

    version = HiddenField()
    kind = RadioField(
        _l("Kind"),
        choices=members_of(IntermediaryKind),
        default=IntermediaryKind.INTERMEDIARY.value,
        validators=[InputRequired(_l("Choose one."))],
    )
    name = StringField(
        _l("Name"),
        filters=[one_line],
        validators=[
            DataRequired(_l("Enter a name.")),
            Length(max=120, message=_l("Write at most 120 characters.")),
        ],
    )
    summary = TextAreaField(
        _l("What they help with"),
        description=_l("In plain words. Everybody can read it."),
        filters=[plain],
        render_kw={"rows": 4},
        validators=[Length(max=LONGEST_TEXT, message=TOO_LONG)],
    )
    phone = Telephone(_l("Telephone"), validators=[Length(max=40, message=_l("Write at most 40 characters."))])
    email = StringField(
        _l("Mail address"),
        description=_l("Referrals are sent to it. Without one you hand them over on paper or by telephone."),
        filters=[narrowed],
        validators=[
            Optional(),
            Email(_l("This does not look like a mail address, as in name@example.jp.")),
            Length(max=254, message=_l("Write at most 254 characters.")),
        ],
    )
    url = StringField(
        _l("Web page"),
        filters=[narrowed],
        validators=[
            Optional(),
            URL(message=_l("Write the whole address, as in https://example.jp/.")),
            Length(max=300, message=_l("Write at most 300 characters.")),
        ],
    )
    hours = StringField(
        _l("Open when"),
        description=_l("For example: weekdays 9:00 to 17:00."),
        filters=[one_line],
        validators=[Length(max=200, message=_l("Please keep it under 200 characters."))],
    )
    area = SelectField(_l("Place of the office"), validators=[InputRequired(_l("Choose a place."))])
    areas = SelectMultipleField(
        _l("Places it looks after"), description=_l("Leave all open if it is the place where it stands.")
    )
    fields = SelectMultipleField(_l("Fields of activity"))

    def offer(self, places: Sequence[Area], fields: Sequence[ActivityField], language: str) -> None:
        """Give the choices: places that the account looks after, and all fields."""
        self.places = {place.path: place for place in places}
        self.known = {field.code: field for field in fields}
        named = [(path, "　" * (path.count(".") - 1) + place.name(language)) for path, place in self.places.items()]
        self.area.choices = [SelectChoice("", _("Choose a place")), *options(named)]
        self.areas.choices = options((path, place.name(language)) for path, place in self.places.items())
        self.fields.choices = options((code, field.name(language)) for code, field in self.known.items())
        if len(places) == 1 and not self.area.data:
            self.area.data = places[0].path

    def show(self, entry: Intermediary) -> None:
        """Fill in what is written; a place that the account does not look after stays as it is."""
        for name in ("name", "summary", "phone", "email", "url", "hours"):
            self[name].data = getattr(entry, name)
        self.kind.data, self.area.data = entry.kind.value, entry.area.path
        self.areas.data = [place.path for place in entry.areas]
        self.fields.data = [field.code for field in entry.fields]
        self.version.data = str(entry.version)

    @property
    def entry(self) -> Entry:
        """Return what was typed into a valid form."""
        return Entry(
            kind=IntermediaryKind(self.kind.data),
            name=self.name.data or "",
            summary=self.summary.data or "",
            phone=self.phone.data or "",
            email=self.email.data or "",
            url=self.url.data or "",
            hours=self.hours.data or "",
            area=self.places[self.area.data],
            areas=[self.places[path] for path in self.areas.data or []],
            fields=[self.known[code] for code in self.fields.data or []],
        )


class ReferralForm(FlaskForm):
    """To whom something is passed on, what is said, and whether the contact details go with it."""

    to = SelectField(_l("To whom?"), validators=[InputRequired(_l("Choose to whom."))])
    text = TextAreaField(
        _l("What is passed on"),
        description=_l("What they must know to help. Leave out names and what is not theirs to know."),
        filters=[plain],
        validators=[DataRequired(_l("Write what it is about.")), Length(max=LONGEST_TEXT, message=TOO_LONG)],
    )
    contact = StringField(
        _l("Name and contact details (optional)"),
        description=_l("Only if the person agreed that they are passed on. Otherwise they ask you."),
        filters=[one_line],
        validators=[Length(max=254, message=_l("Write at most 254 characters."))],
    )
    consent = RadioField(
        _l("How did they agree?"),
        choices=members_of(ConsentChannel, without=_l("Nothing about the person is passed on")),
        default="",
    )

    def offer(self, fits: Sequence[Fit]) -> None:
        """Let one entry be chosen; those that fit stand first."""
        best = [(str(fit.entry.id), fit.entry.name) for fit in fits if fit.fits]
        others = [(str(fit.entry.id), fit.entry.name) for fit in fits if not fit.fits]
        groups: dict[str, list[SelectChoice]] = {}
        if best:
            groups[_("Fits")] = options(best)
        if others:
            groups[_("Others in the directory")] = options(others)
        self.to.choices = groups
        self.found = {str(fit.entry.id): fit.entry for fit in fits}

    def validate_consent(self, field: RadioField) -> None:
        """Ask for the consent where contact details are passed on."""
        if self.contact.data and not field.data:
            raise ValidationError(_("Say how they agreed, or leave the contact details out."))

    @property
    def chosen(self) -> Intermediary:
        """Return the entry that was chosen."""
        return self.found[self.to.data]

    @property
    def message(self) -> Message:
        """Return what was typed into a valid form."""
        consent = ConsentChannel(self.consent.data) if self.consent.data else None
        return Message(text=self.text.data or "", contact=self.contact.data or "", consent=consent)


class ReceiptForm(FlaskForm):
    """Who gives the receipt."""

    name = StringField(
        _l("Your name"),
        filters=[one_line],
        validators=[
            DataRequired(_l("Enter your name.")),
            Length(max=100, message=_l("Please keep it under 100 characters.")),
        ],
    )


class NotedReceiptForm(ReceiptForm):
    """Who gave the receipt by telephone or on paper, as a coordinator notes it."""

    name = StringField(
        _l("Who gave the receipt?"),
        filters=[one_line],
        validators=[
            DataRequired(_l("Enter the name of who gave it.")),
            Length(max=100, message=_l("Please keep it under 100 characters.")),
        ],
    )


def _reason(text: Any, missing: Any) -> TextAreaField:
    return TextAreaField(
        text,
        filters=[plain],
        render_kw={"rows": 3},
        validators=[DataRequired(missing), Length(max=LONGEST_TEXT, message=TOO_LONG)],
    )


class DeclineForm(FlaskForm):
    """Why it cannot be looked after."""

    because = _reason(_l("Why not?"), _l("Write why, so that somebody else can be found."))


class OutcomeForm(FlaskForm):
    """What came of it."""

    outcome = _reason(_l("What came of it?"), _l("Write what came of it."))


class WithdrawForm(FlaskForm):
    """Why it is taken back."""

    taken_back = _reason(_l("Why is it taken back?"), _l("Write why."))


class ShownForm(Form):
    """Which referrals the list shows."""

    show = SelectField(
        _l("Show"),
        choices=options(
            [
                ("", _l("All")),
                (OVERDUE, _l("Overdue")),
                (ANY_OPEN, _l("Not finished")),
                (MINE, _l("Sent by me")),
                *LABELS[ReferralState].items(),
            ]
        ),
        validate_choice=False,
    )


def asked_about(arguments: Any) -> tuple[type[Base], UUID] | None:
    """Return which row an address names to be passed on, where it names one at all."""
    for name, kind in SUBJECTS.items():
        try:
            return kind, UUID(arguments.get(name) or "")
        except ValueError:
            continue
    return None
