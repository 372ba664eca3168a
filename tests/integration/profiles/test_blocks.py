"""Two of whom one blocks the other are not shown to each other: as if nobody were there."""

from itertools import count
from typing import Any

from shared.contracts import registry
from shared.ids import new_id
from shared.messaging import envelope
from shared.messaging.envelope import Message
from shared.messaging.record import Record
from tests.integration.profiles.conftest import ARRIVED, Office

_offsets = count()


def told(*pair: str, blocked: bool, version: int, tenant: str = "acme") -> Record:
    """What matching says of a pair."""
    kind = registry.get("block.set.v1" if blocked else "block.lifted.v1")
    members = sorted(pair)
    key = ":".join(members)
    data = {"member_ids": members, "blocked": blocked}
    assert not kind.strict_faults(data)
    source = f"/tenants/{tenant}/services/matching"
    message = Message(new_id(), kind.name, source, key, ARRIVED, tenant, key, version, new_id(), None, None, data)
    return Record(
        kind.topic.name, 0, next(_offsets), ARRIVED, key.encode(), envelope.value(message), envelope.headers(message)
    )


def hear(office: Office, *records: Record) -> None:
    office.service.handling().handle(list(records))


def found(office: Office, who: str, query: str = "") -> set[str]:
    return {each["id"] for each in office.call("GET", f"/v1/members{query}", subject=who).json["items"]}


def three(office: Office) -> tuple[str, ...]:
    fields: dict[str, Any] = {"visibility": {"name": "all"}}
    return tuple(office.register(given_name=name, **fields)["id"] for name in ("Ada", "Ben", "Chiara"))


def test_neither_finds_or_sees_the_other_until_nobody_blocks_any_more(office: Office) -> None:
    ada, ben, chiara = three(office)
    hear(office, told(ada, ben, blocked=True, version=1))
    for one, other in ((ada, ben), (ben, ada)):
        assert found(office, one) == found(office, one, "?q=okafor") == {one, chiara}
        refused = office.call("GET", f"/v1/members/{other}", subject=one)
        nobody = new_id()
        like = office.call("GET", f"/v1/members/{nobody}", subject=one)
        assert refused.status_code == like.status_code == 404
        assert refused.json["detail"].replace(other, "X") == like.json["detail"].replace(nobody, "X")
        assert office.call("GET", f"/v1/members/{one}", subject=one).status_code == 200
    assert found(office, chiara) == {ada, ben, chiara}
    hear(office, told(ada, ben, blocked=False, version=2))
    assert found(office, ada, "?q=okafor") == {ada, ben, chiara}
    assert office.call("GET", f"/v1/members/{ben}", subject=ada).status_code == 200


def test_staff_see_both(office: Office) -> None:
    ada, ben, _ = three(office)
    hear(office, told(ada, ben, blocked=True, version=1))
    answer = office.call("GET", f"/v1/members/{ben}", "coordinator", subject=ada)
    assert answer.status_code == 200


def test_an_older_word_that_comes_late_and_another_tenant_s_change_nothing(office: Office) -> None:
    ada, ben, _ = three(office)
    hear(office, told(ada, ben, blocked=False, version=4))
    hear(office, told(ada, ben, blocked=True, version=3))
    hear(office, told(ada, ben, blocked=True, version=9, tenant="other"))
    assert ben in found(office, ada)


def test_pages_of_a_list_are_full_whoever_is_left_out(office: Office) -> None:
    ada, ben, chiara = three(office)
    hear(office, told(ada, ben, blocked=True, version=1))
    page = office.call("GET", "/v1/members?limit=2", subject=ada).json
    assert ([each["id"] for each in page["items"]], page["next"]) == ([ada, chiara], None)


def test_of_who_is_erased_no_pair_is_left(office: Office) -> None:
    ada, ben, _ = three(office)
    hear(office, told(ada, ben, blocked=True, version=1))
    unit_of_work, kept = office.foundation.unit_of_work, office.store.kept_apart
    assert unit_of_work.run(lambda current: kept.forget(current.session, "acme", {ben}), tenant="acme") == 1
    assert kept.apart_from("acme", ada) == frozenset()
