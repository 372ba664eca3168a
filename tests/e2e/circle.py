"""A program in which Ada's mentor is Ben, and Cleo is a mentor, too."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.e2e.association import Association

MONDAYS = [{"day": "mon", "from": "17:00", "to": "20:00"}]
PEOPLE: Mapping[str, Mapping[str, Any]] = {
    "Ada": {
        "goals": [{"text": "Lead a team"}],
        "skills": [{"label": "Public speaking", "side": "seeks", "level": 2}],
        "time_zone": "America/Havana",
        "frequency": "weekly",
        "format": "either",
    },
    "Ben": {
        "goals": [{"text": "Write a book"}],
        "time_zone": "Atlantic/Azores",
        "availability": MONDAYS,
        "frequency": "monthly",
        "format": "video",
    },
    "Cleo": {},
}
PLAN = [
    {"kind": "tip", "owner": "mentee", "offset_days": 0, "title": "Say what you are working toward"},
    {"kind": "milestone", "owner": "both", "offset_days": 30, "title": "A first meeting led"},
    {"kind": "task", "owner": "both", "offset_days": 60, "title": "Look back on half of it"},
]


@dataclass(frozen=True, slots=True)
class Circle:
    """Ada and Ben are paired and have agreed on nothing yet."""

    association: Association
    program: str
    ada: str
    ben: str
    cleo: str
    mentorship: str

    def call(self, who: str, method: str, path: str, body: object = None, *, service: str = "matching") -> Any:
        return self.association.call(who, method, path, body, service=service)

    def pair(self, who: str, method: str, below: str, body: object = None) -> Any:
        """One of the two, or who would be, about what is theirs."""
        return self.association.call(who, method, f"/v1/mentorships/{self.mentorship}{below}", body)

    def told(self, who: str, title: str) -> dict[str, Any]:
        return self.association.told(who, title)

    def agreed(self) -> "Circle":
        """The same, when the two have signed an agreement; a second time changes nothing."""
        if self.pair(self.ada, "GET", "")["state"] == "agreement_pending":
            terms = {"goals": ["Lead a team"], "format": "video", "frequency": "monthly", "duration_weeks": 20}
            version = self.pair(self.ben, "PUT", "/agreement", terms)["agreement"]["version"]
            for who in (self.ada, self.ben):
                self.pair(who, "POST", "/agreement/sign", {"version": version})
        return self


def circle(association: Association) -> Circle:
    """The people, their program with its template, and the request that made a pair of the two."""
    ada, ben, cleo = (association.member(name, **profile) for name, profile in PEOPLE.items())
    template = association.coordinator("POST", "/v1/templates", {"name": "Half a year", "items": PLAN})["id"]
    program = association.program(settings={"template_id": template, "usual_duration_weeks": 20})
    for who, role in ((ada, "mentee"), (ben, "mentor"), (cleo, "mentor")):
        association.enroll(program, who, role)
    asking = {"program_id": program, "mentor_ids": [ben], "message": "Would you?"}
    [request] = association.call(ada, "POST", "/v1/requests", asking)["items"]
    mentorship = association.call(ben, "POST", f"/v1/requests/{request['id']}/accept")["mentorship_id"]
    return Circle(association, program, ada, ben, cleo, mentorship)
