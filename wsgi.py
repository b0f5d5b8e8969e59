"""The application that servers and the `flask` command start."""

from web.app import create_app

app = create_app()
