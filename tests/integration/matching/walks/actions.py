"""What the two agreed to do, in the session where they did."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from services.matching.domain.action import ACTION, ActionState
from services.matching.domain.session import SESSION
from tests.integration.matching.association import TENANT
from tests.integration.matching.test_sessions import propose
from tests.integration.matching.walks.paired import WHO, PairedWalk
from tests.integration.matching.walks.walk import Seen

OPEN, DONE, DROPPED = ActionState.OPEN, ActionState.DONE, ActionState.DROPPED
TEXTS = ("Read the report", "Write to Cleo")


class Actions(PairedWalk):
    """Two of one session, which come and go with its notes; they are told to nobody."""

    machine = ACTION
    beginnings = (OPEN,)

    def begin(self) -> None:
        super().begin()
        self.path = propose(self.made)
        self.made.call(self.made.mentor, "PATCH", self.path, {"actions": list(TEXTS)})

    @property
    def session(self) -> Any:
        return self.association.store.mentorships.sessions.get(TENANT, self.path.rpartition("/")[2])

    def things(self) -> Mapping[str, Seen]:
        return {each.id: Seen(each.state, self.session.version, each) for each in self.session.actions}

    @rule(who=WHO, number=st.integers(0, 1), state=st.sampled_from(ActionState))
    def bring(self, who: str, state: ActionState, number: int = 0) -> None:
        actions = sorted(self.seen.items())
        if not actions:
            return
        identifier, action = actions[number % len(actions)]
        may = state is action.state or OPEN in (state, action.state)
        self.by(who, "PATCH", f"{self.path}/actions/{identifier}", {"state": state.value}, may=may)

    @rule(who=WHO, number=st.integers(0, 1), owner=st.sampled_from(["mentor", "mentee", "stranger"]))
    def give(self, who: str, number: int, owner: str) -> None:
        actions = sorted(self.seen.items())
        if actions:
            body = {"owner_id": self.people[owner]}
            path = f"{self.path}/actions/{actions[number % len(actions)][0]}"
            self.by(who, "PATCH", path, body, may=owner != "stranger")

    @rule(who=WHO, texts=st.lists(st.sampled_from((*TEXTS, "Rest")), max_size=3, unique=True))
    def note(self, who: str, texts: list[str]) -> None:
        same = tuple(texts) == tuple(each.text for each in self.session.actions)
        may = same or SESSION.allows(self.session.state, "note")
        self.by(who, "PATCH", self.path, {"actions": texts}, may=may)

    def agrees(self, identifier: str, thing: Seen) -> None:
        assert thing.whole.owner_id in (None, self.made.mentor, self.made.mentee)

    @classmethod
    def everywhere(cls) -> Iterator[Callable[[Any], object]]:
        for state in (DONE, DROPPED):
            yield lambda actions, state=state: [actions.bring("mentee", each) for each in (state, OPEN)]  # type: ignore[misc]
