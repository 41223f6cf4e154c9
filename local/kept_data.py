"""The folder that keeps all data over a restart (`make run DATA=dir`): tables, accounts, files, the stack."""

import json
from pathlib import Path


def prepare(data: Path) -> dict[str, str]:
    """Make the folder ready and return the variables that make the stand-in use it."""
    state, files = data / "state", data / "s3"
    for folder in (state, files):
        folder.mkdir(parents=True, exist_ok=True)
    rewind_streams(state / "lambda.json")
    return {"PERSIST_STATE": "1", "STATE_DIR": str(state), "S3_PERSIST": "1", "S3_DATA_DIR": str(files)}


def rewind_streams(functions: Path) -> None:
    """Have functions read the tables' streams from their new beginning.

    MiniStack 1.5 keeps how many records of a stream were read but not the records, which count from zero
    again after a restart. As many new ones would be skipped as there had been old ones, and with them what
    follows from them.
    """
    if not functions.exists():
        return
    kept = json.loads(functions.read_text())
    positions = kept["payload"].get("dynamodb_stream_positions", {}).get("data", {})
    if any(positions.values()):
        positions.update(dict.fromkeys(positions, 0))
        functions.write_text(json.dumps(kept))
