"""Set the project up on this machine: virtual environment, pinned Python packages, system packages.

`make` calls it before every target, so it has to be quick and silent when all is there: the packages are looked at
again only when pyproject.toml, constraints.txt, the Python or the place of the project has changed.

Invariants: idempotent; needs no network and no apt when nothing is missing; uses only the standard library; a set-up
that was interrupted is taken up again, because the mark is written last.

Usage: set_up.py run|check|test|bench
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from itertools import chain
from pathlib import Path

import system_packages

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"

AXE = ROOT / ".cache" / "axe-core" / "axe.min.js"
AXE_WHEEL = (
    "axe-playwright-python==0.1.8 --hash=sha256:fdd263c998388f1a8e67cad02677e612d946248bd44d163be5e8650ea31f95f8"
)
AXE_SHA256 = "84494fec757e4710dc751c8d7a636e457f4532f08f85c86dc9070133fbff53bc"
"""axe-core 4.12.1, which judges the pages that Altfolio writes. It is MPL-2.0 and no part of the project: only the
tests run it, taken out of a wheel that brings the script, so that no second package manager is needed."""


def main(purpose: str) -> int:
    """Set up for a purpose: "run" the program, "check" its text, "test" it, "bench" it. Return the exit code."""
    try:
        _ensure_venv()
        _ensure_python_packages("run" if purpose == "run" else "dev")
    except subprocess.CalledProcessError as error:
        print(f"The set-up stopped: {error}", file=sys.stderr)
        return 1
    if purpose == "test":
        _ensure_axe()
    if sys.platform == "linux" and purpose != "check":
        tests = system_packages.test_needs() if purpose == "test" else ()
        peers = system_packages.peer_needs() if purpose == "bench" else ()
        system_packages.ensure(chain(system_packages.window_needs(), tests, peers))
    return 0


def _ensure_venv() -> None:
    if _works([VENV_PYTHON, "-m", "pip", "--version"]):
        return
    if VENV.exists():  # half made, or its Python has gone
        shutil.rmtree(VENV)
    if not _works([sys.executable, "-c", "import ensurepip, venv"]):
        _get_ensurepip()
    subprocess.run([sys.executable, "-m", "venv", VENV], check=True)


def _get_ensurepip() -> None:
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if not system_packages.install([package]):
        sys.exit(f"{sys.executable} lacks ensurepip. To install it on Debian or Ubuntu: sudo apt install {package}")


def _ensure_python_packages(kind: str) -> None:
    mark = VENV / "set-up"
    state = _state()
    if mark.exists() and mark.read_text() in {f"{kind} {state}", f"dev {state}"}:
        return
    print("Installing the pinned Python packages …", file=sys.stderr, flush=True)
    # Without a terminal pip must not ask; without build isolation it is the pinned setuptools that builds.
    pip: list[str | Path] = [
        VENV_PYTHON,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-input",
        "--disable-pip-version-check",
    ]
    pip += ["--constraint", ROOT / "constraints.txt"]
    project = str(ROOT) if kind == "run" else f"{ROOT}[dev]"
    subprocess.run([*pip, "setuptools"], check=True, stdin=subprocess.DEVNULL)
    subprocess.run([*pip, "--no-build-isolation", "--editable", project], check=True, stdin=subprocess.DEVNULL)
    mark.write_text(f"{kind} {state}")


def _ensure_axe() -> None:
    """Fetch axe-core. Without a network the tests that need it say so and are skipped."""
    if AXE.is_file() and hashlib.sha256(AXE.read_bytes()).hexdigest() == AXE_SHA256:
        return
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "wanted.txt"
        wanted.write_text(AXE_WHEEL)
        pip: list[str | Path] = [VENV_PYTHON, "-m", "pip", "download", "--quiet", "--no-input", "--no-deps"]
        pip += ["--disable-pip-version-check", "--timeout", "15", "--retries", "1"]
        pip += ["--require-hashes", "--dest", folder, "--requirement", wanted]
        subprocess.run(pip, check=False, stdin=subprocess.DEVNULL)
        wheels = list(Path(folder).glob("*.whl"))
        if not wheels:
            print("axe-core could not be fetched; the tests that need it are skipped.", file=sys.stderr)
            return
        with zipfile.ZipFile(wheels[0]) as wheel:
            script = wheel.read("axe_playwright_python/axe.min.js")
    if hashlib.sha256(script).hexdigest() == AXE_SHA256:
        AXE.parent.mkdir(parents=True, exist_ok=True)
        AXE.write_bytes(script)


def _state() -> str:
    # The path belongs to it: an environment that was moved starts the program of its old place.
    parts = [str(ROOT).encode(), subprocess.check_output([VENV_PYTHON, "--version"])]
    parts += [(ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt")]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _works(command: list[str | Path]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ("run", "check", "test", "bench"):
        sys.exit("Usage: set_up.py run|check|test|bench")
    sys.exit(main(sys.argv[1]))
