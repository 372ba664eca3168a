"""An export through all four services: what is in it for whom, and what happens while one of them is away."""

import io
import os
import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
from werkzeug.test import TestResponse

from services.profiles.api.context import STORE, TOKENS
from services.profiles.commands.collect_export import Collector
from services.profiles.peers import Peers
from services.profiles.store import Store
from shared.clock import SystemClock
from shared.ids import new_id
from shared.messaging.due import DueLoop
from shared.messaging.unit_of_work import UnitOfWork
from shared.outgoing.get import Answer, Unreachable
from shared.web import WebApp
from shared.web.transactions import EXTENSION
from tests.integration.http.conftest import Surface
from tests.integration.http.population import Population, populate, post
from tests.unit.web.issuing import Issuer

SERVICES = ("profiles", "matching", "events", "notifications")
OTHERS = SERVICES[1:]


@dataclass(slots=True)
class Wire:
    """In the place of the network: carries requests to the services of this process, or fails as it is told."""

    surface: Surface
    faults: dict[str, Callable[[], Answer]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def get(self, url: str, headers: Mapping[str, str]) -> Answer:
        parts = urlsplit(url)
        service = parts.hostname or ""
        self.asked.append(service)
        if service in self.faults:
            return self.faults[service]()
        answer = self.surface.call(service, "GET", parts.path, headers=dict(headers))
        return Answer(answer.status_code, {}, answer.get_data())


@dataclass(frozen=True, slots=True)
class Desk:
    """Where exports are asked for and collected."""

    surface: Surface
    people: Population
    wire: Wire

    @property
    def me(self) -> str:
        return self.people.caller

    @property
    def store(self) -> Store:
        found: Store = self.surface.app("profiles").extensions[STORE]
        return found

    @property
    def unit_of_work(self) -> UnitOfWork:
        found: UnitOfWork = self.surface.app("profiles").extensions[EXTENSION]
        return found

    def ask(
        self, method: str = "POST", what: str = "export", *, who: str = "", roles: tuple[str, ...] = (), **options: Any
    ) -> TestResponse:
        """As the member, unless said."""
        headers = self.surface.issuer.headers(
            *(roles or ("member",)),
            sub=who or self.me,
            tenant=options.pop("tenant", self.surface.tenant),
            **options.pop("claims", {}),
        )
        service = options.pop("service", "profiles")
        return self.surface.call(service, method, f"/v1/members/{self.me}/{what}", headers=headers, **options)

    def staff(self, method: str = "POST", what: str = "export", **options: Any) -> TestResponse:
        return self.ask(method, what, who=new_id(), roles=("coordinator",), **options)

    def step(self) -> bool:
        """One step of a worker; whether there was one."""
        app = self.surface.app("profiles")
        peers = Peers({name: f"http://{name}" for name in OTHERS}, self.wire)  # type: ignore[arg-type]
        work = Collector(self.store, app.extensions[TOKENS], peers).work()
        return DueLoop(self.unit_of_work, [work], SystemClock()).step(work)

    def collect(self) -> None:
        while self.step():
            pass

    def wait_for_the_next_try(self) -> None:
        now = SystemClock().now()
        where = {"member_id": self.me, "due_at": {"$gt": now}}
        assert self.store.exports.collection.update_one(where, {"$set": {"due_at": now}}).matched_count == 1

    def archive(self, answer: TestResponse) -> dict[str, Any]:
        """The JSON files in it by name, and the page."""
        assert answer.status_code == 200, answer.get_data()
        with zipfile.ZipFile(io.BytesIO(answer.get_data())) as made:
            assert made.testzip() is None
            content = {name: made.read(name) for name in made.namelist()}
        loaded: dict[str, Any] = {
            name.removesuffix(".json"): orjson.loads(each) for name, each in content.items() if name.endswith(".json")
        }
        return loaded | {"page": content["index.html"].decode(), "names": sorted(content)}


@pytest.fixture(scope="module")
def people(apps: tuple[Issuer, dict[str, WebApp]]) -> tuple[Surface, Population]:
    surface = Surface(*apps)
    found = populate(surface)
    path = f"/v1/mentorships/{found.ids['mentorship_id']}"
    partner = post(surface, found.caller, "matching", path, method="GET")["mentor_id"]
    session = {"starts_at": "2099-02-04T07:00:00Z", "duration_minutes": 30, "notes": "between us two"}
    post(surface, found.caller, "matching", f"{path}/sessions", session, 201)
    post(surface, partner, "matching", f"{path}/appreciations", {"text": "thanks to the mentee"}, 201)
    asked = f"/v1/requests/{found.ids['request_id']}"
    post(surface, partner, "matching", f"{asked}/ask", {"question": "the mentor's own question"})
    post(surface, found.caller, "matching", f"{asked}/answer", {"answer": "the mentee's own answer"})
    return surface, found


@pytest.fixture
def desk(people: tuple[Surface, Population]) -> Desk:
    surface, population = people
    found = Desk(surface, population, Wire(surface))
    with found.unit_of_work.database.client.start_session() as session:
        found.store.exports.forget(session, surface.tenant, [population.caller])
    return found


def away() -> Answer:
    raise Unreachable("nobody answers")


def states(answer: TestResponse) -> dict[str, str]:
    return {part["service"]: part["state"] for part in answer.get_json()["parts"]}


def test_a_member_gets_one_archive_of_all_that_the_four_services_hold(desk: Desk) -> None:
    asked = desk.ask()
    assert asked.status_code == 202
    assert asked.get_json()["state"] == "collecting"
    assert states(asked) == dict.fromkeys(SERVICES, "missing")
    assert desk.ask("GET", "export/archive").status_code == 409
    desk.collect()
    shown = desk.ask("GET").get_json()
    assert (shown["state"], shown["archive"]) == ("ready", f"/v1/members/{desk.me}/export/archive")
    made = desk.archive(desk.ask("GET", "export/archive"))
    assert set(SERVICES) < made.keys()
    assert made["export"]["member_id"] == desk.me
    assert made["profiles"]["sections"]["profile"][0]["given_name"] == "Ada"
    assert made["events"]["sections"]["registrations"][0]["id"] == desk.people.ids["registration_id"]
    assert made["notifications"]["sections"]["notifications"][0]["title"]
    assert "csv/matching-mentorships.csv" in made["names"]


def test_the_member_reads_what_both_share_and_nothing_that_only_the_partner_wrote(desk: Desk) -> None:
    desk.ask()
    desk.collect()
    of = desk.archive(desk.ask("GET", "export/archive"))["matching"]["sections"]
    [pair] = of["mentorships"]
    assert pair["agreement"]["goals"] == ["Lead a team"]
    assert "between us two" in {each["notes"] for each in of["sessions"]}
    assert "thanks to the mentee" in {each["text"] for each in of["appreciations"]}
    assert [each["mine"]["text"] for each in of["feedback"]] == ["Read by staff, too"]
    assert {each["title"] for each in of["milestones"]} == {"First talk"}
    assert all("questions" not in each for each in of["requests"])
    assert ["the mentee's own answer"] in [each["answers"] for each in of["requests"]]


def test_the_partner_s_share_has_their_own_question_and_not_the_other_s_words(desk: Desk) -> None:
    pair = desk.surface.call(
        "matching",
        "GET",
        f"/v1/mentorships/{desk.people.ids['mentorship_id']}",
        headers=desk.surface.issuer.headers("member", sub=desk.me, tenant=desk.surface.tenant),
    ).get_json()
    share = desk.surface.call(
        "matching",
        "GET",
        f"/v1/members/{pair['mentor_id']}/export-share",
        headers=desk.surface.issuer.headers("member", sub=pair["mentor_id"], tenant=desk.surface.tenant),
    )
    assert b"the mentor's own question" in share.get_data()
    assert b"the mentee's own answer" not in share.get_data()
    assert b"Would you?" not in share.get_data()


def test_a_coordinator_s_archive_has_nothing_of_what_is_between_the_two(desk: Desk) -> None:
    assert desk.staff().get_json()["whole"] is False
    desk.collect()
    made = desk.archive(desk.staff("GET", "export/archive"))
    everything = orjson.dumps({name: made[name] for name in SERVICES}).decode() + made["page"]
    assert made["matching"]["sections"]["mentorships"][0]["state"] == "active"
    for text in ("Lead a team", "between us two", "thanks to", "First talk", "own answer", "Would you?"):
        assert text not in everything
    assert all("title" not in each for each in made["notifications"]["sections"]["notifications"])


def test_the_member_s_export_and_the_association_s_are_two_and_neither_opens_the_other(desk: Desk) -> None:
    own = desk.ask().get_json()["id"]
    assert desk.staff("GET").status_code == 404
    theirs = desk.staff().get_json()["id"]
    assert own != theirs
    assert (desk.ask("GET").get_json()["id"], desk.staff("GET").get_json()["id"]) == (own, theirs)


def test_a_service_that_is_away_is_named_and_asked_again_while_the_rest_stays_collected(desk: Desk) -> None:
    desk.wire.faults["events"] = away
    desk.ask()
    desk.collect()
    waiting = desk.ask("GET")
    assert states(waiting) == dict.fromkeys(SERVICES, "collected") | {"events": "missing"}
    assert {part["problem"] for part in waiting.get_json()["parts"]} == {None, "unreachable"}
    assert not desk.step()
    desk.wire.faults.clear()
    desk.wire.asked.clear()
    desk.wait_for_the_next_try()
    desk.collect()
    assert desk.wire.asked == ["events"]
    assert desk.ask("GET").get_json()["state"] == "ready"


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (Answer(503, {}, b"{}"), "answered_503"),
        (Answer(404, {}, b'{"detail": "Nothing here."}'), "answered_404"),
        (Answer(200, {}, b"not JSON"), "not_that_service"),
        (Answer(200, {}, b'{"service": "matching", "sections": {}}'), "not_that_service"),
        (Answer(302, {"location": "http://elsewhere"}, b""), "answered_302"),
    ],
)
def test_what_is_no_share_of_that_service_and_member_is_not_taken(desk: Desk, answer: Answer, problem: str) -> None:
    desk.wire.faults["events"] = lambda: answer
    desk.ask()
    desk.collect()
    assert {part["service"]: part.get("problem") for part in desk.ask("GET").get_json()["parts"]}["events"] == problem


def test_a_service_that_never_heard_of_the_member_has_nothing(desk: Desk) -> None:
    detail = f"There is no member {desk.me}."
    desk.wire.faults["notifications"] = lambda: Answer(404, {}, orjson.dumps({"detail": detail}))
    desk.ask()
    desk.collect()
    assert states(desk.ask("GET"))["notifications"] == "nothing"
    made = desk.archive(desk.ask("GET", "export/archive"))
    assert "notifications.json" not in made["names"]
    assert "Nothing is held here." in made["page"]


def test_a_token_that_is_not_taken_any_more_interrupts_and_asking_again_goes_on(desk: Desk) -> None:
    desk.wire.faults = dict.fromkeys(OTHERS, lambda: Answer(401, {}, b"{}"))
    first = desk.ask().get_json()
    desk.collect()
    assert desk.ask("GET").get_json()["state"] == "interrupted"
    assert desk.store.exports.collection.find_one({"_id": first["id"]})["token"] is None  # type: ignore[index]
    desk.wire.faults.clear()
    again = desk.ask().get_json()
    assert (again["id"], again["state"]) == (first["id"], "collecting")
    desk.collect()
    assert desk.ask("GET").get_json()["state"] == "ready"


def test_the_token_is_stored_sealed_and_gone_when_the_archive_is_there(desk: Desk) -> None:
    desk.ask()
    [stored] = desk.store.exports.collection.find({"member_id": desk.me})
    assert stored["token"].startswith("s1.")
    assert "eyJ" not in stored["token"]
    desk.collect()
    [stored] = desk.store.exports.collection.find({"member_id": desk.me})
    assert stored["token"] is None


def test_asked_for_anew_a_ready_export_gives_way_and_leaves_nothing(desk: Desk) -> None:
    first = desk.ask().get_json()["id"]
    desk.collect()
    second = desk.ask().get_json()
    assert (second["id"] != first, second["state"]) == (True, "collecting")
    chunks = desk.unit_of_work.database["export_chunks"]
    assert chunks.count_documents({"member_id": desk.me}) == 0


def test_asked_for_many_times_at_once_there_is_one_export(desk: Desk) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: desk.ask(), range(8)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.get_json()["id"] for answer in answers}) == 1
    assert desk.store.exports.collection.count_documents({"member_id": desk.me}) == 1


def test_parts_leave_when_the_archive_is_made_and_all_of_it_expires(desk: Desk) -> None:
    desk.ask()
    desk.collect()
    database = desk.unit_of_work.database
    chunks = list(database["export_chunks"].find({"member_id": desk.me}))
    assert {chunk["_id"].split("\n")[1] for chunk in chunks} == {"archive"}
    [export] = database["exports"].find({"member_id": desk.me})
    assert {chunk["expire_at"] for chunk in chunks} == {export["expire_at"]}
    assert timedelta(days=6) < export["expire_at"] - SystemClock().now() <= timedelta(days=7)


def test_of_an_export_forgotten_while_it_is_collected_nothing_is_written(desk: Desk) -> None:
    desk.ask()

    def erased() -> Answer:
        with desk.unit_of_work.database.client.start_session() as session:
            desk.store.exports.forget(session, desk.surface.tenant, [desk.me])
        return Answer(
            200, {}, orjson.dumps({"service": "matching", "member_id": desk.me, "whole": True, "sections": {}})
        )

    desk.wire.faults["matching"] = erased
    desk.collect()
    database = desk.unit_of_work.database
    assert [database[name].count_documents({"member_id": desk.me}) for name in ("exports", "export_chunks")] == [0, 0]


@pytest.mark.parametrize("service", SERVICES)
def test_nobody_but_the_member_and_a_coordinator_sees_a_share(desk: Desk, service: str) -> None:
    share = "export-share"
    assert desk.ask("GET", share, service=service).get_json()["whole"] is True
    assert desk.staff("GET", share, service=service).get_json()["whole"] is False
    assert desk.ask("GET", share, service=service, who=new_id()).status_code == 404
    assert desk.ask("GET", share, service=service, who=new_id(), roles=("organizer", "integrator")).status_code == 403
    assert desk.ask("GET", share, service=service, tenant="elsewhere").status_code == 404
    assert desk.staff("GET", share, service=service, tenant="elsewhere").status_code == 404


@pytest.mark.parametrize(("method", "what"), [("POST", "export"), ("GET", "export"), ("GET", "export/archive")])
def test_nobody_else_asks_for_an_export_or_gets_it(desk: Desk, method: str, what: str) -> None:
    desk.ask()
    desk.collect()
    assert desk.ask(method, what, who=new_id()).status_code == 404
    assert desk.ask(method, what, tenant="elsewhere").status_code == 404
    assert desk.staff(method, what, tenant="elsewhere").status_code == 404


def test_an_export_and_its_readings_by_staff_stand_in_the_trail_and_the_member_s_own_do_not(desk: Desk) -> None:
    def trail(service: str = "profiles", who: str = "") -> list[tuple[str, str]]:
        headers = desk.surface.issuer.headers("coordinator", sub=new_id(), tenant=desk.surface.tenant)
        path = f"/v1/audit?member_id={who or desk.me}&limit=200"
        rows = desk.surface.call(service, "GET", path, headers=headers).get_json()["items"]
        assert all(row["members"] == [desk.me] for row in rows)
        return [(row["operation"], row["outcome"]) for row in rows]

    before = trail()
    desk.ask()
    desk.collect()
    desk.ask("GET", "export/archive")
    assert trail() == before
    desk.staff()
    desk.collect()
    desk.staff("GET", "export/archive")
    assert trail() == [("exports.download", "200"), ("exports.begin", "202"), *before]
    assert trail("matching")[0] == ("export_share.show", "200")
    assert trail(who=new_id()) == []


def test_a_worker_that_dies_in_the_middle_leaves_a_step_that_the_next_one_takes(desk: Desk) -> None:
    def dies() -> Answer:
        raise RuntimeError("killed")

    desk.wire.faults["matching"] = dies
    desk.ask()
    desk.collect()
    assert states(desk.ask("GET")) == dict.fromkeys(SERVICES, "missing") | {"profiles": "collected"}
    desk.wire.faults.clear()
    desk.store.exports.collection.update_one({"member_id": desk.me}, {"$unset": {"claim": ""}})
    desk.collect()
    assert desk.ask("GET").get_json()["state"] == "ready"


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 5 << 19])
def test_bytes_of_any_length_come_back_as_they_were_and_give_way_to_others(desk: Desk, size: int) -> None:
    desk.ask()
    export = desk.store.exports.find_of(desk.surface.tenant, desk.me, whole=True)
    assert export is not None
    content = os.urandom(size)
    with desk.unit_of_work.database.client.start_session() as session:
        desk.store.exports.keep(session, export, "events", os.urandom(3 << 20))
        desk.store.exports.keep(session, export, "events", content)
        desk.store.exports.keep(session, export, "matching", b"another part")
        assert b"".join(desk.store.exports.pieces(export, "events")) == content
        desk.store.exports.drop(session, export, "events")
    assert list(desk.store.exports.pieces(export, "events")) == []
    assert b"".join(desk.store.exports.pieces(export, "matching")) == b"another part"
