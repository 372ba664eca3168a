"""Afterwards both are asked who was there: agreement settles it, silence agrees, disagreement stays."""

from functools import partial
from typing import Any

import pytest

from tests.integration.matching.asking import paired
from tests.integration.matching.association import Association, at_once
from tests.integration.matching.pairing import Pair, pair_at_work
from tests.integration.matching.test_sessions import PROPOSAL, propose


def agreed(made: Pair, **more: Any) -> str:
    """The path of a confirmed session, below the mentorship's."""
    path = propose(made, **more)
    assert made.call(made.mentor, "PATCH", path, {"state": "confirmed"}).status_code == 200
    return path


def over(association: Association) -> None:
    """A quarter of an hour after the end of the session that `agreed` made."""
    association.clock.pass_by(days=5, hours=6)


def say(made: Pair, who: str, path: str, said: str, status: int = 200) -> Any:
    answer = made.call(who, "PUT", f"{path}/attendance", {"said": said})
    assert answer.status_code == status, answer.json
    return answer.json


def told(made: Pair) -> list[str]:
    return [each["type"] for each in made.told("session.held.v1", "session.missed.v1")]


def asked_who_was_there(made: Pair) -> list[dict[str, Any]]:
    return [each for each in made.told("feedback.requested.v1") if each["kind"] == "attendance"]


def test_both_are_asked_once_after_the_end_and_not_before(association: Association) -> None:
    made = pair_at_work(association)
    path = agreed(made)
    association.do_due_work()
    assert asked_who_was_there(made) == []
    over(association)
    association.do_due_work()
    association.do_due_work()
    asked = asked_who_was_there(made)
    assert {each["member_id"] for each in asked} == {made.mentor, made.mentee}
    assert len({each["id"] for each in asked}) == len(asked) == 2
    assert {(each["kind"], each["session_id"], each["no_show_minutes"]) for each in asked} == {
        ("attendance", path[10:], 10)
    }


def test_nobody_is_asked_of_what_was_called_off_moved_or_said_already(association: Association) -> None:
    made = pair_at_work(association)
    called_off, moved, said = agreed(made), agreed(made), agreed(made)
    made.call(made.mentee, "PATCH", called_off, {"state": "cancelled"})
    made.call(made.mentee, "PATCH", moved, {"starts_at": "2026-02-12T17:00:00Z"})
    say(made, made.mentee, said, "held")
    over(association)
    association.do_due_work()
    assert asked_who_was_there(made) == []


def test_that_they_met_counts_at_once_and_the_other_s_yes_settles_it(association: Association) -> None:
    made = pair_at_work(association)
    path = agreed(made)
    over(association)
    first = say(made, made.mentee, path, "held")
    assert (first["state"], first["attendance"]) == ("held", "awaited")
    assert first["settles_at"] is not None
    second = say(made, made.mentor, path, "held")
    assert (second["state"], second["attendance"]) == ("held", "settled")
    assert told(made) == ["session.held.v1"]
    assert made.told("session.held.v1")[0]["attendance"] == "awaited", "at the time"
    assert asked_who_was_there(made) == []
    say(made, made.mentor, path, "other_missed", 409)


def test_that_the_other_missed_it_waits_for_the_other_s_word(association: Association) -> None:
    made = pair_at_work(association)
    path = agreed(made)
    over(association)
    said = say(made, made.mentee, path, "other_missed")
    assert (said["state"], said["attendance"], said["missed_by"]) == ("confirmed", "awaited", [])
    assert told(made) == []
    (asked,) = asked_who_was_there(made)
    assert (asked["member_id"], asked["answered"], asked["due_at"]) == (made.mentor, True, said["settles_at"])
    owned = say(made, made.mentor, path, "i_missed")
    assert (owned["state"], owned["attendance"], owned["missed_by"]) == ("missed", "settled", [made.mentor])
    assert told(made) == ["session.missed.v1"]


@pytest.mark.parametrize("hours", [71, 73])
def test_silence_agrees_after_three_days(association: Association, hours: int) -> None:
    made = pair_at_work(association)
    path = agreed(made)
    over(association)
    say(made, made.mentee, path, "other_missed")
    association.clock.pass_by(hours=hours)
    association.do_due_work()
    association.do_due_work()
    settled = hours > 72
    assert told(made) == (["session.missed.v1"] if settled else [])
    say(made, made.mentor, path, "held", 409 if settled else 200)


def test_silence_takes_as_long_as_the_program_says(association: Association) -> None:
    made = pair_at_work(association)
    patched = association.coordinator("PATCH", f"/v1/programs/{made.program_id}", {"settings": {"attendance_hours": 2}})
    assert patched.status_code == 200, patched.json
    path = agreed(made)
    over(association)
    say(made, made.mentee, path, "other_missed")
    association.clock.pass_by(hours=3)
    association.do_due_work()
    assert told(made) == ["session.missed.v1"]


def test_disagreement_stays_counts_as_neither_and_is_a_number_to_the_coordinator(association: Association) -> None:
    made = pair_at_work(association)
    path = agreed(made)
    over(association)
    say(made, made.mentee, path, "held")
    contested = say(made, made.mentor, path, "other_missed")
    assert (contested["state"], contested["attendance"]) == ("confirmed", "disputed")
    (asked,) = asked_who_was_there(made)
    assert (asked["member_id"], asked["disputed"], asked.get("due_at")) == (made.mentee, True, None)
    association.clock.pass_by(days=30)
    association.do_due_work()
    for who in (made.mentor, made.mentee):
        seen = made.call(who, "GET", path).json
        assert (seen["state"], seen["attendance"]) == ("confirmed", "disputed")
        assert {each["by"]: each["said"] for each in seen["words"]} == {
            made.mentee: "held",
            made.mentor: "other_missed",
        }
    mentorship = association.store.mentorships.get("acme", made.mentorship)
    assert (mentorship.last_contact_at, mentorship.missed_in_a_row) == (None, 0)
    shown = association.coordinator("GET", made.path).json
    assert shown["disputed_sessions"] == 1
    assert "words" not in shown


def test_who_gives_way_ends_a_disagreement(association: Association) -> None:
    made = pair_at_work(association)
    path = agreed(made)
    over(association)
    say(made, made.mentee, path, "other_missed")
    say(made, made.mentor, path, "held")
    assert say(made, made.mentee, path, "held")["attendance"] == "settled"
    assert told(made) == ["session.held.v1"]


def test_the_same_word_again_is_no_other_word(association: Association) -> None:
    made = pair_at_work(association)
    path = agreed(made)
    over(association)
    say(made, made.mentee, path, "held")
    before = made.call(made.mentee, "GET", path).headers["ETag"]
    assert made.call(made.mentee, "PATCH", path, {"state": "held"}).headers["ETag"] == before
    assert made.call(made.mentor, "PATCH", path, {"state": "held"}).json["attendance"] == "settled"


def test_both_saying_it_at_once_is_told_once(association: Association) -> None:
    made = pair_at_work(association)
    path = agreed(made)
    over(association)
    at_once([partial(say, made, who, path, "held") for who in (made.mentor, made.mentee)])
    assert made.call(made.mentor, "GET", path).json["attendance"] == "settled"
    assert told(made) == ["session.held.v1"]


def test_a_word_against_a_worker_that_settles_has_one_outcome(association: Association) -> None:
    made = pair_at_work(association)
    path = agreed(made)
    over(association)
    say(made, made.mentee, path, "other_missed")
    association.clock.pass_by(hours=73)
    calling = partial(made.call, made.mentor, "PUT", f"{path}/attendance", {"said": "held"})
    at_once([lambda: calling().status_code, lambda: association.do_due_work() or 0])
    assert made.call(made.mentor, "GET", path).json["state"] == "missed"
    assert told(made) == ["session.missed.v1"]


def test_what_has_begun_is_not_called_off_to_hide_that_one_did_not_come(association: Association) -> None:
    made = pair_at_work(association)
    path = agreed(made)
    over(association)
    for change in ({"state": "cancelled"}, {"starts_at": "2026-03-12T17:00:00Z"}):
        refused = made.call(made.mentor, "PATCH", path, change)
        assert refused.status_code == 409
        assert "say whether it was held or missed" in refused.json["detail"]


def test_a_time_is_confirmed_that_was_seen(association: Association) -> None:
    made = pair_at_work(association)
    path = propose(made)
    moved = made.call(made.mentee, "PATCH", path, {"starts_at": "2026-01-20T17:00:00Z"}).json
    assert moved["previous_starts_at"] == PROPOSAL["starts_at"]
    unseen = made.call(made.mentor, "PATCH", path, {"state": "confirmed", "sequence": 0})
    assert (unseen.status_code, "another time" in unseen.json["detail"]) == (409, True)
    assert made.call(made.mentor, "PATCH", path, {"state": "confirmed", "sequence": 1}).json["state"] == "confirmed"


def test_confirming_against_rescheduling_has_one_winner_and_the_other_is_told_why(association: Association) -> None:
    made = pair_at_work(association)
    path = propose(made)
    answers = at_once(
        [
            partial(made.call, made.mentor, "PATCH", path, {"state": "confirmed", "sequence": 0}),
            partial(made.call, made.mentee, "PATCH", path, {"starts_at": "2026-01-20T17:00:00Z", "sequence": 0}),
        ]
    )
    found = made.call(made.mentor, "GET", path).json
    # A reschedule after the yes is a new proposal; a yes after the reschedule is to a time that is no more.
    assert (found["state"], found["sequence"], found["starts_at"]) == ("proposed", 1, "2026-01-20T17:00:00Z")
    assert {each.status_code for each in answers} <= {200, 409}
    for each in answers:
        if each.status_code == 409:
            assert "another time or place since" in each.json["detail"]


def test_two_who_asked_for_the_same_slot_p12_the_first_yes_takes_it_and_no_unanswered_proposal_does(
    association: Association,
) -> None:
    """A proposal must not block: one that nobody answers would keep the mentor's time from everyone else for good."""
    program = association.program()
    mentor, mentees = association.mentor(program, capacity=2), [association.mentee(program) for _ in range(2)]
    pairs = [
        Pair(association, program.id, mentor, mentee, paired(association, program, mentor, mentee))
        for mentee in mentees
    ]
    for each in pairs:
        each.agree()
    first, second = (propose(each) for each in pairs)
    assert pairs[1].call(mentor, "PATCH", second, {"state": "confirmed"}).status_code == 200, "the first is unanswered"
    refused = pairs[0].call(mentor, "PATCH", first, {"state": "confirmed"})
    assert (refused.status_code, "another session at that time" in refused.json["detail"]) == (409, True)
    pairs[0].call(mentees[0], "PATCH", first, {"starts_at": "2026-01-12T17:45:00Z"})
    assert pairs[0].call(mentor, "PATCH", first, {"state": "confirmed"}).status_code == 200, "it begins when that ends"


def test_two_who_asked_for_the_same_slot_p12_are_not_both_confirmed_at_once(association: Association) -> None:
    program = association.program()
    mentor, mentees = association.mentor(program, capacity=4), [association.mentee(program) for _ in range(4)]
    asking = []
    for mentee in mentees:
        made = Pair(association, program.id, mentor, mentee, paired(association, program, mentor, mentee))
        made.agree()
        asking.append(partial(made.call, mentor, "PATCH", propose(made), {"state": "confirmed"}))
    assert sorted(each.status_code for each in at_once(asking)) == [200, 409, 409, 409]


def test_no_shows_across_mentors_p13_are_numbers_that_the_coordinator_sees(association: Association) -> None:
    program = association.program()
    mentee, mentors = association.mentee(program, capacity=2), [association.mentor(program) for _ in range(2)]
    pairs = []
    for mentor in mentors:
        made = Pair(association, program.id, mentor, mentee, paired(association, program, mentor, mentee))
        made.agree()
        pairs.append(made)
    missed = [agreed(each, starts_at=f"2026-01-12T{15 + hour}:00:00Z") for hour, each in enumerate(pairs)]
    late = agreed(pairs[0], starts_at="2026-01-07T13:00:00Z")
    pairs[0].call(mentee, "PATCH", late, {"state": "cancelled"})
    association.clock.pass_by(days=6)
    for made, path in zip(pairs, missed, strict=True):
        say(made, made.mentor, path, "other_missed")
        say(made, mentee, path, "i_missed")
    path = f"/v1/programs/{program.id}/attendance"
    rows = {each["member_id"]: each for each in association.coordinator("GET", path).json["items"]}
    assert rows[mentee] == {
        "member_id": mentee,
        "partners": 2,
        "held": 0,
        "missed": 2,
        "cancelled_late": 1,
        "disputed": 0,
    }
    assert [rows[each]["missed"] for each in mentors] == [0, 0]
    assert association.call(mentee, "GET", path).status_code == 403
    assert association.coordinator("GET", path, tenant="globex").status_code == 404
    first = association.coordinator("GET", f"{path}?limit=2").json
    rest = association.coordinator("GET", f"{path}?limit=2&cursor={first['next']}").json
    assert [each["member_id"] for each in (*first["items"], *rest["items"])] == sorted(rows)


def test_an_agreed_action_has_an_owner_and_is_done_or_dropped(association: Association) -> None:
    made = pair_at_work(association)
    path = propose(made, actions=["Read", "Write"])
    read, write = made.call(made.mentor, "GET", path).json["action_items"]
    assert (read["text"], read["owner_id"], read["state"]) == ("Read", None, "open")
    done = made.call(made.mentor, "PATCH", f"{path}/actions/{read['id']}", {"owner_id": made.mentee, "state": "done"})
    assert done.json["action_items"][0] == read | {"owner_id": made.mentee, "state": "done"}
    made.call(made.mentee, "PATCH", path, {"actions": ["Read", "Rest"]})
    kept, added = made.call(made.mentor, "GET", path).json["action_items"]
    assert (kept["id"], kept["state"]) == (read["id"], "done"), "the same words are the same action"
    assert added["id"] not in (read["id"], write["id"])
    stranger = made.call(made.mentor, "PATCH", f"{path}/actions/{added['id']}", {"owner_id": association.member()})
    assert (stranger.status_code, stranger.json["errors"][0]["pointer"]) == (422, "/owner_id")
    assert made.call(made.mentor, "PATCH", f"{path}/actions/{write['id']}", {"state": "done"}).status_code == 404


def test_private_notes_are_seen_by_their_author_alone(association: Association) -> None:
    made = pair_at_work(association)
    path = propose(made)
    notes = f"{path}/private-notes"
    assert made.call(made.mentee, "GET", notes).json["text"] == ""
    written = made.call(made.mentee, "PUT", notes, {"text": "My own"}, headers={"If-Match": '"0"'})
    assert (written.status_code, written.json["text"]) == (200, "My own")
    assert made.call(made.mentor, "GET", notes).json["text"] == ""
    assert "My own" not in str(made.call(made.mentor, "GET", path).json)
    made.call(made.mentor, "PUT", notes, {"text": "Mine"})
    assert made.call(made.mentee, "GET", notes).json["text"] == "My own"
    stale = made.call(made.mentee, "PUT", notes, {"text": "Later"}, headers={"If-Match": '"7"'})
    assert stale.status_code == 412
    assert made.call(association.member(), "GET", notes).status_code == 404
    assert association.coordinator("GET", made.path + notes).status_code == 403
    assert "My own" not in str(association.messages())


def test_private_notes_written_at_once_are_one(association: Association) -> None:
    made = pair_at_work(association)
    notes = f"{propose(made)}/private-notes"
    answers = at_once([partial(made.call, made.mentee, "PUT", notes, {"text": each}) for each in ("a", "b")])
    assert [each.status_code for each in answers] == [200, 200]
    assert association.foundation.database["private_notes"].count_documents({}) == 1


def test_an_export_has_one_s_own_private_notes_and_not_the_partner_s(association: Association) -> None:
    made = pair_at_work(association)
    notes = f"{propose(made)}/private-notes"
    for who, text in ((made.mentee, "Of the mentee"), (made.mentor, "Of the mentor")):
        made.call(who, "PUT", notes, {"text": text})
    share = association.call(made.mentee, "GET", f"/v1/members/{made.mentee}/export-share").get_data(as_text=True)
    assert ("Of the mentee" in share, "Of the mentor" in share) == (True, False)
    by_staff = association.coordinator("GET", f"/v1/members/{made.mentee}/export-share").get_data(as_text=True)
    assert "Of the mentee" not in by_staff


def test_a_cancellation_is_late_by_the_program_s_own_hours(association: Association) -> None:
    made = pair_at_work(association)
    association.coordinator("PATCH", f"/v1/programs/{made.program_id}", {"settings": {"late_cancel_hours": 24}})
    late, early = (agreed(made, starts_at=f"2026-01-{day}:00:00Z") for day in ("08T11", "08T13"))
    assert [made.call(made.mentor, "PATCH", each, {"state": "cancelled"}).json["late"] for each in (late, early)] == [
        True,
        False,
    ]


def test_what_has_happened_may_be_said_whatever_became_of_the_pair(association: Association) -> None:
    made = pair_at_work(association)
    path = agreed(made)
    over(association)
    made.call(made.mentee, "POST", "/end")
    assert say(made, made.mentor, path, "held")["state"] == "held"


def test_a_session_of_before_words_were_kept_is_settled_and_its_actions_are_nobody_s(association: Association) -> None:
    made = pair_at_work(association)
    path = propose(made)
    of_before = {"state": "held", "actions": ["Read"], "actions_by": made.mentee}
    newer = ("action_items", "words", "attendance", "settles_at", "asked", "due_at", "previous_starts_at")
    association.foundation.database["sessions"].update_one(
        {"_id": path[10:]}, {"$set": of_before, "$unset": dict.fromkeys(newer, "")}
    )
    seen = made.call(made.mentor, "GET", path).json
    assert (seen["actions"], seen["attendance"], seen["words"]) == (["Read"], None, [])
    [action] = seen["action_items"]
    assert (action["owner_id"], action["state"]) == (None, "open")
    assert say(made, made.mentor, path, "held")["words"] == []
    say(made, made.mentor, path, "other_missed", 409)
    done = made.call(made.mentor, "PATCH", f"{path}/actions/{action['id']}", {"state": "done"}).json
    assert done["action_items"] == [action | {"state": "done"}]
