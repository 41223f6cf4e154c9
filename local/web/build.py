"""Builds the web client, and lays the build out for the server.

python -m local.web.build
"""

import hashlib
import shutil
import sys
import time
from pathlib import Path

from local import CannotRun
from local.folder import BUILDS, REQUIREMENTS, ROOT, SITE, WEB
from local.progress import say, step
from local.web import npm
from operations.refused import Refused
from operations.web_files import HASHED, PAGE, build_files

DIST = WEB / "dist"
API_DOCUMENT = ROOT / "functions" / "platform" / "openapi.json"
MARKER = BUILDS / "web" / "sources"
NOT_BUILT = {"tests", "lighthouse"}
KEEP_SECONDS = 30 * 24 * 3600
"""How long a hashed file outlives its build, as in the bucket on AWS: open pages may still load it."""


def exists() -> bool:
    """Whether this checkout has a web client."""
    return (WEB / "package.json").is_file()


def source_files() -> list[Path]:
    """Every file that a build reads: the web client's without what git ignores there, and the API document."""
    ignore_file = WEB / ".gitignore"
    ignored = (
        {line.strip().strip("/") for line in ignore_file.read_text().splitlines()} if ignore_file.exists() else set()
    )
    left_out = ignored | NOT_BUILT | {"node_modules", "dist"}

    def is_source(path: Path) -> bool:
        key = path.relative_to(WEB)
        return path.is_file() and not any(one.as_posix() in left_out for one in (key, *key.parents))

    # Folders that are left out hold tens of thousands of files, so they are not walked through.
    entries = [one for one in WEB.iterdir() if one.name not in left_out]
    found = [file for one in entries for file in ([one] if one.is_file() else one.rglob("*")) if is_source(file)]
    return sorted([*found, API_DOCUMENT])


def sources_hash() -> str:
    """Changes exactly when a new build could differ from the last one."""
    digest = hashlib.sha256((REQUIREMENTS / "node.txt").read_bytes())
    for file in source_files():
        digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def make() -> None:
    """Build the web client, unless no source has changed since the last time.

    Raises:
        CannotRun: npm failed, or the build has a file of a type that could not be deployed.
    """
    if not exists():
        say("· nothing to build: this checkout has no web client")
        return
    npm.install()
    wanted = sources_hash()
    if MARKER.exists() and MARKER.read_text() == wanted and is_laid_out(DIST, SITE):
        say("· nothing to build of the web client: no source has changed")
        return
    with step("building the web client"):
        MARKER.unlink(missing_ok=True)
        npm.run("npm-build", "run", "build")
        try:
            build_files(DIST)
        except Refused as reason:
            raise CannotRun(str(reason)) from None
        lay_out(DIST, SITE, time.time())
        MARKER.parent.mkdir(parents=True, exist_ok=True)
        MARKER.write_text(wanted)


def is_laid_out(build: Path, site: Path) -> bool:
    """Whether a build is the one that the server serves, so that nobody has built another one meanwhile."""
    pages = [folder / PAGE for folder in (build, site)]  # they name the other files by hashes of their content
    return all(page.exists() for page in pages) and len({page.read_bytes() for page in pages}) == 1


def lay_out(build: Path, site: Path, now: float) -> None:
    """Put a build in the place of the one before, of which hashed files stay for thirty days."""
    new, old = site.with_name(f"{site.name}-new"), site.with_name(f"{site.name}-old")
    shutil.rmtree(new, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)
    shutil.copytree(build, new)
    for kept in (site / HASHED).rglob("*") if site.exists() else ():
        place = new / kept.relative_to(site)
        if kept.is_file() and not place.exists() and now - kept.stat().st_mtime < KEEP_SECONDS:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(kept, place)
    if site.exists():
        site.rename(old)
    new.rename(site)
    shutil.rmtree(old, ignore_errors=True)


if __name__ == "__main__":
    try:
        make()
    except CannotRun as reason:
        sys.exit(f"✗ {reason}")
    except KeyboardInterrupt:
        sys.exit("Interrupted.")
