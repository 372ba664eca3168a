"""What a rerun asks: by the ids that people were first known by, whoever they are now."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.matching.domain import remainder as module
from services.matching.domain.match_run import MatchRun, Objective
from services.matching.domain.proposal import Proposal, ProposalState
from services.matching.domain.remainder import Remainder, TooManyForbidden, remainder

NOW = datetime(2026, 1, 7, 12, tzinfo=UTC)
RUN = MatchRun("run", "acme", 1, NOW, "program", Objective.BEST_SCORE)


def proposal(mentor: str, mentee: str, state: ProposalState = ProposalState.DISMISSED) -> Proposal:
    return Proposal(
        f"{mentor}-{mentee}", "acme", 1, NOW, "program", mentor, mentee, 0.5, {}, (), run_id="run", state=state
    )


def test_a_pair_of_members_who_were_merged_since_is_known_by_its_first_ids() -> None:
    run = replace(RUN, locked=(("old", "ada"),))
    locked = replace(proposal("new", "ada", ProposalState.PROPOSED), locked=True, mentor_as="old")
    dismissed = replace(proposal("new", "eve"), mentor_as="old")
    left = remainder(run, [locked], [dismissed], {"old": "new", "ada": "ada"})
    assert left == Remainder(locked=(("old", "ada"),), forbidden=(("old", "eve"),))


@pytest.mark.parametrize("state", [state for state in ProposalState if state is not ProposalState.PROPOSED])
def test_a_locked_pair_that_was_decided_on_is_locked_no_more(state: ProposalState) -> None:
    run = replace(RUN, locked=(("m", "e"),))
    left = remainder(run, [replace(proposal("m", "e", state), locked=True)], [], {"m": "m", "e": "e"})
    assert left.locked == ()


def test_what_is_forbidden_twice_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PAIRS", 1)
    run = replace(RUN, forbidden=(("m", "e"),))
    assert remainder(run, [], [proposal("m", "e")], {}).forbidden == (("m", "e"),)
    with pytest.raises(TooManyForbidden):
        remainder(run, [], [proposal("m", "e"), proposal("m", "f")], {})
