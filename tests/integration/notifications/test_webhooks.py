"""Outgoing webhooks are registered, changed, rotated and removed by integrators of their own tenant."""

import dataclasses
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from services.notifications.commands.configure_webhook import WebhookOffice
from shared.errors import Invalid
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction
from shared.outgoing.addresses import Reach
from tests.integration.notifications.conftest import Desk
from tests.integration.notifications.hooked import Hooked
from tests.integration.notifications.receiving import Receiver


@pytest.fixture
def hooked(desk: Desk, receiver: Receiver) -> Hooked:
    return Hooked(desk, receiver)


def test_the_secret_is_shown_when_it_is_made_and_never_again(hooked: Hooked) -> None:
    made = hooked.register(["org.ithaca.member.registered.v1"])
    assert made["secret"].startswith("whsec_")
    assert (made["state"], made["types"], made["ordered"]) == ("active", ["org.ithaca.member.registered.v1"], False)
    assert "secret" not in hooked.shown(made)
    [listed] = hooked.ask("GET", "").get_json()["items"]
    assert listed["id"] == made["id"]
    assert "secret" not in listed
    stored = str(list(hooked.desk.foundation.database["webhooks"].find()))
    assert made["secret"] not in stored
    assert made["secret"].removeprefix("whsec_") not in stored


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://10.0.0.1/", "not public"),
        ("https://169.254.169.254/latest/meta-data", "not public"),
        ("https://[::1]/", "not public"),
        ("http://93.184.215.14/", "https"),
        ("ftp://93.184.215.14/", "https address"),
        ("https://user:word@93.184.215.14/", "user"),
        ("https://93.184.215.14/#part", "#"),
        ("https://", "https address"),
        ("nonsense", "https address"),
        ("https://93.184.215.14:0/", "https address"),
        ("https://93.184.215.14:99999/", "https address"),
        ("https://exa mple.org/", "https address"),
        ("https://exämple.org/", "https address"),
    ],
)
def test_an_address_that_may_not_be_spoken_to_is_a_fault_that_says_so(hooked: Hooked, url: str, why: str) -> None:
    answer = hooked.ask("POST", "", {"url": url, "types": ["*"]})
    assert answer.status_code == 422
    [fault] = answer.get_json()["errors"]
    assert fault["pointer"] == "/url"
    assert why in fault["detail"]
    made = hooked.register()
    assert hooked.ask("PATCH", f"/{made['id']}", {"url": url}).status_code == 422
    assert hooked.shown(made)["url"] == made["url"]


def test_a_name_that_leads_inside_is_refused_and_one_that_is_away_is_not(hooked: Hooked) -> None:
    def office(*addresses: str) -> WebhookOffice:
        sender = hooked.sender()

        def resolve(host: str, port: int) -> Sequence[str]:
            if not addresses:
                raise OSError
            return addresses

        return WebhookOffice(sender.store, sender.secrets, sender.settings, Reach(), resolve)

    def create(office: WebhookOffice) -> None:
        def work(transaction: Transaction) -> None:
            office.create(transaction, url="https://crm.example/", types=["*"])

        hooked.desk.foundation.unit_of_work.run(work, tenant="acme")

    create(office())
    create(office("93.184.215.14"))
    with pytest.raises(Invalid):
        create(office("93.184.215.14", "10.0.0.1"))


@pytest.mark.parametrize(
    "name",
    [
        "org.ithaca.nothing.v1",
        "member.registered.v1",
        "org.ithaca.block.set.v1",
        "org.ithaca.feedback.revealed.v1",
        "org.ithaca.health.changed.v1",
        "org.ithaca.task.created.v1",
        "org.ithaca.erasure.requested.v1",
        "",
    ],
)
def test_a_type_that_is_not_sent_is_a_fault_that_names_it(hooked: Hooked, name: str) -> None:
    answer = hooked.ask("POST", "", {"url": hooked.receiver.url, "types": ["org.ithaca.event.published.v1", name]})
    assert answer.status_code == 422
    [fault] = answer.get_json()["errors"]
    assert fault["pointer"] == "/types/1"


def test_no_types_at_all_and_unknown_fields_are_faults(hooked: Hooked) -> None:
    assert hooked.ask("POST", "", {"url": hooked.receiver.url, "types": []}).status_code == 422
    body = {"url": hooked.receiver.url, "types": ["*"], "secret": "whsec_mine"}
    assert hooked.ask("POST", "", body).get_json()["errors"][0]["pointer"] == "/secret"


def test_a_webhook_of_another_tenant_is_not_there(hooked: Hooked) -> None:
    made = hooked.register()
    for method, path, body in [
        ("GET", "", None),
        ("PATCH", "", {"ordered": True}),
        ("DELETE", "", None),
        ("POST", "/test", None),
        ("POST", "/rotate", None),
        ("GET", "/deliveries", None),
        ("POST", f"/deliveries/{new_id()}/retry", None),
    ]:
        assert hooked.ask(method, f"/{made['id']}{path}", body, tenant="other").status_code == 404
    assert hooked.ask("GET", "", tenant="other").get_json()["items"] == []


def test_whoever_is_no_integrator_may_nothing(hooked: Hooked) -> None:
    roles = ("member", "coordinator", "organizer", "operator")
    assert hooked.ask("POST", "", {"url": hooked.receiver.url, "types": ["*"]}, *roles).status_code == 403
    assert hooked.ask("GET", "", None, *roles).status_code == 403


def test_a_change_that_was_read_too_early_is_refused(hooked: Hooked) -> None:
    made = hooked.register()
    first = hooked.ask("PATCH", f"/{made['id']}", {"ordered": True}, If_Match='"1"')
    assert (first.status_code, first.headers["ETag"], first.get_json()["ordered"]) == (200, '"2"', True)
    assert hooked.ask("PATCH", f"/{made['id']}", {"ordered": False}, If_Match='"1"').status_code == 412


def test_how_it_fares_is_no_change_of_its_owner_and_makes_no_new_version(hooked: Hooked) -> None:
    made = hooked.register()
    hooked.ask("POST", f"/{made['id']}/test")
    hooked.work()
    assert hooked.shown(made)["last_success_at"] is not None
    assert hooked.ask("GET", f"/{made['id']}").headers["ETag"] == '"1"'


def test_the_same_key_twice_makes_one_webhook(hooked: Hooked) -> None:
    body = {"url": hooked.receiver.url, "types": ["*"]}
    answers = [hooked.ask("POST", "", body, Idempotency_Key="once").get_json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(hooked.ask("GET", "").get_json()["items"]) == 1


def test_what_is_removed_is_gone_with_all_its_deliveries(hooked: Hooked) -> None:
    made, kept = hooked.register(), hooked.register()
    hooked.desk.know_everybody()
    hooked.work()
    assert hooked.log(made)
    assert hooked.ask("DELETE", f"/{made['id']}").status_code == 204
    assert hooked.ask("GET", f"/{made['id']}").status_code == 404
    assert [each["id"] for each in hooked.ask("GET", "").get_json()["items"]] == [kept["id"]]
    hooked.work()
    database = hooked.desk.foundation.database
    assert database["webhook_deliveries"].count_documents({"webhook_id": made["id"]}) == 0
    assert database["webhooks"].count_documents({}) == database["webhook_lines"].count_documents({}) == 1
    assert hooked.log(kept)


def test_a_disabled_webhook_is_left_nothing_and_sent_what_waited_when_it_is_enabled(hooked: Hooked) -> None:
    made = hooked.register(["org.ithaca.event.published.v1"])
    hooked.desk.hear_example("event.published.v1", "summit")
    assert hooked.ask("PATCH", f"/{made['id']}", {"enabled": False}).get_json()["disabled_reason"] == "by_hand"
    hooked.desk.hear_example("event.published.v1", "summit", version=2)
    hooked.work()
    assert hooked.receiver.received == []
    assert hooked.ask("POST", f"/{made['id']}/test").status_code == 409
    assert hooked.ask("PATCH", f"/{made['id']}", {"enabled": True}).get_json()["state"] == "active"
    hooked.work()
    assert hooked.receiver.types() == ["event.published.v1"]


def test_two_secrets_sign_for_a_day_and_then_the_new_one_alone(hooked: Hooked) -> None:
    made = hooked.register()

    def signatures() -> int:
        hooked.ask("POST", f"/{made['id']}/test")
        hooked.work()
        return len(hooked.receiver.received[-1].headers["webhook-signature"].split(" "))

    assert signatures() == 1
    rotated = hooked.ask("POST", f"/{made['id']}/rotate").get_json()
    assert rotated["secret"] != made["secret"]
    assert rotated["previous_secret_until"] is not None
    assert signatures() == 2
    hooked.desk.clock.pass_by(timedelta(hours=24))
    assert signatures() == 1


def test_a_secret_whose_key_is_gone_is_a_failed_attempt_that_says_so(hooked: Hooked) -> None:
    made = hooked.register()
    hooked.desk.foundation.database["webhooks"].update_one({}, {"$set": {"secret": "s1.0000000000000000.AAAA"}})
    hooked.ask("POST", f"/{made['id']}/test")
    hooked.work()
    assert hooked.outcomes(made) == ["unsigned"]
    assert hooked.receiver.received == []


def test_every_listed_webhook_comes_once_whatever_the_page(hooked: Hooked) -> None:
    made = [hooked.register()["id"] for _ in range(3)]
    seen: list[str] = []
    path = "?limit=2"
    while True:
        page: dict[str, Any] = hooked.ask("GET", path).get_json()
        seen += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        path = f"?limit=2&cursor={page['next']}"
    assert seen == made


def test_an_installation_without_a_key_says_which_variable_is_missing(hooked: Hooked) -> None:
    bare = dataclasses.replace(hooked.desk.foundation.settings, secret_keys=())
    desk = Desk(bare)
    answer = Hooked(desk, hooked.receiver).ask("POST", "", {"url": hooked.receiver.url, "types": ["*"]})
    desk.foundation.close()
    assert answer.status_code == 503
    assert "ITHACA_SECRET_KEY" in answer.get_json()["detail"]
