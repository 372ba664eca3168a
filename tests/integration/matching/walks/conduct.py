"""A member is reported, and what comes of it: a measure, its appeal and its end."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from services.matching.domain.forgetting import GONE
from services.matching.domain.measure import MEASURE, MeasureKind, MeasureState, Outcome
from services.matching.domain.member import Membership
from services.matching.domain.report import REPORT, ReportState
from shared.clock import rfc3339
from tests.integration.matching.association import TENANT
from tests.integration.matching.walks.walk import STAFF, Seen, Told, Walk, seen

NEW, REVIEW = ReportState.NEW, ReportState.UNDER_REVIEW
ACTIONED, DISMISSED = ReportState.ACTIONED, ReportState.DISMISSED
IN_FORCE, LIFTED, OVER = MeasureState.IN_FORCE, MeasureState.LIFTED, MeasureState.OVER
PEOPLE = st.sampled_from(["reporter", "reported", "stranger"])
STAFFED = st.sampled_from(["staff", "staff", "reported"])
"""Who is reported may be a coordinator."""
KEPT_DAYS = 180


class Conduct(Walk):
    """One member reports another, and coordinators decide."""

    def begin(self) -> None:
        program = self.association.program()
        self.people = {"staff": STAFF, "stranger": self.association.member()}
        self.people |= {each: self.association.mentor(program) for each in ("reporter", "reported")}
        body = {"reported_id": self.people["reported"], "category": "spam", "text": "They wrote this."}
        made = self.association.call(self.people["reporter"], "POST", "/v1/reports", body)
        self.report: str = made.json["id"]

    @property
    def standing(self) -> ReportState:
        return self.association.store.reports.get(TENANT, self.report).state

    @rule(who=STAFFED, state=st.sampled_from([REVIEW, DISMISSED]))
    def decide(self, who: str, state: ReportState) -> None:
        may = who == "staff" and self.standing is (NEW if state is REVIEW else REVIEW)
        self._decide(who, {"state": state.value}, may=may)

    @rule(who=STAFFED, kind=st.sampled_from(MeasureKind), days=st.sampled_from([None, 3, 250]))
    def act(self, who: str, kind: MeasureKind, days: int | None = None) -> None:
        action: dict[str, Any] = {"kind": kind.value}
        if days is not None:
            action["until"] = rfc3339(self.association.clock.now() + timedelta(days=days))
        may = who == "staff" and self.standing is REVIEW and (days is None or kind is MeasureKind.SUSPENSION)
        self._decide(who, {"state": "actioned", "action": action}, may=may)

    @rule(who=PEOPLE, state=st.sampled_from([REVIEW, DISMISSED]))
    def a_member_decides(self, who: str, state: ReportState) -> None:
        self.ask(self.people[who], "PATCH", f"/v1/reports/{self.report}", {"state": state.value}, may=False)

    @rule(days=st.sampled_from([1, 3, 100, 180]))
    def time_passes(self, days: int) -> None:
        self.pass_by(days=days)

    def _decide(self, who: str, body: dict[str, Any], *, may: bool) -> None:
        self.staff("PATCH", f"/v1/reports/{self.report}", body, may=may, who=self.people[who])


class Reports(Conduct):
    """From the first to the last of a report; neither of the two is told by a message of how it stands."""

    machine = REPORT
    beginnings = (NEW,)

    def things(self) -> Mapping[str, Seen]:
        return seen(self.association.store.reports)

    def agrees(self, identifier: str, thing: Seen) -> None:
        report, closed = thing.whole, thing.state in (ACTIONED, DISMISSED)
        assert (report.closed_at is not None) is closed
        assert (report.measure_id is not None) is (thing.state is ACTIONED)
        assert (report.reviewer_id is None) is (thing.state is NEW)
        assert (report.due_at is not None) is (closed and report.text is not None)
        if closed:
            over = self.association.clock.now() - report.closed_at >= timedelta(days=KEPT_DAYS)
            assert (report.text is None) is over
        else:
            assert report.text is not None

    @classmethod
    def everywhere(cls) -> Iterator[Callable[[Any], object]]:
        yield lambda all_: (all_.decide("staff", REVIEW), all_.decide("staff", DISMISSED), all_.time_passes(180))
        yield lambda all_: (all_.decide("staff", REVIEW), all_.act("staff", MeasureKind.WARNING), all_.time_passes(180))


class Measures(Conduct):
    """What came of reports; the member is told by a task of each decision, and staff of an appeal."""

    machine = MEASURE
    beginnings = (IN_FORCE,)

    def things(self) -> Mapping[str, Seen]:
        return seen(self.association.store.measures)

    def told(self) -> Counter[Told]:
        """A task has no id of a measure in it: there is one measure."""
        tasks = [each for each in self.association.messages("task.created.v1") if each["kind"] in ("measure", "appeal")]
        return Counter(Told(each["kind"], *self.seen, None, each["version"]) for each in tasks)

    def tells(self, verb: str, before: Seen, after: Seen) -> Sequence[str]:
        return {"appeal": ("appeal",), "end": ()}.get(verb, ("measure",))

    def tells_of_new(self, thing: Seen) -> Sequence[str]:
        return ("measure",)

    @rule(who=STAFFED, kind=st.sampled_from(MeasureKind), days=st.sampled_from([None, 3, 250]))
    def measure(self, who: str, kind: MeasureKind, days: int | None = None) -> None:
        """All of it at once, for most of a walk to be about what comes then."""
        self.decide(who, REVIEW)
        self.act(who, kind, days)

    @rule(who=PEOPLE)
    def appeal(self, who: str) -> None:
        if self.seen:
            [(identifier, measure)] = self.seen.items()
            may = who == "reported" and measure.state is IN_FORCE and measure.whole.appeal is None
            self.ask(self.people[who], "POST", f"/v1/measures/{identifier}/appeal", {"text": "Not me."}, may=may)

    @rule(who=STAFFED, outcome=st.sampled_from(Outcome))
    def conclude(self, who: str, outcome: Outcome) -> None:
        if self.seen:
            [(identifier, measure)] = self.seen.items()
            appeal = measure.whole.appeal
            waits = appeal is not None and appeal.outcome is None
            may = who == "staff" and measure.state is IN_FORCE and (waits or outcome is Outcome.LIFTED)
            body = {"decision": outcome.value}
            self.staff("PATCH", f"/v1/measures/{identifier}", body, may=may, who=self.people[who])

    @rule(who=PEOPLE, outcome=st.sampled_from(Outcome))
    def a_member_concludes(self, who: str, outcome: Outcome) -> None:
        for identifier in self.seen:
            body = {"decision": outcome.value}
            self.ask(self.people[who], "PATCH", f"/v1/measures/{identifier}", body, may=False)

    def agrees(self, identifier: str, thing: Seen) -> None:
        measure, store = thing.whole, self.association.store
        assert (measure.due_at is not None) is (thing.state is IN_FORCE and measure.until is not None)
        assert thing.state is not OVER or measure.until <= self.association.clock.now()
        member = store.copies.get(TENANT, measure.member_id)
        assert (member.membership is Membership.SUSPENDED) is measure.bars
        appeal = measure.appeal
        if appeal is not None and store.reports.get(TENANT, self.report).text is None:
            waits = thing.state is IN_FORCE and appeal.outcome is None
            assert waits or appeal.text == GONE

    @classmethod
    def everywhere(cls) -> Iterator[Callable[[Any], object]]:
        def upheld_and_lifted(measures: Any) -> None:
            measures.measure("staff", MeasureKind.REMOVAL)
            measures.appeal("reported")
            measures.conclude("staff", Outcome.UPHELD)
            measures.conclude("staff", Outcome.LIFTED)

        def over_before_its_appeal_was_decided(measures: Any) -> None:
            measures.measure("staff", MeasureKind.SUSPENSION, 250)
            measures.time_passes(180)
            measures.appeal("reported")
            measures.time_passes(100)

        yield upheld_and_lifted
        yield over_before_its_appeal_was_decided
