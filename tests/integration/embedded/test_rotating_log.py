"""Logs of bounded size."""

from pathlib import Path

from cli.embedded.rotating_log import RotatingLog, last_lines


def test_a_log_keeps_the_newest_lines_in_a_bounded_number_of_files(tmp_path: Path) -> None:
    path = tmp_path / "kafka.log"
    with RotatingLog(path, limit=20, generations=2) as log:
        for number in range(10):
            log.write(f"line {number}\n".encode())

    kept = [(tmp_path / name).read_text() for name in ("kafka.log.2", "kafka.log.1", "kafka.log")]
    assert "".join(kept) == "".join(f"line {number}\n" for number in range(4, 10))
    assert len(list(tmp_path.iterdir())) == 3


def test_a_log_goes_on_where_an_earlier_run_ended(tmp_path: Path) -> None:
    path = tmp_path / "kafka.log"
    for line in (b"first\n", b"second\n"):
        with RotatingLog(path) as log:
            log.write(line)

    assert last_lines(path, 1) == "second"
    assert last_lines(path) == "first\nsecond"
