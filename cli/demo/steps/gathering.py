"""An association, its event, and who comes."""

from datetime import UTC, datetime, timedelta

from cli.demo.http import Json
from cli.demo.play import Play, items
from cli.demo.ticket_shop import EVENT
from services.events.sources.pretix import SOURCE
from shared.clock import rfc3339

_EVENINGS = [{"day": "tue", "from": "17:00", "to": "20:00"}, {"day": "thu", "from": "17:00", "to": "20:00"}]
_MEMBERS: tuple[Json, ...] = (
    {
        "given_name": "Ada",
        "family_name": "Okafor",
        "email": "ada.okafor@example.org",
        "identifiers": [{"issuer": "ams", "value": "1001"}],
        "seniority": 4,
        "time_zone": "Europe/Rome",
        "languages": [{"code": "en", "level": 5}, {"code": "it", "level": 4}],
        "availability": _EVENINGS,
    },
    {
        "given_name": "Bruno",
        "family_name": "Silva",
        "email": "bruno.silva@example.org",
        "identifiers": [{"issuer": "ams", "value": "1002"}],
        "seniority": 2,
        "time_zone": "Europe/Lisbon",
        "languages": [{"code": "en", "level": 4}, {"code": "pt", "level": 5}],
        "availability": _EVENINGS,
    },
)
_CONFIRMED_TICKETS = 10
_KNOWN_BY_TICKET = ("Chen", "Dana", "Elif", "Farid", "Grace")
_OPTED_IN = (("Ada", "mentor"), ("Dana", "mentor"), ("Bruno", "mentee"), ("Chen", "mentee"))


def register_members(play: Play) -> None:
    """The others are met by their tickets."""
    for member in _MEMBERS:
        name = member["given_name"]
        play.screen.act(f"The coordinator registers {name}")
        registered = play.coordinator.post("profiles", "/v1/members", member)
        play.people[name] = play.enter(name, registered["id"])
        play.expect("member.registered", id=registered["id"])


def announce_event(play: Play) -> None:
    """It names the shop's event as its source: that is how tickets find it."""
    starts_at = datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=60)
    event = play.organizer.post(
        "events",
        "/v1/events",
        {
            "name": "Annual Summit",
            "starts_at": rfc3339(starts_at),
            "ends_at": rfc3339(starts_at + timedelta(hours=9)),
            "time_zone": "Europe/Rome",
            "capacity": 500,
            "place": "Rome",
            "sources": [{"source": SOURCE, "source_event_id": EVENT}],
        },
    )
    play.event_id = event["id"]
    play.screen.act(f"The organizer publishes {event['name']}, sold by {SOURCE} as {EVENT!r}")
    play.organizer.post("events", f"/v1/events/{play.event_id}/publish")
    play.expect("event.published", id=play.event_id)


def open_program(play: Play) -> None:
    """An event program: attendees enroll by their tickets."""
    program = play.coordinator.post(
        "matching",
        "/v1/programs",
        {"name": "Summit mentoring", "kind": "event", "format": "one_to_one", "event_id": play.event_id},
    )
    play.program_id = program["id"]
    play.screen.act(f"The coordinator opens {program['name']}")
    play.coordinator.post("matching", f"/v1/programs/{play.program_id}/open")
    play.expect("program.opened", id=play.program_id)


def sell_tickets(play: Play) -> None:
    """Twelve tickets in eleven orders: some people have two, one order is cancelled, one ticket has no address."""
    play.screen.act(f"The ticket system publishes {len(play.orders)} orders on attendees.v1")
    published = play.shop.publish(play.orders.values())
    play.expect("registration.confirmed", _CONFIRMED_TICKETS, event_id=play.event_id)
    play.expect("registration.checked_in", event_id=play.event_id, source_registration_id="TKX9Z-1")
    for name in _KNOWN_BY_TICKET:
        (registered, *_) = play.expect("member.registered", given_name=name)
        play.people[name] = play.enter(name, registered.key)

    def all_linked() -> list[Json] | None:
        return listed if len(listed := registrations(play)) == len(published) and all(map(_linked, listed)) else None

    linked = play.until("every registration linked to a member", all_linked, lambda: registrations(play))
    people = {registration["member_id"] for registration in linked}
    play.screen.seen(f"{len(published)} tickets became {len(linked)} registrations of {len(people)} people")
    play.screen.seen("Ada and Bruno were known; Chen, Dana, Elif, Farid and Grace are new, known by their tickets")


def enroll_attendees(play: Play) -> None:
    """Only who said so on the ticket, in the role they said."""
    for name, role in _OPTED_IN:
        play.expect("enrollment.approved", member_id=play.people[name].id, role=role, program_id=play.program_id)
    enrolled = items(play.coordinator.get("matching", f"/v1/programs/{play.program_id}/enrollments?limit=200"))
    found = sorted((play.lineage.name(each["member_id"]), each["role"], each["state"]) for each in enrolled)
    wanted = sorted((play.lineage.name(play.people[name].id), role, "approved") for name, role in _OPTED_IN)
    play.require("exactly those who opted in are enrolled", found == wanted, found)
    play.screen.seen(", ".join(f"{name} as a {role}" for name, role, _ in found))


def registrations(play: Play) -> list[Json]:
    """Every registration of the event, as the organizer's desk lists them."""
    return list(items(play.organizer.get("events", f"/v1/events/{play.event_id}/registrations?limit=200")))


def _linked(registration: Json) -> bool:
    return registration["member_id"] is not None
