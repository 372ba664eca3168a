"""Which words and numbers of feedback and thanks each door shows to whom, before and after they are revealed."""

from collections.abc import Callable
from itertools import product

import pytest

from shared.ids import new_id
from tests.integration.matching.association import Association
from tests.integration.matching.pairing import Pair
from tests.integration.matching.surveying import ended, write

DOORS: tuple[Callable[[Pair], str], ...] = (
    lambda made: made.path,
    lambda made: f"{made.path}/feedback",
    lambda made: f"{made.path}/appreciations",
    lambda made: f"/v1/appreciations?member_id={made.mentor}",
    lambda _: "/v1/circle",
    lambda made: f"/v1/programs/{made.program_id}/feedback",
    lambda made: f"/v1/programs/{made.program_id}/feedback/comments",
    lambda made: f"/v1/programs/{made.program_id}/report",
    lambda made: f"/v1/members/{made.mentor}/export-share",
    lambda made: f"/v1/members/{made.mentee}/export-share",
)
"""Every door that could show it."""

SAID = {"text": "zymurgy", "shared": "quixotry", "rating": '"mentor_rating": 1', "thanks": "bumbershoot"}
"""What the mentee said: privately, to be shared with coordinators, of the mentor, and in thanks."""

READERS = ("author", "partner", "coordinator", "member", "stranger")
MAY_READ: dict[tuple[str, str], set[str]] = {
    ("text", "open"): {"author"},
    ("text", "revealed"): {"author", "partner"},
    ("shared", "open"): {"author"},
    ("shared", "revealed"): {"author", "partner", "coordinator"},
    ("rating", "open"): {"author"},
    ("rating", "revealed"): {"author"},
    ("thanks", "open"): {"author", "partner"},
    ("thanks", "revealed"): {"author", "partner", "coordinator", "member"},
}
"""By field and state. Of thanks `revealed` is that both agreed to show them."""


def through_every_door(made: Pair, reader: str) -> str:
    who = {"author": made.mentee, "partner": made.mentor}.get(reader, new_id())
    roles = ("coordinator", "member") if reader == "coordinator" else ("member",)
    tenant = "globex" if reader == "stranger" else "acme"
    answers = [made.association.call(who, "GET", door(made), roles=roles, tenant=tenant) for door in DOORS]
    return "\n".join(answer.get_data(as_text=True) for answer in answers).replace('":', '": ').replace(":  ", ": ")


@pytest.mark.parametrize(("field", "state"), MAY_READ)
def test_each_reads_what_the_table_says_through_every_door(association: Association, field: str, state: str) -> None:
    made = ended(association)
    if field == "thanks":
        body = {"text": SAID["thanks"], "public": True}
        thanks = made.call(made.mentee, "POST", "/appreciations", body).json["id"]
        if state == "revealed":
            association.call(made.mentor, "POST", f"/v1/appreciations/{thanks}/consent", {})
    else:
        ratings = {"mentor_rating": 1}
        shared = field == "shared"
        write(made, made.mentee, ratings=ratings, text=SAID.get(field, "plain"), share_with_coordinators=shared)
        if state == "revealed":
            write(made, made.mentor, text="plain")
    reads = {reader for reader in READERS if SAID[field] in through_every_door(made, reader)}
    assert reads == MAY_READ[field, state]


def test_the_table_has_every_field_in_every_state() -> None:
    assert MAY_READ.keys() == set(product(SAID, ("open", "revealed")))
