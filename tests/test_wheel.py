"""What is installed from a wheel, away from the checkout, does the whole job."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from commands import environment

CHECKOUT = Path(__file__).parents[1]
PATIENCE = 60.0  # Seconds; a busy machine starts a Python slowly.
INIT = {
    "name": "Stilte op zondag",
    "from": "Marijke de Wit <marijke@stilte.example>",
    "base-url": "http://127.0.0.1:8000",
    "smtp-url": "smtp://127.0.0.1:9?tls=none",
    "language": "nl",
    "timezone": "Europe/Amsterdam",
    "weekday": "zondag",
    "time": "08:00",
    "postal-address": "Kerkstraat 1, 1234 AB Ons Dorp",
}


@pytest.fixture(scope="module")
def uv() -> str:
    """The builder; it is missing only where nobody ran the README's commands, and never where the check lands."""
    found = shutil.which("uv") or shutil.which("uv", path=CHECKOUT / ".uv" / "bin")
    if not found and not os.environ.get("CI"):
        pytest.skip("uv is not there: the wheel was NOT tried")
    assert found
    return found


@pytest.fixture(scope="module")
def wheel(uv: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    out = tmp_path_factory.mktemp("wheel")
    _run([uv, "build", "--quiet", "--wheel", "--no-python-downloads", "--out-dir", str(out), str(CHECKOUT)])
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def site(uv: str, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where it is installed; what it depends on comes from the environment of the tests."""
    site = tmp_path_factory.mktemp("site")
    install = ["pip", "install", "--quiet", "--no-deps", "--python", sys.executable, "--target", str(site)]
    _run([uv, *install, str(wheel)])
    return site


def test_the_wheel_holds_what_the_program_reads(wheel: Path) -> None:
    """Every template, migration and sample of the checkout, and nothing of its tests."""
    inside = set(zipfile.ZipFile(wheel).namelist())
    expected = {
        f"wekelijks/{path.relative_to(root).as_posix()}"
        for root, directory in (
            (CHECKOUT, "templates"),
            (CHECKOUT, "migrations"),
            (CHECKOUT / "src/wekelijks", "samples"),
        )
        for path in (root / directory).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert len(expected) > 15
    assert expected - inside == set()
    assert [name for name in inside if not name.startswith(("wekelijks/", "wekelijks-"))] == []


def test_an_installed_wheel_does_the_whole_job(site: Path, tmp_path: Path) -> None:
    """It makes an installation, migrates it, takes in an article, freezes a letter, and shows both as pages."""
    data, runs = tmp_path / "data", _Installed(site, tmp_path)
    assert runs.text("-c", "import wekelijks; print(wekelijks.__file__)").startswith(str(site))

    runs.command(data, "init", *(word for option, value in INIT.items() for word in (f"--{option}", value)))
    assert "newest schema" in runs.command(data, "migrate")
    runs.command(data, "articles", "import", str(site / "wekelijks" / "samples" / "loslaten.html"))
    runs.command(data, "subscribers", "add", "anneke@lezers.example", "--confirmed-by", "form of 3 March")
    coming = json.loads(runs.command(data, "status", "--json"))["newsletters"][0]["next"]
    assert coming["obstacle"] is None
    runs.command(data, "slots", "open", coming["date"], "--yes")

    with runs.serving(data) as url:
        assert "Stilte op zondag" in httpx.get(f"{url}/").text
        letter = httpx.get(f"{url}/archive/{coming['date']}")
        assert letter.status_code == 200
        assert coming["subject"] in letter.text


class _Installed:
    """The installed package, run from a directory that knows no checkout."""

    def __init__(self, site: Path, home: Path) -> None:
        self._home = home
        self._environment = environment(PYTHONPATH=str(site), PYTHONDONTWRITEBYTECODE="1")

    def text(self, *words: str) -> str:
        """What Python wrote."""
        return _run([sys.executable, "-P", *words], cwd=self._home, env=self._environment)

    def command(self, data: Path, *words: str) -> str:
        """What the program wrote."""
        return self.text("-m", "wekelijks", "--data", str(data), *words)

    @contextlib.contextmanager
    def serving(self, data: Path) -> Iterator[str]:
        """Its pages' address, while it serves them."""
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
        command = [sys.executable, "-P", "-m", "wekelijks", "--data", str(data), "serve", "--port", str(port)]
        process = subprocess.Popen([*command, "--no-sender"], cwd=self._home, env=self._environment)
        try:
            _wait_for(f"http://127.0.0.1:{port}/health/live", process)
            yield f"http://127.0.0.1:{port}"
            process.terminate()
            assert process.wait(timeout=30) == 0
        finally:
            process.kill()
            process.wait()


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            httpx.get(url)
            return
        time.sleep(0.1)
    raise AssertionError("it does not serve")


def _run(command: list[str], *, cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False, cwd=cwd, env=env)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout
