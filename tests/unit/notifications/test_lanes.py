"""No domain has all the senders."""

from datetime import timedelta
from itertools import pairwise

import pytest

from services.notifications.channels.email.circuit import FAILURES, Circuit
from services.notifications.channels.email.lanes import LONGEST_WAIT, LaneFull, Lanes
from tests.unit.notifications.news import NOW


def test_a_domain_has_its_share_and_others_have_theirs() -> None:
    lanes = Lanes(2, lambda: NOW)
    with lanes.entered("slow.example"), lanes.entered("slow.example"):
        with pytest.raises(LaneFull):
            lanes.entered("slow.example").__enter__()
        with lanes.entered("quick.example"):
            pass
    with lanes.entered("slow.example"):
        pass


def test_those_who_wait_get_turns_one_after_the_other_as_fast_as_the_domain_takes_them() -> None:
    now = [NOW]
    lanes = Lanes(2, lambda: now[0])
    turns = []
    with lanes.entered("slow.example"):
        for _ in range(8):  # it learns how long one takes
            with lanes.entered("slow.example"):
                now[0] += timedelta(seconds=30)
        with lanes.entered("slow.example"):
            for _ in range(40):
                with pytest.raises(LaneFull) as full:
                    lanes.entered("slow.example").__enter__()
                turns.append(full.value.again_at - now[0])
    apart = [later - earlier for earlier, later in pairwise(turns[:9])]
    assert all(timedelta(seconds=10) < each < timedelta(seconds=16) for each in apart)
    assert max(turns) == LONGEST_WAIT


def test_a_server_that_fails_in_a_row_is_asked_by_one_mail_at_a_time() -> None:
    circuit = Circuit()
    for _ in range(FAILURES):
        assert circuit.enter(NOW) is None
        circuit.failed(NOW)
    again_at = circuit.waits_until(NOW)
    assert again_at is not None
    assert circuit.enter(NOW) is not None
    assert circuit.enter(again_at) is None
    assert circuit.enter(again_at) is not None, "one is on its way already"
    circuit.failed(again_at)
    later = circuit.waits_until(again_at)
    assert later is not None
    assert later - again_at > again_at - NOW
    assert circuit.enter(later) is None
    circuit.worked()
    assert circuit.waits_until(later) is None
    assert [circuit.enter(later) for _ in range(3)] == [None] * 3


def test_an_answer_in_between_counts_the_failures_anew() -> None:
    circuit = Circuit()
    for _ in range(FAILURES):
        circuit.failed(NOW)
        circuit.worked()
    assert circuit.waits_until(NOW) is None


def test_failures_of_mails_that_were_under_way_when_it_stopped_lengthen_nothing() -> None:
    circuit = Circuit()
    for _ in range(FAILURES):
        circuit.failed(NOW)
    before = circuit.waits_until(NOW)
    circuit.failed(NOW + timedelta(seconds=1))
    assert circuit.waits_until(NOW) == before
