"""When news goes out: never early, never in quiet hours, never too late to be of use."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notifications.domain.catalog import CATALOG
from services.notifications.domain.preferences import (
    Channel,
    Habits,
    Pace,
    Preferences,
    SaidQuietHours,
    habits,
)
from services.notifications.domain.telling import Category
from services.notifications.domain.timing import MARGIN, News, digest_plan, news_of, plan, waits_until
from shared.contracts.message_type import PREFIX
from tests.examples import tried
from tests.unit.notifications.news import ADA, NOW, all_news, one
from tests.unit.notifications.test_wall_clock import clocks, times_of_day, whenever

GATHER = timedelta(seconds=30)
NEWS = all_news()
paces = st.sampled_from([pace for pace in Pace if pace is not Pace.OFF])
lives = st.builds(
    Habits,
    clocks,
    times_of_day,
    st.integers(0, 6),
    st.integers(1, 168).map(lambda hours: timedelta(hours=hours)),
    st.integers(1, 100),
    st.just({}),
)


def in_rome(**said: object) -> Habits:
    preferences = Preferences(ADA, "acme", 1, NOW, **said)  # type: ignore[arg-type]
    return habits(preferences, ZoneInfo("Europe/Rome"), {})


def rome(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Rome")).astimezone(UTC)


@settings(max_examples=tried(300))
@given(paces, lives, whenever)
def test_ordinary_news_is_neither_early_nor_in_quiet_hours_nor_held_for_ever(
    pace: Pace, life: Habits, now: datetime
) -> None:
    found = plan(News(False, "about/x"), pace, life, GATHER, now)
    assert found is not None
    assert not life.clock.is_quiet(found.due_at)
    assert found.bundle is not None
    nights = timedelta(hours=50)
    if pace is Pace.AT_ONCE:
        assert now + GATHER <= found.due_at <= now + GATHER + nights
        assert (found.bundle, found.digest) == ("about/x", False)
    else:
        longest = {Pace.WINDOW: life.window, Pace.DAILY: timedelta(days=3), Pace.WEEKLY: timedelta(days=15)}
        assert now < found.due_at <= now + longest[pace] + nights
        assert found.digest
        assert found.bundle.startswith(f"digest/{pace}")
    if pace is Pace.WINDOW:
        assert found.due_at >= now + life.window


@settings(max_examples=tried(300))
@given(paces, lives, whenever, st.timedeltas(timedelta(hours=-3), timedelta(days=20)))
def test_pressing_news_is_there_before_its_end_or_at_once(
    pace: Pace, life: Habits, now: datetime, left: timedelta
) -> None:
    news = News(False, "about/x", now + left)
    found = plan(news, pace, life, GATHER, now)
    assert found is not None
    assert found.due_at >= now
    assert found.due_at == now or found.due_at <= now + left - MARGIN
    if found.due_at > now and not life.clock.is_quiet(found.due_at):
        assert waits_until([news], life, found.due_at) == found.due_at, "nothing holds it when its time comes"
    unhurried = plan(News(False, "about/x"), pace, life, GATHER, now)
    assert unhurried is not None
    assert found.due_at <= unhurried.due_at
    if unhurried.due_at <= now + left - MARGIN:
        assert found == unhurried, "it waits like any other where it can"


@settings(max_examples=tried(300))
@given(lives, whenever, st.timedeltas(timedelta(minutes=1), timedelta(days=40)))
def test_what_comes_before_a_digest_is_in_it_and_what_comes_after_is_in_the_next(
    life: Habits, now: datetime, later: timedelta
) -> None:
    first = digest_plan(Pace.DAILY, life, now)
    second = digest_plan(Pace.DAILY, life, now + later)
    assert (first.bundle == second.bundle) == (
        life.clock.next(life.digest_at, now + later) == life.clock.next(life.digest_at, now)
    )
    assert first.due_at <= second.due_at


@given(lives, whenever)
def test_what_is_firm_waits_for_nothing(life: Habits, now: datetime) -> None:
    assert waits_until([News(True, "about/x")], life, now) == now


def test_what_is_agreed_or_stands_in_a_calendar_is_firm() -> None:
    firm = {name for name, notification in NEWS.items() if news_of(notification).firm}
    agreed = {name for name, each in NEWS.items() if CATALOG[each.type.removeprefix(PREFIX)].priority == "firm"}
    assert firm == agreed | {name for name, each in NEWS.items() if each.calendar is not None}
    assert any(name.startswith("session.confirmed") for name in firm)
    assert any(name.startswith("event.cancelled") for name in firm)


def test_a_request_waits_no_longer_than_its_mentor_can_answer() -> None:
    request = one(
        "request.sent.v1", "019ab000-7c1e-7b5e-9c55-0000000000a2", "single", expires_at="2026-05-06T10:00:00Z"
    )
    weekly = in_rome(digest_day=0)
    found = plan(news_of(request), Pace.WEEKLY, weekly, GATHER, NOW)
    assert found is not None
    assert (found.due_at, found.digest) == (datetime(2026, 5, 6, 8, tzinfo=UTC), False)


def test_what_has_begun_already_is_no_reason_to_hurry() -> None:
    asked = one("feedback.requested.v1", starts_at="2026-05-04T09:00:00Z", due_at=None)
    assert news_of(asked).ends_at is None


@pytest.mark.parametrize(
    ("pace", "now", "ends_at", "due_at"),
    [
        (Pace.DAILY, "2026-05-04T20:00", "2026-05-05T04:00", "2026-05-04T21:55"),  # ends in the night: before it
        (Pace.AT_ONCE, "2026-05-04T23:00", "2026-05-05T04:00", "2026-05-04T23:00"),  # told in it already: at once
        (Pace.AT_ONCE, "2026-05-04T23:00", "2026-05-05T12:00", "2026-05-05T07:00"),  # can wait for the morning
        (Pace.DAILY, "2026-05-04T23:00", "2026-05-05T12:00", "2026-05-05T08:00"),  # and for the digest of it
        (Pace.AT_ONCE, "2026-05-05T06:00", "2026-05-05T08:30", "2026-05-05T06:00"),
    ],
)
def test_pressing_news_and_a_night(pace: Pace, now: str, ends_at: str, due_at: str) -> None:
    asleep = in_rome(quiet_hours=SaidQuietHours("22:00", "07:00"))
    found = plan(News(False, "about/x", rome(ends_at)), pace, asleep, timedelta(0), rome(now))
    assert found is not None
    assert found.due_at == rome(due_at)


def test_a_digest_that_falls_into_quiet_hours_comes_when_they_end() -> None:
    late = in_rome(quiet_hours=SaidQuietHours("22:00", "09:30"), digest_at="08:00")
    assert digest_plan(Pace.DAILY, late, rome("2026-05-04T12:00")).due_at == rome("2026-05-05T09:30")


def test_the_first_mail_of_a_digest_of_hours_says_when_it_goes() -> None:
    found = digest_plan(Pace.WINDOW, in_rome(), rome("2026-05-04T12:00"))
    assert (found.due_at, found.bundle) == (rome("2026-05-04T16:00"), "digest/window")


def test_what_a_person_says_comes_before_what_the_association_says() -> None:
    numbers = {"digest_hours": 6, "digest_hour": 18, "quiet_from_hour": 21, "quiet_until_hour": 6, "mails_a_day": 3}
    zone = ZoneInfo("Europe/Rome")
    usual = habits(None, zone, numbers)
    assert (usual.window, usual.digest_at, usual.mails_a_day) == (timedelta(hours=6), time(18), 3)
    assert usual.clock.is_quiet(rome("2026-05-04T21:00"))
    own = Preferences(ADA, "acme", 1, NOW, quiet_hours=SaidQuietHours("00:00", "00:00"), digest_at="07:15")
    said = habits(own, zone, numbers)
    assert said.digest_at == time(7, 15)
    assert not said.clock.is_quiet(rome("2026-05-04T21:00"))


def test_turning_a_category_off_leaves_the_others_and_the_other_channels_alone() -> None:
    said = Preferences(ADA, "acme", 1, NOW, paces={Category.EVENTS: {Channel.PUSH: Pace.DAILY}})
    off = habits(said.turned_off(Channel.EMAIL, [Category.EVENTS], NOW), ZoneInfo("UTC"), {})
    assert off.pace(Category.EVENTS, Channel.EMAIL) is Pace.OFF
    assert off.pace(Category.EVENTS, Channel.PUSH) is Pace.DAILY
    assert off.pace(Category.REQUESTS, Channel.EMAIL) is Pace.AT_ONCE
    assert plan(News(False, "about/x"), Pace.OFF, off, GATHER, NOW) is None
