"""The taxonomy is there as soon as the platform is."""

from pathlib import Path

from shared.ids import new_id
from tests.e2e.running import Running, eventually


def test_a_slip_of_the_finger_finds_a_skill_without_further_steps(platform: Running) -> None:
    token = platform.token("an-association", new_id(), "member")
    answer = platform.call("GET", "profiles", "/v1/skills?q=projct%20managment&limit=1", token=token)
    assert [each["id"] for each in answer.json()["items"]] == ["ithaca:project-management"]


def test_a_list_that_is_loaded_is_suggested_by_the_running_services(platform: Running, tmp_path: Path) -> None:
    token = platform.token("an-association", new_id(), "member")
    own = tmp_path / "own.csv"
    own.write_text("id,label,broader\nacme:navigation,Celestial navigation,ithaca:research\n", encoding="utf-8")
    loaded = platform.ithaca("skills", "load", "--from", "own", str(own))
    assert (loaded.returncode, loaded.stdout) == (0, "own: 1 skills: 1 new, 0 changed, 0 removed.\n"), loaded.stderr

    def suggested() -> bool:
        answer = platform.call("GET", "profiles", "/v1/skills?q=celestial", token=token)
        return [each["id"] for each in answer.json()["items"]] == ["acme:navigation"]

    eventually(suggested)
