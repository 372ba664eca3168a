"""What the trials stand on: a copy of the tree, and one broker and database for all of them."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.backends import find
from tests.memory import quick_folder

ROOT = Path(__file__).parents[2]
_LEFT_OUT = ("build", "dist", "__pycache__", "*.egg-info")


@contextmanager
def copied_tree() -> Iterator[Path]:
    """The tree as it stands here, committed or not, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="ithaca-mutations-") as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", *_LEFT_OUT))
        yield copy


@contextmanager
def platform() -> Iterator[Mapping[str, str]]:
    """The environment by which tests find a broker and a database; where none are named they are started."""
    with tempfile.TemporaryDirectory(prefix="ithaca-mutations-") as folder, ExitStack() as stack:
        quick = stack.enter_context(quick_folder(Path(folder)))
        found = find(os.environ, quick, stack)
        yield {
            "KAFKA_BOOTSTRAP_SERVERS": found.kafka,
            "MONGODB_URI": found.mongodb,
            "ITHACA_BROKER": found.broker,
        }
