"""How mentors and mentees come together: by a match run, and by asking."""

from cli.demo.http import Json
from cli.demo.play import Play, items

_SOUGHT = {"Bruno": "leadership", "Chen": "data engineering"}
"""What each mentee would learn."""

_GOALS = {
    "Bruno": {"text": "Lead a team of five", "measure": "Five people report to me"},
    "Chen": {"text": "Move from testing to data engineering", "measure": "A pipeline of mine in production"},
}
"""What each mentee would reach by it."""


def say_goals(play: Play) -> None:
    """In their own profile; matching learns it and suggests mentors, with reasons."""
    for name, skill in _SOUGHT.items():
        mentee, goal = play.people[name], _GOALS[name]
        play.screen.act(f"{name} seeks {skill}: {goal['text']}")
        skills = [{"label": skill, "level": 2, "side": "seeks"}]
        mentee.patch("profiles", "/v1/members/me", {"skills": skills, "goals": [goal]})
        best = _best_suggestion(play, name)
        mentor = play.lineage.name(best["mentor_id"])
        play.screen.seen(f"{name} is suggested {mentor}, score {best['score']:.2f}: {'; '.join(best['reasons'])}")


def match_review_publish(play: Play) -> None:
    """The coordinator approves Bruno's pair and leaves Chen to ask for herself."""
    play.screen.act("The coordinator starts a match run")
    run = play.coordinator.post(
        "matching", f"/v1/programs/{play.program_id}/match-runs", {"objective": "best_score", "seed": 1}
    )
    path = f"/v1/match-runs/{run['id']}"

    def ready() -> Json | None:
        found = play.coordinator.get("matching", path)
        return found if found["state"] == "ready" else None

    done = play.until("the match run ready", ready, lambda: play.coordinator.get("matching", path))
    proposals = {each["mentee_id"]: each for each in items(play.coordinator.get("matching", f"{path}/proposals"))}
    play.screen.rows(
        ("mentor", "mentee", "score", "because"),
        [
            (play.lineage.name(each["mentor_id"]), play.lineage.name(each["mentee_id"]), f"{each['score']:.2f}",
             "; ".join(each["reasons"]))
            for each in proposals.values()
        ],
    )  # fmt: skip
    bruno, chen = play.people["Bruno"], play.people["Chen"]
    play.require("both mentees have a proposal", {bruno.id, chen.id} <= proposals.keys(), done)
    play.screen.act("The coordinator approves Bruno's, dismisses Chen's, who would rather ask herself, and publishes")
    for person, state in ((bruno, "approved"), (chen, "dismissed")):
        play.coordinator.patch("matching", f"/v1/proposals/{proposals[person.id]['id']}", {"state": state})
    play.coordinator.post("matching", f"{path}/publish", {})
    play.expect("match_run.published", id=run["id"], published=1)
    (started, *_) = play.expect("mentorship.started", match_run_id=run["id"], mentee_id=bruno.id)
    data = started.data or {}
    play.mentorship_id = data["mentorship_id"]
    play.screen.seen(f"Bruno has a mentor: {play.lineage.name(data['mentor_id'])}")


def ask_and_accept(play: Play) -> None:
    """Chen asks the mentor she is suggested first."""
    chen = play.people["Chen"]
    best = _best_suggestion(play, "Chen")
    mentor = play.member(best["mentor_id"])
    play.screen.act(f"Chen asks {mentor.name}")
    answer = chen.post(
        "matching",
        "/v1/requests",
        {
            "program_id": play.program_id,
            "mentor_ids": [mentor.id],
            "message": "I would like to move from testing to data engineering. May I learn from you?",
        },
    )
    request = items(answer)[0]["id"]
    play.expect("request.sent", id=request, mentee_id=chen.id, mentor_id=mentor.id)
    play.screen.act(f"{mentor.name} reads it and accepts")
    mentor.post("matching", f"/v1/requests/{request}/view")
    mentor.post("matching", f"/v1/requests/{request}/accept")
    play.expect("request.viewed", id=request)
    play.expect("request.accepted", id=request)
    play.expect("mentorship.started", request_id=request, mentee_id=chen.id, mentor_id=mentor.id)
    play.expect("mentor.capacity_changed", member_id=mentor.id)
    play.screen.seen(f"Chen has a mentor: {mentor.name}")


def _best_suggestion(play: Play, name: str) -> Json:
    """The first suggestion, once matching knows the skill that this mentee seeks."""
    mentee = play.people[name]
    path = f"/v1/programs/{play.program_id}/recommendations?member_id={mentee.id}"

    def suggestions() -> list[Json]:
        return list(items(mentee.get("matching", path)))

    def knowing() -> Json | None:
        found = suggestions()
        return found[0] if found and any(_SOUGHT[name] in reason for reason in found[0]["reasons"]) else None

    return play.until(f"a mentor suggested to {name} for {_SOUGHT[name]}", knowing, suggestions)
