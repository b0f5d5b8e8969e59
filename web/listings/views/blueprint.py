"""The blueprint on which the pages of needs and offers open their doors."""

from flask import Blueprint

bp = Blueprint("listings", __name__)
