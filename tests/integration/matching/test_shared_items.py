"""Resources, opportunities and announcements, for a partner or for a whole program."""

from functools import partial
from typing import Any

import pytest

from shared.ids import new_id
from tests.integration.matching.association import Association, at_once
from tests.integration.matching.pairing import Pair, pair, pair_at_work
from tests.integration.matching.telling import merged, tell, unmerged
from tests.integration.matching.test_erasing import erase

BOOK = {"kind": "book", "title": "The Odyssey", "url": "https://example.org/odyssey?book=1", "text": "Canto four"}


def titles(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json
    return [each["title"] for each in answer.json["items"]]


def test_a_mentor_shares_with_the_mentee_and_no_word_of_it_travels(association: Association) -> None:
    made = pair_at_work(association)
    for kind, body, type_name in (
        ("resources", BOOK, "resource.shared.v1"),
        ("opportunities", {"kind": "project", "title": "A new port"}, "opportunity.shared.v1"),
    ):
        shared = made.call(made.mentor, "POST", f"/{kind}", body)
        assert shared.status_code == 201, shared.json
        assert titles(made.call(made.mentee, "GET", f"/{kind}")) == [body["title"]]
        assert made.call(association.member(), "GET", f"/{kind}").status_code == 404
        (told,) = made.told(type_name)
        assert (told["id"], told["kind"], told["shared_by_id"]) == (shared.json["id"], body["kind"], made.mentor)
        assert told["mentee_id"] == made.mentee
        assert body["title"] not in str(told)


def test_the_mentee_shares_with_the_mentor_too(association: Association) -> None:
    made = pair_at_work(association)
    assert made.call(made.mentee, "POST", "/resources", BOOK).status_code == 201
    assert titles(made.call(made.mentor, "GET", "/resources")) == ["The Odyssey"]


def test_a_mentor_offers_to_the_whole_program_and_whoever_takes_part_sees_it(association: Association) -> None:
    made = pair_at_work(association)
    path = f"/v1/programs/{made.program_id}/resources"
    program = association.store.programs.get("acme", made.program_id)
    other = association.mentee(program)
    offered = association.call(made.mentor, "POST", path, BOOK)
    assert (offered.status_code, offered.json["by_staff"]) == (201, False)
    for who in (made.mentee, other):
        assert titles(association.call(who, "GET", path)) == ["The Odyssey"]
    assert titles(association.coordinator("GET", path)) == ["The Odyssey"]
    assert association.call(association.member(), "GET", path).status_code == 404
    assert association.call(made.mentee, "POST", path, BOOK).status_code == 409, "mentors and staff offer"
    assert titles(made.call(made.mentee, "GET", "/resources")) == [], "it is not the pair's"
    (told,) = association.messages("resource.shared.v1")
    assert (told["program_id"], told.get("mentorship_id"), told["key"]) == (made.program_id, None, offered.json["id"])


def test_of_two_who_are_kept_apart_neither_sees_what_the_other_offers(association: Association) -> None:
    made = pair_at_work(association)
    path = f"/v1/programs/{made.program_id}/resources"
    program = association.store.programs.get("acme", made.program_id)
    other, third = association.mentor(program), association.mentee(program)
    for who in (made.mentor, other):
        association.call(who, "POST", path, {"title": f"Of {who}"})
    association.call(third, "PUT", f"/v1/blocks/{other}")
    assert titles(association.call(third, "GET", path)) == [f"Of {made.mentor}"]
    assert len(titles(association.call(made.mentee, "GET", path))) == 2
    association.call(other, "PUT", f"/v1/blocks/{made.mentor}")
    assert titles(association.call(made.mentor, "GET", path)) == [f"Of {made.mentor}"]
    assert len(titles(association.coordinator("GET", path))) == 2


def test_a_coordinator_announces_and_members_only_read(association: Association) -> None:
    made = pair_at_work(association)
    path = f"/v1/programs/{made.program_id}/announcements"
    assert association.call(made.mentor, "POST", path, {"title": "We meet"}).status_code == 403
    announced = association.coordinator("POST", path, {"title": "We meet", "text": "On Friday"})
    assert (announced.status_code, announced.json["by_staff"]) == (201, True)
    assert titles(association.call(made.mentee, "GET", path)) == ["We meet"]
    (told,) = association.messages("resource.shared.v1")
    assert told["kind"] == "announcement"
    assert "Friday" not in str(told)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org",
        "javascript:alert(1)",
        "//example.org",
        "example.org",
        "https://bank.example@evil.example/",
        "https://",
        "https://example.org/a b",
        "https://example.org/\n",
    ],
)
def test_only_web_addresses_are_shared(association: Association, url: str) -> None:
    made = pair_at_work(association)
    answer = made.call(made.mentor, "POST", "/resources", {"title": "Look", "url": url})
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/url")


@pytest.mark.parametrize(
    "url", ["http://example.org", "https://example.org:8443/a/b?c=d@e#f", "https://xn--bcher-kva.example"]
)
def test_web_addresses_of_every_kind_are(association: Association, url: str) -> None:
    made = pair_at_work(association)
    assert made.call(made.mentor, "POST", "/resources", {"title": "Look", "url": url}).status_code == 201


def test_something_is_shown_up_to_its_last_day(association: Association) -> None:
    made = pair_at_work(association)
    past = made.call(made.mentor, "POST", "/opportunities", {"title": "Gone", "until": "2026-01-06"})
    assert (past.status_code, past.json["errors"][0]["pointer"]) == (422, "/until")
    made.call(made.mentor, "POST", "/opportunities", {"title": "A job", "until": "2026-01-08"})
    association.clock.pass_by(days=1)
    assert titles(made.call(made.mentee, "GET", "/opportunities")) == ["A job"]
    association.clock.pass_by(days=1)
    assert titles(made.call(made.mentee, "GET", "/opportunities")) == []


def test_its_author_takes_it_back_and_a_coordinator_what_is_for_a_program(association: Association) -> None:
    made = pair_at_work(association)
    path = f"/v1/programs/{made.program_id}/resources"
    own = made.call(made.mentor, "POST", "/resources", BOOK).json["id"]
    offered = [association.call(made.mentor, "POST", path, BOOK).json["id"] for _ in range(2)]
    remove = partial(association.call, method="DELETE")
    assert remove(made.mentee, path=f"/v1/resources/{own}").status_code == 404
    assert association.coordinator("DELETE", f"/v1/resources/{own}").status_code == 404
    assert remove(made.mentor, path=f"/v1/opportunities/{own}").status_code == 404, "it is a resource"
    assert remove(made.mentor, path=f"/v1/resources/{own}", tenant="globex").status_code == 404
    assert remove(made.mentor, path=f"/v1/resources/{own}").status_code == 204
    assert remove(made.mentor, path=f"/v1/resources/{offered[0]}").status_code == 204
    assert association.coordinator("DELETE", f"/v1/resources/{offered[1]}").status_code == 204
    assert (
        titles(made.call(made.mentee, "GET", "/resources")) == titles(association.call(made.mentee, "GET", path)) == []
    )


def test_taking_it_back_twice_at_once_is_no_fault(association: Association) -> None:
    made = pair_at_work(association)
    own = made.call(made.mentor, "POST", "/resources", BOOK).json["id"]
    removing = [partial(association.call, made.mentor, "DELETE", f"/v1/resources/{own}")] * 3
    assert sorted(each.status_code for each in at_once(removing)) == [204, 404, 404]


def test_before_both_have_signed_there_is_nothing_to_share(association: Association) -> None:
    made = pair(association)
    assert made.call(made.mentor, "POST", "/resources", BOOK).status_code == 409


def test_another_tenant_s_program_shares_nothing(association: Association) -> None:
    made = pair_at_work(association)
    for kind in ("resources", "opportunities", "announcements"):
        path = f"/v1/programs/{made.program_id}/{kind}"
        for method, body in (("GET", None), ("POST", {"title": "Mine"})):
            foreign = association.call(
                made.mentor, method, path, body, roles=("member", "coordinator"), tenant="globex"
            )
            assert foreign.status_code == 404, (method, kind)


def test_what_the_erased_shared_goes_and_what_others_shared_stays(association: Association) -> None:
    made: Pair = pair_at_work(association)
    for who in (made.mentor, made.mentee):
        made.call(who, "POST", "/resources", {"title": f"Of {who}"})
    erase(association, made.mentor)
    assert titles(made.call(made.mentee, "GET", "/resources")) == [f"Of {made.mentee}"]


def test_what_was_shared_is_the_survivor_s_and_its_author_s_again(association: Association) -> None:
    made, into = pair_at_work(association), association.member()
    item = made.call(made.mentor, "POST", "/resources", BOOK).json["id"]
    tell(association, merged(association, made.mentor, into))
    [seen] = made.call(made.mentee, "GET", "/resources").json["items"]
    assert seen["shared_by_id"] == into
    tell(association, unmerged(association, made.mentor))
    [seen] = made.call(made.mentee, "GET", "/resources").json["items"]
    assert seen["shared_by_id"] == made.mentor
    assert association.call(into, "DELETE", f"/v1/resources/{item}").status_code == 404


def test_an_export_has_what_the_member_shared(association: Association) -> None:
    made = pair_at_work(association)
    made.call(made.mentor, "POST", "/resources", BOOK)
    association.call(made.mentor, "POST", f"/v1/programs/{made.program_id}/opportunities", {"title": "A port"})
    path = f"/v1/members/{made.mentor}/export-share"
    own = association.call(made.mentor, "GET", path).get_data(as_text=True)
    assert "The Odyssey" in own
    by_staff = association.coordinator("GET", path).get_data(as_text=True)
    assert ("The Odyssey" in by_staff, "A port" in by_staff) == (False, True)
    partner = association.call(made.mentee, "GET", f"/v1/members/{made.mentee}/export-share").get_data(as_text=True)
    assert "The Odyssey" not in partner


def test_nobody_shares_in_a_program_that_is_not_theirs_to_see(association: Association) -> None:
    assert association.call(new_id(), "GET", f"/v1/programs/{new_id()}/resources").status_code == 404
