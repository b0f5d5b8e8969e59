"""The pack written out once, as headings, sentences and tables: for the page, the PDF and the workbook alike.

What is written out hangs on the rows, the stated day and the language alone, so the same gives the same bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from markupsafe import Markup

from web.i18n import day, fiscal_year, locale
from web.indicators.documents import with_unit, written_number
from web.indicators.queries import Headline, Measured
from web.labels import label
from web.review.queries import Deed, GoalOfPlan, Numbers, Pack
from web.sheets import Cell, Sheet, as_xlsx

DEEDS: Final[Mapping[Deed, Any]] = {
    Deed.VISITS: _l("Visits"),
    Deed.CONSULTATIONS: _l("Consultations"),
    Deed.ROUNDTABLES: _l("Roundtables held"),
    Deed.EXCHANGES: _l("Meetings of exchange held"),
    Deed.TEAM_MEETINGS: _l("Team meetings held"),
    Deed.MATCHING_MEETINGS: _l("Matching meetings held"),
    Deed.TALKS_SUPPORTED: _l("Talks that were supported"),
    Deed.ACTIVITIES: _l("Activities of RMOs"),
    Deed.COURSES: _l("Courses"),
    Deed.PETITIONS_RECEIVED: _l("Petitions received"),
    Deed.PETITIONS_ANSWERED: _l("Petitions answered"),
    Deed.REFERRALS: _l("Referrals"),
    Deed.NEEDS_OPENED: _l("Needs opened"),
    Deed.PARTNERSHIPS_BEGUN: _l("Partnerships to which all said yes"),
    Deed.PARTNERSHIPS_CLOSED: _l("Partnerships closed"),
}


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under heads; a number stays a number in the workbook."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    numeric: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """One heading of the pack; the short name is that of the sheet in the workbook."""

    title: str
    short: str
    sentences: Sequence[str] = ()
    tables: Sequence[Table] = ()
    bars: Sequence[tuple[str, float, str]] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """The pack in the reader's language."""

    title: str
    as_at: str
    sections: Sequence[Section] = field(default_factory=list)


def written(pack: Pack) -> Written:
    """Return the pack as headings, sentences and tables: effects first, the number of matches last."""
    found = pack.numbers
    return Written(
        title=title_of(found),
        as_at=as_at(found),
        sections=[
            *sections_of(found),
            _deeds(pack),
            _goals(pack.goals),
            _petitions(pack),
            _ended(pack),
            _judged(pack),
            _survey(pack),
            _cases(pack),
            _matches(found.headline),
        ],
    )


def sections_of(found: Numbers) -> Sequence[Section]:
    """Return the first sections of the pack, which the page shows, too."""
    return [_headline(found.headline), _indicators(found)]


def title_of(found: Numbers) -> str:
    """Return what the pack is called."""
    place = found.municipality.name(locale())
    return str(_("The year's review: %(place)s, %(year)s", place=place, year=fiscal_year(found.span.year)))


def as_at(found: Numbers) -> str:
    """Return as at which day the pack is."""
    return str(_("As at %(day)s", day=day(found.span.last)))


def as_html(pack: Pack) -> str:
    """Return the pack as a page that stands by itself."""
    environment = current_app.jinja_env
    style = Markup("<style>{}</style>").format(Markup(environment.get_template("review/document.css").render()))  # noqa: S704  # our own
    return environment.get_template("review/document.html").render(written=written(pack), locale=locale(), style=style)


def as_pdf(pack: Pack) -> bytes:
    """Return the pack as PDF, from the page that stands by itself."""
    from weasyprint import HTML

    page = HTML(string=as_html(pack), url_fetcher=_fetch_nothing)
    found = pack.numbers
    identifier = f"{found.municipality.id.hex}-{found.span.year}-{found.span.last}-{locale()}"
    return bytes(page.write_pdf(pdf_identifier=identifier.encode()))


def as_workbook(pack: Pack) -> bytes:
    """Return the pack as a workbook, one sheet a section."""
    text = written(pack)
    cover = Sheet(_("Cover"), [[text.title], [text.as_at], *([section.title] for section in text.sections)])
    return as_xlsx(
        [cover, *(_sheet(section) for section in text.sections)], title=text.title, on=pack.numbers.span.last
    )


def _sheet(section: Section) -> Sheet:
    rows: list[Sequence[Cell]] = [[section.title], *([sentence] for sentence in section.sentences)]
    for table in section.tables:
        rows += [[], [table.caption], list(table.heads), *table.rows]
    return Sheet(section.short, rows)


def _headline(found: Headline) -> Section:
    waiting = found.unmet
    rows: list[Sequence[Cell]] = [
        (_("Goals met"), _("%(met)s of %(goals)s", met=found.goals_met, goals=found.goals)),
        (_("Goals of which nothing is known yet"), found.goals - found.goals_measured),
        (_("Days from a need to the last yes (median)"), written_number(found.median_days)),
        (_("Open needs that wait"), _("%(unmet)s of %(open)s", unmet=waiting.either, open=waiting.open)),
        (_("Open needs that fit nobody yet"), waiting.without_candidates),
        (_("Open for more than 90 days"), waiting.open_too_long),
        (_("Carried by the busiest tenth"), f"{found.load.share_of_top_tenth * 100:.0f} %"),
        (_("Gini coefficient of the load"), f"{found.load.gini:.2f}"),
    ]
    sentences = [
        _("The median is taken over the 365 days up to this day. Needs and load are as they stand now."),
        _("A need waits when it fits nobody, or when it has been open for more than 90 days."),
    ]
    table = Table(_("Effects and difficulties"), [_("Item"), _("The number")], rows, [1])
    return Section(_("What is reached, and what is hard"), _("Headline"), sentences, [table])


def _indicators(pack: Numbers) -> Section:
    heads = [
        _("Indicator"), _("At the start"), *(fiscal_year(year) for year in pack.years), _("Goal"), _("How far"),
    ]  # fmt: skip
    rows = [_indicator(one, pack.years) for one in pack.measured]
    title = pack.pack_name.get(locale(), _("Indicators"))
    if not rows:
        return Section(title, _("Indicators"), [_("No set of indicators is chosen yet")])
    sentences = [_("A dash means that nobody knows, not zero.")]
    tables = [
        Table(_("Indicators by fiscal year"), heads, rows, range(1, len(heads) - 1)),
        Table(_("What is counted"), [_("Indicator"), _("Definition"), _("Where the number comes from")],
              [_definition(one) for one in pack.measured]),
    ]  # fmt: skip
    bars = [
        (one.indicator.name(locale()), one.share, f"{one.share * 100:.0f} %")
        for one in pack.measured
        if one.share is not None
    ]
    return Section(title, _("Indicators"), sentences, tables, bars)


def _indicator(one: Measured, years: Sequence[int]) -> Sequence[Cell]:
    far = _("Not known yet")
    if one.share is not None and one.judged_year is not None:
        far = f"{_('Met') if one.is_met else f'{one.share * 100:.0f} %'} ({fiscal_year(one.judged_year)})"
    known: list[Cell] = [_number(one.values.get(year)) for year in years]
    return [
        one.indicator.name(locale()),
        with_unit(one.indicator.baseline, one.indicator),
        *known,
        with_unit(one.indicator.target, one.indicator),
        far,
    ]


def _definition(one: Measured) -> Sequence[Cell]:
    year = one.judged_year
    named = "" if year is None else one.sources.get(year, "")
    return [one.indicator.name(locale()), one.indicator.definition(locale()), named or label(one.indicator.source)]


def _deeds(pack: Pack) -> Section:
    rows: list[Sequence[Cell]] = [
        [str(DEEDS[deed]), *(numbers[year] for year in pack.numbers.years)] for deed, numbers in pack.deeds.items()
    ]
    heads = [_("Measure"), *(fiscal_year(year) for year in pack.numbers.years)]
    table = Table(_("What was done, by fiscal year"), heads, rows, range(1, len(heads)))
    return Section(_("What was done"), _("Measures"), (), [table])


def _goals(goals: Sequence[GoalOfPlan]) -> Section:
    title = _("Goals of the area plans")
    if not goals:
        return Section(title, _("Plans"), [_("No area plan is in force this year.")])
    heads = [_("Area"), _("Goal"), _("At the start"), _("Last measured"), _("Aim"), _("Until"), _("How far")]
    rows: list[Sequence[Cell]] = [
        [
            one.plan.area.name(locale()),
            one.goal.title,
            _number(one.goal.baseline),
            "–" if one.measured is None else f"{written_number(one.measured[1])} ({fiscal_year(one.measured[0])})",
            _number(one.goal.target),
            fiscal_year(one.goal.due_year),
            _("Not known yet") if one.share is None else f"{one.share * 100:.0f} %",
        ]
        for one in goals
    ]
    return Section(title, _("Plans"), (), [Table(title, heads, rows, [2, 3, 4])])


def _petitions(pack: Pack) -> Section:
    found = pack.petitions
    sentences = [ngettext("%(num)s petition was received.", "%(num)s petitions were received.", found.received)]
    counts: list[Sequence[Cell]] = [(label(answer), number) for answer, number in found.answers.items()]
    tables = [Table(_("Answers given"), [_("Chosen answer"), _("How many")], counts, [1])]
    if found.public:
        rows: list[Sequence[Cell]] = [
            [one.title, one.area.name(locale()), "" if one.answer is None else label(one.answer), day(one.answered_on)]
            for one in found.public
        ]
        tables.append(Table(_("Answered in public"), [_("Petition"), _("Area"), _("What was answered"), _("On")], rows))
    return Section(_("Petitions"), _("Petitions"), sentences, tables)


def _ended(pack: Pack) -> Section:
    title = _("Partnerships that ended, and how")
    if not pack.ended:
        return Section(title, _("What ended"), [_("None ended this year.")])
    rows: list[Sequence[Cell]] = [
        [one.title, label(one.stage if one.ending is None else one.ending), one.handed_to, day(one.ended_on)]
        for one in pack.ended
    ]
    heads = [_("Partnership"), _("How it ended"), _("Handed over to"), _("On")]
    return Section(title, _("What ended"), (), [Table(title, heads, rows)])


def _judged(pack: Pack) -> Section:
    title = _("What the parties said")
    if not pack.judged.evaluations:
        return Section(title, _("Evaluations"), [_("No partnership that was closed this year has been evaluated.")])
    goals: list[Sequence[Cell]] = [(label(goal), number) for goal, number in pack.judged.goals.items()]
    tables = [Table(_("Was the goal reached?"), [_("Chosen answer"), _("How many")], goals, [1])]
    if pack.judged.merits:
        merits: list[Sequence[Cell]] = [(label(one), f"{mean:.1f}") for one, mean in pack.judged.merits.items()]
        tables.append(Table(_("What collaboration brought, 1 to 4"), [_("Merit"), _("Mean")], merits, [1]))
    count = pack.judged.evaluations
    sentences = [
        ngettext("%(num)s evaluation of partnerships that were closed.",
                 "%(num)s evaluations of partnerships that were closed.", count),
        _("Means are shown from five answers on."),
    ]  # fmt: skip
    return Section(title, _("Evaluations"), sentences, tables)


def _survey(pack: Pack) -> Section:
    title = _("What those who came along said")
    if pack.survey is None:
        return Section(title, _("Survey"), [_("There are fewer than five answers, so nothing is shown.")])
    rows: list[Sequence[Cell]] = [
        (_("Answers"), pack.survey.answers),
        (_("Satisfaction, 1 to 5 (mean)"), f"{pack.survey.satisfaction:.1f}"),
    ]
    if pack.survey.met_somebody_new is not None:
        rows.append((_("Met somebody new"), f"{pack.survey.met_somebody_new * 100:.0f} %"))
    rows += [(_("Again: %(answer)s", answer=label(one)), number) for one, number in pack.survey.again.items()]
    return Section(title, _("Survey"), (), [Table(title, [_("Item"), _("The number")], rows, [1])])


def _cases(pack: Pack) -> Section:
    title = _("Cases of the year")
    if not pack.cases:
        return Section(title, _("Cases"), [_("No case was written this year.")])
    rows: list[Sequence[Cell]] = [[one.title, one.team, one.problem, one.result] for one in pack.cases]
    heads = [_("Case"), _("Who worked together"), _("What the problem was"), _("What came of it")]
    return Section(title, _("Cases"), (), [Table(title, heads, rows)])


def _matches(found: Headline) -> Section:
    sentence = ngettext(
        "%(num)s partnership to which all said yes in the 365 days up to this day.",
        "%(num)s partnerships to which all said yes in the 365 days up to this day.",
        found.matches,
    )
    return Section(_("And how often something came about"), _("Matches"), [sentence])


def _number(value: float | None) -> Cell:
    if value is None:
        return "–"
    return int(value) if value == int(value) else value


def _fetch_nothing(url: str, *_args: Any, **_kwargs: Any) -> Any:
    """Refuse to load anything: the pack needs nothing from anywhere."""
    raise ValueError(f"the pack loads nothing, not even {url}")
