"""What a pair agrees on: a page to begin with, versions that both sign, and those of before."""

from functools import partial

from services.matching.domain.agreement import NO_FAULT_EXIT
from services.matching.domain.agreement_draft import FEEDBACK
from services.matching.domain.forgetting import GONE
from tests.integration.matching.asking import paired
from tests.integration.matching.association import TENANT, Association, at_once
from tests.integration.matching.pairing import TERMS, Pair, pair, pair_at_work
from tests.integration.matching.telling import merged, tell, unmerged
from tests.integration.matching.test_erasing import erase
from tests.scanning import places_of


def versions(made: Pair, who: str) -> list[tuple[int, list[str]]]:
    found = made.call(who, "GET", "/agreement/versions").json["items"]
    return [(each["version"], each["signed_by"]) for each in found]


def test_an_agreement_says_how_the_two_reach_each_other_give_feedback_and_may_leave(association: Association) -> None:
    made = pair(association)
    more = {"channels": ["chat", "telephone"], "feedback": "At the end of each session."}
    shown = made.call(made.mentee, "PUT", "/agreement", {**TERMS, **more}).json["agreement"]
    assert (shown["channels"], shown["feedback"]) == (more["channels"], more["feedback"])
    assert shown["no_fault_exit"] == NO_FAULT_EXIT
    own = made.call(made.mentor, "PUT", "/agreement", {**TERMS, "no_fault_exit": "With a word of goodbye."})
    assert own.json["agreement"]["no_fault_exit"] == "With a word of goodbye."
    refused = made.call(made.mentor, "PUT", "/agreement", {**TERMS, "channels": ["mail"] * 6})
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/channels")
    blank = made.call(made.mentor, "PUT", "/agreement", {**TERMS, "channels": [" "]})
    assert (blank.status_code, blank.json["errors"][0]["pointer"]) == (422, "/channels/0")


def test_former_versions_are_kept_with_the_signatures_they_had(association: Association) -> None:
    made = pair_at_work(association)
    made.call(made.mentee, "PUT", "/agreement", {**TERMS, "goals": ["Another"]})
    made.call(made.mentee, "POST", "/agreement/sign", {"version": 2})
    made.call(made.mentor, "PUT", "/agreement", TERMS)
    assert versions(made, made.mentee) == [(1, [made.mentor, made.mentee]), (2, [made.mentee])]
    [first] = made.call(made.mentor, "GET", "/agreement/versions?limit=1").json["items"]
    assert (first["goals"], first["superseded_at"]) == (TERMS["goals"], "2026-01-07T12:00:00Z")
    assert made.call(association.member(), "GET", "/agreement/versions").status_code == 404


def test_a_signature_and_a_change_at_once_never_sign_what_was_not_read(association: Association) -> None:
    for _ in range(5):
        made = pair(association)
        made.call(made.mentor, "PUT", "/agreement", TERMS)
        made.call(made.mentor, "POST", "/agreement/sign", {"version": 1})
        changed, signed = at_once(
            [
                partial(made.call, made.mentor, "PUT", "/agreement", {**TERMS, "goals": ["Something else"]}),
                partial(made.call, made.mentee, "POST", "/agreement/sign", {"version": 1}),
            ]
        )
        assert changed.status_code == 200
        current = made.call(made.mentee, "GET").json
        assert (current["agreement"]["version"], current["agreement"]["signed_by"]) == (2, [])
        if signed.status_code == 200:
            assert (current["state"], current["in_force"]["goals"]) == ("active", TERMS["goals"])
        else:
            assert signed.status_code == 409
            assert "the current one is 2" in signed.json["detail"]
            assert made.mentor in signed.json["detail"]
            assert (current["state"], current.get("in_force")) == ("agreement_pending", None)


def test_of_a_signature_and_a_change_of_the_same_version_one_wins(association: Association) -> None:
    made = pair(association)
    made.call(made.mentor, "PUT", "/agreement", TERMS)
    known = {"If-Match": made.call(made.mentee, "GET").headers["ETag"]}
    answers = at_once(
        [
            partial(made.call, made.mentor, "PUT", "/agreement", TERMS, headers=known),
            partial(made.call, made.mentee, "POST", "/agreement/sign", {"version": 1}, headers=known),
        ]
    )
    assert sorted(answer.status_code for answer in answers) in ([200, 409], [200, 412])


def test_changes_at_once_are_versions_one_after_the_other(association: Association) -> None:
    made = pair(association)
    works = [
        partial(made.call, who, "PUT", "/agreement", {**TERMS, "goals": [f"Goal {number}"]})
        for number in range(3)
        for who in (made.mentor, made.mentee)
    ]
    answers = at_once(works)
    assert sorted(answer.json["agreement"]["version"] for answer in answers) == [1, 2, 3, 4, 5, 6]
    assert [version for version, _ in versions(made, made.mentor)] == [1, 2, 3, 4, 5]


def test_a_draft_is_made_of_what_both_want_and_can_be_proposed_as_it_is(association: Association) -> None:
    made = pair(association)
    association.tell_of(made.mentee, goals=("Lead a team", "Speak in public"), frequency="weekly", format="video")
    association.tell_of(made.mentor, goals=("Learn to coach",), frequency="monthly", format="either")
    drafted = made.call(made.mentee, "GET", "/agreement/draft").json
    assert (drafted["goals"], drafted["frequency"], drafted["format"], drafted["duration_weeks"]) == (
        ["Lead a team", "Speak in public", "Learn to coach"],
        "monthly",
        "video",
        26,
    )
    assert drafted["feedback"] == FEEDBACK
    proposed = made.call(made.mentee, "PUT", "/agreement", drafted)
    assert (proposed.status_code, proposed.json["agreement"]["goals"]) == (200, drafted["goals"])


def test_a_draft_shows_no_goal_that_the_partner_shows_to_nobody(association: Association) -> None:
    made = pair(association)
    association.tell_of(made.mentee, goals=("A secret",), visibility={"goals": "nobody"})
    assert made.call(made.mentor, "GET", "/agreement/draft").json["goals"] == []
    assert made.call(made.mentee, "GET", "/agreement/draft").json["goals"] == ["A secret"]
    assert made.call(association.member(), "GET", "/agreement/draft").status_code == 404


def test_a_draft_keeps_to_the_program_s_numbers(association: Association) -> None:
    program = association.program()
    path = f"/v1/programs/{program.id}"
    changed = association.coordinator(
        "PATCH", path, {"settings": {"duration_weeks": [4, 12], "usual_duration_weeks": 8}}
    )
    assert changed.json["settings"]["usual_duration_weeks"] == 8
    mentor, mentee = association.mentor(program), association.mentee(program)
    drafted = f"/v1/mentorships/{paired(association, program, mentor, mentee)}/agreement/draft"
    assert association.call(mentee, "GET", drafted).json["duration_weeks"] == 8
    association.coordinator("PATCH", path, {"settings": {"usual_duration_weeks": 60}})
    assert association.call(mentee, "GET", drafted).json["duration_weeks"] == 12


def test_the_words_of_an_erased_one_leave_former_versions_too(association: Association) -> None:
    made = pair(association)
    words = {"channels": ["zymurgy"], "feedback": "zymurgy", "no_fault_exit": "zymurgy"}
    made.call(made.mentee, "PUT", "/agreement", {**TERMS, **words})
    made.call(made.mentor, "PUT", "/agreement", {**TERMS, "feedback": "plain"})
    made.call(made.mentor, "PUT", "/agreement", TERMS)
    erase(association, made.mentee)
    assert places_of(association.foundation.database, "zymurgy") == []
    found = made.call(made.mentor, "GET", "/agreement/versions").json["items"]
    assert [(each["goals"], each["feedback"]) for each in found] == [([GONE], GONE), (TERMS["goals"], "plain")]


def test_former_versions_are_signed_by_whoever_that_is_now(association: Association) -> None:
    made = pair_at_work(association)
    made.call(made.mentor, "PUT", "/agreement", TERMS)
    survivor = association.member()
    tell(association, merged(association, made.mentee, survivor))
    assert versions(made, made.mentor) == [(1, [made.mentor, survivor])]
    tell(association, unmerged(association, made.mentee))
    assert versions(made, made.mentor) == [(1, [made.mentor, made.mentee])]
    [former] = association.store.agreements.of(TENANT, [made.mentorship])
    assert former.agreement.version == 1
