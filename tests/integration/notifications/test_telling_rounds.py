"""Speed rounds are told once a person and plan, in however many messages they come."""

from tests.integration.notifications.conftest import Desk
from tests.unit.notifications.news import ADA, BEN, examples

TYPE = "rounds.published.v1"


def test_a_person_hears_once_of_each_plan(desk: Desk) -> None:
    plan = examples(TYPE)["one-to-one"]
    for part, people in ((1, [ADA]), (2, [ADA, BEN])):
        desk.hear(TYPE, plan | {"part": part, "parts": 2, "member_ids": people})
    assert [len(desk.notifications(each)) for each in (ADA, BEN)] == [1, 1]
    desk.hear(TYPE, plan | {"plan_version": 2, "first_round": 4, "member_ids": [BEN]})
    assert [len(desk.notifications(each)) for each in (ADA, BEN)] == [1, 2]


def test_a_plan_that_is_another_one_for_nobody_is_told_to_nobody(desk: Desk) -> None:
    desk.hear(TYPE, examples(TYPE)["one-to-one"] | {"plan_version": 2, "member_ids": []})
    assert desk.store.notifications.page("acme", {}, limit=0) == []
