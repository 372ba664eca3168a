"""The checks of what clients were promised see each thing that can go wrong: done by hand to what is right."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.faults.check_pairs import Pairs, pair_violations
from tests.faults.check_seats import seat_violations
from tests.faults.check_selves import self_violations
from tests.faults.check_told import told_violations
from tests.faults.clients.asking import Asked
from tests.faults.clients.readers import InboxesRead
from tests.faults.clients.seats import SeatsAsked
from tests.faults.clients.selves import SelvesChanged
from tests.faults.journal import Entry

Documents = dict[str, list[dict[str, Any]]]
Change = Callable[[Documents], object]


def registration(name: str, member: str, status: str, place: int | None = None, *, offered: bool = False) -> Any:
    return {"_id": name, "member_id": member, "status": status, "place": place, "offer_expires_at": offered or None}


SEATS: Documents = {
    "events": [{"_id": "e", "capacity": 2, "seats_taken": 2, "waiting": 1}],
    "registrations": [
        registration("r1", "anna", "confirmed"),
        registration("r2", "bruno", "cancelled"),
        registration("r3", "chen", "confirmed", 1, offered=True),
        registration("r4", "dora", "waitlisted", 2),
    ],
}
SEATS_ASKED = SeatsAsked({"r1": "anna", "r2": "bruno", "r3": "chen", "r4": "dora"}, {"r2"}, {"r3"})


def seats(documents: Documents) -> list[str]:
    return list(seat_violations(documents["events"][0], documents["registrations"], SEATS_ASKED))


SEATS_WRONG: dict[str, Change] = {
    "one more is seated than there are seats": lambda they: they["registrations"][3].update(status="confirmed"),
    "one waits beside a free seat": lambda they: they["events"][0].update(capacity=3),
    "a seat is counted twice": lambda they: they["events"][0].update(seats_taken=3),
    "who waits is counted twice": lambda they: they["events"][0].update(waiting=2),
    "an acknowledged registration is lost": lambda they: they["registrations"].pop(3),
    "a click has counted twice": lambda they: they["registrations"].append(registration("r5", "dora", "cancelled")),
    "a cancellation is lost": lambda they: they["registrations"][1].update(status="confirmed"),
    "somebody is cancelled who never asked": lambda they: they["registrations"][0].update(status="cancelled"),
    "a seat that was taken is lost": lambda they: they["registrations"][2].update(status="expired"),
    "a registration is another's": lambda they: they["registrations"][0].update(member_id="emil"),
    "a member counts twice": lambda they: they["registrations"][3].update(member_id="chen"),
    "a place in the line is given twice": lambda they: they["registrations"][3].update(place=1),
    "somebody was promoted before their turn": lambda they: they["registrations"][2].update(place=3),
}


def request(name: str, mentee: str, state: str, mentorship: str | None = None) -> Any:
    return {"_id": name, "mentee_id": mentee, "mentor_id": "mia", "state": state, "mentorship_id": mentorship}


def mentorship(name: str, mentee: str, state: str) -> Any:
    return {"_id": name, "mentee_id": mentee, "mentor_id": "mia", "state": state}


PAIRS: Documents = {
    "requests": [
        request("q1", "anna", "accepted", "m1"),
        request("q2", "bruno", "declined"),
        request("q3", "bruno", "sent"),
        request("q4", "chen", "accepted", "m2"),
    ],
    "mentorships": [mentorship("m1", "anna", "agreement_pending"), mentorship("m2", "chen", "ended_early")],
    "loads": [{"member_id": "mia", "capacity": 1, "active": 1, "reserved": 0}],
}
ASKED = Asked(
    {"q1": ("anna", "mia"), "q2": ("bruno", "mia"), "q3": ("bruno", "mia"), "q4": ("chen", "mia")},
    {"q1": "accepted", "q2": "declined", "q4": "accepted"},
    {"m1": "q1", "m2": "q4"},
    {"m2"},
)


def pairs(documents: Documents) -> list[str]:
    return list(pair_violations(Pairs(documents["requests"], documents["mentorships"], documents["loads"]), ASKED))


PAIRS_WRONG: dict[str, Change] = {
    "a seat is released twice": lambda they: they["loads"][0].update(active=0),
    "a seat is never released": lambda they: they["loads"][0].update(active=2),
    "a seat stays reserved": lambda they: they["loads"][0].update(reserved=1),
    "a mentor has more mentees than seats": lambda they: they["loads"][0].update(capacity=0),
    "an acknowledged request is lost": lambda they: they["requests"].pop(2),
    "a request was made twice": lambda they: they["requests"].append(request("q5", "bruno", "declined")),
    "a pair has two open requests": lambda they: they["requests"][1].update(state="viewed"),
    "an acknowledged answer is lost": lambda they: they["requests"][1].update(state="expired"),
    "a request is another's": lambda they: they["requests"][2].update(mentee_id="dora"),
    "a yes came to nothing": lambda they: they["mentorships"].pop(0),
    "a yes came to two mentorships": lambda they: they["mentorships"].append(mentorship("m3", "anna", "active")),
    "a yes came to another mentorship": lambda they: they["requests"][0].update(mentorship_id="m2"),
    "an acknowledged end is lost": lambda they: they["mentorships"][1].update(state="active"),
}


def news(kind: str, **data: str) -> Entry:
    attributes = {"ce_id": "m", "ce_source": "s", "ce_type": f"org.ithaca.{kind}", "ce_tenant": "t"}
    attributes |= {"ce_specversion": "1.0", "ce_aggregateversion": "1", "content-type": "application/json"}
    headers = tuple((name, content.encode()) for name, content in attributes.items())
    return Entry("mentorships.v1", 0, 0, "k", headers, json.dumps(data).encode())


INBOXES: Documents = {
    "notifications": [
        {"_id": "n1", "member_id": "mia", "message_id": "m", "read_at": "now"},
        {"_id": "n2", "member_id": "anna", "message_id": "m", "read_at": None},
    ],
}


def told(documents: Documents) -> list[str]:
    messages = [news("mentorship.started.v1", mentor_id="mia", mentee_id="anna")]
    return list(told_violations(messages, documents["notifications"], InboxesRead({"n1"})))


INBOXES_WRONG: dict[str, Change] = {
    "one of two was not told": lambda they: they["notifications"].pop(1),
    "somebody was told twice": lambda they: they["notifications"].append({**they["notifications"][1], "_id": "n3"}),
    "what was read is unread again": lambda they: they["notifications"][0].update(read_at=None),
}

SELVES: Documents = {"members": [{"_id": "olga", "family_name": "By Hand 2"}]}


def selves(documents: Documents) -> list[str]:
    return list(self_violations(documents["members"], SelvesChanged(2, {"olga": "By Hand 2"})))


SELVES_WRONG: dict[str, Change] = {
    "the last change is lost": lambda they: they["members"][0].update(family_name="By Hand 1"),
    "the member is lost": lambda they: they["members"].pop(),
}

CHECKS = (
    (seats, SEATS, SEATS_WRONG),
    (pairs, PAIRS, PAIRS_WRONG),
    (told, INBOXES, INBOXES_WRONG),
    (selves, SELVES, SELVES_WRONG),
)


@pytest.mark.parametrize(("check", "right"), [(check, right) for check, right, _ in CHECKS])
def test_what_is_right_is_no_violation(check: Callable[[Documents], list[str]], right: Documents) -> None:
    assert check(right) == []


@pytest.mark.parametrize(
    ("check", "right", "change"),
    [
        pytest.param(check, right, change, id=name.replace(" ", "-"))
        for check, right, wrong in CHECKS
        for name, change in wrong.items()
    ],
)
def test_it_is_seen_when(check: Callable[[Documents], list[str]], right: Documents, change: Change) -> None:
    wrong = copy.deepcopy(right)
    change(wrong)
    assert check(wrong)
