"""A mentor would introduce the mentee to somebody, who may answer until it is too late."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from services.matching.domain.introduction import INTRODUCTION, IntroductionState
from services.matching.domain.mentorship import LIVE
from tests.integration.matching.walks.paired import TWO, PairedWalk
from tests.integration.matching.walks.walk import Seen, seen

OFFERED, ACCEPTED = IntroductionState.OFFERED, IntroductionState.ACCEPTED
THIRDS = ("third", "fourth")
THIRD = st.sampled_from(THIRDS)
ANYBODY = st.sampled_from((*TWO, *THIRDS, "stranger", "staff"))


class Introductions(PairedWalk):
    """Of one pair, to two others, who may block whom they like."""

    machine = INTRODUCTION
    beginnings = (OFFERED,)
    types = ("introduction.offered.v1", "introduction.accepted.v1", "introduction.declined.v1")

    def begin(self) -> None:
        super().begin()
        self.people |= {each: self.association.member() for each in THIRDS}
        self.blocked: set[str] = set()

    def things(self) -> Mapping[str, Seen]:
        return seen(self.association.store.introductions, mentorship_id=self.made.mentorship)

    def tells(self, verb: str, before: Seen, after: Seen) -> Sequence[str]:
        return () if verb == "withdraw" else (f"introduction.{after.state}.v1",)

    def tells_of_new(self, thing: Seen) -> Sequence[str]:
        return () if thing.whole.muted else ("introduction.offered.v1",)

    @rule(who=ANYBODY, third=THIRD)
    def offer(self, who: str, third: str = "third") -> None:
        to = self.people[third]
        taken = any(each.whole.introduced_to == to and each.state in (OFFERED, ACCEPTED) for each in self.seen.values())
        may = who == "mentor" and self.pair_may("work") and not taken
        self.by(who, "POST", "/introductions", {"introduced_to_id": to}, may=may)

    @rule(who=ANYBODY, number=st.integers(0, 3), verb=st.sampled_from(["accept", "decline", "withdraw"]))
    def step(self, who: str, verb: str, number: int = 0) -> None:
        if not self.seen:
            return
        identifier, offer = sorted(self.seen.items())[number % len(self.seen)]
        its_own = who in TWO if verb == "withdraw" else self.people.get(who) == offer.whole.introduced_to
        may = its_own and offer.state is OFFERED and (who in TWO or not offer.whole.muted)
        path = f"/v1/introductions/{identifier}/{verb}"
        if who == "staff":
            self.staff("POST", path, may=False)
        else:
            self.ask(self.people[who], "POST", path, may=may)

    @rule(third=THIRD, one=st.sampled_from(TWO), back=st.booleans())
    def block(self, third: str, one: str, back: bool) -> None:
        who, other = (one, third) if back else (third, one)
        self.blocked.add(third)
        self.ask(self.people[who], "PUT", f"/v1/blocks/{self.people[other]}", may=True)

    def agrees(self, identifier: str, thing: Seen) -> None:
        offer = thing.whole
        assert (offer.answered_at is not None) is (thing.state in (ACCEPTED, IntroductionState.DECLINED))
        assert thing.state is not OFFERED or self.mentorship.state in LIVE
        if thing.state is OFFERED:
            to = next(each for each in THIRDS if self.people[each] == offer.introduced_to)
            assert offer.muted is (to in self.blocked)

    @classmethod
    def everywhere(cls) -> Iterator[Callable[[Any], object]]:
        yield lambda offers: (offers.offer("mentor"), offers.step("third", "accept"))
        yield lambda offers: (offers.offer("mentor"), offers.step("third", "decline"), offers.offer("mentor"))
        yield lambda offers: (offers.offer("mentor"), offers.step("mentee", "withdraw"))
