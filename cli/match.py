"""`ithaca match`: a match run as a coordinator starts it, followed to its end, with the result as a table."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
import orjson

from cli.door import Door, Json, Unanswered, open_door
from cli.ending import end
from cli.match_result import print_result
from cli.progress import Bar
from shared.contracts.vocabulary import OBJECTIVES
from shared.ids import is_id

_EACH_SECONDS = 0.5
_EACH_SECONDS_PUBLISHING = 2.0
"""A run that came out is told with everybody it left alone: it is asked for less often."""

_PATIENCE_SECONDS = 30.0
"""For a service that is away while a run is followed: it may only be restarted."""


@click.command("match")
@click.argument("program_id")
@click.option("--objective", type=click.Choice(OBJECTIVES), default="best_score", show_default=True)
@click.option("--mode", type=click.Choice(["welfare", "stable"]), help="What is promised of the pairs: else welfare.")
@click.option("--fairness", type=click.FloatRange(0, 1), help="How much those who fit worst count more.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Orders those who fit equally well.")
@click.option("--publish", is_flag=True, help="Approve and publish all pairs, without anybody's review.")
@click.option("--json", "as_json", is_flag=True, help="The run and its numbers as one JSON object.")
@click.option("--tenant", help="Of the local platform. By default the only one there is.")
@click.option("--url", metavar="ADDRESS", help="Of another platform's matching service; needs a token.")
@click.option("--token", envvar="ITHACA_TOKEN", show_envvar=True, help="A coordinator's.")
def command(
    program_id: str,
    objective: str,
    mode: str | None,
    fairness: float | None,
    seed: int | None,
    publish: bool,
    as_json: bool,
    tenant: str | None,
    url: str | None,
    token: str | None,
) -> None:
    """Matches everyone approved in PROGRAM_ID, and prints how it came out.

    Without --publish the pairs wait for review. The status is 0 where it came out; 1 where it failed, was refused, or a
    pair could not be published; 130 where it was interrupted: a run that is computed is then cancelled.
    """
    if not is_id(program_id):
        raise click.UsageError(f"{program_id!r} is no id of a program: GET /v1/programs lists them.")
    door = open_door("matching", "coordinator", address=url, token=token, tenant=tenant, subject="ithaca match")
    given = {"objective": objective, "mode": mode, "fairness": fairness, "seed": seed}
    wanted = {name: value for name, value in given.items() if value is not None}
    runs = f"/v1/programs/{program_id}/match-runs"
    with _interrupted(f"A run may have begun: GET {runs} lists it."):
        run = door.tell(runs, wanted)
    click.echo(f"Match run {run['id']}.", err=True)
    run = _computed(door, run)
    if run["state"] != "ready":
        end(f"The run {run['id']} {_fate(run)}")
    if publish:
        run = _published(door, run)
    with _interrupted(f"The run {run['id']} came out, and stays as it is."):
        report = door.get(f"/v1/programs/{program_id}/report", run=run["id"])
    if as_json:
        click.echo(orjson.dumps({"run": run, "report": report}, option=orjson.OPT_INDENT_2).decode())
    else:
        print_result(run, report)
    if publish and run["state"] != "published":
        end(f"The run {run['id']} is under review again: {run.get('failure') or 'it was not published.'}")
    sys.exit(1 if run["skipped"] else 0)


@contextmanager
def _interrupted(line: str) -> Iterator[None]:
    """Ends the command with this line and status 130 where it is interrupted."""
    try:
        yield
    except KeyboardInterrupt:
        end(f"interrupted. {line}", status=130)


def _computed(door: Door, run: Json) -> Json:
    """The run when no worker is at it any more; it is cancelled where this is interrupted."""
    try:
        return _followed(door, run, lambda each: each["state"] in ("queued", "computing"), _EACH_SECONDS)
    except KeyboardInterrupt:
        try:
            door.ask("POST", f"/v1/match-runs/{run['id']}/cancel")
        except Unanswered as error:
            said = f"The run {run['id']} is not cancelled: {error.line}"
        else:
            said = f"The run {run['id']} is cancelled."
        end(f"interrupted. {said}", status=130)


def _published(door: Door, run: Json) -> Json:
    """The run when its pairs are published, or when it is under review again."""
    with _interrupted(f"What is published stays so, and a worker goes on with the run {run['id']}."):
        told = door.tell(f"/v1/match-runs/{run['id']}/publish", {"approve_all": True})
        return _followed(door, told, _is_being_published, _EACH_SECONDS_PUBLISHING)


def _is_being_published(run: Json) -> bool:
    return (run["state"], run["stage"]) == ("ready", "publishing")


def _followed(door: Door, run: Json, goes_on: Callable[[Json], bool], each_seconds: float) -> Json:
    """The run when it does not go on any more, shown until then; a service that is away is waited for a little."""
    started = heard = time.monotonic()
    with Bar() as bar:
        while goes_on(run):
            elapsed = run.get("elapsed_seconds") or time.monotonic() - started
            bar.show(run["stage"] or "waiting for a worker", round(run["progress"] * 100), 100, f"{elapsed:.0f} s")
            time.sleep(each_seconds)
            try:
                run = door.ask("GET", f"/v1/match-runs/{run['id']}")
            except Unanswered as error:
                passes = error.status is None or error.status == 429 or error.status >= 500
                if not passes or time.monotonic() - heard > _PATIENCE_SECONDS:
                    end(f"{error.line}\nThe run {run['id']} goes on without this command.")
            else:
                heard = time.monotonic()
    return run


def _fate(run: Json) -> str:
    if run["state"] == "failed":
        return f"failed: {run['failure']}"
    return f"was {run['state']} by somebody else meanwhile."
