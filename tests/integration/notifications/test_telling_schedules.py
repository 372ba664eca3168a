"""A schedule of meetings is told once a person, in however many messages it comes."""

from tests.integration.notifications.conftest import Desk
from tests.unit.notifications.news import ADA, BEN, examples

TYPE = "schedule.published.v1"


def test_a_person_hears_once_of_each_schedule(desk: Desk) -> None:
    schedule = examples(TYPE)["summit"]
    for part, people in ((1, [ADA]), (2, [ADA, BEN])):
        desk.hear(TYPE, schedule | {"part": part, "parts": 2, "member_ids": people})
    assert [len(desk.notifications(each)) for each in (ADA, BEN)] == [1, 1]
