"""API."""

from flask_openapi3 import APIBlueprint

bp = APIBlueprint("listings_api", __name__, url_prefix="/api/v1")
