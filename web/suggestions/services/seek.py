"""What an offer touches that was posted, changed, paused or taken back: the needs to look at again, and no others."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from matching import OfferProfile, Taxonomy
from matching.serving import served
from models import Area, Job, Offer, utc_now
from web.suggestions.queries import profiles, touched
from web.suggestions.services.claims import Scope, is_still_ours, job_of
from web.suggestions.services.heartbeat import Beat, heartbeat


def seek(reading: Scope, writing: Scope, job_id: UUID, *, beat: Beat) -> bool:
    """Ask for each need that an offer touches; tell whether the job was still ours.

    A need is touched where an undecided suggestion holds the offer, or where a run would find the
    offer and it would count. Where these are many in a municipality, its run is asked for instead.
    """
    at = utc_now()
    with reading() as session:
        job = job_of(session, job_id)
        attempt = job.attempts
        if job.offer is None:
            raise ValueError("what is touched is asked of one offer")
        told, places = touched.reached(session, job.offer, at=at)
        found = {*touched.holding(session, job.offer)}
        known = profiles.taxonomy(session)
    with heartbeat(beat, total=len(places)) as progress:
        for done, place in enumerate(places, start=1):
            with reading() as session:
                found |= {*_touched_in(session, session.get_one(Area, place), job.offer, told, known, at=at)}
            progress(done, len(places))
    with writing() as session:
        if not is_still_ours(session, job_id, attempt):
            return False
        job = job_of(session, job_id)
        Job.request_for_each(session, touched.needs(session, found), by=job.requested_by)
        job.beat(len(places), len(places), at=utc_now())
        job.finish(at=utc_now())
    return True


def _touched_in(
    session: Session, municipality: Area, offer: Offer, told: OfferProfile, known: Taxonomy, *, at: datetime
) -> Sequence[UUID]:
    """Return the needs of a municipality that an offer counts for and whose run would find it."""
    looking = profiles.told_needs(session, profiles.open_needs(municipality), at=at)
    counting = served(
        told,
        list(looking.values()),
        taxonomy=known,
        unmet=touched.unmet(session, municipality),
    )
    return touched.finding(session, municipality, offer, counting, known)
