"""Where the browser of the operating system is, for the pictures, measurements and tests of the web client."""

import shutil

from local import CannotRun

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage", "--no-proxy-server"]


def chromium() -> str:
    """The path of Chromium.

    Raises:
        CannotRun: it is not installed.
    """
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise CannotRun("Chromium is missing (Debian: apt install chromium).")
    return found
