"""Doors: the directory, referrals for coordinators, and the link for those who are passed something on."""

from web.referrals.views import directory, link, referrals
from web.referrals.views.blueprint import bp

__all__ = ["bp", "directory", "link", "referrals"]
