"""Progress and recognition: what follows from milestones, thanks and feedback."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.profiles.domain.earned import MOST_THANKS, Earning, Kind, SkillProgress, progress_of, recognition_of

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def earning(kind: Kind, thing_id: str, days: int = 0, **fields: Any) -> Earning:
    return Earning(kind, thing_id, "me", 1, NOON + timedelta(days=days), **fields)


def milestone(thing_id: str, days: int = 0, **fields: Any) -> Earning:
    return earning(Kind.MILESTONE, thing_id, days, **fields)


def test_progress_counts_milestones_by_skill_and_shows_the_latest_skill_first() -> None:
    found = progress_of(
        [
            milestone("a", 1, skill_id="writing", level=2),
            milestone("b", 3, skill_id="writing"),
            milestone("c", 5, skill_id="leading", level=4),
        ]
    )
    assert found == [
        SkillProgress("leading", 1, NOON + timedelta(days=5), 4),
        SkillProgress("writing", 2, NOON + timedelta(days=3), 2),
    ]


def test_a_milestone_that_is_not_completed_or_names_no_skill_is_no_progress() -> None:
    assert progress_of([milestone("a", skill_id="writing", counts=False), milestone("b")]) == []


def test_the_level_is_the_one_the_member_gave_last() -> None:
    [progress] = progress_of([milestone("b", 2, skill_id="w", level=3), milestone("a", 1, skill_id="w", level=5)])
    assert progress.level == 3


def test_only_thanks_that_both_agreed_to_show_are_counted_and_named() -> None:
    found = recognition_of(
        [
            earning(Kind.THANKS, "public", 1, public=True, from_id="bea"),
            earning(Kind.THANKS, "private", 2, from_id="bea"),
            earning(Kind.FEEDBACK, "survey", 3, from_id="bea"),
            milestone("a", skill_id="writing"),
        ]
    )
    assert (found.count, found.received, found.feedback) == (1, 2, 1)
    assert [each.id for each in found.thanks] == ["public"]


def test_the_newest_thanks_come_first_and_no_more_than_twenty() -> None:
    found = recognition_of([earning(Kind.THANKS, f"{n:02}", n, public=True, from_id="bea") for n in range(30)])
    assert found.count == 30
    assert [each.id for each in found.thanks] == [f"{n:02}" for n in range(29, 29 - MOST_THANKS, -1)]
