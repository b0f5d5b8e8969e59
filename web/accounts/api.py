"""The API's door to one's own account."""

from flask_openapi3 import APIBlueprint
from pydantic import BaseModel

from models import Permission
from web.accounts.queries import roles
from web.security import account_at_work, requires

bp = APIBlueprint("accounts_api", __name__, url_prefix="/api/v1", abp_security=[{"bearer": []}])


class Me(BaseModel):
    """The account that a token belongs to."""

    id: str
    name: str
    email: str
    locale: str
    roles: list[str]
    participants: list[str]


@bp.get("/me", responses={"200": Me})
@requires(Permission.ACCOUNT_OWN)
def me() -> dict[str, object]:
    """Return the account that the token belongs to."""
    account = account_at_work()
    return Me(
        id=str(account.id),
        name=account.name,
        email=account.email,
        locale=account.locale,
        roles=roles(account),
        participants=[str(membership.participant_id) for membership in account.memberships],
    ).model_dump()
