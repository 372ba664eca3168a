"""`ithaca match` before a service that says what a test lets it say."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result

from cli import match
from cli.match import command
from shared.ids import new_id

PROGRAM, RUN = new_id(), new_id()
RUN_PATH, START_PATH = f"/v1/match-runs/{RUN}", f"/v1/programs/{PROGRAM}/match-runs"

Answer = tuple[int, dict[str, Any]]

REPORT: dict[str, Any] = {
    "unmatched": [{"role": "mentee", "reason": "language", "people": 3}],
    "scores": [{"least": at / 20, "most": (at + 1) / 20, "pairs": {10: 1, 12: 1_200}.get(at, 0)} for at in range(20)],
}


def run_in(state: str, **more: Any) -> dict[str, Any]:
    summary = {"matched": 1_201, "unmatched": 3, "total_score": 750.625, "worst_decile": 0.5}
    run = {"id": RUN, "state": state, "stage": "", "progress": 0.0, "skipped": [], "published": 0, "failure": None}
    return {**run, "summary": summary, **more}


class Scripted:
    """Answers each address by its script, the last answer again and again; `asked` is all that was asked."""

    def __init__(self, script: dict[str, list[Answer]]) -> None:
        self.script = script
        self.asked: list[tuple[str, Any]] = []

    def answer(self, line: str, body: bytes) -> Answer:
        self.asked.append((line, orjson.loads(body) if body else None))
        answers = self.script.get(line, [(404, {"detail": f"Nobody answers {line}."})])
        return answers.pop(0) if len(answers) > 1 else answers[0]


@contextmanager
def served(scripted: Scripted) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def _all(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, content = scripted.answer(f"{self.command} {self.path}", body)
            said = orjson.dumps(content)
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = _all  # noqa: N815 - http.server's names

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def script(*followed: dict[str, Any], **more: list[Answer]) -> dict[str, list[Answer]]:
    """A run that is asked for and then seen as these, one after the other."""
    return {
        f"POST {START_PATH}": [(202, run_in("queued"))],
        f"GET {RUN_PATH}": [(200, run) for run in followed],
        f"GET /v1/programs/{PROGRAM}/report?run={RUN}": [(200, REPORT)],
        **more,
    }


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(match, "_EACH_SECONDS", 0.01)
    monkeypatch.setattr(match, "_EACH_SECONDS_PUBLISHING", 0.01)


def matched(scripted: Scripted, *arguments: str) -> Result:
    with served(scripted) as address:
        return CliRunner().invoke(command, [PROGRAM, "--url", address, "--token", "t", *arguments])


def test_a_run_is_asked_for_followed_and_told_as_a_table() -> None:
    computing = run_in("computing", stage="candidates", progress=0.4, elapsed_seconds=12.3)
    scripted = Scripted(script(computing, run_in("ready")))
    result = matched(scripted, "--objective", "most_people", "--fairness", "0.5", "--seed", "7")
    assert (result.exit_code, result.stdout.splitlines()) == (
        0,
        [
            "pairs\t1,201",
            "mean score\t0.6250",
            "mean score of the worst tenth\t0.5000",
            "without a partner\t3",
            "mentees: language\t3",
            "0.50 to 0.55\t1\t#",
            "0.55 to 0.60\t0\t",
            f"0.60 to 0.65\t1,200\t{'#' * 40}",
        ],
    )
    assert "candidates: 40 of 100, 12 s" in result.stderr
    assert f"The run {RUN} waits for review." in result.stderr
    assert scripted.asked[0][1] == {"objective": "most_people", "fairness": 0.5, "seed": 7}
    assert not [line for line, _ in scripted.asked if line.endswith("/publish")]


def test_as_json_it_is_the_run_and_its_numbers() -> None:
    result = matched(Scripted(script(run_in("ready"))), "--json")
    assert (result.exit_code, orjson.loads(result.stdout)) == (0, {"run": run_in("ready"), "report": REPORT})


def test_a_failed_run_ends_with_its_sentence() -> None:
    result = matched(Scripted(script(run_in("failed", failure="The locked pair is impossible: blocked."))))
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"ithaca: The run {RUN} failed: The locked pair is impossible: blocked." in result.stderr


def test_a_run_that_somebody_else_discarded_is_no_result() -> None:
    result = matched(Scripted(script(run_in("discarded"))))
    assert (result.exit_code, "was discarded by somebody else" in result.stderr) == (1, True)


def test_what_is_refused_is_told_in_the_service_s_words() -> None:
    for status, detail in ((404, "There is no program."), (409, "A program that is draft does not allow: match.")):
        problem = {"detail": detail, "errors": [{"pointer": "/objective", "detail": "No."}]}
        result = matched(Scripted({f"POST {START_PATH}": [(status, problem)]}))
        assert (result.exit_code, result.stderr) == (1, f"ithaca: {detail}\n  /objective No.\n")


def test_published_pairs_and_skipped_ones_are_counted() -> None:
    publish = {f"POST {RUN_PATH}/publish": [(200, run_in("published", published=1_201))]}
    scripted = Scripted(script(run_in("ready")) | publish)
    result = matched(scripted, "--publish")
    assert (result.exit_code, "1,201 pairs are published, 0 skipped." in result.stderr) == (0, True)
    assert (f"POST {RUN_PATH}/publish", {"approve_all": True}) in scripted.asked
    skipped = [{"reason": reason} for reason in ("mentor_full", "mentee_matched", "mentor_full")]
    publish = {f"POST {RUN_PATH}/publish": [(200, run_in("published", published=1_198, skipped=skipped))]}
    result = matched(Scripted(script(run_in("ready")) | publish), "--publish")
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (
        1,
        "1,198 pairs are published, 3 skipped: 2 mentor_full, 1 mentee_matched.",
    )


def test_a_publication_by_a_worker_is_followed_to_its_end() -> None:
    publishing = run_in("ready", stage="publishing", progress=0.5)
    publish = {f"POST {RUN_PATH}/publish": [(202, publishing)]}
    done = run_in("published", published=1_201)
    result = matched(Scripted(script(run_in("ready"), publishing, publishing, done) | publish), "--publish")
    assert (result.exit_code, "1,201 pairs are published" in result.stderr) == (0, True)
    assert "publishing: 50 of 100" in result.stderr
    back = run_in("ready", failure="The program is over.")
    result = matched(Scripted(script(run_in("ready"), publishing, back) | publish), "--publish")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == f"ithaca: The run {RUN} is under review again: The program is over."


def interrupting(monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Ctrl-C at the nth pause."""
    left = [after]
    sleep = time.sleep

    def pause(seconds: float) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt
        sleep(seconds)

    monkeypatch.setattr(match.time, "sleep", pause)


def test_an_interrupted_run_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    interrupting(monkeypatch, 3)
    cancelled = {f"POST {RUN_PATH}/cancel": [(200, run_in("discarded"))]}
    scripted = Scripted(script(run_in("computing", stage="candidates")) | cancelled)
    result = matched(scripted)
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (
        130,
        f"ithaca: interrupted. The run {RUN} is cancelled.",
    )
    assert scripted.asked[-1][0] == f"POST {RUN_PATH}/cancel"


def test_a_run_that_came_out_at_that_moment_is_said_not_to_be_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    interrupting(monkeypatch, 2)
    late = {f"POST {RUN_PATH}/cancel": [(409, {"detail": "A match run that is ready does not allow: cancel."})]}
    result = matched(Scripted(script(run_in("computing")) | late))
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (
        130,
        f"ithaca: interrupted. The run {RUN} is not cancelled: A match run that is ready does not allow: cancel.",
    )


def test_an_interrupted_publication_goes_on_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    publishing = run_in("ready", stage="publishing")
    publish = {f"POST {RUN_PATH}/publish": [(202, publishing)]}
    interrupting(monkeypatch, 3)
    scripted = Scripted(script(run_in("ready"), publishing) | publish)
    result = matched(scripted, "--publish")
    assert (result.exit_code, "a worker goes on with the run" in result.stderr) == (130, True)
    assert not [line for line, _ in scripted.asked if line.endswith("/cancel")]


@pytest.mark.parametrize(
    ("method", "said"),
    [
        ("tell", f"A run may have begun: GET {START_PATH} lists it."),
        ("get", f"The run {RUN} came out, and stays as it is."),
    ],
    ids=["asked for", "reported"],
)
def test_an_interrupted_question_says_what_there_may_be(
    monkeypatch: pytest.MonkeyPatch, method: str, said: str
) -> None:
    def interrupted(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(match.Door, method, interrupted)
    result = matched(Scripted(script(run_in("ready"))))
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (130, f"ithaca: interrupted. {said}")


def test_a_service_that_is_away_for_a_moment_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    away: Callable[[], Answer] = lambda: (503, {"detail": "Try again."})  # noqa: E731 - shorter than its def
    answers = script()
    answers[f"GET {RUN_PATH}"] = [away(), away(), (200, run_in("ready"))]
    assert matched(Scripted(answers)).exit_code == 0
    monkeypatch.setattr(match, "_PATIENCE_SECONDS", 0.05)
    answers = script()
    answers[f"GET {RUN_PATH}"] = [away()]
    result = matched(Scripted(answers))
    assert (result.exit_code, result.stderr.splitlines()[-2:]) == (
        1,
        ["ithaca: Try again.", f"The run {RUN} goes on without this command."],
    )


def test_a_run_that_is_gone_is_not_waited_for() -> None:
    answers = script()
    answers[f"GET {RUN_PATH}"] = [(404, {"detail": "There is no match run."})]
    result = matched(Scripted(answers))
    assert (result.exit_code, "There is no match run." in result.stderr) == (1, True)


def test_a_service_that_is_not_there_is_said_to_be_away() -> None:
    result = CliRunner().invoke(command, [PROGRAM, "--url", "http://127.0.0.1:1", "--token", "t"])
    assert (result.exit_code, result.stderr) == (1, "ithaca: http://127.0.0.1:1 gives no answer: NewConnectionError\n")


@pytest.mark.parametrize(
    "arguments", [["7"], [PROGRAM, "--fairness", "2"], [PROGRAM, "--objective", "luck"], [PROGRAM, "--url", "http://x"]]
)
def test_what_cannot_be_meant_is_a_fault_of_usage(arguments: list[str]) -> None:
    result = CliRunner().invoke(command, arguments, env={"ITHACA_TOKEN": ""})
    assert (result.exit_code, "Traceback" in result.stderr) == (2, False), result.output
