"""A feed from the association's own system: what it says holds, what it leaves out is asked about, nothing is lost."""

import gzip
import threading
from collections.abc import Sequence
from typing import Any

import orjson
import pytest

from services.profiles.commands import apply_members, receive_members
from shared.messaging.due import DueLoop
from shared.web import NDJSON
from shared.web.csv_upload import CSV
from tests.integration.profiles.conftest import Answer, Office
from tests.unit.profiles.association import record


def row(number: int, **said: Any) -> dict[str, Any]:
    return {"member_number": f"M-{number}", "given_name": "Ada", "family_name": f"Okafor {number}", **said}


def send(office: Office, rows: Sequence[object] | bytes, kind: str = NDJSON, **query: Any) -> Answer:
    content = (
        rows
        if isinstance(rows, bytes)
        else b"\n".join(each if isinstance(each, bytes) else orjson.dumps(each) for each in rows)
    )
    return office.call("POST", "/v1/imports", data=content, content_type=kind, query_string=query)


def work(office: Office, steps: int | None = None) -> None:
    loop = DueLoop(office.foundation.unit_of_work, office.service.due, office.foundation.clock)
    done = 0
    while (steps is None or done < steps) and any(loop.step(each) for each in office.service.due):
        done += 1


def fed(office: Office, rows: Sequence[object] | bytes, kind: str = NDJSON, **query: Any) -> dict[str, Any]:
    """How the feed ended."""
    answer = send(office, rows, kind, **query)
    assert answer.status_code == 202, answer.json
    work(office)
    found: dict[str, Any] = office.call("GET", answer.headers["Location"]).json
    return found


def counts(upload: dict[str, Any]) -> tuple[int, ...]:
    return tuple(upload[each] for each in ("received", "created", "changed", "unchanged", "rejected"))


def numbers(office: Office, membership: str = "active") -> set[str]:
    return {
        identifier.value
        for member in office.members()
        if member.membership == membership
        for identifier in member.identifiers
        if identifier.issuer == "ams"
    }


def test_what_a_feed_says_holds_and_the_same_again_changes_nothing(office: Office) -> None:
    rows = [row(each, email=f"m{each}@example.org", roles=["mentor"]) for each in range(5)]
    assert counts(fed(office, rows)) == (5, 5, 0, 0, 0)
    told = office.announced()
    again = fed(office, rows)
    assert (counts(again), again["state"], again["absent"]) == ((5, 0, 0, 5, 0), "finished", 0)
    assert office.announced() == told
    rows[2] |= {"job_title": "Surveyor", "membership": "grace"}
    assert counts(fed(office, rows)) == (5, 0, 1, 4, 0)
    [changed] = office.announced()[len(told) :]
    assert (changed["type"], changed["job_title"], changed["membership"]) == ("member.updated.v1", "Surveyor", "grace")
    assert changed["roles"] == ["mentor"], "what a row leaves out stays as it is"


def test_faulty_rows_are_named_by_row_and_column_and_all_others_are_applied(office: Office) -> None:
    table = (
        "Number;E-Mail;given_name;seniority;skills.offers\n"
        "1;a@example.org;Ada;2;law; \n"
        "2;nobody;Ben;2;\n"
        "3;c@example.org;Chen;high;\n"
        "1;d@example.org;Dana;1;\n"
        ";e@example.org;Emre;1;\n"
        "6;f@example.org;;1;\n"
        "7;g@example.org;Grace;4;law\n"
    )
    done = fed(
        office,
        b"\xef\xbb\xbf" + table.replace(";law; \n", ";law\n").encode(),
        CSV,
        map=["Number:member_number", "E-Mail:email"],
    )
    assert counts(done) == (7, 2, 0, 0, 5)
    assert [(each["row"], each["pointer"], each["column"]) for each in done["faults"]] == [
        (3, "/email", "E-Mail"),
        (4, "/seniority", "seniority"),
        (5, "/member_number", "Number"),
        (6, "/member_number", "Number"),
        (7, "/given_name", "given_name"),
    ]
    assert numbers(office) == {"1", "7"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"given_name\nAda\n", "No column is member_number"),
        (b"member_number,color\n1,red\n", "The column color is no field"),
        (b"member_number,email,email\n1,a,b\n", "names the column email twice"),
    ],
)
def test_a_table_that_cannot_be_understood_is_refused_before_anything_is_kept(
    office: Office, content: bytes, said: str
) -> None:
    refused = send(office, content, CSV)
    assert (refused.status_code, said in str(refused.json)) == (422, True)
    assert office.call("GET", "/v1/imports").json["items"] == []


def test_few_who_are_absent_are_suspended_and_active_again_when_they_are_back(office: Office) -> None:
    rows = [row(each) for each in range(40)]
    fed(office, rows)
    done = fed(office, rows[:38])
    assert (done["state"], done["known"], done["absent"], done["suspended"]) == ("finished", 40, 2, 2)
    assert numbers(office, "suspended") == {"M-38", "M-39"}
    told = [each for each in office.announced() if each["type"] == "member.deactivated.v1"]
    assert [(each["reason"], each["membership"]) for each in told] == [("feed", "suspended")] * 2
    back = fed(office, rows)
    assert (counts(back), back["absent"]) == ((40, 0, 2, 38, 0), 0)
    assert numbers(office, "suspended") == set()


def test_more_than_five_per_cent_absent_wait_for_approval_and_say_who_they_are(office: Office) -> None:
    rows = [row(each) for each in range(40)]
    fed(office, rows)
    held = fed(office, rows[:37])
    assert (held["state"], held["known"], held["absent"], held["suspended"]) == ("waiting_for_approval", 40, 3, 0)
    absent = {each.id for each in office.members() if each.family_name in ("Okafor 37", "Okafor 38", "Okafor 39")}
    assert set(held["absent_ids"]) == absent
    work(office)
    assert numbers(office, "suspended") == set()
    address = f"/v1/imports/{held['id']}"
    assert office.call("POST", f"{address}/approve", "integrator").status_code == 403
    stale = office.call("POST", f"{address}/approve", headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert office.call("POST", f"{address}/approve").json["state"] == "suspending"
    work(office)
    assert office.call("GET", address).json["suspended"] == 3
    assert office.call("POST", f"{address}/approve").status_code == 409
    assert {each.id for each in office.members() if each.membership == "suspended"} == absent


def test_a_row_that_does_not_say_whose_it_is_makes_the_absent_wait(office: Office) -> None:
    rows: list[object] = [row(each) for each in range(40)]
    fed(office, rows)
    held = fed(office, [*rows[:39], b"{broken"])
    assert (held["state"], held["absent"], held["rejected"]) == ("waiting_for_approval", 1, 1)


def test_a_rejected_row_s_member_is_not_absent(office: Office) -> None:
    rows = [row(each) for each in range(3)]
    fed(office, rows)
    done = fed(office, [rows[0], rows[1], rows[2] | {"email": "nobody"}])
    assert (counts(done), done["absent"], done["state"]) == ((3, 0, 0, 2, 1), 0, "finished")
    assert numbers(office) == {"M-0", "M-1", "M-2"}


def test_whom_staff_suspended_stays_so_whatever_a_feed_says(office: Office) -> None:
    """A feed comes every night: it must not undo what was decided about somebody's conduct."""
    fed(office, [row(1), row(2)])
    [one, _] = office.members()
    assert office.call("PATCH", f"/v1/members/{one.id}", json={"membership": "suspended"}).status_code == 200
    for said in ({}, {"membership": "active"}, {"membership": "grace"}):
        fed(office, [row(1, job_title="Surveyor", **said), row(2)])
        assert office.store.members.get("acme", one.id).membership == "suspended"
    assert office.store.members.get("acme", one.id).job_title == "Surveyor"


def test_a_row_that_says_suspended_deactivates_and_a_later_one_brings_back(office: Office) -> None:
    fed(office, [row(1)])
    gone = [row(1, membership="suspended")]
    assert counts(fed(office, gone, dry_run="true")) == counts(fed(office, gone)) == (1, 0, 1, 0, 0)
    told = office.announced()
    assert [(each["type"], each["membership"]) for each in told][-1] == ("member.deactivated.v1", "suspended")
    assert counts(fed(office, gone, dry_run="true")) == counts(fed(office, gone)) == (1, 0, 0, 1, 0)
    assert office.announced() == told
    assert counts(fed(office, [row(1, membership="active")])) == (1, 0, 1, 0, 0)
    assert numbers(office) == {"M-1"}


def test_a_part_of_the_members_suspends_nobody(office: Office) -> None:
    fed(office, [row(each) for each in range(3)])
    done = fed(office, [row(7)], full="false")
    assert (done["state"], done["absent"], numbers(office)) == ("finished", 0, {"M-0", "M-1", "M-2", "M-7"})


def test_who_is_not_the_association_s_own_is_never_absent(office: Office) -> None:
    office.hear(record("A-1", email="guest@example.org", given_name="Guest"))
    by_hand = office.register(email="hand@example.org")
    done = fed(office, [row(0)])
    assert (done["known"], done["absent"]) == (1, 0)
    assert {each.id for each in office.members() if each.membership == "active"} >= {by_hand["id"]}


def test_a_dry_run_counts_the_same_and_changes_nobody(office: Office) -> None:
    rows = [row(each, email=f"m{each}@example.org") for each in range(40)]
    fed(office, rows)
    told = office.announced()
    changed = [rows[0] | {"job_title": "Surveyor"}, *rows[1:37], row(41), row(42, email="m5@example.org"), b"[]"]
    tried = fed(office, changed, dry_run="true")
    assert (tried["state"], tried["dry_run"], tried["absent"], tried["suspended"]) == ("finished", True, 3, 0)
    assert office.announced() == told
    done = fed(office, changed)
    assert counts(done) == counts(tried) == (40, 1, 1, 36, 2)
    assert (done["state"], done["absent"]) == ("waiting_for_approval", 3)


def test_lists_in_a_row_are_kept_and_the_same_again_is_no_change(office: Office) -> None:
    said = {
        "skills": [{"label": "Python", "level": 4, "side": "offers"}],
        "languages": [{"code": "pt-BR", "level": 5}],
        "seniority": 2,
        "frequency": "weekly",
    }
    fed(office, [row(1, **said)])
    [member] = office.members()
    assert (member.skills[0].label, member.languages[0].code, member.seniority) == ("Python", "pt-BR", 2)
    assert (
        counts(fed(office, [row(1, **said)], dry_run="true"))
        == counts(fed(office, [row(1, **said)]))
        == (1, 0, 0, 1, 0)
    )
    refused = fed(office, [row(1, goals=[{"text": "Lead"}], visibility={"email": "all"})])
    assert {each["pointer"] for each in refused["faults"]} == {"/goals", "/visibility"}


def test_a_guest_who_turns_out_to_be_a_member_is_one_person(office: Office) -> None:
    office.hear(record("A-1", email="ada@example.org", given_name="A."))
    [guest] = office.members()
    fed(office, [row(1, email="ADA@example.org")])
    [member] = office.members()
    assert (member.id, member.provisional, member.given_name, numbers(office)) == (guest.id, False, "Ada", {"M-1"})


def test_two_people_in_one_row_are_a_fault_that_says_what_to_do(office: Office) -> None:
    fed(office, [row(1, email="one@example.org"), row(2, email="two@example.org")])
    done = fed(
        office, [row(1, email="two@example.org"), row(2, email="two@example.org"), row(3, email="one@example.org")]
    )
    assert [(each["row"], each["pointer"]) for each in done["faults"]] == [(1, "/email"), (3, "/email")]
    assert "merge them first" in done["faults"][0]["detail"]
    assert (counts(done), done["state"]) == ((3, 0, 0, 1, 2), "finished")
    assert numbers(office) == {"M-1", "M-2"}


def test_a_new_address_frees_the_old_one_for_the_next_row(office: Office) -> None:
    """Of a household one leaves the shared mailbox to the other, in one feed and in this order."""
    fed(office, [row(1, email="home@example.org")])
    done = fed(office, [row(1, email="own@example.org"), row(2, email="home@example.org")])
    assert counts(done) == (2, 1, 1, 0, 0)
    assert {each.email for each in office.members()} == {"own@example.org", "home@example.org"}


def test_work_broken_off_anywhere_goes_on_where_it_was(office: Office, own_settings: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(apply_members, "AT_ONCE", 7)
    rows = [row(each, email=f"m{each}@example.org") for each in range(50)]
    answer = send(office, rows)
    for steps in (1, 2, 3):
        work(office, steps)
        so_far = office.call("GET", answer.headers["Location"]).json
        assert len(office.members()) == so_far["applied"] == so_far["created"] < 50
    assert so_far["applied"] == 42
    work(office)
    assert counts(office.call("GET", answer.headers["Location"]).json) == (50, 50, 0, 0, 0)
    assert len(numbers(office)) == len(office.members()) == 50
    assert office.foundation.database["import_rows"].count_documents({}) == 0


def test_two_workers_at_one_feed_neither_lose_nor_double_a_row(office: Office, monkeypatch: Any) -> None:
    monkeypatch.setattr(apply_members, "AT_ONCE", 3)
    rows = [row(each) for each in range(60)]
    fed(office, rows[:30])
    answer = send(office, [*rows[5:], *rows[:3]])
    threads = [threading.Thread(target=work, args=(office,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    work(office)
    done = office.call("GET", answer.headers["Location"]).json
    assert (counts(done), done["absent"], done["state"]) == ((58, 30, 0, 28, 0), 2, "finished")
    assert done["suspended"] == 2
    assert len(office.members()) == 60


def test_an_upload_that_breaks_off_applies_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive_members, "AT_ONCE", 2)
    monkeypatch.setattr(office.app, "largest_upload", 2_000)
    packed = gzip.compress(b"\n".join(orjson.dumps(row(each)) for each in range(40)))
    answer = office.call("POST", "/v1/imports", data=packed, content_type=NDJSON, headers={"Content-Encoding": "gzip"})
    assert (answer.status_code, "Nothing of it was applied" in answer.json["detail"]) == (413, True)
    work(office)
    [left] = office.call("GET", "/v1/imports").json["items"]
    assert (left["state"], left["applied"], office.members()) == ("interrupted", 0, [])


def test_how_many_may_be_absent_is_the_association_s_to_say(office: Office) -> None:
    fed(office, [row(each) for each in range(20)])
    for percent, state in ((0, "waiting_for_approval"), (15, "waiting_for_approval"), (20, "finished")):
        said = {"name": "Acme", "defaults": {"feed_absent_percent": percent}}
        assert office.call("PUT", "/v1/association", json=said).status_code in (200, 201)
        assert fed(office, [row(each) for each in range(16)])["state"] == state
