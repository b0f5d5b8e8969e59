"""The blueprint that the doors of this feature are added to."""

from flask import Blueprint

bp = Blueprint("agreements", __name__)
