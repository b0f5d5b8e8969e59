"""The only place that knows every feature: its pages, its doors for programs, its commands and its work."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from models import JobKind
from web.abilities import views as abilities_views
from web.accounts import api as accounts_api
from web.accounts import commands as accounts_commands
from web.accounts import views as accounts_views
from web.administration import commands as administration_commands
from web.administration import jobs as administration_jobs
from web.administration import views as administration_views
from web.agreements import views as agreements_views
from web.area_profiles import views as area_profiles_views
from web.areas import views as areas_views
from web.carrying import views as carrying_views
from web.cases import views as cases_views
from web.charges import jobs as charges_jobs
from web.collaboration import views as collaboration_views
from web.consultations import jobs as consultations_jobs
from web.consultations import views as consultations_views
from web.drafts import views as drafts_views
from web.endings import jobs as endings_jobs
from web.endings import views as endings_views
from web.endorsements import views as endorsements_views
from web.evaluations import jobs as evaluations_jobs
from web.evaluations import views as evaluations_views
from web.field import views as field_views
from web.giving import views as giving_views
from web.home import views as home_views
from web.inbox import views as inbox_views
from web.indicators import views as indicators_views
from web.intake import views as intake_views
from web.listings import api as listings_api
from web.listings import commands as listings_commands
from web.listings import jobs as listings_jobs
from web.listings import views as listings_views
from web.networks import jobs as networks_jobs
from web.networks import views as networks_views
from web.news import jobs as news_jobs
from web.news import views as news_views
from web.operations import api as operations_api
from web.operations import commands as operations_commands
from web.operations import jobs as operations_jobs
from web.operations import views as operations_views
from web.opportunity import views as opportunity_views
from web.participants import views as participants_views
from web.partnerships import api as partnerships_api
from web.partnerships import jobs as partnerships_jobs
from web.partnerships import views as partnerships_views
from web.people import views as people_views
from web.petitions import jobs as petitions_jobs
from web.petitions import views as petitions_views
from web.plans import views as plans_views
from web.referrals import jobs as referrals_jobs
from web.referrals import views as referrals_views
from web.review import commands as review_commands
from web.review import views as review_views
from web.roundtables import views as roundtables_views
from web.searches import jobs as searches_jobs
from web.searches import views as searches_views
from web.seasons import jobs as seasons_jobs
from web.seasons import views as seasons_views
from web.staff_bank import views as staff_bank_views
from web.suggestions import api as suggestions_api
from web.suggestions import commands as suggestions_commands
from web.suggestions import jobs as suggestions_jobs
from web.suggestions import views as suggestions_views
from web.undo import views as undo_views
from web.visits import views as visits_views
from web.worker import Handler

PAGES: Final = (
    home_views,
    abilities_views,
    accounts_views,
    participants_views,
    listings_views,
    suggestions_views,
    drafts_views,
    undo_views,
    partnerships_views,
    agreements_views,
    collaboration_views,
    carrying_views,
    evaluations_views,
    endings_views,
    cases_views,
    endorsements_views,
    news_views,
    people_views,
    inbox_views,
    staff_bank_views,
    giving_views,
    operations_views,
    opportunity_views,
    searches_views,
    seasons_views,
    areas_views,
    field_views,
    petitions_views,
    roundtables_views,
    visits_views,
    consultations_views,
    plans_views,
    area_profiles_views,
    administration_views,
    intake_views,
    referrals_views,
    networks_views,
    indicators_views,
    review_views,
)
"""Whose pages there are; each has a blueprint `bp`."""

DOORS: Final = (
    accounts_api,
    listings_api,
    suggestions_api,
    partnerships_api,
    operations_api,
)
"""Who answers programs; each has a blueprint `bp` with a documented contract."""

COMMANDS: Final = (
    accounts_commands,
    administration_commands,
    listings_commands,
    operations_commands,
    review_commands,
    suggestions_commands,
)
"""Who has commands; each adds them with `register`."""

WORK: Final[Mapping[JobKind, Handler]] = MappingProxyType(
    {
        JobKind.REFRESH_SUGGESTIONS: suggestions_jobs.refresh,
        JobKind.REFRESH_NEED: suggestions_jobs.refresh,
        JobKind.REFRESH_OFFER: suggestions_jobs.seek,
        JobKind.PREVIEW_WEIGHTS: administration_jobs.preview,
        JobKind.LEARN_WEIGHTS: administration_jobs.learn,
    }
)
"""What can be done in the background, by the kind of job."""

BY_THE_HOUR: Final = (
    operations_jobs,
    suggestions_jobs,
    searches_jobs,
    charges_jobs,
    partnerships_jobs,
    endings_jobs,
    evaluations_jobs,
    listings_jobs,
    seasons_jobs,
    news_jobs,
    consultations_jobs,
    petitions_jobs,
    referrals_jobs,
    networks_jobs,
)
"""Who tidies up by the hour, in this order; each has a function `tidy`."""
