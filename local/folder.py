"""Paths in `.local/`, the git-ignored folder of the local run."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCAL = ROOT / ".local"

REQUIREMENTS = ROOT / "requirements"
TEMPLATE = ROOT / "template.yaml"
SAM_CONFIG = ROOT / "samconfig.toml"
WEB = ROOT / "web"

PYTHON_FILE = LOCAL / "python"
RUN_FILE = LOCAL / "run.json"
TOKENS_FILE = LOCAL / "tokens.sh"
PHOTO_FILE = LOCAL / "photo.png"
ENGINE_FILE = LOCAL / "engine.json"
PROVIDERS_FILE = LOCAL / "providers.json"
WEB_FILE = LOCAL / "web.json"
SAM_LOCAL_FILE = LOCAL / "sam-local.json"
SAM_LOCAL = LOCAL / "sam-local"
BUILDS = LOCAL / "build"
SITE = LOCAL / "site"
NODE_PROGRAMS = LOCAL / "node-programs"
LOGS = LOCAL / "logs"
ENGINE_TEMP = LOCAL / "tmp"
LIVE = LOCAL / "live"
SNAPSHOTS = LOCAL / "snapshots"


def program(environment: str, name: str) -> Path:
    """The path of a program in one of the environments, for example `program("sam", "sam")`."""
    return LOCAL / environment / "bin" / name


def log_file(name: str) -> Path:
    """The log that one step of the run writes, for example `log_file("deploy")`."""
    LOGS.mkdir(parents=True, exist_ok=True)
    return LOGS / f"{name}.log"


def last_lines(log: Path, count: int = 15) -> str:
    """The end of a log, indented, to show beside an error."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return "\n".join(f"    {line}" for line in lines[-count:])
