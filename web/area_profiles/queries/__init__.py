"""Reads for the profile of a place: everything is computed when it is asked for, and nothing of it is stored."""

from web.area_profiles.queries.ages import Ages, ages_of
from web.area_profiles.queries.counts import FEWEST_PEOPLE, Cell, Counts, Row, counts_of
from web.area_profiles.queries.places import Place, place_by_path, place_of, places_below
from web.area_profiles.queries.platforms import Council, Project, council_of, history_of, projects_of, standing_platform
from web.area_profiles.queries.recruiting import Sought, all_fields, field_by_code, sought
from web.area_profiles.queries.unmet import unmet_needs

__all__ = [
    "FEWEST_PEOPLE",
    "Ages",
    "Cell",
    "Council",
    "Counts",
    "Place",
    "Project",
    "Row",
    "Sought",
    "ages_of",
    "all_fields",
    "council_of",
    "counts_of",
    "field_by_code",
    "history_of",
    "place_by_path",
    "place_of",
    "places_below",
    "projects_of",
    "sought",
    "standing_platform",
    "unmet_needs",
]
