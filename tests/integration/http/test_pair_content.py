"""What a pair writes is the pair's: every field of theirs, in every state, asked for at every door by everybody else.

Each field holds a word of its own. Whoever reads all that the four services give out, by any address that takes no more
than the pair's own ids, must not find one; the pair finds all of them, so that the search is known to find.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest

from services.matching.api.context import STORE
from services.matching.domain.member import Member
from services.matching.domain.mentorship import MentorshipState
from services.matching.store import Store
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction, UnitOfWork
from shared.web.transactions import EXTENSION
from tests.integration.http.conftest import Surface
from tests.integration.http.operations import Operation, operations
from tests.integration.http.population import made, post

WORD = re.compile(rb"zymurgy-[a-z-]+")
OPERATIONS = [each for each in operations() if each.method == "GET"]

STATES = ("agreement_pending", "active", "on_hold", "completing", "completed", "ended_early")

BOTH_READ = {
    "request",
    "question",
    "answer",
    "agreed-goal",
    "channel",
    "boundaries",
    "confidentiality",
    "feedback-way",
    "no-fault-exit",
    "place",
    "notes",
    "action",
    "milestone",
    "goal",
    "measure",
    "progress",
    "rated-skill",
    "resource",
    "opportunity",
    "thanks",
}
"""What either writes for both."""

BEFORE_AGREEMENT = {"request", "question", "answer", "thanks"}
"""What there is of these in a pair that has not agreed yet, beside the agreement itself."""

ONES_OWN = {"private-notes"}


def word(field: str) -> str:
    return f"zymurgy-{field}"


class Pair:
    """Ada, whom Ben mentors; Cleo takes part in the same program as a mentor."""

    def __init__(self, surface: Surface) -> None:
        self.surface = surface
        self.ada, self.ben, self.cleo = new_id(), new_id(), new_id()
        self.ids: dict[str, str] = {}
        app = surface.app("matching")
        self.store: Store = app.extensions[STORE]
        self.unit_of_work: UnitOfWork = app.extensions[EXTENSION]

    def begin(self) -> None:
        """A request with all that is said in one, and its yes."""

        def tell(current: Transaction) -> None:
            for each in (self.ada, self.ben, self.cleo):
                copy = Member(id=each, tenant=self.surface.tenant, version=1, updated_at=current.now, goals=("Lead",))
                self.store.copies.put(current.session, copy)

        self.unit_of_work.run(tell, tenant=self.surface.tenant)
        program = {"name": "Spring", "kind": "cohort", "format": "one_to_one"}
        self.ids["program_id"] = made(self.surface, "", "matching", "/v1/programs", program)
        path = f"/v1/programs/{self.ids['program_id']}"
        post(self.surface, "", "matching", f"{path}/open")
        for who, role in ((self.ada, "mentee"), (self.ben, "mentor"), (self.cleo, "mentor")):
            self.make("enrollment_id", "", f"{path}/enrollments", {"member_id": who, "role": role})
        body = {"program_id": self.ids["program_id"], "mentor_ids": [self.ben], "message": word("request")}
        self.ids["request_id"] = post(self.surface, self.ada, "matching", "/v1/requests", body, 201)["items"][0]["id"]
        request = f"/v1/requests/{self.ids['request_id']}"
        post(self.surface, self.ben, "matching", f"{request}/ask", {"question": word("question")})
        post(self.surface, self.ada, "matching", f"{request}/answer", {"answer": word("answer")})
        accepted = post(self.surface, self.ben, "matching", f"{request}/accept")
        self.ids["mentorship_id"] = accepted["mentorship_id"]
        self.propose()
        for who, text in ((self.ada, "thanks"), (self.ben, "thanks")):
            self.make("appreciation_id", who, f"{self.path}/appreciations", {"text": word(text)})

    @property
    def path(self) -> str:
        return f"/v1/mentorships/{self.ids['mentorship_id']}"

    def make(self, name: str, who: str, path: str, body: object) -> None:
        self.ids[name] = made(self.surface, who, "matching", path, body)

    def propose(self) -> None:
        terms = {
            "goals": [word("agreed-goal")],
            "format": "video",
            "frequency": "biweekly",
            "duration_weeks": 24,
            "channels": [word("channel")],
            "boundaries": word("boundaries"),
            "confidentiality": word("confidentiality"),
            "feedback": word("feedback-way"),
            "no_fault_exit": word("no-fault-exit"),
        }
        post(self.surface, self.ben, "matching", f"{self.path}/agreement", terms, method="PUT")

    def work(self) -> None:
        """All that a pair at work may write."""
        surface = self.surface
        for who in (self.ben, self.ada):
            post(surface, who, "matching", f"{self.path}/agreement/sign", {"version": 1})
        session = {
            "starts_at": "2099-01-04T07:00:00Z",
            "duration_minutes": 30,
            "place": word("place"),
            "notes": word("notes"),
            "actions": [word("action")],
        }
        self.make("session_id", self.ada, f"{self.path}/sessions", session)
        notes = f"{self.path}/sessions/{self.ids['session_id']}/private-notes"
        post(surface, self.ada, "matching", notes, {"text": word("private-notes")}, method="PUT")
        self.make("milestone_id", self.ada, f"{self.path}/milestones", {"title": word("milestone")})
        goal = {"statement": word("goal"), "measure": word("measure"), "baseline": 2}
        self.make("goal_id", self.ada, f"{self.path}/goals", goal)
        entry = f"{self.path}/goals/{self.ids['goal_id']}/progress"
        post(surface, self.ben, "matching", entry, {"text": word("progress")}, 201)
        rating = {"skill": word("rated-skill"), "moment": "before", "level": 2}
        post(surface, self.ada, "matching", f"{self.path}/ratings", rating, 201)
        for kind, name in (("resources", "resource"), ("opportunities", "opportunity")):
            shared = {"title": word(name), "text": word(name), "url": f"https://example.org/{word(name)}"}
            self.make(f"{name}_id", self.ben, f"{self.path}/{kind}", shared)

    def move(self, state: str) -> None:
        """To this state, by the way that there is over HTTP, else as due work would."""
        if state in ("on_hold", "ended_early"):
            post(self.surface, self.ada, "matching", f"{self.path}/{'hold' if state == 'on_hold' else 'end'}")
        if state in ("completing", "completed"):

            def wind_down(current: Transaction) -> None:
                found = self.store.mentorships.get(self.surface.tenant, self.ids["mentorship_id"], current.session)
                self.store.mentorships.save(current.session, replace(found, state=MentorshipState.COMPLETING))

            self.unit_of_work.run(wind_down, tenant=self.surface.tenant)
        if state == "completed":
            post(self.surface, self.ada, "matching", f"{self.path}/complete")

    def found(self, who: str, *roles: str) -> set[str]:
        """The fields whose words this caller finds at any door."""
        headers = self.surface.issuer.headers(*roles, tenant=self.surface.tenant, sub=who)
        found: set[str] = set()
        for operation in OPERATIONS:
            address = self.address(operation)
            if address is not None:
                answer = self.surface.call(operation.service, "GET", address, headers=headers)
                assert answer.status_code < 500, (address, answer.get_data())
                found |= {each.decode().removeprefix("zymurgy-") for each in WORD.findall(answer.get_data())}
        return found

    def address(self, operation: Operation) -> str | None:
        """With the pair's ids; None where it takes others."""
        ids: Mapping[str, str] = {**self.ids, "identifier": self.ada}
        names = re.findall(r"\{(\w+)\}", operation.path)
        return operation.path.format(**ids) if all(name in ids for name in names) else None

    def left(self) -> Iterable[bytes]:
        """All that was left for other services, of this association."""
        rows = self.surface.database("matching")["outbox"].find({"headers": {"$exists": True}})
        return [row["value"] for row in rows if row["value"] and self.ids["program_id"].encode() in row["value"]]


@pytest.fixture(params=STATES)
def pair(surface: Surface, request: pytest.FixtureRequest) -> tuple[Pair, str]:
    made_one, state = Pair(surface), request.param
    made_one.begin()
    if state != "agreement_pending":
        made_one.work()
        made_one.move(state)
    return made_one, state


def test_the_pair_reads_what_it_wrote_and_of_private_notes_only_their_author(pair: tuple[Pair, str]) -> None:
    two, state = pair
    terms = {"agreed-goal", "channel", "boundaries", "confidentiality", "feedback-way", "no-fault-exit"}
    both = BEFORE_AGREEMENT | terms if state == "agreement_pending" else BOTH_READ
    assert two.found(two.ada, "member") == both | (ONES_OWN if state != "agreement_pending" else set())
    assert two.found(two.ben, "member") == both


@pytest.mark.parametrize("roles", [("coordinator",), ("organizer",), ("integrator",), ("operator",)], ids=str)
def test_staff_finds_no_word_of_a_pair_at_any_door(pair: tuple[Pair, str], roles: tuple[str, ...]) -> None:
    two, _ = pair
    assert two.found(new_id(), *roles) == set()


def test_another_member_finds_no_word_of_a_pair_at_any_door(pair: tuple[Pair, str]) -> None:
    two, _ = pair
    assert two.found(two.cleo, "member") == set()
    assert two.found(new_id(), "member") == set()


def test_no_message_carries_a_word_of_a_pair(pair: tuple[Pair, str]) -> None:
    two, _ = pair
    left = list(two.left())
    assert len(left) > 3
    assert [each for each in left if WORD.search(each)] == []
