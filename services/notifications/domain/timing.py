"""When news goes out: at once, after a moment in which more may come, or with a digest, and never in quiet hours.

What is firm waits for nothing. What is pressing waits no longer than its end allows.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notifications.domain.catalog import telling_of
from services.notifications.domain.notification import Notification
from services.notifications.domain.preferences import Channel, Habits, Pace
from services.notifications.domain.telling import Priority
from shared.contracts.message_type import PREFIX

MARGIN = timedelta(hours=2)
"""So long before its end pressing news has to be there."""
_PAIRED = f"{PREFIX}mentorship.started.v1"
_BEFORE_QUIET = timedelta(minutes=5)
"""So long before quiet hours goes out what would end in them: mail takes its time."""


@dataclass(frozen=True, slots=True)
class News:
    """Of a notification, what its time depends on."""

    firm: bool
    about: str
    """What it is about: what comes of the same thing in a short time comes together."""
    ends_at: datetime | None = None
    """Until when somebody waits for an answer."""

    @property
    def latest(self) -> datetime | None:
        """The last moment at which it is of use."""
        return None if self.ends_at is None else self.ends_at - MARGIN


@dataclass(frozen=True, slots=True)
class Plan:
    """When it is due, and what it gathers with; `bundle` is None where it goes alone."""

    due_at: datetime
    bundle: str | None = None
    digest: bool = False


def news_of(notification: Notification) -> News:
    """What a calendar is to show, or not to show any more, is firm as well: until then it shows something else."""
    priority = telling_of(notification).priority
    facts = notification.facts
    about = _about(notification)
    if priority is Priority.FIRM or notification.calendar is not None:
        return News(True, about)
    if priority is not Priority.PRESSING:
        return News(False, about)
    ends = (facts.expires_at, facts.offer_expires_at, facts.due_at, facts.starts_at)
    # What has begun or passed before anybody was told cannot be missed by waiting.
    to_come = [end for end in ends if end is not None and end > notification.created_at]
    return News(False, about, min(to_come, default=None))


def _about(notification: Notification) -> str:
    """All pairs that a person has by one publication of a match run are one thing to hear of."""
    run_id = notification.facts.match_run_id
    if run_id is not None and notification.type == _PAIRED:
        return f"about/match_runs/{run_id}"
    return f"about/{notification.subject}/{notification.subject_id}"


def plan(news: News, pace: Pace, habits: Habits, gather: timedelta, now: datetime) -> Plan | None:
    """When news of this moment that is not firm goes out; None: not by this channel.

    `gather`: how long news about one thing gathers.
    """
    if pace is Pace.OFF:
        return None
    found = digest_plan(pace, habits, now) if pace.is_digest else Plan(habits.clock.awake(now + gather), news.about)
    if news.latest is not None and found.due_at > news.latest:
        found = Plan(_last_call(news.latest, habits, now), news.about)
    return Plan(now) if found.due_at <= now else found


def digest_plan(pace: Pace, habits: Habits, now: datetime) -> Plan:
    """The next digest of this pace. One that falls into quiet hours comes when they end."""
    clock = habits.clock
    if pace is Pace.WINDOW:
        return Plan(clock.awake(now + habits.window), "digest/window", digest=True)
    due_at = clock.next(habits.digest_at, now, habits.digest_day if pace is Pace.WEEKLY else None)
    return Plan(clock.awake(due_at), f"digest/{pace}/{clock.day(due_at)}", digest=True)


def waits_until(news: list[News], habits: Habits, now: datetime) -> datetime:
    """When the quiet hours let news go that is due now; now, where some of it would come too late then."""
    awake = habits.clock.awake(now)
    if any(each.firm or (each.latest is not None and each.latest < awake) for each in news):
        return now
    return awake


def pace_of(notification: Notification, habits: Habits, channel: Channel) -> Pace:
    """How soon news of its category goes out."""
    return habits.pace(telling_of(notification).category, channel)


def _last_call(latest: datetime, habits: Habits, now: datetime) -> datetime:
    """The last moment, from now on, that is neither after the latest nor within quiet hours; else now."""
    if latest <= now or not habits.clock.is_quiet(latest):
        return max(latest, now)
    return max(habits.clock.fell_quiet(latest) - _BEFORE_QUIET, now)
