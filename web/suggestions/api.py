"""API."""

from flask_openapi3 import APIBlueprint

bp = APIBlueprint("suggestions_api", __name__, url_prefix="/api/v1")
