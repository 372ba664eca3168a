"""`python -m tests.mutations [NAME,NAME]`: takes away one mechanism after the other, and says which tests noticed.

Fails where none did, where a mutation no longer applies, and where the tests fail by themselves.
"""

import sys
import time
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path

from tests.mutations.ground import copied_tree, platform
from tests.mutations.mutation import Mutation, NoLongerApplies
from tests.mutations.table import MUTATIONS
from tests.mutations.trial import Broken, run

_LONGEST_FOR_ALL = 1200.0
"""Seconds for the tests of all mutations, one after the other."""


class Verdict(Enum):
    NOTICED = "noticed"
    UNTRIED = "untried"
    """The tests are skipped here: this broker does not have what they show."""
    SURVIVED = "SURVIVED"
    BROKEN = "BROKEN"
    """The tests came to no end, or could not begin."""


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
        verdicts = [_tried(tree, each, environment) for each in chosen]
    told = ", ".join(f"{verdicts.count(each)} {each.value}" for each in Verdict if each in verdicts)
    _say(f"{len(chosen)} mechanisms taken away in {time.monotonic() - begun:.0f} s: {told}")
    return int(Verdict.SURVIVED in verdicts or Verdict.BROKEN in verdicts)


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
        _say(f"{outcome.printed}these fail as they are: {', '.join(outcome.failed)}")
        return False
    _say_of("nothing taken away", begun, f"{len(outcome.passed)} tests pass, {len(outcome.skipped)} are skipped")
    return True


def _tried(tree: Path, mutation: Mutation, environment: Mapping[str, str]) -> Verdict:
    begun = time.monotonic()
    try:
        with mutation.applied(tree):
            outcome = run(tree, mutation.tests, environment)
    except Broken as error:
        verdict, why = Verdict.BROKEN, str(error)
    else:
        if outcome.failed:
            verdict, why = Verdict.NOTICED, ", ".join(outcome.failed)
        elif outcome.passed:
            verdict, why = Verdict.SURVIVED, mutation.otherwise
        else:
            verdict, why = Verdict.UNTRIED, ", ".join(outcome.skipped.values())
    _say_of(mutation.name, begun, f"{verdict.value:<8}  {why}")
    return verdict


def _say_of(name: str, begun: float, told: str) -> None:
    _say(f"{name:<24}{time.monotonic() - begun:4.0f} s  {told}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main([name for argument in sys.argv[1:] for name in argument.split(",")]))
