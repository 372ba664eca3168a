"""Newcomers of a feed are registered together, and nobody can tell that they were: it ends as row by row does."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.profiles.commands import apply_members
from services.profiles.commands.register_newcomers import Person, register_newcomers, without_tickets
from services.profiles.domain.member import Key, email_key, number_key
from services.profiles.store import Store
from services.profiles.store.identifiers import Identifiers
from services.profiles.store.member_imports import MemberImports
from services.profiles.store.members import Members
from shared.messaging.unit_of_work import Transaction
from shared.web import NDJSON
from tests.examples import tried
from tests.integration.profiles.conftest import Office
from tests.integration.profiles.test_feed import counts, fed, row, send, work
from tests.unit.profiles.association import record, tickets

Rows = Sequence[Mapping[str, Any]]

_TENANTS = count()
_OF_ONE_RUN = {"_id", "id", "record_id", "updated_at", "as_of", "claims"}
"""What no two runs have in common."""


def feed(office: Office, rows: Rows, tenant: str) -> dict[str, Any]:
    """How a feed of some members ended."""
    content = b"\n".join(orjson.dumps(each) for each in rows)
    query = {"full": "false"}
    answer = office.call("POST", "/v1/imports", data=content, content_type=NDJSON, query_string=query, tenant=tenant)
    assert answer.status_code == 202, answer.json
    work(office)
    done: dict[str, Any] = office.call("GET", answer.headers["Location"], tenant=tenant).json
    assert done["state"] == "finished"
    return done


def address(number: int) -> str:
    return f"m{number}@example.org"


def found(office: Office, number: int, tenant: str) -> str | None:
    """The id of who has this number."""
    return office.store.identifiers.member_id(tenant, number_key(f"M-{number}"))


class Life:
    """What an association has seen before a feed comes: the same, whichever tenant lives it."""

    def __init__(self, office: Office, tenant: str) -> None:
        self.office = office
        self.tenant = tenant

    def is_member(self, number: int) -> None:
        feed(self.office, [row(number, email=address(number))], self.tenant)

    def has_moved(self, number: int) -> None:
        """Was a member, whose address is another one now: the old one is known, and nobody's."""
        feed(self.office, [row(number, email=address(number))], self.tenant)
        feed(self.office, [row(number, email=f"moved{number}@example.org")], self.tenant)

    def has_ticket(self, number: int) -> None:
        self.office.hear(record(f"A-{number}", email=address(number), given_name="A."), tenant=self.tenant)

    def has_numbered_ticket(self, number: int) -> None:
        content = {"email": address(number), "member_number": f"M-{number}", "mentoring": ["mentor"]}
        self.office.hear(record(f"B-{number}", **content), tenant=self.tenant)

    def has_bought_ticket(self, number: int) -> None:
        names = {"given_name": "Ada", "family_name": f"Okafor {number}"}
        self.office.hear(record(f"C-{number}", buyer_email=address(number), **names), tenant=self.tenant)

    def was_erased(self, number: int) -> None:
        self.is_member(number)
        member_id = found(self.office, number, self.tenant)
        # An address that somebody else has by now is not the member's, who then cannot be fed.
        if member_id is not None:
            assert self.office.call("DELETE", f"/v1/members/{member_id}", tenant=self.tenant).status_code == 202


LIVES: Mapping[str, Callable[[Life, int], None]] = {
    "is a member": Life.is_member,
    "has moved": Life.has_moved,
    "has a ticket": Life.has_ticket,
    "has a ticket with a number": Life.has_numbered_ticket,
    "bought a ticket": Life.has_bought_ticket,
    "was erased": Life.was_erased,
}


def picture(office: Office, tenant: str) -> dict[str, list[str]]:
    """All that a feed may leave, of one tenant; members are told by what they are known by."""
    database = office.foundation.database
    names = {
        each["_id"]: "+".join(sorted(f"{key['issuer']} {key['value']}" for key in each["identifiers"]))
        for each in database["members"].find({"tenant": tenant})
    }

    def drawn(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: drawn(each) for name, each in sorted(value.items()) if name not in _OF_ONE_RUN}
        if isinstance(value, list):
            return sorted(map(drawn, value), key=repr)  # of a pair the first is by chance
        return names.get(value, value.replace(tenant, "tenant")) if isinstance(value, str) else value

    def all_of(name: str) -> list[str]:
        return sorted(repr(drawn(each)) for each in database[name].find({"tenant": tenant}))

    told = []
    for left in database["outbox"].find({"topic": "members.v1"}):
        headers = dict(left["headers"])
        if headers["ce_tenant"] == tenant.encode():
            data = drawn(orjson.loads(left["value"] or b"null"))
            told.append(repr((headers["ce_type"], left["version"], names.get(left["key"], "gone"), data)))
    compared = [names.get(each["_id"], "gone") for each in database["comparisons"].find({"tenant": tenant})]
    collections = {name: all_of(name) for name in ("members", "identifiers", "registrations", "merge_candidates")}
    return {**collections, "told": sorted(told), "compared": sorted(compared)}


def both_ways(
    office: Office, before: Sequence[tuple[str, int]], rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> tuple[dict[str, Any], int]:
    """How a feed ends after what was before, the same together and row by row; and how many came together."""
    together = 0

    def watched(transaction: Transaction, store: Store, newcomers: Any) -> Sequence[str]:
        nonlocal together
        made = register_newcomers(transaction, store, newcomers)
        together += len(made)
        return made

    def nobody(*_: Any) -> Mapping[int, Person]:
        return {}

    ends = []
    for find in (without_tickets, nobody):
        tenant = f"tenant-{next(_TENANTS)}"
        for what, number in before:
            LIVES[what](Life(office, tenant), number)
        with monkeypatch.context() as patch:
            patch.setattr(apply_members, "without_tickets", find)
            patch.setattr(apply_members, "register_newcomers", watched)
            done = feed(office, rows, tenant)
        report = {name: done[name] for name in ("received", "created", "changed", "unchanged", "erased", "faults")}
        ends.append((report, picture(office, tenant), together))
    (report, one, together), (alone, other, later) = ends
    assert later == together, "row by row nobody comes together"
    assert report == alone
    assert one == other
    return report, together


def test_a_page_of_all_kinds_ends_as_row_by_row_does(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    before = [
        ("is a member", 1),
        ("has moved", 2),
        ("has a ticket", 3),
        ("has a ticket with a number", 4),
        ("bought a ticket", 5),
        ("was erased", 6),
    ]
    rows = [
        row(11, email=address(11), roles=["mentor"], skills=[{"label": "Python", "level": 4, "side": "offers"}]),
        row(1, email=address(1), job_title="Surveyor"),
        row(12, email=address(2)),
        row(13, email="shared@example.org"),
        row(3, email=address(3)),
        row(14, email="SHARED@example.org"),
        row(4),
        row(15),
        row(5, email=address(5)),
        row(6, email="elsewhere@example.org"),
        row(16, email=address(6)),
        row(11, email=address(11)),
        row(17, email=address(1)),
        row(18, email=address(18), membership="suspended"),
    ]
    report, together = both_ways(office, before, rows, monkeypatch)
    assert together == 3, "11, 15 and 18"
    assert {name: report[name] for name in ("received", "created", "changed", "unchanged", "erased")} == {
        "received": 14,
        "created": 6,
        "changed": 3,
        "unchanged": 0,
        "erased": 2,
    }
    assert [each["row"] for each in report["faults"]] == [12, 6, 10, 11, 13]


@settings(max_examples=tried(20), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    before=st.lists(st.tuples(st.sampled_from([*LIVES]), st.integers(0, 5)), max_size=3),
    rows=st.lists(
        st.builds(
            lambda number, mailbox, said: row(
                number, **({} if mailbox is None else {"email": address(mailbox)}), **said
            ),
            st.integers(0, 5),
            st.none() | st.integers(0, 5),
            st.sampled_from([{}, {"roles": ["mentee"]}, {"membership": "suspended"}, {"grade": "Fellow"}]),
        ),
        min_size=2,
        max_size=8,
    ),
)
def test_any_page_after_anything_ends_as_row_by_row_does(
    office: Office, before: list[tuple[str, int]], rows: list[dict[str, Any]]
) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        both_ways(office, before, rows, monkeypatch)


def test_a_ticket_whose_keys_nobody_wrote_down_is_the_newcomer_s_all_the_same(office: Office) -> None:
    """As after the secret key was changed, which the erased are recognized by."""
    office.hear(record("A-1", buyer_email=address(1), given_name="Ada", family_name="Okafor 1"))
    office.foundation.database["identifiers"].delete_many({})
    done = fed(office, [row(1, email=address(1)), row(2)])
    assert counts(done) == (2, 2, 0, 0, 0)
    assert office.owner("A-1").family_name == "Okafor 1"
    assert not office.owner("A-1").provisional


def test_a_key_that_turns_out_to_be_known_sends_the_page_row_by_row(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the reading misses the unique key of the collection refuses; then nothing is lost, doubled or miscounted."""
    life = Life(office, "acme")
    life.has_moved(1)
    known = Identifiers.known

    def blind(self: Identifiers, session: Any, tenant: str, keys: Any) -> Any:
        return {key: each for key, each in known(self, session, tenant, keys).items() if each.member_id is not None}

    with monkeypatch.context() as patch:
        patch.setattr(Identifiers, "known", blind)
        done = fed(office, [*[row(each, email=address(each)) for each in range(2, 9)], row(9, email=address(1))])
    assert (done["created"], done["rejected"]) == (8, 0)
    [last] = [each for each in office.members() if each.email == address(1)]
    assert [each.version for each in last.identifiers if each.key == email_key(address(1))] == [2]
    assert len(office.members()) == 9


def test_two_feeds_and_tickets_of_the_same_people_at_once_make_each_of_them_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were it not for the order that feeds keep among themselves, too."""
    monkeypatch.setattr(apply_members, "AT_ONCE", 8)
    monkeypatch.setattr(MemberImports, "comes_after_another", lambda *_: False)
    people = range(40)
    rows = [row(each, email=address(each)) for each in people]
    feeds = [send(office, each, full="false").headers["Location"] for each in (rows, rows[::-1])]

    def hear(number: int) -> None:
        office.hear(record(f"A-{number}", email=address(number)))

    def register(number: int) -> int:
        body = {"given_name": "Ada", "family_name": "Okafor", "email": address(number)}
        return office.call("POST", "/v1/members", json=body).status_code

    with ThreadPoolExecutor(6) as pool:
        working = [pool.submit(work, office) for _ in range(3)]
        heard = [pool.submit(hear, number) for number in people]
        registered = [pool.submit(register, number) for number in people[::5]]
        for each in (*working, *heard):
            each.result()
        statuses = {each.result() for each in registered}
    work(office)
    done = [office.call("GET", each).json for each in feeds]
    assert [each["state"] for each in done] == ["finished"] * 2
    assert [each["rejected"] for each in done] == [0, 0]
    assert statuses <= {201, 409}
    members = office.members()
    assert Counter(each.email for each in members) == {address(number): 1 for number in people}
    for each in members:
        number = each.email.removeprefix("m").partition("@")[0] if each.email else ""
        assert each.numbers == {number_key(f"M-{number}")}
        assert (tickets(each), each.provisional) == ({f"A-{number}"}, False)
    held = {each["value"]: each["member_id"] for each in office.foundation.database["identifiers"].find()}
    assert held == {key.value: each.id for each in members for key in each.keys}
    for each in members:
        told = [said["version"] for said in office.announced() if said["id"] == each.id]
        assert told == list(range(1, each.version + 1))


class Killed(BaseException):
    """Nothing catches it, as nothing does a kill."""


@pytest.mark.parametrize(
    ("where", "name"),
    [(Identifiers, "insert"), (Members, "write"), (MemberImports, "name"), (Transaction, "flush")],
    ids=["its keys are written", "its members are written", "it is named", "all is told"],
)
def test_a_page_broken_off_once(where: type, name: str, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves nothing; whoever claims it next does all of it, once."""
    rows = [row(each, email=address(each)) for each in range(20)]
    answer = send(office, rows)
    real = getattr(where, name)
    broken = threading.Event()

    def kill(*arguments: Any, **options: Any) -> Any:
        done = real(*arguments, **options)
        if where is not Transaction or arguments[0]._rows == []:
            broken.set()
            raise Killed
        return done

    with monkeypatch.context() as patch:
        patch.setattr(where, name, kill)
        with suppress(Killed):
            work(office)
    assert broken.is_set()
    database = office.foundation.database
    for each in ("members", "identifiers", "import_named", "comparisons", "outbox"):
        assert database[each].count_documents({}) == 0, each
    assert database["import_rows"].count_documents({}) == 20
    work(office)
    assert office.members() == [], "its claim is not over"
    database["imports"].update_many({}, {"$unset": {"claim": ""}})
    work(office)
    assert counts(office.call("GET", answer.headers["Location"]).json) == (20, 20, 0, 0, 0)
    assert len(office.members()) == len(office.announced()) == 20
    assert {key for each in office.members() for key in each.keys} == {
        key for each in range(20) for key in (number_key(f"M-{each}"), Key("email", address(each)))
    }
