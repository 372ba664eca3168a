"""A pair that is ready for what a test is about."""

from dataclasses import dataclass
from typing import Any

from tests.integration.matching.asking import paired
from tests.integration.matching.association import Association

TERMS = {"goals": ["Lead a team"], "format": "video", "frequency": "biweekly", "duration_weeks": 24}


@dataclass(frozen=True, slots=True)
class Pair:
    association: Association
    program_id: str
    mentor: str
    mentee: str
    mentorship: str

    @property
    def path(self) -> str:
        return f"/v1/mentorships/{self.mentorship}"

    def call(self, who: str, method: str, below: str = "", json: Any = None, **options: Any) -> Any:
        return self.association.call(who, method, self.path + below, json, **options)

    def agree(self) -> None:
        """Both sign what the mentor proposes."""
        version = self.call(self.mentor, "PUT", "/agreement", TERMS).json["agreement"]["version"]
        for who in (self.mentor, self.mentee):
            assert self.call(who, "POST", "/agreement/sign", {"version": version}).status_code == 200

    def told(self, *types: str) -> list[dict[str, Any]]:
        """What was published of this mentorship."""
        return [message for message in self.association.messages(*types) if message["key"] == self.mentorship]


def pair(association: Association) -> Pair:
    """A mentorship whose agreement is still to be made."""
    program = association.program()
    mentor, mentee = association.mentor(program), association.mentee(program)
    return Pair(association, program.id, mentor, mentee, paired(association, program, mentor, mentee))


def pair_at_work(association: Association) -> Pair:
    """An active mentorship."""
    made = pair(association)
    made.agree()
    return made
