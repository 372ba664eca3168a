"""What is asked again when a match run is matched anew for whoever has no pair in it yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.matching.domain.match_run import MOST_PAIRS, MatchRun
from services.matching.domain.peers import as_named
from services.matching.domain.program import Format
from services.matching.domain.proposal import Proposal, ProposalState
from shared.errors import Conflict

Pair = tuple[str, str]


class TooManyForbidden(Conflict):
    """More pairs were dismissed than one run can be told to leave out."""

    def __init__(self) -> None:
        super().__init__(
            f"More than {MOST_PAIRS:,} pairs are forbidden or dismissed: change the program's rules or weights "
            "instead, and start a new run."
        )


@dataclass(frozen=True, slots=True)
class Remainder:
    """The pairs of the next run, by the ids that its people were first known by."""

    locked: tuple[Pair, ...]
    forbidden: tuple[Pair, ...]


def remainder(
    run: MatchRun,
    beforehand: Sequence[Proposal],
    dismissed: Sequence[Proposal],
    now: Mapping[str, str],
    form: Format = Format.ONE_TO_ONE,
) -> Remainder:
    """What is left of the run's question once a coordinator has decided on some of its pairs.

    A locked pair stays locked until somebody decides on it: an approved one holds its seats already, and what was
    dismissed, or could not be published, is no lock any more. Dismissed pairs are forbidden, unless somebody added them
    again by hand. `now` says who the members of the run's own pairs are by now, `form` what they are to each other.
    Raises TooManyForbidden.
    """
    undecided = {_pair(each) for each in beforehand if each.locked and each.state is ProposalState.PROPOSED}
    standing = {_pair(each) for each in beforehand if each.state is not ProposalState.DISMISSED}
    unwanted = [_first_known(each) for each in dismissed if _pair(each) not in standing]
    forbidden = tuple(dict.fromkeys((*run.forbidden, *unwanted)))
    if len(forbidden) > MOST_PAIRS:
        raise TooManyForbidden
    locked = tuple(
        (mentor_id, mentee_id)
        for mentor_id, mentee_id in run.locked
        if as_named(form, now[mentor_id], now[mentee_id]) in undecided
    )
    return Remainder(locked, forbidden)


def _pair(proposal: Proposal) -> Pair:
    return proposal.mentor_id, proposal.mentee_id


def _first_known(proposal: Proposal) -> Pair:
    return proposal.mentor_as or proposal.mentor_id, proposal.mentee_as or proposal.mentee_id
