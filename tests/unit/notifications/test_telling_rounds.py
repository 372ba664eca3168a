"""Speed rounds in words."""

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
