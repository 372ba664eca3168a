"""The Java that runs the broker."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cli.embedded.errors import NotAvailable

OLDEST = 17
"""What a Kafka 4 server needs."""


@dataclass(frozen=True, slots=True)
class Java:
    """A Java that can run the broker; `version` as it calls itself, such as 17.0.15."""

    program: str
    version: str


def find_java() -> Java:
    """The Java of `JAVA_HOME`, else of PATH. Raises NotAvailable where there is none or it is too old."""
    home = os.environ.get("JAVA_HOME")
    program = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if program is None:
        raise NotAvailable(f"there is no java: install Java {OLDEST} or later")
    try:
        answer = subprocess.run([program, "-version"], capture_output=True, text=True, check=True, timeout=20)
    except (OSError, subprocess.SubprocessError) as error:
        raise NotAvailable(f"{program} does not run: {error}") from error
    version = re.search(r'version "((\d+)[^"]*)"', answer.stderr)
    if version is None or int(version[2]) < OLDEST:
        found = version[1] if version else "of unknown version"
        raise NotAvailable(f"{program} is Java {found}: Kafka needs Java {OLDEST} or later")
    return Java(program, version[1])
