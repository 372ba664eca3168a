"""The numbers that an association may change: what each means, within which bounds, and what it is until then."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Default:
    """`value` is what holds until the association says otherwise; `read_by` names the service that goes by it."""

    about: str
    value: int
    least: int
    most: int
    read_by: str | None = None
    """None: kept and announced for what is not there yet."""


DEFAULTS: Mapping[str, Default] = MappingProxyType(
    {
        # Members.
        "unmerge_days": Default("Days in which a merge of two members can be undone.", 30, 1, 365, read_by="profiles"),
        "feed_absent_percent": Default(
            "Percent of the known members that a full feed may leave out before it stops for approval.",
            5,
            0,
            100,
            read_by="profiles",
        ),
        # Events.
        "offer_hours": Default(
            "Hours for which a freed seat is held for whom it was offered; of events planned from then on.",
            24,
            1,
            24 * 60,
            read_by="events",
        ),
        "meeting_request_hours": Default(
            "Hours after which a request to meet expires; of events whose slots are fixed from then on.",
            24,
            1,
            720,
            read_by="events",
        ),
        "meeting_notice_hours": Default(
            "Hours before its slot at which a request to meet expires at last; of events whose slots are fixed from "
            "then on.",
            12,
            0,
            720,
            read_by="events",
        ),
        "pending_meeting_limit": Default(
            "How many requests to meet a person may have pending; of events whose slots are fixed from then on.",
            5,
            1,
            100,
            read_by="events",
        ),
        # Asking mentors.
        "request_list_limit": Default("How many mentors may be asked in one list.", 5, 1, 20, read_by="matching"),
        "open_request_limit": Default(
            "How many requests a mentee may have open; of programs planned from then on.", 5, 1, 100, read_by="matching"
        ),
        "request_reminder_days": Default(
            "Days until a mentor is reminded; of programs planned from then on.", 7, 1, 365, read_by="matching"
        ),
        "request_expiry_days": Default(
            "Days until a request expires; of programs planned from then on.", 14, 1, 365, read_by="matching"
        ),
        "flash_expiry_hours": Default(
            "Hours until a request expires in a flash program; of programs planned from then on.",
            48,
            1,
            1000,
            read_by="matching",
        ),
        "flash_days": Default(
            "Days a flash mentorship may take to come to its one session; of programs planned from then on.",
            14,
            1,
            365,
            read_by="matching",
        ),
        "expired_in_a_row": Default(
            "How many requests in a row a mentor lets expire before being paused; of programs planned from then on.",
            2,
            1,
            20,
            read_by="matching",
        ),
        # Matching a cohort.
        "candidate_limit": Default("Mentors kept as candidates for each mentee of a large pool.", 50, 10, 1000),
        # Mentorships.
        "late_cancel_hours": Default(
            "Hours before a session from which a cancellation is late; of programs planned from then on.",
            3,
            0,
            168,
            read_by="matching",
        ),
        "no_show_minutes": Default(
            "Minutes after its start from which who is not at a session is missing; of programs planned from then on.",
            10,
            1,
            240,
            read_by="matching",
        ),
        "attendance_hours": Default(
            "Hours after which one's silence agrees to the other's word on who was at a session; of programs planned "
            "from then on.",
            72,
            1,
            720,
            read_by="matching",
        ),
        "feedback_reveal_days": Default(
            "Days after which feedback is revealed though one has not written; of programs planned from then on.",
            7,
            1,
            90,
            read_by="matching",
        ),
        "fewest_ratings": Default(
            "Members of whom a mean of ratings must be, at least, to be shown; of programs planned from then on.",
            5,
            3,
            100,
            read_by="matching",
        ),
        "new_days": Default(
            "Days for which a mentorship is new; of programs planned from then on.", 14, 1, 365, read_by="matching"
        ),
        "quiet_percent": Default(
            "Percent of the agreed pause between sessions after which it is quiet; of programs planned from then on.",
            150,
            100,
            1000,
            read_by="matching",
        ),
        "at_risk_percent": Default(
            "Percent of the agreed pause between sessions after which it is at risk; of programs planned from then on.",
            300,
            100,
            2000,
            read_by="matching",
        ),
        "unsigned_days": Default(
            "Days without a signed agreement after which it is at risk; of programs planned from then on.",
            14,
            1,
            365,
            read_by="matching",
        ),
        "missed_in_a_row": Default(
            "Sessions missed in a row after which it is at risk; of programs planned from then on.",
            2,
            1,
            20,
            read_by="matching",
        ),
        "overdue_days": Default(
            "Days after its end from which it is overdue; of programs planned from then on.",
            7,
            0,
            365,
            read_by="matching",
        ),
        "nudge_both_days": Default(
            "Days after the mentee was nudged at which both are; of programs planned from then on.",
            7,
            1,
            90,
            read_by="matching",
        ),
        "nudge_coordinator_days": Default(
            "Days after both were nudged at which a coordinator gets a task; of programs planned from then on.",
            14,
            1,
            90,
            read_by="matching",
        ),
        "report_evidence_days": Default(
            "Days for which the evidence of a closed report is kept.", 180, 0, 3650, read_by="matching"
        ),
        # Notifications.
        "digest_hours": Default(
            "Hours that a digest of some hours gathers news for.", 4, 1, 168, read_by="notifications"
        ),
        "digest_hour": Default(
            "Hour of the member's day at which daily and weekly digests go out.", 8, 0, 23, read_by="notifications"
        ),
        "quiet_from_hour": Default(
            "Hour of the member's day from which only what is agreed is mailed.", 0, 0, 23, read_by="notifications"
        ),
        "quiet_until_hour": Default(
            "Hour of the member's day at which that ends; the same hour for both means never.",
            0,
            0,
            23,
            read_by="notifications",
        ),
        "mails_a_day": Default(
            "Mails a member gets on one day, but for what is agreed; the rest comes with the daily digest.",
            20,
            1,
            1000,
            read_by="notifications",
        ),
    }
)


def known_numbers(said: Mapping[str, Any]) -> dict[str, int]:
    """Those of an announcement that are known here and within their bounds."""
    return {
        name: int(number)
        for name, number in said.items()
        if (known := DEFAULTS.get(name)) is not None
        and isinstance(number, int | float)
        and not isinstance(number, bool)
        and number == number // 1
        and known.least <= number <= known.most
    }
