"""Feeds that meet each other, and the hands of staff: nobody is suspended, revived or overwritten by mistake."""

import time

import pytest

from shared.web.csv_upload import CSV
from tests.integration.profiles.conftest import Office
from tests.integration.profiles.test_feed import counts, fed, numbers, row, send, work
from tests.unit.profiles.association import record


def work_through(office: Office) -> None:
    """Until no feed has anything to do: one that waits for another looks again in a moment."""
    while office.foundation.database["imports"].find_one({"due_at": {"$ne": None}}) is not None:
        work(office)
        time.sleep(0.05)


def test_a_feed_does_not_revive_whom_staff_has_suspended(office: Office) -> None:
    rows = [row(each) for each in range(3)]
    fed(office, rows)
    found = next(each for each in office.members() if each.family_name == "Okafor 1")
    office.call("PATCH", f"/v1/members/{found.id}", json={"membership": "suspended"})
    fed(office, rows)
    assert numbers(office, "suspended") == {"M-1"}


def test_of_two_feeds_at_once_the_older_neither_suspends_the_newer_s_members_nor_overwrites_them(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.profiles.commands.apply_members.AT_ONCE", 10)
    rows = [row(each) for each in range(40)]
    fed(office, rows)
    older = send(office, rows)
    newer = send(office, [row(39, job_title="Surveyor"), row(40)], full="false")
    assert older.status_code == newer.status_code == 202
    third = send(office, [row(38, organization="Acme")], full="false")
    work_through(office)
    assert numbers(office, "suspended") == set()
    assert third.status_code == 202
    assert {each.job_title for each in office.members() if each.family_name == "Okafor 39"} == {"Surveyor"}


def test_the_older_feed_s_rows_do_not_come_after_the_newer_s(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.profiles.commands.apply_members.AT_ONCE", 10)
    rows = [row(each, job_title="Old") for each in range(40)]
    send(office, rows)
    send(office, [row(39, job_title="New")], full="false")
    work_through(office)
    assert {each.job_title for each in office.members() if each.family_name == "Okafor 39"} == {"New"}


def test_an_approval_reaches_nobody_who_came_later(office: Office) -> None:
    rows = [row(each) for each in range(40)]
    fed(office, rows)
    held = fed(office, rows[:37])
    fed(office, [row(38), *[row(each) for each in range(100, 120)]], full="false")
    office.call("POST", f"/v1/imports/{held['id']}/approve")
    work(office)
    assert numbers(office, "suspended") == {"M-37", "M-39"}


def test_a_row_that_moves_a_ticket_from_a_later_row_s_member_does_not_stop_the_feed(office: Office) -> None:
    office.register(email="a@example.org")
    ticket = {"email": "a@example.org", "member_number": "M-2", "given_name": "Ben", "mentoring": ["mentor"]}
    office.hear(record("A-1", **ticket))
    answer = send(office, [row(2), row(3, email="a@example.org")])
    work(office, 20)
    done = office.call("GET", answer.headers["Location"]).json
    assert (done["state"], counts(done)) == ("finished", (2, 1, 1, 0, 0))
    assert numbers(office) == {"M-2", "M-3"}
    assert office.owner("A-1").family_name == "Okafor 2"


def test_numbers_longer_than_any_do_not_stop_the_feed(office: Office) -> None:
    rows = [{"member_number": letter * 1_000_000, "given_name": "Ada"} for letter in "abcdefghijklmnopqrstuvwxyz"]
    answer = send(office, [*rows, row(1)])
    work(office, 20)
    done = office.call("GET", answer.headers["Location"]).json
    assert (done["state"], counts(done)) == ("finished", (27, 1, 0, 0, 26))


def test_a_cell_of_many_digits_is_a_fault_of_its_row(office: Office) -> None:
    table = f"member_number,given_name,seniority\n1,Ada,{'9' * 5000}\n2,Ben,1\n"
    done = fed(office, table.encode(), CSV)
    assert counts(done) == (2, 1, 0, 0, 1)


def test_a_guest_with_a_mistyped_number_is_never_absent(office: Office) -> None:
    rows = [row(each) for each in range(40)]
    fed(office, rows)
    office.hear(record("A-1", email="guest@example.org", member_number="M-4O", given_name="Guest"))
    done = fed(office, rows)
    assert (done["known"], done["absent"], numbers(office, "suspended")) == (40, 0, set())
