"""The rules for a mentee who asks a list of mentors."""

from collections.abc import Collection, Sequence

from shared.errors import Conflict, Fault, Invalid

LONGEST_LIST = 20
"""However many the association allows."""


class TooManyOpenRequests(Conflict):
    """The mentee already waits for as many answers as the program allows."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"No more than {limit} requests may be open at once.")
        self.limit = limit


class AlreadyAsked(Conflict):
    """One open request per pair."""

    def __init__(self, mentor_id: str) -> None:
        super().__init__(f"A request to the mentor {mentor_id} is already open.")
        self.mentor_id = mentor_id


class AskedByThem(Conflict):
    """Among peers either may ask; whoever was asked answers."""

    def __init__(self, member_id: str) -> None:
        super().__init__(f"{member_id} has asked you already: answer that request.")
        self.member_id = member_id


def check_asking(
    mentee_id: str, mentor_ids: Sequence[str], *, open_to: Collection[str], limit: int, longest: int = 5
) -> None:
    """Whether the mentee may ask these mentors, ranked; `open_to` are the mentors who have not answered yet,
    `limit` how many requests may be open at once, `longest` how many one list may name.

    Raises Invalid for a list that is empty, too long, repeats or names the mentee; AlreadyAsked; TooManyOpenRequests.
    """
    faults = []
    if not 1 <= len(mentor_ids) <= longest:
        faults.append(Fault("/mentor_ids", f"Name from 1 to {longest} mentors."))
    for position, mentor_id in enumerate(mentor_ids):
        if mentor_id == mentee_id:
            faults.append(Fault(f"/mentor_ids/{position}", "Nobody can mentor themselves."))
        if mentor_id in mentor_ids[:position]:
            faults.append(Fault(f"/mentor_ids/{position}", "Named twice."))
    if faults:
        raise Invalid(faults)
    for mentor_id in mentor_ids:
        if mentor_id in open_to:
            raise AlreadyAsked(mentor_id)
    if len(open_to) + len(mentor_ids) > limit:
        raise TooManyOpenRequests(limit)
