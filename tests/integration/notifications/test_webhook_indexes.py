"""Whatever webhooks do reads what it needs and no more: the server's own profile of a whole story says so."""

import pytest

from shared.clock import rfc3339
from shared.ids import new_id
from shared.storage.identifier_hashes import EMAIL
from tests import erasing
from tests.integration.notifications.conftest import Desk
from tests.integration.notifications.hooked import Hooked
from tests.integration.notifications.receiving import Receiver
from tests.unit.notifications.news import ADA, examples

OURS = ("webhooks", "webhook_deliveries", "webhook_bells", "webhook_lines")
BYSTANDERS = 120
"""Deliveries of other tenants, settled ones and ones that wait."""

A_PAGE = 51


@pytest.fixture
def hooked(desk: Desk, receiver: Receiver) -> Hooked:
    return Hooked(desk, receiver)


def story(hooked: Hooked) -> None:
    made, ordered = hooked.register(["*"]), hooked.register(["*"], ordered=True)
    hooked.desk.know_everybody()
    record = examples("attendee.published.v1")["confirmed-mentee"] | {"updated_at": rfc3339(hooked.desk.clock.now())}
    hooked.desk.hear("attendee.published.v1", record, key="a-ticket")
    hooked.receiver.answer(500)
    hooked.work()
    hooked.receiver.answer(204)
    hooked.later(hours=1)
    for webhook in (made, ordered):
        first = hooked.log(webhook)[0]
        hooked.ask("POST", f"/{webhook['id']}/deliveries/{first['id']}/retry")
        hooked.ask("POST", f"/{webhook['id']}/rotate")
        hooked.ask("POST", f"/{webhook['id']}/test")
        hooked.ask("PATCH", f"/{webhook['id']}", {"enabled": True})
    hooked.ask("GET", "")
    hooked.work()
    now = hooked.desk.clock.now()
    asked = erasing.request("acme", ADA, next(hooked.desk._offsets), now, known_by=[(EMAIL, "ada@example.org")])
    hooked.desk._handling.handle([asked])
    hooked.desk.work("erase_members")
    hooked.ask("DELETE", f"/{made['id']}")
    hooked.work()


def test_no_query_of_webhooks_reads_past_what_it_needs(hooked: Hooked) -> None:
    database = hooked.desk.foundation.database
    other = hooked.register(["*"], tenant="other")
    hooked.ask("POST", f"/{other['id']}/test", tenant="other")
    [pattern] = database["webhook_deliveries"].find()
    database["webhook_deliveries"].insert_many(
        pattern
        | {"_id": new_id(), "message_id": new_id(), "webhook_id": new_id()}
        | ({"state": "delivered", "next_at": None} if number % 2 else {})
        for number in range(BYSTANDERS)
    )
    [webhook] = database["webhooks"].find()
    database["webhooks"].insert_many(webhook | {"_id": new_id(), "due_at": None} for _ in range(BYSTANDERS))
    database["system.profile"].drop()
    database.create_collection("system.profile", capped=True, size=64 << 20)
    database.command("profile", 2)
    try:
        story(hooked)
    finally:
        database.command("profile", 0)
    names = [f"{database.name}.{name}" for name in OURS]
    entries = list(database["system.profile"].find({"ns": {"$in": names}}))
    database["system.profile"].drop()
    assert {entry["ns"] for entry in entries} == set(names), "the story leaves a collection out"
    assert [
        f"{entry['ns']}: {entry['planSummary']}: {entry['command']}"
        for entry in entries
        if "COLLSCAN" in entry.get("planSummary", "") or entry.get("docsExamined", 0) > A_PAGE
    ] == []
