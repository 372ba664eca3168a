"""Three hundred members, each of a character that decides what they do on which day, and what must come of it."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from shared.clock import rfc3339
from tests.year.steering import Steered

Act = Callable[[], object]

BIWEEKLY = 14
WEEKS = 26
TERMS = {"goals": ["Lead a team"], "format": "video", "frequency": "biweekly", "duration_weeks": WEEKS}
GOAL = {"text": "Lead a team", "measure": "five people report to me", "target_date": "2099-01-01"}


@dataclass(slots=True)
class Stage:
    """The association, its program, and the diary of what is still to be done on which day."""

    steered: Steered
    tenant: str
    staff: str
    program: str = ""
    diary: dict[int, list[Act]] = field(default_factory=lambda: defaultdict(list))

    def call(
        self,
        who: str,
        method: str,
        path: str,
        body: object = None,
        *,
        role: str = "member",
        service: str = "matching",
    ) -> Any:
        """One request. Fails on any answer but a good one."""
        platform = self.steered.platform
        answer = platform.call(method, service, path, token=platform.token(self.tenant, who, role), body=body)
        assert answer.status_code in (200, 201, 202, 204), f"day {self.steered.day}: {method} {path}: {answer.text}"
        return answer.json() if answer.content else None

    def by_staff(self, method: str, path: str, body: object = None, *, service: str = "matching") -> Any:
        return self.call(self.staff, method, path, body, role="coordinator", service=service)

    def on(self, day: int, act: Act) -> None:
        """Puts it in the diary; what is put there for today is done today."""
        assert day >= self.steered.day, "nobody acts in the past"
        self.diary[day].append(act)

    def play(self, last: int) -> None:
        """Day after day, each of its acts and then what is due by the next noon."""
        for day in range(self.steered.day, last + 1):
            self.steered.to(day)
            acts = self.diary[day]
            while acts:
                acts.pop(0)()
            # What they did may be followed at once by what is due on the same day.
            self.steered.settle()


@dataclass(slots=True)
class Pair:
    """A mentee and the mentor they ask on the day they begin."""

    stage: Stage
    mentor: str
    mentee: str
    begins: int
    mentorship: str = ""

    @property
    def path(self) -> str:
        return f"/v1/mentorships/{self.mentorship}"

    def ask(self) -> str:
        body = {"program_id": self.stage.program, "mentor_ids": [self.mentor], "message": "Would you help me?"}
        found: str = self.stage.call(self.mentee, "POST", "/v1/requests", body)["items"][0]["id"]
        return found

    def begin(self) -> None:
        """Asked on the day, accepted on the next."""
        request = self.ask()

        def accept() -> None:
            answer = self.stage.call(self.mentor, "POST", f"/v1/requests/{request}/accept")
            self.mentorship = answer["mentorship_id"]

        self.stage.on(self.begins + 1, accept)

    def agree(self) -> None:
        """Both sign, two days after the beginning."""

        def sign() -> None:
            version = self.stage.call(self.mentor, "PUT", f"{self.path}/agreement", TERMS)["agreement"]["version"]
            for who in (self.mentor, self.mentee):
                self.stage.call(who, "POST", f"{self.path}/agreement/sign", {"version": version})

        self.stage.on(self.begins + 2, sign)

    def meet(self, day: int, state: str = "held") -> None:
        """Proposed and confirmed at noon for the evening; said at the next noon by both how it went."""
        stage = self.stage
        starts_at = rfc3339(stage.steered.at(day) + timedelta(hours=6))

        def propose() -> None:
            body = {"starts_at": starts_at, "duration_minutes": 60}
            session = stage.call(self.mentor, "POST", f"{self.path}/sessions", body)["id"]
            place = f"{self.path}/sessions/{session}"
            stage.call(self.mentee, "PATCH", place, {"state": "confirmed"})

            def say() -> None:
                for who in (self.mentor, self.mentee):
                    missed = {} if state == "held" else {"missed_by": [self.mentee]}
                    stage.call(who, "PATCH", place, {"state": state, **missed})

            stage.on(day + 1, say)

        stage.on(day, propose)

    def close(self, day: int, who: str, how: str) -> None:
        """On this day one of the two completes it, or ends it early."""
        self.stage.on(day, lambda: self.stage.call(who, "POST", f"{self.path}/{how}"))

    def answer(self, day: int, kind: str, *who: str) -> None:
        """On this day these of the two answer what they were asked of this kind."""

        def write() -> None:
            for each in who:
                surveys = self.stage.call(each, "GET", f"{self.path}/feedback")["items"]
                for survey in surveys:
                    if survey["kind"] == kind and survey["state"] == "open":
                        body = {"survey_id": survey["id"], "ratings": {"satisfaction": 4}, "text": "It helped."}
                        self.stage.call(each, "POST", f"{self.path}/feedback", body)

        self.stage.on(day, write)


@dataclass(frozen=True, slots=True)
class Happened:
    """A message that tells of something: its type, its data, and on which day it was written."""

    type: str
    day: int
    data: Mapping[str, Any]
