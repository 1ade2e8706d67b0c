"""Print the path of a Chromium for the browser tests; install Debian's where that is possible."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
PLAYWRIGHT = ("~/.cache/ms-playwright", "~/Library/Caches/ms-playwright")
PACKAGES = ("chromium", "fonts-noto-cjk")
ADVICE = (
    "No Chromium was found for the browser tests. Do one of these and try again:\n"
    "  Debian, Ubuntu:  sudo apt-get install chromium fonts-noto-cjk\n"
    "  elsewhere:       .venv/bin/python -m playwright install chromium\n"
    "  or set GUCANG_CHROMIUM to the path of the program you have."
)


def find() -> str | None:
    """The path of a Chromium that is there, or None."""
    if chosen := os.environ.get("GUCANG_CHROMIUM"):
        if not shutil.which(chosen):
            sys.exit(f"GUCANG_CHROMIUM names {chosen}, which is not a program.")
        return chosen
    for name in NAMES:
        if found := shutil.which(name):
            return found
    for folder in PLAYWRIGHT:
        for path in sorted(Path(folder).expanduser().glob("chromium-*/**/*"), reverse=True):
            if path.name in ("chrome", "Chromium") and path.is_file() and os.access(path, os.X_OK):
                return str(path)
    return None


def install() -> None:
    """Install Debian's Chromium, where we are root on such a system; anywhere else, nothing happens."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print("Installing Chromium …", file=sys.stderr, flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *PACKAGES]):
        subprocess.run(["apt-get", *command], env=environment, stdout=subprocess.DEVNULL, check=False)


def main() -> int:
    path = find()
    if path is None:
        install()
        path = find()
    if path is None:
        print(ADVICE, file=sys.stderr)
        return 1
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
