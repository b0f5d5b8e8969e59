"""The application factory."""

from pathlib import Path
from typing import Final

from flask import Flask
from flask_openapi3 import Info

from web.config import Settings
from web.database import UnitOfWork, init_database
from web.errors import init_errors, misshapen
from web.features import BY_THE_HOUR, COMMANDS, DOORS, PAGES, WORK
from web.i18n import init_i18n
from web.pages import init_pages
from web.security import check_every_route_names_its_permission, csrf, init_security
from web.transfer import init_transfer
from web.worker import init_worker

HERE: Final = Path(__file__).parent


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application, ready to serve; it refuses to start where a promise is not kept."""
    settings = settings or Settings.from_environment()
    app = UnitOfWork(
        "enishi",
        root_path=str(HERE),
        instance_path=str(settings.instance),
        static_folder=str(HERE / "static"),
        template_folder=str(HERE / "templates"),
        info=Info(title="Enishi", version="1"),
        security_schemes={"bearer": {"type": "http", "scheme": "bearer"}},
        doc_ui=False,
        validation_error_callback=misshapen,
    )
    app.extensions["settings"] = settings
    init_database(app, settings)
    init_security(app, settings)
    init_i18n(app)
    init_errors(app)
    init_pages(app, settings)
    init_worker(app, settings, WORK, [jobs.tidy for jobs in BY_THE_HOUR])

    for pages in PAGES:
        app.register_blueprint(pages.bp)
    for doors in DOORS:
        csrf.exempt(doors.bp)
        app.register_api(doors.bp)
    for commands in COMMANDS:
        commands.register(app)
    check_every_route_names_its_permission(app)
    init_transfer(app)
    return app
