"""The mission's rows of feedback and thanks on the running platform, as a pair uses it to the good end."""

import pytest

from tests.e2e.association import association
from tests.e2e.circle import Circle
from tests.e2e.circle import circle as a_circle
from tests.e2e.running import Running, eventually


@pytest.fixture(scope="module")
def ended(platform: Running) -> Circle:
    """A pair that came to a good end, in a tenant of its own."""
    circle = a_circle(association(platform)).agreed()
    circle.pair(circle.ada, "POST", "/complete")
    return circle


def test_open_to_constructive_feedback_on_two_sides_revealed_together(ended: Circle) -> None:
    for who, other in ((ended.ada, "Ben Sailor"), (ended.ben, "Ada Sailor")):
        ended.told(who, f"How was it with {other}?")
    [survey] = ended.pair(ended.ada, "GET", "/feedback")["items"]
    words = {"survey_id": survey["id"], "ratings": {"satisfaction": 4}, "text": "You could ask more"}
    ended.pair(ended.ada, "POST", "/feedback", words)
    [seen] = ended.pair(ended.ben, "GET", "/feedback")["items"]
    assert (seen["state"], seen["theirs"]) == ("open", None)
    ended.pair(ended.ben, "POST", "/feedback", words | {"text": "You listen well"})
    for who, other in ((ended.ada, "Ben Sailor"), (ended.ben, "Ada Sailor")):
        assert "You" not in ended.told(who, f"{other} has given you feedback")["body"]
    for who, text in ((ended.ben, "You could ask more"), (ended.ada, "You listen well")):
        [seen] = ended.pair(who, "GET", "/feedback")["items"]
        assert (seen["state"], seen["theirs"]["text"]) == ("revealed", text)


def test_show_appreciation_share_progress_with_a_former_mentor_and_acknowledge_impact_on_the_mentor_s_profile(
    ended: Circle,
) -> None:
    note = {"text": "You opened the door", "public": True}
    thanks = ended.pair(ended.ada, "POST", "/appreciations", note)["id"]
    ended.told(ended.ben, "Ada Sailor thanks you")
    progress = {"text": "I lead the team now", "kind": "progress"}
    ended.pair(ended.ada, "POST", "/appreciations", progress)
    ended.told(ended.ben, "Ada Sailor tells you what has come of it")
    read = {each["kind"]: each["text"] for each in ended.pair(ended.ben, "GET", "/appreciations")["items"]}
    assert read == {"thanks": "You opened the door", "progress": "I lead the team now"}
    [helped] = ended.call(ended.ben, "GET", "/v1/circle?side=helped")["items"]
    assert (helped["partner_id"], helped["program"], helped["thanks_received"]) == (ended.ada, "Spring", 2)
    [helped_by] = ended.call(ended.ada, "GET", "/v1/circle?side=helped_by")["items"]
    assert (helped_by["partner_id"], helped_by["thanks_sent"]) == (ended.ben, 2)

    def recognized() -> int:
        """As somebody else of the program reads the mentor's profile."""
        profile = ended.call(ended.cleo, "GET", f"/v1/members/{ended.ben}", service="profiles")
        count: int = profile["recognition"]["count"]
        return count

    consent = f"/v1/appreciations/{thanks}/consent"
    ended.call(ended.ben, "POST", consent, {})
    ended.told(ended.ada, "Ben Sailor agreed to show the thanks between you")
    eventually(lambda: recognized() == 1)
    [shown] = ended.call(ended.cleo, "GET", f"/v1/appreciations?member_id={ended.ben}")["items"]
    assert shown["text"] == "You opened the door"
    ended.call(ended.ada, "POST", consent, {"public": False})
    eventually(lambda: recognized() == 0)
