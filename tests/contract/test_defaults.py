"""The numbers that an association may change are what the services go by until it does, and what the README says."""

import re
from pathlib import Path

from services.events.domain.event import OFFER_HOURS
from services.events.domain.meeting_slots import NOTICE_HOURS, PENDING_LIMIT, REQUEST_HOURS
from services.matching.domain.program import Settings
from services.matching.engine.candidates import DEFAULT_LIST
from shared.contracts.defaults import DEFAULTS

README = Path(__file__).parents[2] / "services" / "profiles" / "README.md"


def test_the_readme_has_a_row_for_each_number_with_its_value_and_bounds() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (\d+) - (\d+) \| .+? \| ?(\w*) \|$", README.read_text("utf-8"), re.M)
    assert rows == [
        (name, str(each.value), str(each.least), str(each.most), each.read_by or "") for name, each in DEFAULTS.items()
    ]


def test_what_a_service_goes_by_without_an_association_is_the_value_that_is_told() -> None:
    settings = Settings()
    gone_by = {
        "offer_hours": OFFER_HOURS,
        "meeting_request_hours": REQUEST_HOURS,
        "meeting_notice_hours": NOTICE_HOURS,
        "pending_meeting_limit": PENDING_LIMIT,
        "open_request_limit": settings.open_request_limit,
        "request_expiry_days": settings.request_expiry_days,
        "request_reminder_days": settings.request_reminder_days,
        "flash_expiry_hours": settings.flash_expiry_hours,
        "flash_days": settings.flash_days,
        "candidate_limit": DEFAULT_LIST,
        "late_cancel_hours": settings.late_cancel_hours,
        "no_show_minutes": settings.no_show_minutes,
        "attendance_hours": settings.attendance_hours,
        "feedback_reveal_days": settings.feedback_reveal_days,
        "fewest_ratings": settings.fewest_ratings,
        "new_days": settings.new_days,
        "unsigned_days": settings.unsigned_days,
        "overdue_days": settings.overdue_days,
        "missed_in_a_row": settings.missed_in_a_row,
        "quiet_percent": settings.quiet_percent,
        "at_risk_percent": settings.at_risk_percent,
        "nudge_both_days": settings.nudge_both_days,
        "nudge_coordinator_days": settings.nudge_coordinator_days,
    }
    assert {name: DEFAULTS[name].value for name in gone_by} == gone_by
