"""The ladder: the mentee, both, a coordinator; once in each spell of trouble."""

from dataclasses import replace
from datetime import timedelta

from services.matching.domain.health import HealthState
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.program import Settings
from services.matching.domain.watch import Step, Watch
from tests.unit.matching.people import NOW
from tests.unit.matching.test_health import active

USUAL = Settings()


def climbed(pair: Mentorship, watch: Watch, *, until: int, since: int = 0) -> tuple[Watch, list[tuple[int, Step]]]:
    """Looks whenever a look is due, as a worker does; the steps by the day they were taken on."""
    taken, now, end = [], NOW + timedelta(days=since), NOW + timedelta(days=until)
    while now <= end:
        looked = watch.after_a_look(pair, USUAL, now)
        if looked.has_climbed_from(watch):
            taken.append(((now - NOW).days, looked.step))
        watch = looked
        if watch.due_at is None:
            break
        assert watch.due_at > now
        now = watch.due_at
    return watch, taken


def fresh() -> Watch:
    return Watch("w1", "acme", 1, NOW, "m1", "p1")


def test_the_mentee_is_nudged_then_both_then_a_coordinator_gets_a_task() -> None:
    watch, taken = climbed(active(), fresh(), until=100)
    assert taken == [(21, Step.MENTEE), (28, Step.BOTH), (42, Step.COORDINATOR)]
    assert (watch.state, watch.next_step_at) == (HealthState.AT_RISK, None)


def test_the_ladder_stops_when_they_meet_and_begins_anew_in_the_next_spell() -> None:
    watch, _ = climbed(active(), fresh(), until=30)
    met = active().having_met(NOW + timedelta(days=30), 0, NOW + timedelta(days=30))
    watch, taken = climbed(met, watch, since=30, until=55)
    assert (taken, watch.step) == ([(51, Step.MENTEE)], Step.MENTEE)


def test_a_meeting_too_long_ago_to_mend_it_begins_another_spell() -> None:
    watch, _ = climbed(active(), fresh(), until=45)
    said_late = active().having_met(NOW + timedelta(days=10), 0, NOW + timedelta(days=46))
    _, taken = climbed(said_late, watch, since=46, until=47)
    assert taken == [(46, Step.MENTEE)]


def test_a_meeting_contested_later_nudges_nobody() -> None:
    met = active().having_met(NOW + timedelta(days=2), 0, NOW)
    watch, _ = climbed(met, fresh(), until=29)
    _, taken = climbed(met.having_met(None, 0, NOW), watch, since=30, until=30)
    assert taken == [(30, Step.BOTH)]


def test_meeting_past_the_end_does_not_begin_the_ladder_again() -> None:
    pair = active()
    watch, _ = climbed(pair, fresh(), until=150)
    assert (watch.state, watch.step) == (HealthState.OVERDUE, Step.COORDINATOR)
    met = pair.having_met(NOW + timedelta(days=151), 0, NOW + timedelta(days=151))
    _, taken = climbed(met, watch, since=151, until=200)
    assert taken == []


def test_on_hold_nobody_is_nudged_and_nothing_is_due() -> None:
    watch, _ = climbed(active(), fresh(), until=22)
    held = active().held("member", NOW + timedelta(days=22))
    resting, taken = climbed(held, watch, since=22, until=90)
    assert (taken, resting.health, resting.due_at, resting.step) == ([], None, None, Step.NONE)
    resumed = held.resumed(NOW + timedelta(days=90))
    back, taken = climbed(resumed, resting, since=90, until=110)
    assert (back.state, taken) == (HealthState.ON_TRACK, [])


def test_a_look_at_what_has_not_changed_changes_nothing() -> None:
    watch, _ = climbed(active(), fresh(), until=22)
    again = watch.after_a_look(active(), USUAL, NOW + timedelta(days=23))
    assert again == replace(watch, updated_at=again.updated_at)
