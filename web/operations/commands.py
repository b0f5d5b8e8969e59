"""Commands."""

from flask import Flask


def register(app: Flask) -> None:
    """Add the commands of this feature."""
    del app
