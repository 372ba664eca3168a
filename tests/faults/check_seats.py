"""An event with few seats: never more seated than there are, nobody waits beside a free one, each click counts once."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from shared.storage import Document
from tests.faults.clients.seats import SeatsAsked

_SEATED = frozenset({"pending", "confirmed", "offered", "no_show"})
_LIVE = frozenset({"pending", "confirmed", "offered", "waitlisted"})


def seat_violations(event: Document, registrations: Sequence[Document], done: SeatsAsked) -> Iterator[str]:
    """Everything that is wrong with the event, its registrations, or what was acknowledged of them."""
    stored = {each["_id"]: each for each in registrations}
    yield from (f"registration {each} was acknowledged and is lost" for each in done.made.keys() - stored.keys())
    yield from (f"registration {each} was made and never asked for" for each in stored.keys() - done.made.keys())
    for identifier in done.made.keys() & stored.keys():
        found = stored[identifier]
        if found["member_id"] != done.made[identifier]:
            yield f"registration {identifier} of {done.made[identifier]} is {found['member_id']}'s"
        if (identifier in done.cancelled) != (found["status"] == "cancelled"):
            said = "acknowledged" if identifier in done.cancelled else "never asked"
            yield f"registration {identifier} is {found['status']}, and to cancel it was {said}"
        if identifier in done.taken - done.cancelled and found["status"] != "confirmed":
            yield f"registration {identifier} took the seat it was offered and is {found['status']}"
    seated = sum(each["status"] in _SEATED for each in registrations)
    waiting = sum(each["status"] == "waitlisted" for each in registrations)
    if seated > event["capacity"]:
        yield f"{seated} are seated on {event['capacity']} seats"
    if waiting and seated < event["capacity"]:
        yield f"{waiting} wait, and {event['capacity'] - seated} of {event['capacity']} seats are free"
    if (event["seats_taken"], event["waiting"]) != (seated, waiting):
        yield (
            f"the event counts {event['seats_taken']} seated and {event['waiting']} waiting, "
            f"its registrations are {seated} and {waiting}"
        )
    live = Counter(each["member_id"] for each in registrations if each["status"] in _LIVE)
    yield from (f"{member} has {count} registrations that count" for member, count in live.items() if count > 1)
    yield from _line(registrations)


def _line(registrations: Sequence[Document]) -> Iterator[str]:
    """Seats are offered in the order of joining: who is still waiting came after everybody who was offered one."""
    places = [each["place"] for each in registrations if each["place"] is not None]
    yield from (f"the place {place} in the line is taken {count} times" for place, count in _twice(places).items())
    offered = [each["place"] for each in registrations if each["place"] and each["offer_expires_at"] is not None]
    waiting = [each["place"] for each in registrations if each["place"] and each["status"] == "waitlisted"]
    if offered and waiting and max(offered) > min(waiting):
        yield f"place {max(offered)} in the line was offered a seat before place {min(waiting)}"


def _twice(values: Sequence[int]) -> Mapping[int, int]:
    return {value: count for value, count in Counter(values).items() if count > 1}
