"""For which bodies of the demo town a public office stands, from its sheet."""

from pathlib import Path

from sqlalchemy.orm import Session

from models import Endorsement, EndorsementKind
from seeds.almanac import Almanac
from seeds.identity import identified
from seeds.people import Population
from seeds.sheets import read


def endorse(session: Session, folder: Path, *, people: Population, almanac: Almanac) -> int:
    """Let the offices stand behind the bodies of the sheet; return for how many they do."""
    rows = read(folder / "endorsements.csv")
    for row in rows:
        key = row.required("key")
        endorsement = Endorsement(
            kind=row.choice("kind", EndorsementKind),
            subject=row.text("subject"),
            basis=row.required("basis"),
            issuer=row.required("issuer"),
            issued_on=almanac.day(row.day("issued_on")),
            expires_on=almanac.day(row.day("expires_on")),
            code=key,
            participant=row.found("participant", people.participants),
        )
        identified(endorsement, key)
        endorsement.code = endorsement.id.hex
        session.add(endorsement)
    return len(rows)
