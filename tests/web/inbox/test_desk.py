from collections.abc import Callable

from flask.testing import FlaskClient

from models import Account, AuditedSession
from tests.factories import (
    make_account,
    make_appointment,
    make_charge,
    make_district,
    make_need,
    make_participant,
    make_suggestion,
)


def test_the_desk_names_who_is_in_charge_and_shows_mine_alone_where_that_is_asked_for(
    session: AuditedSession, signed_in: Callable[[Account], FlaskClient]
) -> None:
    district, me, other = make_district(), make_account(), make_account(name="引継 花子")
    own = make_need(participant=make_participant(area=district), title="夏祭りの人手")
    foreign = make_need(participant=make_participant(area=district), title="通訳を探しています")
    session.add_all(
        [
            make_appointment(district, account=me),
            make_appointment(district, account=other),
            make_suggestion(need=own),
            make_suggestion(need=foreign),
            make_charge(own, me),
            make_charge(foreign, other),
        ]
    )
    browser = signed_in(me)

    everything, mine = browser.get("/desk").text, browser.get("/desk?mine=y").text

    assert "引継 花子" in everything
    assert ("夏祭りの人手" in mine, "通訳を探しています" in mine) == (True, False)
