"""What drives the things of one kind over the real service, and holds each step against the table they follow."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, run_state_machine_as_test

from shared.messaging.due import claim
from shared.storage import Repository
from shared.transitions import Machine
from tests.examples import tried
from tests.integration.matching.association import TENANT, Association

REFUSALS = (403, 404, 409, 422)


class Step(NamedTuple):
    """A verb that a table allowed, and the state it left."""

    kind: str
    verb: str
    state: StrEnum


class Told(NamedTuple):
    """A message, and what it tells of."""

    type: str
    thing: str
    state: str | None
    version: int


@dataclass(frozen=True, slots=True)
class Seen:
    """A thing as it is kept; `version` is that of the document it is in."""

    state: StrEnum
    version: int
    whole: Any


class Walk(RuleBasedStateMachine):
    """Things of one kind, read from the database after each step.

    A step is a request, or one piece of due work. Whoever makes it says beforehand whether it may be done; what is
    refused has changed nothing and told nobody. What is done went by verbs of the table that were asked for, one after
    the other, raised the version by one, and told of itself once.
    """

    machine: ClassVar[Machine[Any]]
    association: ClassVar[Association]
    allowed: ClassVar[list[Step]]
    """What tables have allowed since the last look."""
    walked: ClassVar[set[tuple[str, StrEnum]]]
    """The steps of the table that were done."""

    beginnings: ClassVar[Sequence[StrEnum]]
    """In which states new ones are made."""
    types: ClassVar[Sequence[str]] = ()
    """The messages that tell of them."""
    most_changes = 1
    """By how much one step raises a version."""

    def __init__(self) -> None:
        super().__init__()
        self.association.empty()
        self.seen: Mapping[str, Seen] = {}
        self.heard: Counter[Told] = Counter()
        self.begin()
        self.look()

    def begin(self) -> None:
        """Arranges everything. To be said by each walk."""
        raise NotImplementedError

    def things(self) -> Mapping[str, Seen]:
        """All of the kind, by id. To be said by each walk."""
        raise NotImplementedError

    def tells(self, verb: str, before: Seen, after: Seen) -> Sequence[str]:
        """The types of what a step announces."""
        return ()

    def tells_of_new(self, thing: Seen) -> Sequence[str]:
        """The types of what a new one announces."""
        return ()

    def agrees(self, identifier: str, thing: Seen) -> None:
        """Asserts that its facts go with its state."""

    def has_changed(self, before: Seen, after: Seen) -> bool:
        """Whether what a version counts is otherwise than before."""
        return bool(before.whole != after.whole)

    @classmethod
    def everywhere(cls) -> Iterator[Callable[["Any"], object]]:
        """Ways that go over every step of the table together, each from the beginning."""
        raise NotImplementedError

    # The ways to make a step.

    def ask(
        self,
        who: str,
        method: str,
        path: str,
        body: Any = None,
        *,
        may: bool,
        roles: Sequence[str] = ("member",),
        verb: tuple[str, StrEnum] | None = None,
    ) -> Any:
        """One request, done exactly when it may be; `verb`: what was only asked of the table, from this state."""
        answer = self.association.call(who, method, path, body, roles=roles)
        assert answer.status_code in ((200, 201, 202) if may else REFUSALS), (method, path, body, answer.json)
        self.settle(changed=may)
        if may and verb is not None:
            assert verb[1] in self.machine.table[verb[0]]
            self.walked.add(verb)
        return answer.json

    def staff(self, method: str, path: str, body: Any = None, *, may: bool, who: str = "", **more: Any) -> Any:
        return self.ask(who or STAFF, method, path, body, may=may, roles=("coordinator",), **more)

    def also(self, work: Callable[[], Any]) -> None:
        """Something beside, of which the things of the walk may be changed."""
        work()
        self.settle(changed=True)

    def pass_by(self, **time: float) -> None:
        """Time passes, and each piece of work that is due by then is done."""
        self.association.clock.pass_by(**time)
        self.work()

    def work(self) -> None:
        unit_of_work, clock = self.association.foundation.unit_of_work, self.association.clock
        for work in self.association.service.due:
            while (claimed := claim(unit_of_work.database, work, clock.now())) is not None:
                work.perform(unit_of_work, claimed)
                self.settle(changed=True)

    # What is asserted.

    def look(self) -> None:
        self.seen = self.things()
        self.heard = self.told()
        self.allowed.clear()

    def settle(self, *, changed: bool) -> None:
        """Holds what has become of everything against the table, and what was told against that."""
        before, heard = self.seen, self.heard
        allowed = [each for each in dict.fromkeys(self.allowed) if each.kind == self.machine.kind]
        self.look()
        if not changed:
            assert (self.seen, self.heard) == (before, heard)
            return
        due: Counter[tuple[str, str]] = Counter()
        for identifier, thing in self.seen.items():
            was = before.get(identifier)
            if was is None:
                assert thing.state in self.beginnings
                due.update((each, identifier) for each in self.tells_of_new(thing))
            elif self.has_changed(was, thing):
                verbs = self._verbs(was, thing, allowed)
                self.walked.update(verbs)
                if verbs:
                    due.update((each, identifier) for each in self.tells(verbs[-1][0], was, thing))
        new = list((self.heard - heard).elements())
        assert Counter((each.type, each.thing) for each in new) == due
        for message in new:
            assert message.state in (None, self.seen[message.thing].state)

    def _verbs(self, was: Seen, thing: Seen, allowed: Sequence[Step]) -> list[tuple[str, StrEnum]]:
        """The verbs that led from the one to the other."""
        assert was.version < thing.version <= was.version + self.most_changes, (was, thing)
        verbs, state = [], was.state
        for step in allowed:
            if step.state is state:
                verbs.append((step.verb, state))
                state = self.machine.table[step.verb][state]
        assert state is thing.state, f"{was.state} became {thing.state} by {allowed}"
        return verbs

    def told(self) -> Counter[Told]:
        messages = self.association.messages(*self.types) if self.types else []
        return Counter(
            Told(each["type"], each["id"], each.get("state"), each["version"])
            for each in messages
            if each["id"] in self.seen
        )

    @invariant()
    def all_agree(self) -> None:
        for identifier, thing in self.seen.items():
            self.agrees(identifier, thing)


STAFF = "0199abcd-0000-7000-8000-0000000000c0"
"""A coordinator without any part in what is walked."""


def seen(repository: Repository[Any], **where: Any) -> Mapping[str, Seen]:
    """All that a repository has."""
    return {each.id: Seen(each.state, each.version, each) for each in repository.page(TENANT, where, limit=0)}


def walk(kind: type[Walk]) -> None:
    """A few ways at random, and then all steps of the table by known ones."""
    run_state_machine_as_test(
        kind,
        settings=settings(
            max_examples=tried(10),
            stateful_step_count=15,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    kind.walked.clear()
    for way in kind.everywhere():
        thing = kind()
        way(thing)
        thing.all_agree()
    table = {(verb, state) for verb, steps in kind.machine.table.items() for state in steps}
    assert table - kind.walked == set(), "a walk that does not go everywhere shows nothing"
