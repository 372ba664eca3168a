"""A session under everything that two people may do to it, in any order, against the rules told another way."""

from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.matching.domain.session import Session, SessionState
from services.matching.domain.turnout import Attendance
from shared.errors import Conflict
from tests.examples import tried

NOW = datetime(2026, 1, 7, 12, tzinfo=UTC)
ADA, BEN = "ada", "ben"
PEOPLE = st.sampled_from([ADA, BEN])
ABSENT = st.sampled_from([(), (ADA,), (BEN,), (ADA, BEN)])
SILENCE, LATE = timedelta(hours=72), timedelta(hours=3)


class Meeting(RuleBasedStateMachine):
    """`words` and `agreed` are the model: what each said last of the present time, and whether both want it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.session = Session(
            "0199abcd-0000-7000-8000-000000000001", "acme", 1, NOW, "m", ADA, NOW + timedelta(days=1), 60
        )
        self.words: dict[str, tuple[str, ...]] = {}
        self.last_word: datetime | None = None
        self.closed = False
        self.called_off = False
        self.agreed = False

    @rule(hours=st.sampled_from([1, 23, 30, 71, 80]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        if self.is_silence() and len(self.words) == 1:
            self.closed = True

    @rule(by=PEOPLE)
    def confirm(self, by: str) -> None:
        may = not self.called_off and not self.agreed and by != self.session.proposed_by
        if self.tried(lambda: self.session.confirmed(by, self.now), may):
            self.agreed = True

    @rule(by=PEOPLE, days=st.integers(1, 3))
    def reschedule(self, by: str, days: int) -> None:
        before = self.session
        may = not self.called_off and not self.has_happened() and not (self.agreed and self.now >= before.starts_at)
        starts_at = self.now + timedelta(days=days)
        if self.tried(
            lambda: self.session.rescheduled(
                by, self.now, starts_at=starts_at, duration_minutes=60, meeting_format=None, place=None
            ),
            may,
        ):
            self.agreed, self.words = False, {}
            assert (self.session.id, self.session.sequence) == (before.id, before.sequence + 1)
            assert self.session.previous_starts_at in (before.starts_at, before.previous_starts_at)

    @rule(by=PEOPLE, absent=ABSENT)
    def say(self, by: str, absent: tuple[str, ...]) -> None:
        again = self.words.get(by) == absent
        settled = self.closed or (len(self.words) == 2 and len(set(self.words.values())) == 1)
        may = self.agreed and not self.called_off
        if may and not again:
            may = not settled and not (absent and self.now < self.session.starts_at)
            if settled:
                may = absent in self.words.values() and self.session.state in (SessionState.HELD, SessionState.MISSED)
                may = may and self.session.missed_by == absent
        if self.tried(lambda: self.session.said(by, absent, SILENCE, self.now), may) and not settled and not again:
            self.words[by] = absent
            self.last_word = self.now

    @rule(by=PEOPLE)
    def cancel(self, by: str) -> None:
        may = not self.called_off and not self.has_happened()
        may = may and not (self.agreed and self.now >= self.session.starts_at)
        starts_at, sequence = self.session.starts_at, self.session.sequence
        if self.tried(lambda: self.session.cancelled(by, LATE, self.now), may):
            self.called_off = True
            assert self.session.late is (starts_at - self.now < LATE)
            assert self.session.sequence == sequence + 1

    @rule()
    def a_worker_looks(self) -> None:
        self.session = self.session.settled(self.now)

    def tried(self, change: object, may: bool) -> bool:
        assert callable(change)
        try:
            self.session = change()
        except Conflict:
            assert not may, self.session
            return False
        assert may, self.session
        return True

    def has_happened(self) -> bool:
        return self.session.state in (SessionState.HELD, SessionState.MISSED)

    def is_silence(self) -> bool:
        return self.last_word is not None and bool(self.words) and self.now >= self.silence_agrees_at()

    def silence_agrees_at(self) -> datetime:
        assert self.last_word is not None
        return max(self.session.ends_at, self.last_word) + SILENCE

    @invariant()
    def silence_agrees_three_days_after_the_end_and_the_only_word(self) -> None:
        if len(self.words) == 1:
            assert self.session.settles_at == self.silence_agrees_at()

    @invariant()
    def it_is_where_the_words_say(self) -> None:
        session = self.session
        if self.called_off:
            assert session.state is SessionState.CANCELLED
            return
        if not self.words:
            assert session.state is (SessionState.CONFIRMED if self.agreed else SessionState.PROPOSED)
            return
        said = set(self.words.values())
        if len(said) == 2:
            assert (session.state, session.attendance) == (SessionState.CONFIRMED, Attendance.DISPUTED)
            assert session.missed_by == ()
            return
        ((by, absent), *others) = self.words.items()
        at_once = bool(others) or set(absent) <= {by} or session.attendance is Attendance.SETTLED
        expected = SessionState.CONFIRMED if not at_once else SessionState.MISSED if absent else SessionState.HELD
        assert session.state is expected
        assert session.missed_by == (absent if at_once else ())

    @invariant()
    def a_worker_is_called_exactly_while_something_is_to_come(self) -> None:
        waits = self.session.attendance is Attendance.AWAITED and self.session.state is not SessionState.CANCELLED
        to_be_asked = self.session.state is SessionState.CONFIRMED and not self.words
        assert (self.session.due_at is not None) is (waits or to_be_asked)


Meeting.TestCase.settings = settings(max_examples=tried(300), stateful_step_count=25, deadline=None)
TestMeeting = Meeting.TestCase
