"""When to meet, and what about, over HTTP."""

from services.matching.domain.member import Day, Side, Skill, Window
from tests.integration.matching.association import Association
from tests.integration.matching.pairing import Pair, pair_at_work
from tests.integration.matching.test_attendance import agreed, over, say
from tests.integration.matching.test_sessions import propose

MONDAYS = (Window(Day.MON, "18:00", "20:00"),)


def at_home(association: Association, made: Pair) -> None:
    """Both free on Monday evenings by their own clocks, hours apart."""
    association.tell_of(made.mentor, time_zone="Atlantic/Azores", availability=MONDAYS)
    association.tell_of(made.mentee, time_zone="America/Havana", availability=(Window(Day.MON, "13:00", "16:00"),))


def test_slots_are_times_that_both_have_by_their_own_clocks(association: Association) -> None:
    made = pair_at_work(association)
    at_home(association, made)
    found = made.call(made.mentee, "GET", "/sessions/slots?duration_minutes=60&to=2026-01-13T00:00:00Z").json
    assert found["basis"] == "both"
    assert found["slots"] == [
        {
            "starts_at": f"2026-01-12T{hour}:00Z",
            "ends_at": f"2026-01-12T{end}:00Z",
            "mentor_local": f"2026-01-12T{mentor}-01:00",
            "mentee_local": f"2026-01-12T{mentee}-05:00",
        }
        for hour, end, mentor, mentee in (
            ("19:00", "20:00", "18:00", "14:00"),
            ("19:30", "20:30", "18:30", "14:30"),
            ("20:00", "21:00", "19:00", "15:00"),
        )
    ]


def test_what_is_agreed_takes_a_slot_and_what_is_proposed_does_not(association: Association) -> None:
    made = pair_at_work(association)
    at_home(association, made)
    query = "/sessions/slots?to=2026-01-13T00:00:00Z"
    path = propose(made, starts_at="2026-01-12T19:00:00Z", duration_minutes=60)
    assert len(made.call(made.mentee, "GET", query).json["slots"]) == 3
    made.call(made.mentor, "PATCH", path, {"state": "confirmed"})
    left = made.call(made.mentee, "GET", query).json["slots"]
    assert [each["starts_at"] for each in left] == ["2026-01-12T20:00:00Z"]


def test_slots_without_the_one_s_availability_are_the_other_s_and_say_so(association: Association) -> None:
    made = pair_at_work(association)
    assert made.call(made.mentee, "GET", "/sessions/slots").json == {"basis": "none", "slots": []}
    association.tell_of(made.mentor, time_zone="Atlantic/Azores", availability=MONDAYS)
    found = made.call(made.mentee, "GET", "/sessions/slots").json
    assert found["basis"] == "mentor"
    assert found["slots"][0]["mentee_local"] is None


def test_slots_are_asked_for_within_two_months_to_come(association: Association) -> None:
    made = pair_at_work(association)
    for query, pointer in (
        ("to=2025-01-01T00:00:00Z", "/to"),
        ("to=2027-01-01T00:00:00Z", "/to"),
        ("from=tomorrow", "/from"),
        ("duration_minutes=0", "/duration_minutes"),
    ):
        wrong = made.call(made.mentee, "GET", f"/sessions/slots?{query}")
        assert (wrong.status_code, wrong.json["errors"][0]["pointer"]) == (422, pointer)
    assert made.call(association.member(), "GET", "/sessions/slots").status_code == 404


def test_the_first_agenda_is_made_of_what_both_are_after(association: Association) -> None:
    made = pair_at_work(association)
    association.tell_of(made.mentee, goals=("Change industry",), skills=(Skill("Speaking", Side.SEEKS),))
    association.tell_of(made.mentor, goals=("Write a book",), skills=(Skill("speaking", Side.OFFERS),))
    path = propose(made)
    seen = [made.call(who, "GET", "/agenda").json for who in (made.mentor, made.mentee)]
    assert seen[0] == seen[1]
    assert (seen[0]["occasion"], seen[0]["session_id"]) == ("first", path[10:])
    words = str(seen[0])
    for said in ("Lead a team", "Change industry", "Write a book", "speaking"):
        assert said in words
    assert made.call(association.member(), "GET", "/agenda").status_code == 404


def test_what_a_partner_hides_is_not_on_the_agenda_and_goals_are_the_partner_s_while_it_lives(
    association: Association,
) -> None:
    made = pair_at_work(association)
    hidden = {"skills": "nobody", "goals": "nobody"}
    association.tell_of(made.mentee, goals=("Change",), skills=(Skill("speaking", Side.SEEKS),), visibility=hidden)
    association.tell_of(made.mentor, skills=(Skill("speaking", Side.OFFERS),))
    assert "speaking" not in str(made.call(made.mentor, "GET", "/agenda").json)
    assert "Change" in str(made.call(made.mentor, "GET", "/agenda").json)
    made.call(made.mentee, "POST", "/end")
    assert "Change" not in str(made.call(made.mentor, "GET", "/agenda").json)


def test_open_actions_return_in_the_next_agenda_until_they_are_done(association: Association) -> None:
    made = pair_at_work(association)
    path = agreed(made, actions=["Read the report"])
    over(association)
    say(made, made.mentee, path, "held")
    made.call(made.mentee, "POST", "/milestones", {"title": "First talk", "due_on": "2026-03-01"})
    found = made.call(made.mentee, "GET", "/agenda").json
    assert found["occasion"] == "next"
    assert [each["subject"] for each in found["items"]] == ["action", "milestone", "progress", "goal", "next_step"]
    done = found["items"][0]["about_id"]
    made.call(made.mentee, "PATCH", f"{path}/actions/{done}", {"state": "done"})
    assert "Read the report" not in str(made.call(made.mentor, "GET", "/agenda").json)
