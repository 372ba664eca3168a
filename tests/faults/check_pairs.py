"""Requests and pairs: each yes one mentorship, each seat of a mentor counted, one open request of a pair."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.storage import Document
from tests.faults.clients.asking import Asked

_OPEN = frozenset({"queued", "sent", "viewed", "info_requested"})
_OVER = frozenset({"ended_early", "completed"})


@dataclass(frozen=True, slots=True)
class Pairs:
    """What matching has stored of a program."""

    requests: Sequence[Document]
    mentorships: Sequence[Document]
    loads: Sequence[Document]


def pair_violations(pairs: Pairs, done: Asked) -> Iterator[str]:
    """Everything that is wrong with them, or with what was acknowledged."""
    yield from _requests(pairs.requests, done)
    yield from _mentorships(pairs, done)
    live = [each for each in pairs.mentorships if each["state"] not in _OVER]
    used = Counter(each["mentor_id"] for each in live)
    for load in pairs.loads:
        mentor = load["member_id"]
        if load["active"] != used[mentor]:
            yield f"mentor {mentor} counts {load['active']} seats in use, and has {used[mentor]} mentees"
        if used[mentor] > load["capacity"]:
            yield f"mentor {mentor} has {used[mentor]} mentees on {load['capacity']} seats"
        if load["reserved"]:
            yield f"mentor {mentor} has {load['reserved']} seats reserved for nobody"
    both = Counter((each["mentor_id"], each["mentee_id"]) for each in live)
    yield from (f"the pair {pair} lives {count} times" for pair, count in both.items() if count > 1)


def _requests(requests: Sequence[Document], done: Asked) -> Iterator[str]:
    stored = {each["_id"]: each for each in requests}
    yield from (f"request {each} was acknowledged and is lost" for each in done.made.keys() - stored.keys())
    yield from (f"request {each} was made and never asked for" for each in stored.keys() - done.made.keys())
    for identifier in done.made.keys() & stored.keys():
        found = stored[identifier]
        if (found["mentee_id"], found["mentor_id"]) != done.made[identifier]:
            yield f"request {identifier} is between others than it was made by"
        became = done.became.get(identifier)
        if became is not None and found["state"] != became:
            yield f"request {identifier} was acknowledged as {became} and is {found['state']}"
    waiting = Counter((each["mentor_id"], each["mentee_id"]) for each in requests if each["state"] in _OPEN)
    yield from (f"the pair {pair} has {count} open requests" for pair, count in waiting.items() if count > 1)


def _mentorships(pairs: Pairs, done: Asked) -> Iterator[str]:
    stored = {each["_id"]: each for each in pairs.mentorships}
    came_to = {each["_id"]: each["mentorship_id"] for each in pairs.requests if each["state"] == "accepted"}
    yield from (f"mentorship {each} was acknowledged and is lost" for each in done.begun.keys() - stored.keys())
    yield from (f"mentorship {each} came of no yes" for each in stored.keys() - set(came_to.values()))
    for mentorship, request in done.begun.items():
        if came_to.get(request) != mentorship:
            yield f"request {request} was acknowledged to come to {mentorship}, and came to {came_to.get(request)}"
    for mentorship in done.ended & stored.keys():
        if stored[mentorship]["state"] not in _OVER:
            yield f"mentorship {mentorship} was acknowledged as ended and is {stored[mentorship]['state']}"
