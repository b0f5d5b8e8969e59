"""Wording of the mail that follows a course."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from models import Account, CourseCompletion, Need
from web.mailer import compose, page_url


def small_roles(session: Session, completion: CourseCompletion, needs: Sequence[Need], *, to: Account) -> None:
    """Invite somebody who completed a course to small roles."""
    compose(
        session,
        "small-roles",
        to=to,
        course=completion.course.title,
        roles=[(need.title, page_url(session, f"/needs/{need.id}")) for need in needs],
    )
