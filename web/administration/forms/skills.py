"""Shape of what is typed about skills."""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Form, HiddenField, StringField
from wtforms.validators import DataRequired, Length

from models import Skill
from models.taxonomy import LONGEST_NAME
from web.administration.queries import skills as queries
from web.fields import NotedVersion, one_line
from web.i18n import locale


class SkillSearch(Form):
    """Words that a skill is called by; they arrive in the address and can always be read."""

    q = StringField(_l("Words to look for"), filters=[one_line], render_kw={"type": "search"})


class SkillForm(FlaskForm):
    """What a skill is called and where it belongs, and the version on which the form was opened."""

    version = NotedVersion()
    name_ja = StringField(
        _l("Name in Japanese"),
        filters=[one_line],
        validators=[DataRequired(_l("Enter a name.")), Length(max=LONGEST_NAME)],
    )
    name_en = StringField(
        _l("Name in English"),
        filters=[one_line],
        validators=[
            DataRequired(_l("Enter a name in English, too: readers of English see it.")),
            Length(max=LONGEST_NAME),
        ],
    )
    parent = StringField(
        _l("Belongs to (optional)"),
        description=_l(
            "The wider skill. Those of one wider skill are suggested for each other when nobody fits better."
        ),
        filters=[one_line],
        render_kw={"list": "skills", "autocomplete": "off"},
    )

    @classmethod
    def about(cls, skill: Skill) -> "SkillForm":
        """Return the form as it stands when it is opened; what was sent goes before what is saved."""
        return cls(data=_saved(skill))

    @classmethod
    def saved(cls, skill: Skill) -> "SkillForm":
        """Return the form as it would stand with what is saved now."""
        return cls(formdata=None, data=_saved(skill))

    def parent_among(self, skills: Sequence[Skill]) -> Skill | None:
        """Return the wider skill that was named."""
        return queries.called(skills, self.parent.data or "")

    def check(self, skills: Sequence[Skill], *, own: Skill | None = None) -> bool:
        """Tell whether the names are free and the wider skill exists and is no narrower one; say which is not."""
        if not self.validate():
            return False
        # What it was called before stays possible, even where the sheets call another skill so, too.
        changed = [field for field in (self.name_ja, self.name_en) if own is None or field.data not in own.own_names]
        for field in changed:
            other = queries.bearer(skills, field.data, except_for=own)
            if other is not None:
                field.errors = [_taken_by(other)]
        parent = self.parent_among(skills)
        if self.parent.data and parent is None:
            self.parent.errors = [_("There is no skill of this name. Choose one from the list.")]
        elif parent is not None and own is not None and own in parent.lineage:
            self.parent.errors = [
                _("%(name)s lies below this skill, so it cannot be above it.", name=parent.name(locale()))
            ]
        return not self.errors


class AliasForm(FlaskForm):
    """Another name for a skill."""

    text = StringField(
        _l("One more name for it"),
        description=_l("As people write it, in any spelling: 引越し and 引っ越し are one."),
        filters=[one_line],
        validators=[DataRequired(_l("Enter a name.")), Length(max=LONGEST_NAME)],
    )

    def check(self, skills: Sequence[Skill], own: Skill) -> bool:
        """Tell whether nobody is called so yet; say who is."""
        if not self.validate():
            return False
        other = queries.bearer(skills, self.text.data)
        if other is None:
            return True
        is_own = other.id == own.id
        self.text.errors = [
            _("This skill is called so already, in this or another spelling.") if is_own else _taken_by(other)
        ]
        return False


class OtherSkillForm(FlaskForm):
    """Which skill is meant, by its name."""

    other = StringField(
        _l("The other skill"),
        filters=[one_line],
        validators=[DataRequired(_l("Choose a skill."))],
        render_kw={"list": "skills", "autocomplete": "off"},
    )

    def chosen(self, skills: Sequence[Skill]) -> Skill | None:
        """Return the skill that was named; say so where there is none."""
        if not self.validate():
            return None
        found = queries.called(skills, self.other.data)
        if found is None:
            self.other.errors = [_("There is no skill of this name. Choose one from the list.")]
        return found


class WordForm(OtherSkillForm):
    """A word that people typed, and the skill that it means."""

    text = HiddenField(filters=[one_line], validators=[DataRequired(), Length(max=LONGEST_NAME)])


class MergeForm(FlaskForm):
    """The skill that is given up, and the versions of both on which the page was opened."""

    other = HiddenField(validators=[DataRequired()])
    version = NotedVersion()
    other_version = NotedVersion()

    @property
    def versions(self) -> tuple[int, int]:
        """Return the versions that were noted."""
        return self.version.number, self.other_version.number


def _saved(skill: Skill) -> dict[str, str]:
    return {
        "version": str(skill.version),
        "name_ja": skill.name_ja,
        "name_en": skill.name_en,
        "parent": "" if skill.parent is None else skill.parent.name(locale()),
    }


def _taken_by(other: Skill) -> str:
    return str(_("“%(name)s” is called so already, in this or another spelling.", name=other.name(locale())))
