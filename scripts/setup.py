"""Set-up for `make run` and `make test`, in the standard library alone.

python3 scripts/setup.py run      a virtual environment in .venv with requirements.txt
python3 scripts/setup.py test     the same with requirements-dev.txt
python3 scripts/setup.py browser  a Chromium: one there is, else Debian's, else Playwright's
"""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
ENVIRONMENT = PROJECT / ".venv"
BIN = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
REQUIREMENTS = {"run": "requirements.txt", "test": "requirements-dev.txt"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def install(what: str) -> None:
    """Make the virtual environment if it is missing and install what one command needs."""
    if sys.version_info < (3, 11):  # noqa: UP036  whoever runs this may have an older one
        sys.exit("Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11")
    if not (BIN / "python").exists() and not (BIN / "python.exe").exists():
        print(f"Making a virtual environment in {ENVIRONMENT}")
        venv.create(ENVIRONMENT, with_pip=True)
    command = [str(BIN / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    print(f"Installing {REQUIREMENTS[what]}")
    subprocess.run([*command, "-r", str(PROJECT / REQUIREMENTS[what])], check=True)
    (ENVIRONMENT / f".{what}").touch()


def find_browser() -> str | None:
    """A Chromium that is there already; $XCZG_CHROMIUM wins."""
    named = os.environ.get("XCZG_CHROMIUM")
    return named or next((found for name in BROWSERS if (found := shutil.which(name))), None)


def install_browser() -> None:
    """See to it that the tests have a browser and Chinese letters; say what was done."""
    if find_browser():
        return
    if _debian():
        print("Installing Debian's chromium and fonts-noto-cjk for the browser tests")
        prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for step in (["update", "-qq"], ["install", "-y", "-qq", "chromium", "fonts-noto-cjk"]):
            if subprocess.run([*prefix, "apt-get", *step], env=environment, check=False).returncode:
                break
    if not find_browser():
        print("Installing Playwright's own Chromium for the browser tests")
        subprocess.run([str(BIN / "python"), "-m", "playwright", "install", "chromium"], check=True)


def _debian() -> bool:
    may = hasattr(os, "geteuid") and (os.geteuid() == 0 or shutil.which("sudo") is not None)
    return may and shutil.which("apt-get") is not None


if __name__ == "__main__":
    task = sys.argv[1] if len(sys.argv) == 2 else ""
    if task == "browser":
        install_browser()
    elif task in REQUIREMENTS:
        install(task)
    else:
        sys.exit(__doc__)
