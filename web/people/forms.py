"""Shape of what people type about roles."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Email, InputRequired, Length

from models import Area, AreaLevel, Participant, Role
from models.invitations import Invitation
from web.fields import Telephone, narrowed
from web.people.services import Contact

STAYS, LEAVES = "stays", "leaves"


class EmptyForm(FlaskForm):
    """A button and nothing to type."""


class InviteForm(FlaskForm):
    """Whom to ask, and for which role."""

    email = StringField(
        _l("Mail address of the person"),
        filters=[narrowed],
        validators=[
            InputRequired(_l("Enter the mail address.")),
            Email(_l("This does not look like a mail address, as in name@example.jp.")),
            Length(max=254),
        ],
    )
    role = RadioField(
        _l("What may they do?"),
        choices=[
            SelectChoice(Role.MEMBER.value, _l("Take part: write needs and offers, and answer enquiries")),
            SelectChoice(Role.MANAGER.value, _l("Manage: also change the profile and invite people")),
        ],
        default=Role.MEMBER.value,
        validators=[InputRequired(_l("Choose one."))],
    )


class StaffForm(InviteForm):
    """Whom to ask to look after a place."""

    role = RadioField(
        _l("What may they do?"),
        choices=[
            SelectChoice(Role.COORDINATOR.value, _l("Coordinate: look for partners and approve partnerships")),
            SelectChoice(Role.ADMINISTRATOR.value, _l("Administer: set up places, appoint people, read the figures")),
        ],
        default=Role.COORDINATOR.value,
        validators=[InputRequired(_l("Choose one."))],
    )
    area = SelectField(_l("Which place?"), validators=[InputRequired(_l("Choose a place."))])

    def offer(self, places: Sequence[Area], locale: str) -> None:
        """Let the reader choose among the places that they administer."""
        self.area.choices = [SelectChoice(str(place.id), _name(place, locale)) for place in places]


class ContactForm(FlaskForm):
    """How the body is reached from now on."""

    contact_name = StringField(_l("Contact person"), validators=[InputRequired(_l("Enter a name.")), Length(max=100)])
    contact_email = StringField(
        _l("Contact mail address"),
        description=_l("A shared mailbox of the group can stay as it is."),
        filters=[narrowed],
        validators=[
            InputRequired(_l("Enter a mail address.")),
            Email(_l("This does not look like a mail address, as in name@example.jp.")),
            Length(max=254),
        ],
    )
    contact_phone = Telephone(_l("Contact telephone"), validators=[Length(max=40)])

    @property
    def contact(self) -> Contact:
        """Return the details as they were typed."""
        return Contact(
            (self.contact_name.data or "").strip(),
            (self.contact_email.data or "").strip(),
            (self.contact_phone.data or "").strip(),
        )

    def propose(self, known: Participant | Invitation) -> None:
        """Begin with the details that are known."""
        self.contact_name.data = known.contact_name
        self.contact_email.data = known.contact_email
        self.contact_phone.data = known.contact_phone


class HandOverForm(ContactForm):
    """Who is next, what becomes of oneself, and how the body is reached then."""

    email = StringField(
        _l("Mail address of the next officer"),
        description=_l("The link goes there. Until it is opened and accepted, nothing changes."),
        filters=[narrowed],
        validators=[
            InputRequired(_l("Enter the mail address.")),
            Email(_l("This does not look like a mail address, as in name@example.jp.")),
            Length(max=254),
        ],
    )
    own_part = RadioField(
        _l("What about yourself?"),
        choices=[
            SelectChoice(LEAVES, _l("I stop when the next officer begins")),
            SelectChoice(STAYS, _l("I stay as a member and help")),
        ],
        default=LEAVES,
        validators=[InputRequired(_l("Choose one."))],
    )

    def propose(self, known: Participant | Invitation) -> None:
        """Begin with the details that stay with the office; the name is that of the next officer."""
        super().propose(known)
        self.contact_name.data = ""

    @property
    def stays(self) -> bool:
        """Tell whether the old officer stays as a member."""
        return bool(self.own_part.data == STAYS)


def _name(area: Area, locale: str) -> str:
    if area.level is AreaLevel.DISTRICT and area.parent is not None:
        return f"{area.parent.name(locale)} {area.name(locale)}"
    return area.name(locale)
