"""API."""

from flask_openapi3 import APIBlueprint

bp = APIBlueprint("accounts_api", __name__, url_prefix="/api/v1")
