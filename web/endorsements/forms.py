"""Shape of what staff type about an endorsement."""

from datetime import date
from typing import cast

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from models import EndorsementKind, Participant, utc_now
from models.years import town_day
from web.endorsements.services import Credit
from web.fields import Day, members_of, one_line, plain

LONGEST_BASIS = 1000
LONGEST_REASON = 1000


class EndorsementForm(FlaskForm):
    """How a public office stands behind a body, on which basis, and until when."""

    kind = RadioField(
        _l("In which way?"),
        choices=members_of(EndorsementKind),
        validators=[InputRequired(_l("Choose one."))],
    )
    subject = StringField(
        _l("What for? (optional)"),
        description=_l("For example the event that is under patronage. Leave it empty where the whole body is meant."),
        filters=[one_line],
        validators=[Length(max=200, message=_l("Please keep it under 200 characters."))],
    )
    basis = TextAreaField(
        _l("On which basis?"),
        description=_l("The rule or the decision, with its article. Everybody can read this."),
        render_kw={"rows": 2},
        filters=[plain],
        validators=[
            DataRequired(_l("Name the rule or the decision.")),
            Length(max=LONGEST_BASIS, message=_l("Please keep it under 1,000 characters.")),
        ],
    )
    issuer = StringField(
        _l("Which public office?"),
        filters=[one_line],
        validators=[
            DataRequired(_l("Name the public office.")),
            Length(max=200, message=_l("Please keep it under 200 characters.")),
        ],
    )
    issued_on = Day(_l("From which day?"), validators=[InputRequired(_l("Enter a day."))])
    expires_on = Day(
        _l("Last day on which it stands"),
        description=_l("The day after, it is gone from every page by itself."),
        validators=[InputRequired(_l("Enter a day."))],
    )

    @classmethod
    def about(cls, participant: Participant, *, language: str, today: date) -> "EndorsementForm":
        """Return the form as it is opened: the municipality is the office, and it begins today."""
        return cls(data={"issuer": participant.municipality.name(language), "issued_on": today})

    def validate_expires_on(self, field: Day) -> None:
        """Refuse an end before the beginning, and one that has passed: nothing would ever show."""
        if field.data is not None and self.issued_on.data is not None and field.data < self.issued_on.data:
            raise ValidationError(_l("The last day lies before the first day. Check both."))
        if field.data is not None and field.data < town_day(utc_now()):
            raise ValidationError(_l("The last day has passed already. Check the year."))

    @property
    def credit(self) -> Credit:
        """Return what was typed into a valid form."""
        return Credit(
            kind=EndorsementKind(self.kind.data),
            subject=self.subject.data or "",
            basis=self.basis.data,
            issuer=self.issuer.data,
            issued_on=cast("date", self.issued_on.data),
            expires_on=cast("date", self.expires_on.data),
        )


class RevocationForm(FlaskForm):
    """Why an endorsement is taken back."""

    because = TextAreaField(
        _l("Why is it taken back?"),
        description=_l("The body and its coordinators read this. Everybody else reads only that it was taken back."),
        render_kw={"rows": 3},
        filters=[plain],
        validators=[
            DataRequired(_l("Say why it is taken back.")),
            Length(max=LONGEST_REASON, message=_l("Please keep it under 1,000 characters.")),
        ],
    )
