"""`.local/run.json`: where the running application is and who is in it, for tests, benchmarks and clients.

{"webUrl": …, "apiUrl": …, "userPoolId": …, "userPoolClientId": …, "outbox": …, "paymentProvider": …,
"users": [{"name", "userId", "roles", "token"}…]}
"""

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local import providers
from local.accounts import SignedIn
from local.demo.pictures import drawn
from local.deployment import Stack
from local.folder import PHOTO_FILE, RUN_FILE, TOKENS_FILE


def write(stack: Stack, people: list[SignedIn], web: str, stand_ins: str, programs: Path | None = None) -> None:
    """Write the file, and beside it `.local/tokens.sh` with the same for a shell, and a picture to upload."""
    users: list[dict[str, Any]] = [
        {"name": who.person.name, "userId": who.user_id, "roles": list(who.person.roles), "token": who.token}
        for who in people
    ]
    content = {
        "webUrl": web,
        "apiUrl": stack.api_url,
        "userPoolId": stack.user_pool_id,
        "userPoolClientId": stack.user_pool_client_id,
        "outbox": stand_ins + providers.OUTBOX,
        "paymentProvider": stand_ins,
        "users": users,
    }
    RUN_FILE.write_text(json.dumps(content, indent=2) + "\n")
    PHOTO_FILE.write_bytes(drawn((90, 120, 160)))
    others = {"WEB": web, "PROVIDER": stand_ins, "PHOTO": str(PHOTO_FILE)}
    lines = [*shell_variables(stack, people), *_exports(others), *programs_line(programs)]
    TOKENS_FILE.write_text("".join(f"{line}\n" for line in lines))


def shell_variables(stack: Stack, people: list[SignedIn]) -> list[str]:
    """`export` lines: the API's address, and for each role the token of the first person who holds it."""
    values = {"API": stack.api_url}
    for who in people:
        for role in who.person.roles:
            values.setdefault(role.upper(), who.token)
    return _exports(values)


def _exports(values: Mapping[str, str]) -> list[str]:
    return [f"export {name}={shlex.quote(value)}" for name, value in values.items()]


def programs_line(programs: Path | None) -> list[str]:
    """The line that puts a folder first on the path, where there is one."""
    return [f'export PATH={shlex.quote(str(programs))}:"$PATH"'] if programs else []


def remove() -> None:
    """Take the file away: what it points at has ended."""
    RUN_FILE.unlink(missing_ok=True)
    TOKENS_FILE.unlink(missing_ok=True)
    PHOTO_FILE.unlink(missing_ok=True)
