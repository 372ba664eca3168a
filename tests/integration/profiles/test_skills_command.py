"""`ithaca skills` and `ithaca migrate` as an operator types them."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import main
from services.profiles.commands.replace_skill_list import replace_skill_list
from services.profiles.domain.concept import Concept
from services.profiles.domain.member import Skill
from services.profiles.skill_lists.own import shipped
from services.profiles.store.skills import Replaced
from shared.settings import Settings
from tests.integration.profiles.conftest import Office
from tests.unit.profiles.association import record
from tests.unit.profiles.test_skill_lists import ESCO_RELATIONS, ESCO_SKILLS, ONET_MODEL, OWN


class Operator:
    """Somebody at a terminal, with files."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._settings = settings
        self._folder = folder

    def file(self, name: str, content: str) -> str:
        path = self._folder / name
        path.write_text(content, encoding="utf-8")
        return str(path)

    def types(self, *arguments: str) -> Result:
        environment = {
            "KAFKA_BOOTSTRAP_SERVERS": ",".join(self._settings.kafka.bootstrap_servers),
            "MONGODB_URI": self._settings.mongodb_uri,
            "ITHACA_TOPIC_PREFIX": self._settings.topic_prefix,
            "ITHACA_DATABASE_PREFIX": self._settings.database_prefix,
            "PATH": os.environ["PATH"],
        }
        return CliRunner().invoke(main, list(arguments), env=environment)


@pytest.fixture
def operator(own_settings: Settings, tmp_path: Path) -> Operator:
    return Operator(own_settings, tmp_path)


def skill(label: str, identifier: str | None = None) -> Skill:
    return Skill(label, 3, "offers", identifier)


def test_a_list_is_loaded_and_the_same_again_changes_nothing(operator: Operator, office: Office) -> None:
    files = [operator.file("skills_en.csv", ESCO_SKILLS), operator.file("broader.csv", ESCO_RELATIONS)]
    loaded = operator.types("skills", "load", "--from", "esco", *files)
    assert (loaded.exit_code, loaded.stdout) == (0, "esco: 2 skills: 2 new, 0 changed, 0 removed.\n"), loaded.stderr
    assert "skills_en.csv, KiB" in loaded.stderr
    again = operator.types("skills", "load", "--from", "esco", *reversed(files))
    assert (again.exit_code, again.stdout) == (0, "esco: 2 skills: as before, nothing changed.\n")
    [found] = office.call("GET", "/v1/skills?q=make%20cloth").json["items"]
    assert found == {
        "id": "esco:11-aa",
        "label": "weave cloth",
        "broader": {"id": "esco:22-bb", "label": "work with textiles"},
        "matched": "make cloth",
    }
    shorter = operator.file("shorter.csv", ESCO_SKILLS.replace("released", "obsolete", 1).replace("textiles", "cloth"))
    changed = operator.types("skills", "load", "--from", "esco", shorter)
    assert changed.stdout == "esco: 1 skills: 0 new, 1 changed, 1 removed.\n"


def test_lists_stand_beside_each_other(operator: Operator, office: Office) -> None:
    assert operator.types("migrate").exit_code == 0
    loaded = operator.types("skills", "load", "--from", "onet", operator.file("model.txt", ONET_MODEL))
    assert loaded.stdout == "onet: 4 skills: 4 new, 0 changed, 0 removed.\n"
    loaded = operator.types("skills", "load", "--from", "own", operator.file("own.csv", OWN))
    assert loaded.stdout == "own: 1 skills: 1 new, 0 changed, 0 removed.\n"
    assert office.foundation.database["skills"].count_documents({}) == len(shipped()) + 5
    assert operator.types("migrate", "--check").exit_code == 0


def test_a_wrong_file_changes_nothing_and_is_told_what_it_lacks(operator: Operator, office: Office) -> None:
    for source, said in (("esco", "it lacks conceptUri"), ("onet", "it lacks Element ID"), ("own", "the column label")):
        refused = operator.types("skills", "load", "--from", source, operator.file("x.csv", "id,name\n1,2\n"))
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert said in refused.stderr
    refused = operator.types("skills", "load", "--from", "own", operator.file("x.csv", OWN))
    assert "No list has the skill ithaca:trades" in refused.stderr
    circle = "id,label,broader\na,A b,b\nb,B b,a\n"
    refused = operator.types("skills", "load", "--from", "own", operator.file("x.csv", circle))
    assert "is broader than itself" in refused.stderr
    assert office.foundation.database["skills"].count_documents({}) == 0
    assert operator.types("skills", "load", "--from", "own", "absent.csv").exit_code == 2


def test_migrate_brings_the_shipped_list(operator: Operator, office: Office) -> None:
    missing = operator.types("migrate", "--check")
    assert missing.exit_code == 1
    assert "the list of skills: missing" in missing.stdout
    assert "the list of skills: brought" in operator.types("migrate").stdout
    assert operator.types("migrate").stdout == "Every index is there.\n"
    assert operator.types("migrate", "--check").exit_code == 0
    assert office.foundation.database["skills"].count_documents({"list": "ithaca"}) == len(shipped())


def test_words_of_members_are_mapped_once_the_lists_know_them(operator: Operator, office: Office) -> None:
    ada = office.register(skills=[{"label": "Cloth Making", "level": 3, "side": "offers"}])
    ben = office.register(skills=[{"label": "juggling", "level": 3, "side": "seeks"}])
    told = [{"label": "juggling", "side": "offers"}, {"label": "looming", "side": "seeks"}]
    office.hear(record("A-1", email="eve@example.org", name="Eve Park", skills=told))
    office.register(skills=[{"label": "weaving", "level": 1, "side": "seeks"}])
    own = operator.file("own.csv", OWN.replace("ithaca:trades", ""))
    assert operator.types("skills", "load", "--from", "own", own).exit_code == 0
    told_before = len(office.announced())
    tried = operator.types("skills", "map", "--dry-run")
    assert (tried.exit_code, tried.stdout) == (0, "2\tjuggling\n"), tried.stderr
    assert "To be mapped: members 3. Labels that name no skill: 1." in tried.stderr
    assert len(office.announced()) == told_before
    mapped = operator.types("skills", "map")
    assert (mapped.exit_code, mapped.stdout) == (0, "2\tjuggling\n")
    assert "Mapped: members 3." in mapped.stderr
    changed = {each["id"]: each for each in office.announced()[told_before:]}
    assert len(changed) == 3
    assert ben["id"] not in changed
    assert changed[ada["id"]]["skills"][0]["id"] == "acme:weave"
    again = operator.types("skills", "map")
    assert "Mapped: members 0." in again.stderr
    assert len(office.announced()) == told_before + 3


def test_a_record_after_the_mapping_takes_no_ids_away(operator: Operator, office: Office) -> None:
    told = [{"label": "looming", "side": "seeks"}]
    office.hear(record("A-1", email="eve@example.org", name="Eve Park", skills=told))
    office.hear(record("A-2", email="eve@example.org", name="Eve Park"))
    operator.types("skills", "load", "--from", "own", operator.file("own.csv", OWN.replace("ithaca:trades", "")))
    operator.types("skills", "map")
    office.hear(record("A-2", 2, email="eve@example.org", name="Eve Park", job_title="Weaver"))
    [eve] = office.members()
    assert eve.job_title == "Weaver"
    assert eve.skills == (Skill("looming", 1, "seeks", "acme:weave"),)


def test_only_the_tenant_that_was_named_is_mapped(operator: Operator, office: Office) -> None:
    office.register(skills=[{"label": "weaving", "level": 3, "side": "offers"}])
    operator.types("skills", "load", "--from", "own", operator.file("own.csv", OWN.replace("ithaca:trades", "")))
    assert "Mapped: members 0." in operator.types("skills", "map", "--tenant", "globex").stderr
    assert "Mapped: members 1." in operator.types("skills", "map", "--tenant", "acme").stderr


def test_many_who_replace_a_list_at_once_leave_one_of_theirs(office: Office) -> None:
    lists = [[Concept(f"own:{each}", f"Skill {each}"), Concept("own:all", f"All {each}")] for each in range(8)]

    def replace(number: int) -> Replaced:
        now = office.foundation.clock.now()
        return replace_skill_list(office.foundation.client, office.store, now, "own", lists[number])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(replace, range(8)))
    found = {each["_id"]: each["label"] for each in office.foundation.database["skills"].find()}
    assert found in [{concept.id: concept.label for concept in each} for each in lists]
    [number] = [at for at, each in enumerate(lists) if each[0].id in found]
    assert replace(number) == Replaced()
