"""What `ithaca import` says of a file that cannot be read."""

import gzip
from pathlib import Path

import click
import pytest

from cli.import_ import _opened


@pytest.mark.parametrize("damaged", [slice(40, 60), slice(2, 4)])
def test_a_damaged_packed_file_is_said_to_be_so(tmp_path: Path, damaged: slice) -> None:
    content = b"".join(b"%d,Ada%d\n" % (number, number**2) for number in range(5000))
    packed = bytearray(gzip.compress(content))
    packed[damaged] = b"\xff" * (damaged.stop - damaged.start)
    (tmp_path / "members.csv.gz").write_bytes(packed)
    with pytest.raises(click.UsageError, match="cannot be read"):
        _opened(tmp_path / "members.csv.gz")
