"""Mentees who ask mentors and take it back, mentors who accept and decline, pairs that part again."""

import random
from dataclasses import dataclass, field

from tests.faults.clients.good_client import GoodClient
from tests.faults.clients.people import People


@dataclass(slots=True)
class Asked:
    """What was acknowledged: requests with mentee and mentor, what became of them, the mentorships and their ends."""

    made: dict[str, tuple[str, str]] = field(default_factory=dict)
    became: dict[str, str] = field(default_factory=dict)
    """By request, the last state that was acknowledged."""
    begun: dict[str, str] = field(default_factory=dict)
    """By mentorship, its request."""
    ended: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Pairing:
    """Some of the mentees, with all mentors: others ask the same ones at the same time."""

    client: GoodClient
    people: People
    mentees: list[str]
    rng: random.Random
    done: Asked
    _open: list[str] = field(default_factory=list)
    _living: list[tuple[str, str]] = field(default_factory=list)

    def act(self) -> None:
        if self._open and self.rng.random() < 0.5:
            self._answer(self._open.pop(self.rng.randrange(len(self._open))))
        elif self._living and self.rng.random() < 0.3:
            self._part(*self._living.pop(0))
        else:
            self._ask(self.rng.choice(self.mentees), self.rng.choice(self.people.mentors))

    def _ask(self, mentee: str, mentor: str) -> None:
        body = {"program_id": self.people.program, "mentor_ids": [mentor], "message": "Would you help me?"}
        answer = self.client.ask(mentee, "POST", "matching", "/v1/requests", body)
        if answer.good:
            request = answer.body["items"][0]["id"]
            self.done.made[request] = (mentee, mentor)
            self._open.append(request)

    def _answer(self, request: str) -> None:
        mentee, mentor = self.done.made[request]
        # Who parted is not paired again: most are declined, so that there is somebody to ask until the end.
        who, what = self.rng.choices(
            ((mentor, "accept"), (mentor, "decline"), (mentee, "withdraw")), weights=(1, 5, 4)
        )[0]
        body: object = {} if what == "decline" else None
        answer = self.client.ask(who, "POST", "matching", f"/v1/requests/{request}/{what}", body)
        if answer.good:
            self.done.became[request] = answer.body["state"]
            if mentorship := answer.body.get("mentorship_id"):
                self.done.begun[mentorship] = request
                self._living.append((mentorship, mentee))

    def _part(self, mentorship: str, who: str) -> None:
        if self.client.ask(who, "POST", "matching", f"/v1/mentorships/{mentorship}/end", {}).good:
            self.done.ended.add(mentorship)
