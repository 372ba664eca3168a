"""What a pair has is walked with the pair itself: it comes to work, rests and ends."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from services.matching.domain.mentorship import LIVE, MENTORSHIP, Mentorship
from tests.integration.matching.association import TENANT
from tests.integration.matching.pairing import Pair, pair_at_work
from tests.integration.matching.telling import tell
from tests.integration.matching.test_suspended import told
from tests.integration.matching.walks.walk import Walk

TWO = ("mentor", "mentee")
PEOPLE = (*TWO, "stranger", "staff")
WHO = st.sampled_from(PEOPLE)
ONE = st.sampled_from(TWO)
SURE = st.sampled_from([False, False, False, True])
"""An end is the end of most of what a pair does: most walks go on for longer."""


class PairedWalk(Walk):
    """The things of one pair; `people` has the two, and others."""

    made: Pair

    def begin(self) -> None:
        self.made = self.pair()
        self.suspended: set[str] = set()
        stranger = self.association.member()
        self.people = {"mentor": self.made.mentor, "mentee": self.made.mentee, "stranger": stranger}

    def pair(self) -> Pair:
        return pair_at_work(self.association)

    @property
    def mentorship(self) -> Mentorship:
        return self.association.store.mentorships.get(TENANT, self.made.mentorship)

    def pair_may(self, verb: str) -> bool:
        return MENTORSHIP.allows(self.mentorship.state, verb)

    def by(self, who: str, method: str, below: str, body: Any = None, *, may: bool, **more: Any) -> Any:
        """A request below the pair's; done by the two at most."""
        path, may = self.made.path + below, may and who in TWO
        if who == "staff":
            return self.staff(method, path, body, may=may, **more)
        return self.ask(self.people[who], method, path, body, may=may, **more)

    @rule(who=ONE)
    def hold(self, who: str) -> None:
        self.by(who, "POST", "/hold", may=self.pair_may("hold"))

    @rule(who=ONE)
    def resume(self, who: str) -> None:
        self.by(who, "POST", "/resume", may=self.pair_may("resume") and not self.suspended)

    @rule(who=ONE, membership=st.sampled_from(["suspended", "active"]))
    def profiles_tell(self, who: str, membership: str) -> None:
        """Of one of the two: with a suspension of either, the pair rests."""
        (self.suspended.add if membership == "suspended" else self.suspended.discard)(who)
        self.also(lambda: tell(self.association, told(self.association, self.people[who], membership)))
        self.pass_by(minutes=2)
        assert not self.suspended or not self.pair_may("hold")

    @rule(who=ONE, sure=SURE)
    def complete(self, who: str, sure: bool) -> None:
        if sure:
            self.by(who, "POST", "/complete", may=self.pair_may("complete") or self.pair_may("wind_down"))

    @rule(who=ONE, sure=SURE)
    def end(self, who: str, sure: bool) -> None:
        if sure:
            self.by(who, "POST", "/end", may=self.mentorship.state in LIVE)

    @rule(days=st.sampled_from([1, 8, 40]))
    def time_passes(self, days: int) -> None:
        self.pass_by(days=days)
