"""Who has met whom at an event counts in full for the part `met`, having been at the same one for half."""

from typing import Any

import pytest

from services.matching.domain.enrollment import Role
from services.matching.domain.parts import Weight, Weights
from shared.ids import new_id
from tests.integration.matching.association import TENANT, Association
from tests.integration.matching.cohort import computed, proposals_of
from tests.integration.matching.telling import Ticket, merged, met, tell, unmerged
from tests.integration.matching.test_erasing import erase
from tests.unit.matching.people import offers, seeks


class Fair:
    """A mentor and a mentee who were at one event, and a program that counts it."""

    def __init__(self, association: Association) -> None:
        self.association, self.event, self.meeting = association, new_id(), new_id()
        self.program = association.program(weights=Weights(met=Weight.HIGH))
        self.mentor = association.member(skills=offers("law"))
        self.mentee = association.member(skills=seeks("law"))
        association.enroll(self.program, self.mentor, Role.MENTOR, 1)
        association.enroll(self.program, self.mentee, Role.MENTEE, 1)
        for each in (self.mentor, self.mentee):
            tell(association, Ticket(association, self.event, each).checked_in())

    def hear(self, version: int = 1, *, reverted: bool = False) -> None:
        two = (self.mentor, self.mentee)
        tell(
            self.association, met(self.association, self.event, self.meeting, *two, version=version, reverted=reverted)
        )

    def part(self, mentor: str | None = None) -> tuple[float, list[str]]:
        """What the suggestion of the mentor says of `met`."""
        path = f"/v1/programs/{self.program.id}/recommendations?member_id={self.mentee}"
        items: list[dict[str, Any]] = self.association.coordinator("GET", path).json["items"]
        (found,) = [each for each in items if each["mentor_id"] == (mentor or self.mentor)]
        return found["parts"]["met"], [each for each in found["reasons"] if "event" in each]


@pytest.fixture
def fair(association: Association) -> Fair:
    return Fair(association)


def test_having_met_counts_in_full_and_is_said(fair: Fair) -> None:
    assert fair.part()[0] == 0.5
    fair.hear()
    part, reasons = fair.part()
    assert part == 1.0
    assert any("met at an event" in each for each in reasons)


def test_what_was_taken_back_counts_no_more_and_an_older_word_changes_nothing(fair: Fair) -> None:
    fair.hear(1)
    fair.hear(2, reverted=True)
    fair.hear(1)
    assert fair.part()[0] == 0.5
    fair.hear(3)
    assert fair.part()[0] == 1.0


def test_a_match_run_counts_it_too(fair: Fair) -> None:
    fair.hear()
    (proposal,) = proposals_of(fair.association, computed(fair.association, fair.program))
    assert proposal["parts"]["met"] == 1.0


def test_who_met_met_as_whoever_they_are_now(fair: Fair) -> None:
    association = fair.association
    survivor = association.member(skills=offers("law"))
    association.enroll(fair.program, survivor, Role.MENTOR, 1)
    fair.hear()
    tell(association, merged(association, fair.mentor, survivor))
    assert fair.part(survivor)[0] == 1.0
    tell(association, unmerged(association, fair.mentor))
    assert fair.part(survivor)[0] != 1.0


def test_nothing_is_left_of_whom_the_erased_has_met_nor_comes_back(fair: Fair) -> None:
    fair.hear()
    erase(fair.association, fair.mentor)
    fair.hear(2)
    assert fair.association.foundation.database["encounters"].count_documents({"tenant": TENANT}) == 0


def test_a_member_may_know_whom_they_met(fair: Fair) -> None:
    fair.hear()
    path = f"/v1/members/{fair.mentee}/export-share"
    shown = fair.association.call(fair.mentee, "GET", path).json["sections"]["encounters"]
    assert [each["event_id"] for each in shown] == [fair.event]
