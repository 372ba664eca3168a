"""`python -m tests.faults --minutes 3 --seed 1 [--report FOLDER]`: one thing after the other goes wrong.

Exits with 1 where a promise was broken. The same seed plans the same faults, the same stream and the same clients; how
many faults come in the time is the machine's.
"""

import argparse
import logging
import shutil
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from cli.embedded.errors import EmbeddedError
from tests.faults.long_run import LongRun
from tests.faults.report import write_report
from tests.memory import quick_folder


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=(__doc__ or "").partition("\n\n")[2])
    parser.add_argument("--minutes", type=float, default=3.0, help="how long things go wrong (3)")
    parser.add_argument("--seed", type=int, default=1, help="of what, in which order (1)")
    parser.add_argument(
        "--report", type=Path, default=Path("faults-report"), help="where the report goes (faults-report)"
    )
    parser.add_argument("--kills", action="store_true", help="kill processes only, and ask how soon the others answer")
    wanted = parser.parse_args()
    # Whoever ends us ends what we started, by the same way as Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    logging.getLogger("kafka").addHandler(logging.NullHandler())
    logging.getLogger("kafka").propagate = False
    began = time.monotonic()
    try:
        with ExitStack() as stack:
            otherwise = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ithaca-faults-")))
            folder = stack.enter_context(quick_folder(otherwise))
            run = LongRun(
                folder,
                seed=wanted.seed,
                minutes=wanted.minutes,
                kills=wanted.kills,
                say=lambda line: _say(f"[{time.monotonic() - began:5.0f}] {line}"),
            )
            try:
                told = run.run()
            finally:
                shutil.copytree(folder / "logs", wanted.report / "logs", dirs_exist_ok=True)
    except EmbeddedError as error:
        _say(f"no broker and database that may be taken away: {error}")
        return 2
    except KeyboardInterrupt:
        _say("broken off; nothing is left running")
        return 130
    write_report(told, wanted.report)
    for violation in told.violations:
        _say(f"VIOLATION: {violation}")
    _say((wanted.report / "report.md").read_text().partition("\n")[0].removeprefix("# "))
    _say(f"the report is in {wanted.report}")
    return 1 if told.violations else 0


if __name__ == "__main__":
    sys.exit(main())
