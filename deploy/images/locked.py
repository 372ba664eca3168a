"""The part of requirements.lock that one service needs, its hashes included, for `pip install --require-hashes`.

Called by the Dockerfiles from the folder that holds pyproject.toml and requirements.lock:

    python locked.py profiles           what the distribution with the extra `profiles` needs
    python locked.py matching themes    what it needs with both
    python locked.py build              what building the distribution needs

The lock says below each package which others brought it in (`# via`): that is followed, from the names in
pyproject.toml on.
pip installs just these, and looks for nothing else: told to, it would refuse an extra that the lock has no line for.
Should one ever be lacking, `pip check` stops the build.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Locked:
    """One entry of the lock. A package has several where its version depends on the machine."""

    name: str
    via: frozenset[str]
    text: str


def entries(lock: str) -> Iterator[Locked]:
    """The entries of a lock as `uv pip compile --generate-hashes` writes it."""
    for text in re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE):
        if name := re.match(r"[a-z0-9-]+(?===)", text):
            via = re.findall(r"^ +#(?: via)? +(\S+)$", text, flags=re.MULTILINE)
            yield Locked(name.group(), frozenset(via), text)


def roots(project: dict[str, dict[str, dict[str, list[str]]]], part: str) -> set[str]:
    """The names that pyproject.toml itself asks for, for `build` or for an extra. Raises KeyError for another word."""
    if part == "build":
        return _names(project["build-system"]["requires"])
    return _names(project["project"]["dependencies"]) | _names(project["project"]["optional-dependencies"][part])


def needed(lock: Iterable[Locked], wanted: set[str]) -> list[Locked]:
    """The entries for these names and for all that they bring in. Raises KeyError for a name that is not locked."""
    lock = list(lock)
    if absent := wanted - {entry.name for entry in lock}:
        raise KeyError(f"requirements.lock has no {', '.join(sorted(absent))}")
    while brought := {entry.name for entry in lock if entry.via & wanted} - wanted:
        wanted = wanted | brought
    return [entry for entry in lock if entry.name in wanted]


def _names(requirements: Iterable[object]) -> set[str]:
    found = (re.match(r"[\w.-]+", str(requirement)) for requirement in requirements)
    return {re.sub(r"[-_.]+", "-", name.group()).lower() for name in found if name}


def main() -> None:
    """Prints the entries; a name that is not locked ends the build with its traceback."""
    project = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))
    lock = entries(Path("requirements.lock").read_text("utf-8"))
    wanted = set[str]().union(*(roots(project, part) for part in sys.argv[1:]))
    sys.stdout.writelines(entry.text for entry in needed(lock, wanted))


if __name__ == "__main__":
    main()
