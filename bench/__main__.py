"""`python -m bench [NAME,NAME]`: prints a table and writes `bench/results.json`."""

import os
import platform
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table

from bench import (
    accept,
    at_a_million,
    backlog,
    beside_slow_mail,
    bulk_upload,
    fanout,
    ingest,
    live,
    match_run,
    member_feed,
    notify,
    overload,
    pairing,
    replanned_rounds,
    schedule,
    search,
    slow_mail,
    speed_rounds,
    streams,
    tenant_hopping,
    webhooks,
    whole_matches,
)
from bench.ground import backends
from bench.result import Result
from shared.settings import Settings

Bench = Callable[[Settings, Callable[[str], None]], list[Result]]

BENCHES: dict[str, Bench] = {
    "ingest": ingest.run,
    "ingest_at_1m": at_a_million.run,
    "backlog_1m": backlog.run,
    "import_100k": bulk_upload.run,
    "feed_100k": member_feed.run,
    "search_page_1": search.run,
    "live_http": live.run,
    "streams_2k": streams.run,
    "fanout_p50": fanout.run,
    "fanout_p99": fanout.run,
    "match_run_100k": match_run.run,
    "slow_mail_p99": slow_mail.run,
    "slow_mail_others_p99": beside_slow_mail.run,
    "accept_1": accept.run,
    "accept_8": accept.run,
    "accept_32": accept.run,
    "replan_http_5k": replanned_rounds.run,
    "notify_50k": notify.run,
    "webhooks_p99": webhooks.run,
    "overload_p99": overload.run,
    "tenant_hopping": tenant_hopping.run,
}
# What needs neither broker nor database, so that none is started for it alone.
PURE: dict[str, Callable[[Callable[[str], None]], list[Result]]] = {
    "candidates_100k": pairing.run,
    "assignment_100k": pairing.run,
    "match_10k": whole_matches.run_10k,
    "match_1k": whole_matches.run_1k,
    "rounds_20k": speed_rounds.run,
    "schedule_1k": schedule.run_1k,
    "schedule_5k": schedule.run_5k,
    "schedule_20k": schedule.run_20k,
}
RESULTS = Path(__file__).with_name("results.json")


def main(only: str) -> int:
    """Runs the benchmarks named (all without a name). Returns 2 for a name that there is not."""
    wanted = [name for name in only.split(",") if name] or [*BENCHES, *PURE]
    if unknown := [name for name in wanted if name not in BENCHES | PURE]:
        sys.stderr.write(f"There is no benchmark {', '.join(unknown)}: there are {', '.join([*BENCHES, *PURE])}.\n")
        return 2
    # So that what was started for the run ends with it, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    console = Console(stderr=True)
    results: dict[str, Result] = {}
    for pure in dict.fromkeys(PURE[name] for name in wanted if name in PURE):
        results |= {result.name: result for result in pure(console.log)}
    if connected := list(dict.fromkeys(BENCHES[name] for name in wanted if name in BENCHES)):
        with backends() as settings:
            for bench in connected:
                results |= {result.name: result for result in bench(settings, console.log)}
    # What is no benchmark of its own stands beside the one it came with.
    shown = [result for result in results.values() if result.name in wanted or result.name not in BENCHES | PURE]
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}
    document = {"machine": machine, "results": [result.as_json() for result in shown]}
    RESULTS.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
    _print(shown)
    return 0


def _print(results: list[Result]) -> None:
    table = Table("name", "unit", "product", "floor", "peer", "of floor", "of peer", "notes")
    for result in results:
        figures = (result.product, result.floor, result.peer, result.ratio(result.floor), result.ratio(result.peer))
        table.add_row(result.name, result.unit, *("" if f is None else f"{f:,.2f}" for f in figures), result.notes)
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
