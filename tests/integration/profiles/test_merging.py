"""Two members are one person: merged, followed by whatever comes later, and taken apart again."""

import dataclasses
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from services.profiles.commands.know_participation import know_enrollments
from services.profiles.domain.member_import import ImportState, MemberImport
from services.profiles.store.member_imports import MemberImports
from shared.contracts.message_type import PREFIX
from shared.ids import new_id
from shared.messaging.announce import announce
from shared.messaging.cause import Cause
from shared.messaging.due import DueLoop
from shared.messaging.envelope import Message
from shared.messaging.unit_of_work import Transaction
from tests.integration.profiles.conftest import Answer, Office
from tests.integration.profiles.test_feed import fed, row, send, work
from tests.unit.profiles.association import record, tickets


def merge(office: Office, away: str, into: str, **options: Any) -> Answer:
    return office.call("POST", f"/v1/members/{away}/merge", json={"into": into}, **options)


def unmerge(office: Office, member: str, **options: Any) -> Answer:
    return office.call("POST", f"/v1/members/{member}/unmerge", **options)


def read(office: Office, member: str) -> dict[str, Any]:
    answer = office.call("GET", f"/v1/members/{member}")
    assert answer.status_code == 200, answer.json
    found: dict[str, Any] = answer.json
    return found


def keys(member: dict[str, Any]) -> set[tuple[str, str]]:
    return {(each["issuer"], each["value"]) for each in member.get("identifiers") or ()}


def told(office: Office, member: str) -> list[tuple[str, int]]:
    return [(each["type"], each["version"]) for each in office.announced() if each["id"] == member]


def versions_rise(office: Office) -> bool:
    """Of no identifier two owners were announced at one version."""
    owners: dict[tuple[str, str, int], set[str]] = {}
    for each in office.announced():
        for known in each.get("identifiers") or ():
            owners.setdefault((known["issuer"], known["value"], known["version"]), set()).add(each["id"])
    return all(len(found) == 1 for found in owners.values())


def pairs(office: Office) -> dict[frozenset[str], list[str]]:
    work(office)
    items = office.call("GET", "/v1/merge-candidates").json["items"]
    return {frozenset((each["member"]["id"], each["into"]["id"])): sorted(each["reasons"]) for each in items}


def test_the_survivor_has_what_both_had_and_the_other_is_gone(office: Office) -> None:
    group = office.call("POST", "/v1/groups", json={"name": "Rome", "kind": "chapter"}).json["id"]
    away = office.register(
        email="ada@home.example",
        organization="Acme",
        job_title="Engineer",
        identifiers=[{"issuer": "ams", "value": "7"}],
    )["id"]
    office.call("PUT", f"/v1/groups/{group}/members/{away}")
    office.hear(record("A-1", email="ada@home.example"))
    into = office.register(email="ada@work.example", organization="Own")["id"]

    answer = merge(office, away, into)

    assert answer.status_code == 200, answer.json
    assert (answer.json["id"], answer.json["organization"], answer.json["job_title"]) == (into, "Own", "Engineer")
    assert (answer.json["email"], answer.json["groups"]) == ("ada@work.example", [group])
    assert keys(answer.json) == {
        ("ams", "7"),
        ("email", "ada@home.example"),
        ("email", "ada@work.example"),
        ("pretix", "summit/A-1"),
    }
    gone = office.call("GET", f"/v1/members/{away}")
    assert gone.status_code == 404
    assert into in gone.json["detail"]
    assert [member["id"] for member in office.call("GET", "/v1/members").json["items"]] == [into]
    [merged] = [each for each in office.announced() if each["type"] == "member.merged.v1"]
    assert merged == {"type": "member.merged.v1", "version": 4, "id": away, "merged_into": into}
    assert told(office, into)[-1][0] == "member.updated.v1"
    assert versions_rise(office)


def test_late_records_feeds_and_sign_ins_lead_to_the_survivor(office: Office) -> None:
    away = office.register(
        email="ada@home.example",
        identifiers=[{"issuer": "ams", "value": "7"}, {"issuer": "https://id.example", "value": "ada"}],
    )["id"]
    into = office.register(email="ada@work.example")["id"]
    merge(office, away, into)

    office.hear(record("A-1", email="ada@home.example"), record("A-2", member_number="7"))

    assert tickets(office.owner("A-1")) == {"A-1", "A-2"}
    assert office.owner("A-1").id == into
    assert office.call("GET", "/v1/members/me", subject=away).json["id"] == into
    assert office.call("PATCH", "/v1/members/me", subject=away, json={"industry": "Law"}).status_code == 200
    assert read(office, into)["industry"] == "Law"
    upload = fed(office, [{"member_number": "7", "given_name": "Ada", "family_name": "Fed"}])
    assert (upload["changed"], upload["rejected"]) == (1, 0)
    assert read(office, into)["family_name"] == "Fed"


def test_a_row_that_named_two_members_works_when_they_are_one(office: Office) -> None:
    numbered = office.register(identifiers=[{"issuer": "ams", "value": "M-1"}])["id"]
    addressed = office.register(given_name="A.", email="ada@example.org")["id"]
    rows = [row(1, email="ada@example.org")]
    assert fed(office, rows, full=False)["rejected"] == 1
    assert pairs(office) == {frozenset((numbered, addressed)): ["feed_row"]}

    merge(office, addressed, numbered)

    assert fed(office, rows, full=False)["changed"] == 1
    assert read(office, numbered)["email"] == "ada@example.org"
    assert pairs(office) == {}


def test_nameless_tickets_follow_whoever_their_stand_in_was_merged_into_and_come_back(office: Office) -> None:
    office.hear(record("A-1", buyer_email="office@example.org"))
    stand_in = office.owner("A-1").id
    into = office.register(email="ada@example.org")["id"]
    merge(office, stand_in, into)
    assert office.owner("A-1").id == into

    office.hear(record("A-1", 2, buyer_email="office@example.org", ticket_type="Dinner"))
    office.hear(record("A-2", email="ada@example.org"))
    assert tickets(office.owner("A-1")) == {"A-1", "A-2"}
    assert len(office.members()) == 1

    assert unmerge(office, stand_in).status_code == 200
    assert (office.owner("A-1").id, office.owner("A-2").id) == (stand_in, into)
    assert versions_rise(office)


def test_whom_staff_suspended_is_so_as_the_survivor_too_until_they_are_two(office: Office) -> None:
    away, into = office.register()["id"], office.register(given_name="Adah", membership="grace")["id"]
    assert office.call("PATCH", f"/v1/members/{away}", json={"membership": "suspended"}).status_code == 200
    assert merge(office, away, into).status_code == 200
    assert read(office, into)["membership"] == "suspended"
    assert unmerge(office, away).status_code == 200
    assert [read(office, each)["membership"] for each in (away, into)] == ["suspended", "grace"]


def test_an_undone_merge_gives_back_what_was_not_changed_since(office: Office) -> None:
    away = office.register(email="ada@home.example", organization="Acme", industry="Law", job_title="Judge")["id"]
    into = office.register(email=None)["id"]
    office.hear(record("A-1", email="ada@home.example"))
    merge(office, away, into)
    assert read(office, into)["email"] == "ada@home.example"
    office.call("PATCH", f"/v1/members/{into}", json={"industry": "Art"})
    since = [{"issuer": "email", "value": "ada@home.example"}, {"issuer": "ams", "value": "9"}]
    office.call("PATCH", f"/v1/members/{into}", json={"identifiers": since})

    back = unmerge(office, away)

    assert back.status_code == 200, back.json
    assert (back.json["id"], back.json["email"], back.json["organization"]) == (away, "ada@home.example", "Acme")
    assert keys(back.json) == {("email", "ada@home.example"), ("pretix", "summit/A-1")}
    survivor = read(office, into)
    assert (survivor.get("email"), survivor.get("organization"), survivor["industry"]) == (None, None, "Art")
    assert keys(survivor) == {("ams", "9")}
    kinds = [name for name, _ in told(office, away)]
    assert kinds[-3:] == ["member.merged.v1", "member.unmerged.v1", "member.updated.v1"]
    versions = [version for _, version in told(office, away)]
    assert versions == list(range(1, len(versions) + 1))
    assert versions_rise(office)


def test_an_address_that_the_survivor_made_its_own_since_stays(office: Office) -> None:
    away = office.register(email="ada@home.example")["id"]
    into = office.register(email="ada@work.example")["id"]
    merge(office, away, into)
    office.call("PATCH", f"/v1/members/{into}", json={"email": "ada@home.example"})

    back = unmerge(office, away)

    assert (back.json.get("email"), keys(back.json)) == (None, set())
    assert read(office, into)["email"] == "ada@home.example"


def test_provisional_members_are_merged_and_are_provisional_again_when_that_is_undone(office: Office) -> None:
    office.hear(record("A-1", email="ada@home.example", name="Ada Okafor"))
    office.hear(record("A-2", email="ada@work.example", name="Ada Okafor"))
    away, into = office.owner("A-1").id, office.owner("A-2").id
    merge(office, away, into)
    assert (office.owner("A-1").id, office.owner("A-1").provisional) == (into, False)

    unmerge(office, away)

    assert (office.owner("A-1").id, office.owner("A-2").id) == (away, into)
    assert all(member.provisional for member in office.members())


def test_chains_are_followed_and_undone_from_their_end(office: Office) -> None:
    first, second, third = (office.register(email=f"{name}@example.org")["id"] for name in ("a", "b", "c"))
    office.hear(record("A-1", email="a@example.org"))
    merge(office, first, second)
    merge(office, second, third)
    assert office.owner("A-1").id == third
    assert office.call("GET", "/v1/members/me", subject=first).json["id"] == third
    refused = unmerge(office, first)
    assert (refused.status_code, second in refused.json["detail"]) == (409, True)

    assert unmerge(office, second).status_code == 200
    assert office.owner("A-1").id == second
    assert keys(read(office, second)) >= {("email", "a@example.org"), ("email", "b@example.org")}
    assert unmerge(office, first).status_code == 200
    assert office.owner("A-1").id == first
    assert versions_rise(office)


def test_what_cannot_be_merged_or_undone_is_refused_in_plain_words(office: Office) -> None:
    one, other, third = (office.register(email=f"{name}@example.org")["id"] for name in ("a", "b", "c"))
    nobody = new_id()
    assert merge(office, nobody, one).status_code == 404
    assert merge(office, one, one).json["errors"][0]["pointer"] == "/into"
    assert merge(office, one, nobody).json["errors"][0]["pointer"] == "/into"
    assert office.call("POST", f"/v1/members/{one}/merge", json={"into": one, "why": "x"}).status_code == 422
    assert unmerge(office, nobody).status_code == 404
    assert unmerge(office, one).status_code == 409
    assert merge(office, one, other, headers={"If-Match": '"9"'}).status_code == 412
    assert merge(office, one, other).status_code == 200
    again = merge(office, one, other)
    assert (again.status_code, other in again.json["detail"]) == (404, True)
    into_gone = merge(office, third, one)
    assert (into_gone.status_code, other in into_gone.json["detail"]) == (409, True)
    assert unmerge(office, one).status_code == 200
    assert unmerge(office, one).status_code == 409


def test_another_tenant_can_neither_merge_nor_undo_nor_see_it(office: Office) -> None:
    one, other = (office.register(email=f"{name}@example.org")["id"] for name in ("a", "b"))
    theirs = office.call("POST", "/v1/members", json={"given_name": "X", "family_name": "Y"}, tenant="other").json["id"]
    assert merge(office, one, other, tenant="other").status_code == 404
    assert merge(office, theirs, one, tenant="other").status_code == 422
    merge(office, one, other)
    assert unmerge(office, one, tenant="other").status_code == 404
    answer = office.call("GET", f"/v1/members/{one}", tenant="other")
    assert (answer.status_code, other in answer.json["detail"]) == (404, False)
    assert office.call("GET", "/v1/members/me", subject=one, tenant="other").status_code == 404
    assert office.call("GET", "/v1/merge-candidates", tenant="other").json["items"] == []


def test_a_merge_can_be_undone_for_as_long_as_the_association_says_and_its_record_goes_then(office: Office) -> None:
    office.call("PUT", "/v1/association", json={"name": "Acme", "defaults": {"unmerge_days": 2}})
    one, other = (office.register(email=f"{name}@example.org")["id"] for name in ("a", "b"))
    merge(office, one, other)
    [kept] = office.foundation.database["merge_undos"].find()
    now = office.foundation.clock.now()
    assert timedelta(days=1, hours=23) < kept["expire_at"] - now <= timedelta(days=2)
    with time_machine.travel(now + timedelta(days=2, minutes=1)):
        refused = unmerge(office, one)
    assert (refused.status_code, "too old" in refused.json["detail"]) == (409, True)
    [merge_kept] = office.foundation.database["merges"].find()
    assert merge_kept.keys() <= {"_id", "tenant", "version", "updated_at", "into"}


def test_where_the_two_take_part_is_where_the_survivor_does_until_they_are_two_again(office: Office) -> None:
    one, other = (office.register(email=f"{name}@example.org")["id"] for name in ("a", "b"))
    program, enrollment = new_id(), new_id()

    def enroll(member: str, state: str) -> None:
        data = {"id": enrollment, "program_id": program, "member_id": member, "role": "mentee", "state": state}
        name = f"{PREFIX}enrollment.approved.v1"
        message = Message(
            id=new_id(),
            type=name,
            source="/t",
            subject=None,
            time=None,
            tenant="acme",
            key=enrollment,
            version=1,
            correlation_id=None,
            causation_id=None,
            traceparent=None,
            data=data,
        )

        def know(transaction: Transaction) -> None:
            know_enrollments(office.store, [(transaction, message)])

        office.foundation.unit_of_work.run(know, tenant="acme", cause=Cause(new_id()))

    def places(member: str) -> list[str]:
        found = office.foundation.database["members"].find_one({"_id": member}) or {}
        assert list(found.get("places", ())) == office.store.participations.places("acme", member)
        return office.store.participations.places("acme", member)

    enroll(one, "approved")
    merge(office, one, other)
    assert places(other) == [f"program:{program}"]
    enroll(other, "approved")
    assert places(other) == [f"program:{program}"]
    unmerge(office, one)
    assert (places(one), places(other)) == ([f"program:{program}"], [])
    merge(office, one, other)
    enroll(one, "withdrawn")
    assert places(other) == []


def test_members_who_may_be_one_person_are_suggested_with_the_reason(office: Office) -> None:
    ada = office.register(email="ada.okafor@gmail.com", organization="Acme")["id"]
    same_place = office.register(family_name="OKÁFOR", organization="acme")["id"]
    variant = office.register(given_name="A.", email="adaokafor+news@googlemail.com")["id"]
    office.register(given_name="Ben", family_name="Okafor", organization="Acme")
    namesake = office.register(organization="Elsewhere")["id"]
    found = pairs(office)
    assert found == {
        frozenset((ada, same_place)): ["name_and_organization"],
        frozenset((ada, variant)): ["address_variant"],
    }
    office.hear(record("A-1", email="ada@else.example", name="Ada Okafor"))
    guest = office.owner("A-1").id
    assert {pair: why for pair, why in pairs(office).items() if guest in pair} == {
        frozenset((guest, each)): ["name_of_provisional"] for each in (ada, same_place, namesake)
    }
    office.call("PATCH", f"/v1/members/{same_place}", json={"organization": None})
    assert frozenset((ada, same_place)) not in pairs(office)


def test_whom_staff_saw_as_candidates_and_whom_they_merged_is_in_the_audit(office: Office) -> None:
    one, other = (office.register(organization="Acme")["id"] for _ in range(2))
    pairs(office)
    merge(office, one, other)
    unmerge(office, one)
    rows = list(office.foundation.database["audit"].find({"members": one}).sort("_id", 1))
    assert [row["operation"].rpartition(".")[2] for row in rows] == ["candidates", "merge", "unmerge"]
    assert [row["members"] for row in rows] == [sorted([one, other]), sorted([one, other]), [one]]


def test_one_name_and_one_mailbox_are_a_reason_though_both_are_registered(office: Office) -> None:
    one, other = (office.register(identifiers=[{"issuer": "ams", "value": each}])["id"] for each in "12")
    for number in "12":
        office.hear(record(f"A-{number}", email="office@example.org", member_number=number, name="Ada Okafor"))
    assert pairs(office)[frozenset((one, other))] == ["name_and_mailbox"]


def test_who_was_told_apart_is_not_suggested_again(office: Office) -> None:
    one, other = (office.register(organization="Acme")["id"] for _ in range(2))
    assert pairs(office) == {frozenset((one, other)): ["name_and_organization"]}
    merge(office, one, other)
    assert pairs(office) == {}
    unmerge(office, one)
    assert pairs(office) == {}


def test_suggestions_come_in_pages_that_repeat_and_leave_out_nothing(office: Office) -> None:
    for number in range(7):
        for _ in range(2):
            office.register(family_name=f"Okafor {number}", organization="Acme")
    whole = set(pairs(office))
    seen: list[frozenset[str]] = []
    cursor: dict[str, str] = {}
    while True:
        page = office.call("GET", "/v1/merge-candidates", query_string={"limit": 3, **cursor}).json
        seen += [frozenset((each["member"]["id"], each["into"]["id"])) for each in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert (len(seen), set(seen)) == (7, whole)


def test_of_a_name_that_hundreds_have_nobody_is_compared_with_all(office: Office) -> None:
    member = office.store.members.get("acme", office.register(organization="Acme")["id"])
    document = office.foundation.database["members"].find_one({"_id": member.id}) or {}
    office.foundation.database["members"].insert_many(
        {**document, "_id": new_id(), "identifiers": []} for _ in range(300)
    )
    assert len(pairs(office)) <= 20


def test_merging_one_way_and_the_other_at_once_exactly_one_wins(office: Office) -> None:
    for attempt in range(5):
        one, other = (office.register(email=f"{name}{attempt}@example.org")["id"] for name in "ab")
        with ThreadPoolExecutor(2) as pool:
            statuses = list(pool.map(lambda two: merge(office, *two).status_code, [(one, other), (other, one)]))
        assert sorted(statuses) in ([200, 404], [200, 409])
        left = one if statuses[1] == 200 else other
        assert keys(read(office, left)) == {("email", f"a{attempt}@example.org"), ("email", f"b{attempt}@example.org")}
    assert versions_rise(office)


def test_a_merge_raced_by_changes_records_and_its_undo_loses_nothing(office: Office) -> None:
    for attempt in range(4):
        one = office.register(email=f"a{attempt}@example.org", identifiers=[{"issuer": "ams", "value": f"{attempt}"}])[
            "id"
        ]
        other = office.register(email=f"b{attempt}@example.org")["id"]

        def hear(number: int, attempt: int = attempt) -> None:
            person = {"email": f"a{attempt}@example.org"} if number % 2 else {"member_number": f"{attempt}"}
            office.hear(record(f"T-{attempt}-{number}", 1 + number, **person))

        def patch(number: int, one: str = one, other: str = other) -> int:
            body = {"job_title": f"Job {number}"}
            return office.call("PATCH", f"/v1/members/{(one, other)[number % 2]}", json=body).status_code

        with ThreadPoolExecutor(6) as pool:
            heard = [pool.submit(hear, number) for number in range(6)]
            merging = pool.submit(merge, office, one, other)
            patched = [pool.submit(patch, number) for number in range(4)]
            undoing = pool.submit(unmerge, office, one)
            again = pool.submit(merge, office, one, other)
        for each in heard:
            each.result()
        assert {each.result() for each in patched} <= {200, 404}
        assert {each.result().status_code for each in (merging, undoing, again)} <= {200, 404, 409}
        there = {member.id for member in office.members()}
        owner = one if one in there else other
        assert all(office.owner(f"T-{attempt}-{number}").id == owner for number in range(6))
        assert (owner, len({one, other} & there)) in ((one, 2), (other, 1))
    assert versions_rise(office)
    for member in {each["id"] for each in office.announced()}:
        versions = [version for _, version in told(office, member)]
        assert sorted(versions) == list(range(1, len(versions) + 1))


@pytest.mark.parametrize("direction", [0, 1])
def test_a_feed_suspends_nobody_whom_it_named_before_they_were_merged(office: Office, direction: int) -> None:
    one, other = (office.register(identifiers=[{"issuer": "ams", "value": f"M-{n}"}])["id"] for n in range(2))
    send(office, [row(0), row(1)])
    step = DueLoop(office.foundation.unit_of_work, office.service.due, office.foundation.clock).step
    feed = next(each for each in office.service.due if each.name == "apply_member_imports")
    assert step(feed)
    assert office.foundation.database["import_named"].count_documents({}) == 2
    merge(office, *((one, other), (other, one))[direction])
    office.register(identifiers=[{"issuer": "ams", "value": "M-9"}])
    back = unmerge(office, (one, other)[direction])
    assert back.status_code == 200
    office.foundation.database["associations"].insert_one(
        {
            "_id": "acme",
            "tenant": "acme",
            "version": 1,
            "name": "A",
            "updated_at": office.foundation.clock.now(),
            "defaults": {"feed_absent_percent": 100},
        }
    )
    work(office)
    assert {member.membership for member in office.members()} == {"active"}


@pytest.mark.parametrize("moment", ["while it names them", "when it has looked whom it does not name"])
def test_a_feed_suspends_nobody_whom_it_names_for_being_merged_meanwhile(
    office: Office, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    association = {"name": "A", "defaults": {"feed_absent_percent": 100}}
    assert office.call("PUT", "/v1/association", json=association).status_code == 201
    fed(office, [row(0), row(1)])
    one, other = (each.id for each in sorted(office.members(), key=lambda each: each.family_name))
    merging: list[Future[Answer]] = []

    def merge_meanwhile() -> None:
        if not merging:
            merging.append(pool.submit(merge, office, one, other))
            wait(merging, timeout=1)

    name, looked = MemberImports.name, MemberImports.fed

    def named(imports: MemberImports, *arguments: Any) -> None:
        merge_meanwhile()
        name(imports, *arguments)

    def fed_then_merged(imports: MemberImports, upload: MemberImport, *after: str) -> Iterator[Any]:
        for found in looked(imports, upload, *after):
            if upload.state is ImportState.SUSPENDING:
                merge_meanwhile()
            yield found

    with ThreadPoolExecutor() as pool:
        if moment == "while it names them":
            monkeypatch.setattr(MemberImports, "name", named)
        else:
            monkeypatch.setattr(MemberImports, "fed", fed_then_merged)
        send(office, [row(0)])
        feed = next(each for each in office.service.due if each.name == "apply_member_imports")
        step = DueLoop(office.foundation.unit_of_work, office.service.due, office.foundation.clock).step
        while not merging:
            assert step(feed)
        assert merging[0].result().status_code == 200
        work(office)
    assert [(each.id, each.membership) for each in office.members()] == [(other, "active")]


def test_what_is_hidden_by_either_of_the_two_stays_hidden(office: Office) -> None:
    away = office.register(industry="Law", visibility={"industry": "nobody"})["id"]
    into = office.register(visibility={"industry": "all", "organization": "all"}, organization="Acme")["id"]
    merge(office, away, into)
    assert read(office, into)["visibility"] == {"industry": "nobody", "organization": "all"}
    unmerge(office, away)
    assert read(office, into)["visibility"] == {"industry": "all", "organization": "all"}


def test_merges_are_announced_again_with_all_members(office: Office) -> None:
    one, other = (office.register(email=f"{name}@example.org")["id"] for name in "ab")
    merge(office, one, other)
    before = len(office.announced())
    for facts in office.service.facts:
        announce(office.foundation.unit_of_work, facts, lambda *_: None)
    again = office.announced()[before:]
    assert {each["id"]: each["type"] for each in again} == {one: "member.merged.v1", other: "member.updated.v1"}
    assert dataclasses.asdict(office.store.merged.get("acme", one))["into"] == other


def test_an_export_of_the_two_as_one_is_nobody_s_when_they_are_two(office: Office) -> None:
    away, into = office.register(email="ada@home.example")["id"], office.register(email="bea@home.example")["id"]
    assert merge(office, away, into).status_code == 200
    for subject in (into, None):
        options = {} if subject is None else {"subject": subject}
        assert office.call("POST", f"/v1/members/{into}/export", **options).status_code == 202
    work(office)
    assert office.foundation.database["export_chunks"].count_documents({"member_id": into}) > 0
    assert unmerge(office, away).status_code == 200
    for collection in ("exports", "export_chunks"):
        assert office.foundation.database[collection].count_documents({"member_id": into}) == 0
    assert office.call("GET", f"/v1/members/{into}/export", subject=into).status_code == 404
