"""API: the description of the whole interface."""

from typing import cast

from flask import Response, current_app, jsonify
from flask_openapi3 import APIBlueprint, OpenAPI

from models import Permission
from web.security import requires

bp = APIBlueprint("operations_api", __name__, url_prefix="/api/v1")


@bp.get("/openapi.json", summary="The description of this interface", doc_ui=False)
@requires(Permission.PAGE_SEE)
def description() -> Response:
    """Return the OpenAPI 3.1 description of every operation."""
    return jsonify(cast("OpenAPI", current_app).api_doc)
