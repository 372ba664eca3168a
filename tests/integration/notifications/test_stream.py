"""The inbox as it changes, over real HTTP from a real web process."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from services.notifications.commands.leave_notification import leave_notification
from services.notifications.domain.notification import Notification
from services.notifications.domain.telling import Subject
from services.notifications.live.position import Position
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction
from shared.storage.migrations import migrate
from shared.web.auth import LEEWAY
from tests.backends import Backends
from tests.integration.notifications import streaming
from tests.integration.notifications.conftest import ISSUING, Desk
from tests.integration.notifications.gate import Gate
from tests.integration.notifications.streaming import PATIENCE, Client, Start, Web
from tests.integration.web.conftest import read_event
from tests.ports import free_port
from tests.unit.notifications.news import ADA, BEN
from tests.unit.web.issuing import ISSUER


@pytest.fixture(scope="module")
def launch(backends: Backends, prefix: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Starts web processes on the database of the module's desks; what still runs at the end is killed, by its pid."""
    keys = ISSUING.publish(tmp_path_factory.mktemp("keys"))
    started: list[Web] = []

    def begin(variables: dict[str, str] | None = None, **options: Any) -> Web:
        environment = {
            "PATH": os.environ["PATH"],
            "MONGODB_URI": backends.mongodb,
            "ITHACA_DATABASE_PREFIX": prefix,
            "ITHACA_ISSUER": ISSUER,
            "ITHACA_JWKS_URL": keys,
            "ITHACA_RATE_LIMITS": "off",
        } | (variables or {})
        port = free_port()
        web = Web(port, streaming.run(port, environment, options), ISSUING)
        started.append(web)
        read_event(web.process, "ready")
        return web

    yield begin
    for web in started:
        web.close()
        if web.process.poll() is None:
            web.process.kill()
        web.process.communicate(timeout=PATIENCE)


@pytest.fixture
def start(desk: Desk, launch: Start) -> Start:
    """Starts a web process with settings of a test's own."""
    return launch


@pytest.fixture(scope="module")
def shared_web(launch: Start) -> Web:
    return launch(variables={"ITHACA_STREAM_HEARTBEAT_SECONDS": "1"})


@pytest.fixture
def web(desk: Desk, shared_web: Web) -> Iterator[Web]:
    """One that the tests share."""
    yield shared_web
    shared_web.close()


def notification_for(desk: Desk, member_id: str = ADA, tenant: str = "acme") -> Notification:
    now = desk.clock.now()
    return Notification(
        id=new_id(),
        tenant=tenant,
        version=1,
        updated_at=now,
        created_at=now,
        member_id=member_id,
        type="org.ithaca.request.accepted.v1",
        message_id=new_id(),
        subject=Subject.REQUEST,
        subject_id=new_id(),
        about_id=new_id(),
        other_id=BEN,
    )


def left(desk: Desk, member_id: str = ADA, *, tenant: str = "acme") -> Notification:
    """One more notification, as a reaction leaves it."""
    notification = notification_for(desk, member_id, tenant)

    def leave(transaction: Transaction) -> None:
        leave_notification(transaction, desk.store, timedelta(0), notification)

    desk.foundation.unit_of_work.run(leave, tenant=tenant)
    return notification


def test_a_listener_is_told_of_what_the_inbox_shows_as_it_is_left_and_read(desk: Desk, web: Web) -> None:
    desk.know_everybody()
    client = web.listen()
    assert client.until("ready").data == {"unread": 0}
    assert client.retry is not None
    notification = left(desk)
    told = client.until("notification")
    inbox = web.call("GET", "/v1/inbox").json()
    assert told.data == inbox["items"][0]
    assert (told.data["id"], told.data["title"]) == (notification.id, "Ben Lindqvist said yes")
    assert client.until("unread").data == {"unread": 1}
    read = web.call("POST", f"/v1/inbox/{notification.id}/read").json()
    assert client.until("read").data == read
    assert client.until("unread").data == {"unread": 0}


def test_nobody_hears_what_others_are_told(desk: Desk, web: Web) -> None:
    clients = [web.listen(), web.listen(BEN), web.listen(tenant="other")]
    for client in clients:
        client.until("ready")
    mine = [left(desk), left(desk, BEN), left(desk, tenant="other")]
    for client, notification in zip(clients, mine, strict=True):
        assert client.until("notification").data["id"] == notification.id


def test_a_client_that_comes_back_is_told_what_it_missed_and_nothing_twice(desk: Desk, web: Web) -> None:
    first = web.listen()
    first.until("ready")
    seen = left(desk)
    assert first.until("notification").data["id"] == seen.id
    first.close()
    missed = [left(desk).id for _ in range(3)]
    again = web.listen(since=first.last_id)
    again.until("ready")
    assert [again.until("notification").data["id"] for _ in missed] == missed


def test_another_process_goes_on_where_the_first_stopped(desk: Desk, start: Start) -> None:
    first = start()
    client = first.listen()
    client.until("ready")
    left(desk)
    position = client.until("notification").id
    first.process.send_signal(signal.SIGTERM)
    assert first.process.wait(PATIENCE) == 0
    missed = [left(desk).id for _ in range(3)]
    again = start().listen(since=position)
    again.until("ready")
    assert [again.until("notification").data["id"] for _ in missed] == missed


def test_a_process_that_stops_ends_its_streams_at_once(desk: Desk, start: Start) -> None:
    web = start()
    clients = [web.listen(new_id()) for _ in range(20)]
    for client in clients:
        client.until("ready")
    web.process.send_signal(signal.SIGTERM)
    for client in clients:
        assert list(client.events()) == []
    assert web.process.wait(PATIENCE) == 0


def test_a_heartbeat_tells_how_far_the_stream_has_come(desk: Desk, web: Web) -> None:
    client = web.listen()
    begun = client.until("ready").id
    assert client.until_heartbeat() == begun
    left(desk, BEN)
    while client.until_heartbeat() == begun:
        pass
    client.close()
    # By that position, nothing of what was told since is left out.
    notification = left(desk)
    again = web.listen(since=client.last_id)
    again.until("ready")
    assert again.until("notification").data["id"] == notification.id


def test_a_stream_ends_with_its_token(desk: Desk, web: Web) -> None:
    client = web.listen(exp=int(time.time()) - LEEWAY + 3)
    assert client.until("ready").data == {"unread": 0}
    assert list(client.events()) == []
    assert client.heartbeats > 0


def test_an_erased_members_stream_ends(desk: Desk, web: Web) -> None:
    member = new_id()
    client, other = web.listen(member), web.listen()
    for each in (client, other):
        each.until("ready")
    desk.hear("member.erased.v1", None, key=member)
    assert list(client.events()) == []
    left(desk)
    other.until("notification")


def test_a_member_has_so_many_streams_and_a_process_too(desk: Desk, start: Start) -> None:
    web = start(variables={"ITHACA_STREAMS": "3", "ITHACA_STREAMS_OF_A_MEMBER": "2"})
    mine = [web.listen(), web.listen()]
    refused = web.open(web.headers())
    assert refused.status == 503
    assert refused.answer.headers["Content-Type"] == "application/problem+json"
    assert int(refused.answer.headers["Retry-After"]) > 0
    web.listen(BEN)
    assert web.open(web.headers(new_id())).status == 503
    mine[0].close()
    deadline = time.monotonic() + PATIENCE
    while (again := web.open(web.headers())).status == 503 and time.monotonic() < deadline:
        pass
    assert again.until("ready").data == {"unread": 0}
    assert web.call("GET", "/v1/inbox").status_code == 200


def test_a_position_that_is_no_longer_known_is_said_so_and_the_stream_goes_on(desk: Desk, start: Start) -> None:
    web = start(kept=3)
    client = web.listen()
    client.until("ready")
    seen = [left(desk).id for _ in range(5)]
    assert [client.until("notification").data["id"] for _ in seen] == seen
    known = client.last_id
    for unknown in ("0-0-0", "4000000000-1-1"):
        again = web.listen(since=unknown)
        reset = again.until("reset")
        assert (reset.data, reset.id) == ({"unread": 5}, known)
        again.close()
    again = web.listen(since=known)
    assert again.until("ready").id == known
    notification = left(desk)
    assert again.until("notification").data["id"] == notification.id


@pytest.mark.parametrize("position", ["nonsense", "1-2", "-1-2-3", "1-2-99999999999"])
def test_a_position_that_was_never_given_is_malformed(desk: Desk, web: Web, position: str) -> None:
    refused = web.open(web.headers(since=position))
    assert refused.status == 400
    assert b"Last-Event-ID" in refused.answer.read()


def test_who_may_not_listen_is_told_as_everywhere(desk: Desk, web: Web) -> None:
    assert web.open({}).status == 401
    assert web.open(ISSUING.headers("coordinator")).status == 403
    assert web.open(web.headers("somebody-at-the-issuer")).status == 403
    assert web.open(web.headers() | {"Accept": "application/json"}).status == 406
    assert web.call("HEAD", streaming.PATH).headers["Content-Type"].startswith("text/event-stream")


def test_what_is_told_to_a_member_merged_into_another_is_told_to_that_one(desk: Desk, web: Web) -> None:
    desk.know_everybody()
    carla = "019ab000-7c1e-7b5e-9c55-0000000000a3"
    desk.hear_example("member.registered.v1", "provisional-from-a-ticket")
    survivor, merged = web.listen(), web.listen(carla)
    for client in (survivor, merged):
        client.until("ready")
    desk.hear_example("member.merged.v1", "into-the-survivor", version=2)
    notification = left(desk, carla)
    assert survivor.until("notification").data["id"] == notification.id
    # Whose token has the other id is the survivor by now, and comes back as that.
    assert list(merged.events()) == []
    again = web.listen(carla, since=merged.last_id)
    again.until("ready")
    assert again.until("notification").data["id"] == notification.id


def test_resuming_leaves_nothing_out_and_repeats_nothing_whatever_order_transactions_commit_in(
    desk: Desk, web: Web, start: Start, tell: Callable[[str], None]
) -> None:
    """Ids are made before commits, and eight writers commit when they please; the client is cut off again and again.

    Every other time it goes on at another process.
    """
    writers, each, chance = 8, 12, random.Random(2026)
    pauses = [[chance.random() / 50 for _ in range(each)] for _ in range(writers)]

    def write(number: int) -> list[str]:
        made: list[str] = []
        for pause in pauses[number]:
            several = [notification_for(desk) for _ in range(2)]

            def leave(transaction: Transaction, several: list[Notification] = several, pause: float = pause) -> None:
                for notification in several:
                    leave_notification(transaction, desk.store, timedelta(0), notification)
                    time.sleep(pause)

            desk.foundation.unit_of_work.run(leave, tenant="acme")
            made += [notification.id for notification in several]
        return made

    webs = [web, start()]
    client = web.listen()
    client.until("ready")
    got: list[str] = []
    drops = 0
    with ThreadPoolExecutor(writers) as pool:
        writing = [pool.submit(write, number) for number in range(writers)]
        while len(got) < writers * each * 2:
            for _ in range(chance.randint(1, 9)):
                if len(got) < writers * each * 2:
                    got.append(client.until("notification").data["id"])
            client.close()
            drops += 1
            client = webs[drops % 2].listen(since=client.last_id)
        written = [identifier for done in writing for identifier in done.result()]
    left(desk)
    client.until("notification")
    assert sorted(got) == sorted(written)
    assert got != sorted(got), "ids were made in the order of commits: this run shows nothing"
    tell(f"{len(got)} notifications, {drops} times dropped")


def test_every_listener_is_told_in_the_same_order(desk: Desk, web: Web, start: Start) -> None:
    clients = [web.listen(), start().listen()]
    for client in clients:
        client.until("ready")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: left(desk), range(40)))
    seen = [[client.until("notification") for _ in range(40)] for client in clients]
    assert [(event.id, event.data["id"]) for event in seen[0]] == [(event.id, event.data["id"]) for event in seen[1]]
    positions = [Position.read(event.id or "") for event in seen[0]]
    assert positions == sorted(set(positions))


def test_while_the_database_is_away_streams_stay_and_then_nothing_is_missed(desk: Desk, start: Start) -> None:
    gate = Gate(desk.foundation.settings.mongodb_uri)
    web = start(variables={"MONGODB_URI": gate.uri, "ITHACA_STREAM_HEARTBEAT_SECONDS": "1"})
    client = web.listen()
    client.until("ready")
    before = left(desk)
    assert client.until("notification").data["id"] == before.id
    gate.shut()
    meanwhile = [left(desk).id for _ in range(3)]
    for _ in range(3):
        client.until_heartbeat()
    gate.open()
    assert [client.until("notification").data["id"] for _ in meanwhile] == meanwhile
    gate.close()


def test_who_listens_while_changes_went_by_unheard_is_told_to_read_anew(desk: Desk, start: Start) -> None:
    client = start().listen()
    client.until("ready")
    # The place in the log from which the stream would be taken up is gone with the collection.
    desk.foundation.database["notifications"].drop()
    reset = client.until("reset")
    migrate(desk.foundation.database, desk.service.all_indexes())
    notification = left(desk)
    assert client.until("notification").data["id"] == notification.id
    assert Position.read(client.last_id or "") > Position.read(reset.id or "")


MANY = 60
LONG_LINKS = {"ITHACA_LINK_TEMPLATE": "https://portal.example/{kind}/{id}?" + "x" * 120_000}


def stuck(desk: Desk, web: Web) -> Client:
    """A client that reads nothing, with more to tell it than all buffers on the way hold."""
    client = web.open(web.headers(), buffer=4096)
    client.until("ready")
    several = [notification_for(desk) for _ in range(MANY)]

    def leave(transaction: Transaction) -> None:
        leave_notification(transaction, desk.store, timedelta(0), *several)

    desk.foundation.unit_of_work.run(leave, tenant="acme")
    return client


def ended(web: Web, reason: str) -> bool:
    told: str = web.call("GET", "/metrics").text
    return f'ithaca_streams_ended_total{{reason="{reason}"}} 1.0' in told and "ithaca_streams_open 0.0" in told


def test_who_does_not_read_is_cut_off_and_comes_back_where_it_was(desk: Desk, start: Start) -> None:
    web = start(LONG_LINKS, patience_seconds=0.5)
    client = stuck(desk, web)
    deadline = time.monotonic() + 3 * PATIENCE
    while not ended(web, "slow"):
        assert time.monotonic() < deadline
    got = [event.data["id"] for event in client.events() if event.name == "notification"]
    assert len(got) < MANY
    again = web.listen(since=client.last_id)
    again.until("ready")
    got += [again.until("notification").data["id"] for _ in range(MANY - len(got))]
    assert sorted(got) == sorted(notification.id for notification in desk.notifications(ADA))


def test_who_does_not_read_keeps_no_process_from_stopping(desk: Desk, start: Start) -> None:
    web = start(LONG_LINKS)
    client = stuck(desk, web)
    held = [0]
    while held[-1] == 0 or held[-1] != held[-2]:
        time.sleep(0.2)
        held.append(client.waiting_for())
    web.process.send_signal(signal.SIGTERM)
    assert web.process.wait(PATIENCE) == 0
