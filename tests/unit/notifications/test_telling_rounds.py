"""Speed rounds in words."""

from services.notifications.domain.audiences import plan
from services.notifications.rendering.words import Wording
from tests.unit.notifications.news import ADA, BEN, examples, notifications, one, world

TYPE = "rounds.published.v1"


def test_everybody_whom_the_message_names_is_told() -> None:
    data = examples(TYPE)["one-to-one"]
    assert [each.member_id for each in notifications(TYPE, data)] == data["member_ids"]


def test_the_first_plan_says_when_it_begins_and_a_later_one_from_where_on_it_changed() -> None:
    first = Wording().words(one(TYPE, ADA, example="one-to-one"), world(), markup=False)
    assert first.title == "Your speed rounds at Annual Summit"
    assert "12 speed rounds" in first.paragraphs[0]
    assert "each takes 8 minutes" in first.paragraphs[1]
    again = Wording().words(one(TYPE, BEN, example="replanned"), world(), markup=False)
    assert again.title == "Your speed rounds at Annual Summit have changed"
    assert again.paragraphs[0].startswith("From round 3 of 6 on ")


def test_that_rounds_are_cancelled_is_told_in_other_words_and_is_news_of_its_own() -> None:
    cancelled = one(TYPE, ADA, example="cancelled")
    words = Wording().words(cancelled, world(), markup=False)
    assert words.title == "Your speed rounds at Annual Summit are cancelled"
    assert "plan" not in " ".join(words.paragraphs)
    assert plan(examples(TYPE)["cancelled"]) != plan(examples(TYPE)["one-to-one"])


def test_of_rounds_that_go_with_their_event_nobody_hears_twice() -> None:
    assert notifications(TYPE, {**examples(TYPE)["cancelled"], "reason": "event_cancelled"}) == []


def test_who_was_never_told_of_a_request_is_not_told_of_its_end() -> None:
    kind = "meeting.cancelled.v1"
    data = examples(kind)["slot-removed"]
    told = notifications(kind, {**data, "concerns_ids": [data["requester_id"]]})
    assert [each.member_id for each in told] == [data["requester_id"]]
    assert len(notifications(kind, data)) == 2
