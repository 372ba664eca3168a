"""How a match run came out, for a terminal or for the next program in a pipe."""

import sys
from collections import Counter
from collections.abc import Iterator

import click
from rich.console import Console
from rich.table import Table

from cli.door import Json

_LONGEST_BAR = 40


def print_result(run: Json, report: Json) -> None:
    """Prints the run's numbers, whom it left alone and why, and its pairs by score; tabs part them in a pipe.

    `report` is the program's, of this run.
    """
    rows = [*numbers(run), *alone(report)]
    if sys.stdout.isatty():
        console = Console()
        table = Table("match run", run["id"])
        for what, value in rows:
            table.add_row(what, value)
        console.print(table)
        histogram = Table("score", "pairs", "")
        for score, pairs, bar in bars(report):
            histogram.add_row(score, pairs, bar)
        console.print(histogram)
    else:
        for row in (*rows, *bars(report)):
            click.echo("\t".join(row))
    if run["state"] == "published":
        reasons = Counter(each["reason"] for each in run["skipped"])
        why = ": " + ", ".join(f"{count:,} {reason}" for reason, count in reasons.most_common()) if reasons else ""
        told = f"{run['published']:,} pairs are published, {len(run['skipped']):,} skipped{why}."
    else:
        told = f"The run {run['id']} waits for review."
    click.echo(told, err=True)


def numbers(run: Json) -> Iterator[tuple[str, str]]:
    """The totals, with what they are."""
    summary = run["summary"]
    pairs = summary["matched"]
    yield "pairs", f"{pairs:,}"
    if pairs:
        yield "mean score", f"{summary['total_score'] / pairs:.4f}"
        yield "mean score of the worst tenth", f"{summary['worst_decile']:.4f}"
    yield "without a partner", f"{summary['unmatched']:,}"


def alone(report: Json) -> Iterator[tuple[str, str]]:
    """People without a partner, by role and the first rule that left them nobody."""
    for each in report["unmatched"]:
        yield f"{each['role']}s: {each['reason']}", f"{each['people']:,}"


def bars(report: Json) -> Iterator[tuple[str, str, str]]:
    """The pairs by score, from the lowest that there is to the highest."""
    filled = [at for at, bucket in enumerate(report["scores"]) if bucket["pairs"]]
    if not filled:
        return
    shown = report["scores"][filled[0] : filled[-1] + 1]
    most = max(bucket["pairs"] for bucket in shown)
    for bucket in shown:
        length = -(-bucket["pairs"] * _LONGEST_BAR // most)
        yield f"{bucket['least']:.2f} to {bucket['most']:.2f}", f"{bucket['pairs']:,}", "#" * length
