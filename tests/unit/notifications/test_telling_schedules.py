"""A schedule of meetings in words."""

from services.notifications.rendering.words import Wording
from tests.unit.notifications.news import ADA, examples, notifications, one, world

TYPE = "schedule.published.v1"


def test_everybody_who_has_a_meeting_in_it_is_told() -> None:
    data = examples(TYPE)["summit"]
    assert [each.member_id for each in notifications(TYPE, data)] == data["member_ids"]


def test_it_says_that_there_are_meetings_and_where_to_find_them() -> None:
    words = Wording().words(one(TYPE, ADA, example="summit"), world(), markup=False)
    assert words.title == "Your meetings at Annual Summit"
    assert words.action == "See whom you meet"


def test_one_that_names_nobody_is_told_to_nobody() -> None:
    data = {name: value for name, value in examples(TYPE)["summit"].items() if name != "member_ids"}
    assert notifications(TYPE, data) == []
