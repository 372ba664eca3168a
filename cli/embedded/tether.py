"""Becomes another program that ends when its parent does. Run as a script, with the standard library alone:

    python -I -S tether.py SIGNAL PARENT_PID PROGRAM [ARGUMENT...]

A program of its own rather than `preexec_fn`, which is unsafe in a process that has threads. The kernel sends SIGNAL
when the *thread* that started this process ends: start it from the main thread. The tether holds on Linux; elsewhere
the next start ends what is left over.
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Ties this process to its parent and becomes the program. Raises OSError where it cannot be run."""
    death_signal, parent, program = int(arguments[0]), int(arguments[1]), arguments[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the parent ended before this process was tied to it")
    os.execvp(program[0], program)  # noqa: S606  # nosec B606


if __name__ == "__main__":
    main(sys.argv[1:])
