"""Versions, pages and tenants, over real HTTP and a real database."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.integration.web.conftest import Service


def write(service: Service, text: str = "a note") -> Any:
    return service.call("POST", "/v1/notes", "coordinator", json={"text": text})


def test_a_change_with_a_stale_version_is_refused(service: Service) -> None:
    path = write(service).headers["Location"]
    assert service.call("PATCH", path, json={"text": "b"}, headers={"If-Match": '"1"'}).headers["ETag"] == '"2"'
    stale = service.call("PATCH", path, json={"text": "c"}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert service.call("GET", path).json()["text"] == "b"


def test_of_ten_changes_at_once_with_one_version_one_succeeds(service: Service) -> None:
    path = write(service).headers["Location"]

    def change(number: int) -> int:
        answer = service.call("PATCH", path, json={"text": f"{number}"}, headers={"If-Match": '"1"'})
        status: int = answer.status_code
        return status

    with ThreadPoolExecutor(10) as pool:
        statuses = list(pool.map(change, range(10)))
    assert sorted(statuses) == [200] + [412] * 9
    assert service.call("GET", path).headers["ETag"] == '"2"'


def test_a_known_version_is_not_sent_again(service: Service) -> None:
    path = write(service).headers["Location"]
    known = service.call("GET", path, headers={"If-None-Match": 'W/"1"'})
    assert (known.status_code, known.content, known.headers["ETag"]) == (304, b"", '"1"')
    assert service.call("GET", path, headers={"If-None-Match": '"0"'}).status_code == 200


def test_pages_show_everything_once_while_more_is_written(service: Service) -> None:
    texts = [f"note {number}" for number in range(7)]
    for text in texts:
        write(service, text)
    seen, cursor = [], ""
    while cursor is not None:
        page = service.call("GET", f"/v1/notes?limit=3{cursor and '&cursor=' + cursor}").json()
        seen += [note["text"] for note in page["items"]]
        cursor = page["next"]
        if len(seen) == 3:
            write(service, "late")
    assert seen == [*texts, "late"]


def test_another_tenant_sees_nothing_of_it(service: Service) -> None:
    path = write(service).headers["Location"]
    stranger = service.issuer.headers("coordinator", tenant="globex")
    assert service.call("GET", path, headers=stranger).status_code == 404
    assert service.call("PATCH", path, json={"text": "mine"}, headers=stranger).status_code == 404
    assert service.call("GET", "/v1/notes", headers=stranger).json() == {"items": [], "next": None}


def test_a_removal_answers_without_a_body(service: Service) -> None:
    path = write(service).headers["Location"]
    gone = service.call("DELETE", path, "coordinator")
    assert (gone.status_code, gone.content) == (204, b"")
    assert service.call("GET", path).status_code == 404
