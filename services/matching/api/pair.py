"""The pair whose content a view reads or changes: theirs alone."""

from pymongo.client_session import ClientSession

from services.matching.api.context import store
from services.matching.domain.mentorship import Mentorship
from shared.web import member_id, principal


def own_mentorship(mentorship_id: str, session: ClientSession | None = None) -> Mentorship:
    """The mentorship, if the caller is one of the two. Raises NotFound.

    Views that write give the session of their transaction.
    """
    found = store().mentorships.get(principal().tenant, mentorship_id, session)
    found.partner_of(member_id())
    return found
