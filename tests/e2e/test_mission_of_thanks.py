"""What the mission says of feedback and thanks, on the running platform, as a pair uses it to the good end."""

import pytest

from tests.e2e.running import Running, eventually
from tests.e2e.test_mission_of_meeting import Circle
from tests.e2e.test_mission_of_meeting import circle as a_circle

circle = a_circle
"""A pair at work, in a tenant of its own."""


@pytest.fixture(scope="module")
def ended(platform: Running, circle: Circle) -> Circle:
    circle.call(circle.ada, "POST", f"{circle.path}/complete")
    return circle


def test_open_to_constructive_feedback_is_two_reviews_read_at_one_moment(ended: Circle) -> None:
    for who, other in ((ended.ada, "Ben Sailor"), (ended.ben, "Ada Sailor")):
        ended.told(who, f"How was it with {other}?")
    [survey] = ended.call(ended.ada, "GET", f"{ended.path}/feedback")["items"]
    words = {"survey_id": survey["id"], "ratings": {"satisfaction": 4}, "text": "You could ask more"}
    ended.call(ended.ada, "POST", f"{ended.path}/feedback", words)
    [seen] = ended.call(ended.ben, "GET", f"{ended.path}/feedback")["items"]
    assert (seen["state"], seen["theirs"]) == ("open", None)
    ended.call(ended.ben, "POST", f"{ended.path}/feedback", words | {"text": "You listen well"})
    for who, other in ((ended.ada, "Ben Sailor"), (ended.ben, "Ada Sailor")):
        assert "You" not in ended.told(who, f"{other} has given you feedback")["body"]
    [seen] = ended.call(ended.ben, "GET", f"{ended.path}/feedback")["items"]
    assert seen["theirs"]["text"] == "You could ask more"


def test_appreciation_is_shown_on_the_profile_as_long_as_both_agree(ended: Circle) -> None:
    body = {"text": "You opened the door", "public": True}
    thanks = ended.call(ended.ada, "POST", f"{ended.path}/appreciations", body)["id"]
    ended.told(ended.ben, "Ada Sailor thanks you")

    def recognized() -> int:
        count: int = ended.call(ended.ben, "GET", "/v1/members/me", service="profiles")["recognition"]["count"]
        return count

    consent = f"/v1/appreciations/{thanks}/consent"
    ended.call(ended.ben, "POST", consent, {})
    ended.told(ended.ada, "Ben Sailor agreed to show the thanks between you")
    eventually(lambda: recognized() == 1)
    [shown] = ended.call(ended.cleo, "GET", f"/v1/appreciations?member_id={ended.ben}")["items"]
    assert shown["text"] == "You opened the door"
    ended.call(ended.ada, "POST", consent, {"public": False})
    eventually(lambda: recognized() == 0)


def test_progress_is_shared_with_a_former_mentor_and_both_look_back(ended: Circle) -> None:
    body = {"text": "I lead the team now", "kind": "progress"}
    ended.call(ended.ada, "POST", f"{ended.path}/appreciations", body)
    ended.told(ended.ben, "Ada Sailor tells you what has come of it")
    [helped] = ended.call(ended.ben, "GET", "/v1/circle?side=helped")["items"]
    assert (helped["partner_id"], helped["program"], helped["thanks_received"]) == (ended.ada, "Spring", 2)
    [helped_by] = ended.call(ended.ada, "GET", "/v1/circle?side=helped_by")["items"]
    assert (helped_by["partner_id"], helped_by["thanks_sent"]) == (ended.ben, 2)
