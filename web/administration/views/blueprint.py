"""The blueprint on which the pages of administration open their doors."""

from flask import Blueprint

bp = Blueprint("administration", __name__, url_prefix="/administration")
