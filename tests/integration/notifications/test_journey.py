"""From a message on Kafka to a mail: the service as it runs, with its worker and its relay."""

import threading
import time
from collections.abc import Callable

from services.notifications.app import build
from services.notifications.store import Store
from shared.messaging.relay import Relay
from shared.service import lay
from shared.settings import Settings
from shared.storage.migrations import migrate
from tests.integration.notifications.mailing import Mailbox
from tests.unit.notifications.news import ADA, BEN, PROGRAM, examples


def eventually(condition: Callable[[], bool], within_seconds: float = 60.0) -> None:
    deadline = time.monotonic() + within_seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition never held"
        time.sleep(0.05)


def test_an_accepted_request_reaches_the_mentee_though_names_come_last(
    topics_of: Callable[[], Settings], own_settings: Settings, mailbox: Mailbox
) -> None:
    topics_of()
    service = build(lay(own_settings, "notifications"))
    others = {name: lay(own_settings, name) for name in ("profiles", "matching")}
    store = Store(service.foundation.database)
    for foundation in [service.foundation, *others.values()]:
        migrate(foundation.database, service.all_indexes())
    relays = [Relay(own_settings, foundation.client, foundation.database, name) for name, foundation in others.items()]
    roles = [service.worker(), service.relay(), *relays]
    threads = [threading.Thread(target=role.run) for role in roles]

    def publish(by: str, type_name: str, key: str, data: dict[str, object]) -> None:
        others[by].unit_of_work.run(
            lambda transaction: transaction.publish(type_name, key=key, version=1, data=data), tenant="acme"
        )

    accepted = examples("request.accepted.v1")["yes"]
    with mailbox.answering():
        for thread in threads:
            thread.start()
        try:
            publish("matching", "request.accepted.v1", accepted["id"], accepted)
            eventually(lambda: len(store.notifications.inbox("acme", {ADA}, limit=9, before=None)) == 1)
            publish("matching", "program.opened.v1", PROGRAM, examples("program.opened.v1")["of-an-event"])
            publish("profiles", "member.registered.v1", ADA, examples("member.registered.v1")["by-the-association"])
            publish("profiles", "member.updated.v1", BEN, examples("member.updated.v1")["mentor-in-grace"])
            eventually(lambda: mailbox.subjects == ["Ben Lindqvist said yes"])
            outbox = service.foundation.database["outbox"]
            eventually(lambda: outbox.count_documents({"topic": "notifications.v1", "settled": {"$exists": True}}) == 1)
        finally:
            for role in roles:
                role.stop()
            for thread in threads:
                thread.join(timeout=30)
                assert not thread.is_alive(), "a role did not stop"
            for foundation in [service.foundation, *others.values()]:
                foundation.close()
    assert mailbox.recipients == ["ada@example.org"]
