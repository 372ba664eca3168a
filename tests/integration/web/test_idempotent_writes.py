"""One effect for one key, over real HTTP and a real database."""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
import requests

from shared.ids import new_id
from tests.integration.web.conftest import Service

NDJSON = {"Content-Type": "application/x-ndjson"}


def post(service: Service, key: str, body: Any, **headers: str) -> Any:
    return service.call("POST", "/v1/notes", "coordinator", json=body, headers={"Idempotency-Key": key} | headers)


def notes(service: Service) -> int:
    return service.database["notes"].count_documents({})


@pytest.mark.parametrize("text", ["quick", "slow"])
def test_twenty_requests_at_once_with_one_key_have_one_effect_and_one_answer(service: Service, text: str) -> None:
    barrier = Barrier(20)

    def send(_: int) -> Any:
        barrier.wait()
        return post(service, "one", {"text": text})

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(send, range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len({(answer.headers["ETag"], answer.headers["Location"]) for answer in answers}) == 1
    assert [answer.headers.get("Idempotent-Replayed") for answer in answers].count(None) == 1
    assert notes(service) == 1
    assert service.database["counters"].find_one()["notes"] == 1  # type: ignore[index]


def test_twenty_writes_without_a_key_all_happen(service: Service) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: service.call("POST", "/v1/notes", json={"text": "one of many"}), range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert notes(service) == 20
    assert service.database["counters"].find_one()["notes"] == 20  # type: ignore[index]


def test_the_same_key_with_another_body_is_a_conflict(service: Service) -> None:
    post(service, "one", {"text": "first"})
    answer = post(service, "one", {"text": "second"})
    assert answer.status_code == 409
    assert answer.json()["type"] == "/problems/conflict"
    assert notes(service) == 1


@pytest.mark.parametrize("text", ["break", "refuse", "refuse quietly", "", "x" * 201])
def test_a_key_that_was_answered_answers_for_what_would_fail_too(service: Service, text: str) -> None:
    first = post(service, "one", {"text": "first"})
    answer = post(service, "one", {"text": text})
    assert answer.status_code == 409
    assert answer.json()["detail"] == "This Idempotency-Key came before with another request."
    assert post(service, "one", {"text": "first"}).content == first.content
    assert notes(service) == 1


def test_a_write_sent_again_leaves_nothing_of_its_second_run(service: Service) -> None:
    answers = [post(service, "one", {"text": "first"}) for _ in range(3)]
    assert len({answer.content for answer in answers}) == 1
    assert notes(service) == 1
    assert service.database["counters"].find_one()["notes"] == 1  # type: ignore[index]
    assert service.database["audit"].count_documents({}) == 1


def test_requests_at_once_with_one_key_and_different_bodies_have_one_effect(service: Service) -> None:
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda number: post(service, "one", {"text": f"text {number % 3}"}), range(12)))
    [kept] = service.database["notes"].find()
    for number, answer in enumerate(answers):
        same = kept["text"] == f"text {number % 3}"
        assert answer.status_code == (201 if same else 409)
    assert service.database["counters"].find_one()["notes"] == 1  # type: ignore[index]


def test_a_key_belongs_to_its_caller(service: Service) -> None:
    first = post(service, "one", {"text": "mine"})
    other = service.issuer.headers("coordinator", sub=new_id())
    elsewhere = service.issuer.headers("coordinator", tenant="globex")
    assert post(service, "one", {"text": "mine"}, **other).json() != first.json()
    assert post(service, "one", {"text": "mine"}, **elsewhere).json() != first.json()
    assert notes(service) == 3


def test_a_refused_write_leaves_nothing_and_its_answer_is_kept(service: Service) -> None:
    first = post(service, "one", {"text": "refuse"})
    again = post(service, "one", {"text": "refuse"})
    assert (first.status_code, again.status_code) == (409, 409)
    assert again.content == first.content
    assert again.headers["Content-Type"] == "application/problem+json"
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert notes(service) == 0


def test_an_error_that_is_answered_instead_of_raised_aborts_as_well(service: Service) -> None:
    assert service.call("POST", "/v1/notes", json={"text": "refuse quietly"}).status_code == 409
    assert notes(service) == 0


def test_twenty_refusals_at_once_are_one_answer(service: Service) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: post(service, "one", {"text": ""}), range(20)))
    assert {answer.status_code for answer in answers} == {422}
    assert len({answer.content for answer in answers}) == 1
    assert service.database["idempotency"].count_documents({}) == 1


def test_a_fault_of_ours_is_not_kept(service: Service) -> None:
    assert post(service, "one", {"text": "break"}).status_code == 500
    assert service.database["idempotency"].count_documents({}) == 0
    assert notes(service) == 0


def test_a_role_that_was_missing_is_not_kept(service: Service) -> None:
    body = {"json": {"text": "now"}, "headers": {"Idempotency-Key": "one"}}
    assert service.call("POST", "/v1/notes", "organizer", **body).status_code == 403
    assert service.call("POST", "/v1/notes", "coordinator", **body).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "with space", "é".encode().decode("latin-1")])
def test_a_key_of_another_form_is_malformed(service: Service, key: str) -> None:
    assert post(service, key, {"text": "note"}).status_code == 400
    assert notes(service) == 0


def test_an_upload_sent_again_is_answered_from_the_first_time(service: Service) -> None:
    lines = b'{"text": "a"}\n\nnot json\n{"text": "b"}\n'
    headers = {"Content-Type": "application/x-ndjson", "Idempotency-Key": "file-1"}
    first = service.call("POST", "/v1/notes/upload", "integrator", data=lines, headers=headers)
    again = service.call("POST", "/v1/notes/upload", "integrator", data=lines, headers=headers)
    other = service.call("POST", "/v1/notes/upload", "integrator", data=lines + b"\n", headers=headers)
    assert first.json()["taken"] == 2
    assert [fault["line"] for fault in first.json()["faults"]] == [3]
    assert again.content == first.content
    assert again.headers["Idempotent-Replayed"] == "true"
    assert other.status_code == 409
    assert notes(service) == 2


def test_uploads_at_once_with_one_key_have_one_effect(service: Service) -> None:
    lines = b"".join(json.dumps({"text": f"note {number}"}).encode() + b"\n" for number in range(50))
    headers = {"Content-Type": "application/x-ndjson", "Idempotency-Key": "file-1"}
    with ThreadPoolExecutor(5) as pool:
        answers = list(
            pool.map(
                lambda _: service.call("POST", "/v1/notes/upload", "integrator", data=lines, headers=headers), range(5)
            )
        )
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.content for answer in answers}) == 1
    assert notes(service) == 50


def test_an_upload_that_breaks_off_may_be_sent_again_with_its_key(service: Service) -> None:
    headers = {"Idempotency-Key": "file-1", "Content-Type": "text/csv"}
    wrong = service.call("POST", "/v1/notes/upload", "integrator", data=b"text", headers=headers)
    defect = service.call(
        "POST", "/v1/notes/upload", "integrator", data=b'"no object"', headers=NDJSON | {"Idempotency-Key": "file-2"}
    )
    right = service.call(
        "POST", "/v1/notes/upload", "integrator", data=b'{"text": "a"}', headers=NDJSON | {"Idempotency-Key": "file-2"}
    )
    assert (wrong.status_code, defect.status_code, right.status_code) == (415, 500, 202)
    assert notes(service) == 1


def test_an_upload_whose_server_was_killed_is_taken_when_it_is_sent_again_with_its_key(
    start: Callable[..., Service],
) -> None:
    headers = NDJSON | {"Idempotency-Key": "file-1"}
    first = start()
    began = threading.Event()

    def endless() -> Iterator[bytes]:
        line = b'{"text": "%s"}\n' % (b"a" * 10_000)  # the server reads in pieces
        while True:
            yield line
            began.wait(0.05)

    def upload() -> None:
        with contextlib.suppress(requests.ConnectionError):
            first.call("POST", "/v1/notes/upload", "integrator", data=endless(), headers=headers)

    thread = threading.Thread(target=upload)
    thread.start()
    while not notes(first):
        began.wait(0.05)
    first.process.kill()
    thread.join()
    second = start()
    answer = second.call("POST", "/v1/notes/upload", "integrator", data=b'{"text": "a"}\n', headers=headers)
    assert (answer.status_code, answer.json()) == (202, {"taken": 1, "faults": []})


def test_an_upload_keeps_its_key_for_as_long_as_it_takes(service: Service) -> None:
    """The server of these tests holds a key for four seconds."""
    headers = NDJSON | {"Idempotency-Key": "file-1"}

    def slow() -> Iterator[bytes]:
        for _ in range(30):
            yield b'{"text": "a"}\n'
            time.sleep(0.2)

    def upload(_: int) -> Any:
        return service.call("POST", "/v1/notes/upload", "integrator", data=slow(), headers=headers)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(upload, range(2)))
    assert {answer.status_code for answer in answers} == {202}
    assert [answer.headers.get("Idempotent-Replayed") for answer in answers].count(None) == 1
    assert notes(service) == 30


def test_what_was_answered_is_read_by_nobody_but_who_has_the_key(service: Service) -> None:
    post(service, "only-the-caller-knows", {"text": "whsec_shown_once"})
    [row] = service.database["idempotency"].find()
    kept = repr(row)
    assert "sealed" in kept
    assert not any(secret in kept for secret in ("only-the-caller-knows", "whsec_shown_once"))
    assert post(service, "only-the-caller-knows", {"text": "whsec_shown_once"}).json()["text"] == "whsec_shown_once"


def test_an_answer_that_an_earlier_version_kept_is_still_given(service: Service) -> None:
    first = post(service, "one", {"text": "first"})
    rows = service.database["idempotency"]
    rows.update_one({}, {"$unset": {"sealed": ""}, "$set": {"body": first.content}})
    assert post(service, "one", {"text": "first"}).content == first.content
