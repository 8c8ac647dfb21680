"""What a test cannot do on this machine it says; where everything must be there, that is a failure."""

import subprocess
import sys
from pathlib import Path

from commands import environment

CHECKOUT = Path(__file__).resolve().parents[1]
ONE = 'import pytest\n\ndef test_one() -> None:\n    pytest.skip("THERE IS NO MOON")\n'


def _outcome(folder: Path, *, ci: str) -> tuple[int, str]:
    """What pytest, set up as in this checkout, makes of one test that skips itself."""
    (folder / "test_one.py").write_text(ONE, "utf-8")
    ours = ["-c", str(CHECKOUT / "pyproject.toml"), "-p", "conftest", "-p", "no:cacheprovider"]
    words = [sys.executable, "-m", "pytest", *ours, "--rootdir", str(folder), str(folder)]
    there = environment(CI=ci, PYTHONPATH=str(CHECKOUT / "tests"))
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=folder, env=there)
    return done.returncode, done.stdout


def test_a_skipped_test_gives_its_reason_and_fails_where_everything_must_be_there(tmp_path: Path) -> None:
    """Nobody reads a green line as more than it is."""
    at_home, said = _outcome(tmp_path, ci="")
    in_ci, complained = _outcome(tmp_path, ci="true")

    assert at_home == 0
    assert "THERE IS NO MOON" in said
    assert in_ci == 1
    assert "CI skips nothing: THERE IS NO MOON" in complained
