"""The mission's rows of knowledge and conversations on the running platform, as a pair, a mentor and staff see it."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.clock import rfc3339
from tests.e2e.association import association
from tests.e2e.circle import Circle
from tests.e2e.circle import circle as a_circle
from tests.e2e.running import Running, eventually


@pytest.fixture(scope="module")
def circle(platform: Running) -> Circle:
    """A pair at work, in a tenant of its own."""
    return a_circle(association(platform)).agreed()


def test_initiate_meaningful_conversations_by_an_agenda_and_prompts_made_from_both_people_s_goals(
    circle: Circle,
) -> None:
    eventually(lambda: "Write a book" in str(circle.pair(circle.ada, "GET", "/agenda")))
    agendas = [circle.pair(who, "GET", "/agenda") for who in (circle.ada, circle.ben)]
    for agenda in agendas:
        assert agenda["occasion"] == "first"
        assert agenda["items"] != []
        for goal in ("Lead a team", "Write a book"):
            assert any(goal in prompt for prompt in agenda["prompts"]), agenda["prompts"]

    slots = circle.pair(circle.ada, "GET", "/sessions/slots?duration_minutes=45")
    assert slots["basis"] == "mentor", "Ada has said nothing of her week"
    first = slots["slots"][0]
    assert first["mentor_local"][10:16] >= "T17:00"
    assert first["mentee_local"].endswith(("-05:00", "-04:00"))


def test_knowledge_transfer_by_sessions_with_notes_and_agreed_actions_and_by_resources_for_a_mentee_or_a_program(
    circle: Circle,
) -> None:
    starts_at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    body = {"starts_at": rfc3339(starts_at), "duration_minutes": 45, "notes": "Bring the draft"}
    session = circle.pair(circle.ada, "POST", "/sessions", body)["id"]
    path = f"/sessions/{session}"
    circle.pair(circle.ben, "PATCH", path, {"state": "confirmed"})
    for who, other in ((circle.ada, "Ben Sailor"), (circle.ben, "Ada Sailor")):
        circle.told(who, f"Did you meet {other}?")
    circle.pair(circle.ada, "PUT", f"{path}/attendance", {"said": "held"})
    settled = circle.pair(circle.ben, "PUT", f"{path}/attendance", {"said": "held"})
    assert (settled["state"], settled["attendance"]) == ("held", "settled")

    noted = circle.pair(circle.ben, "PATCH", path, {"notes": "The draft is good", "actions": ["Shadow two interviews"]})
    [action] = noted["action_items"]
    circle.pair(circle.ada, "PATCH", f"{path}/actions/{action['id']}", {"owner_id": circle.ada})
    circle.pair(circle.ada, "PUT", f"{path}/private-notes", {"text": "He was tired"})
    assert circle.pair(circle.ben, "GET", f"{path}/private-notes")["text"] == ""
    shared = circle.pair(circle.ada, "GET", path)
    assert (shared["notes"], shared["action_items"][0]["owner_id"]) == ("The draft is good", circle.ada)
    agenda = circle.pair(circle.ben, "GET", "/agenda")
    assert (agenda["occasion"], agenda["items"][0]["about_id"]) == ("next", action["id"])
    circle.pair(circle.ada, "PATCH", f"{path}/actions/{action['id']}", {"state": "done"})
    assert "Shadow" not in str(circle.pair(circle.ben, "GET", "/agenda"))

    book = {"kind": "book", "title": "The Odyssey", "url": "https://example.org/odyssey"}
    circle.pair(circle.ben, "POST", "/resources", book)
    circle.told(circle.ada, "Ben Sailor shares something with you")
    [read] = circle.pair(circle.ada, "GET", "/resources")["items"]
    assert (read["title"], read["url"]) == ("The Odyssey", "https://example.org/odyssey")
    resources = f"/v1/programs/{circle.program}/resources"
    circle.call(circle.ben, "POST", resources, {"title": "How to listen"})
    told = circle.told(circle.cleo, "Something new to read in Spring")
    assert "How to listen" not in str(told), "the words stay where they are"
    [offered] = circle.call(circle.cleo, "GET", resources)["items"]
    assert offered["title"] == "How to listen", "and not the book, which is for Ada alone"

    announcements = f"/v1/programs/{circle.program}/announcements"
    circle.association.coordinator("POST", announcements, {"title": "We meet on Friday"})
    for who in (circle.ada, circle.ben, circle.cleo):
        circle.told(who, "News of Spring")
