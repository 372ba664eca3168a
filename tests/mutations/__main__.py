"""`python -m tests.mutations [NAME,NAME]`: takes away one mechanism after the other, and says which tests noticed.

Fails where none did, where a mutation no longer applies, and where the tests fail by themselves.
"""

import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.mutations.ground import copied_tree, platform
from tests.mutations.mutation import Mutation, NoLongerApplies
from tests.mutations.table import MUTATIONS
from tests.mutations.trial import Broken, run

_LONGEST_FOR_ALL = 1200.0
"""Seconds for the tests of all mutations, one after the other."""


def main(names: Sequence[str]) -> int:
    """The exit status."""
    if unknown := set(names) - {each.name for each in MUTATIONS}:
        _say(f"No such mutation: {', '.join(sorted(unknown))}. There are {', '.join(each.name for each in MUTATIONS)}.")
        return 2
    chosen = [each for each in MUTATIONS if not names or each.name in names]
    begun = time.monotonic()
    with copied_tree() as tree, platform() as environment:
        if not _applicable(tree, chosen) or not _sound(tree, chosen, environment):
            return 1
        survived = [each.name for each in chosen if not _is_noticed(tree, each, environment)]
    _say(f"{len(chosen) - len(survived)} of {len(chosen)} noticed, in {time.monotonic() - begun:.0f} seconds")
    if survived:
        _say(f"nobody noticed: {', '.join(survived)}")
    return 1 if survived else 0


def _applicable(tree: Path, chosen: Sequence[Mutation]) -> bool:
    good = True
    for each in chosen:
        try:
            each.changed(tree)
        except NoLongerApplies as error:
            _say(f"no longer applies: {error}")
            good = False
    return good


def _sound(tree: Path, chosen: Sequence[Mutation], environment: Mapping[str, str]) -> bool:
    """Whether the tests of all pass while nothing is taken away: else their failing would tell nothing."""
    begun = time.monotonic()
    tests = list(dict.fromkeys(test for each in chosen for test in each.tests))
    try:
        outcome = run(tree, tests, environment, longest_seconds=_LONGEST_FOR_ALL)
    except Broken as error:
        _say(f"the tests do not run as they are:\n{error}")
        return False
    if outcome.failed:
        _say(f"these fail as they are: {', '.join(outcome.failed)}")
        return False
    _say(f"{'unchanged':<26} {time.monotonic() - begun:4.0f} s  {len(outcome.passed)} tests pass")
    return True


def _is_noticed(tree: Path, mutation: Mutation, environment: Mapping[str, str]) -> bool:
    begun = time.monotonic()
    try:
        with mutation.applied(tree):
            outcome = run(tree, mutation.tests, environment)
    except Broken as error:
        _say(f"{error}")
        noticed, told = False, "BROKEN   the tests came to no verdict"
    else:
        if outcome.failed:
            noticed, told = True, f"noticed  {', '.join(outcome.failed)}"
        elif outcome.skipped and not outcome.passed:
            noticed, told = True, f"untried  {next(iter(outcome.skipped.values()))}"
        else:
            noticed, told = False, f"SURVIVED {mutation.otherwise}"
    _say(f"{mutation.name:<26} {time.monotonic() - begun:4.0f} s  {told}")
    return noticed


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main([name for argument in sys.argv[1:] for name in argument.split(",")]))
