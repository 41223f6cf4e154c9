"""The text printed when the application is ready: addresses, demo people, first requests."""

from local import providers
from local.accounts import SignedIn
from local.deployment import Stack
from local.folder import ROOT, RUN_FILE, TOKENS_FILE
from local.progress import say
from local.run_file import shell_variables
from local.web import demo

IN_CONTAINERS = (
    "The API runs in containers of `sam local start-api`. It runs no authorizer: the functions verify each token.",
    "Queues, streams and schedules run their functions in the AWS stand-in.",
    "The stand-ins listen on every interface (0.0.0.0), because containers cannot reach 127.0.0.1: whoever reaches",
    "this machine over a network reaches them, and they check no password. SAM's API listens on 127.0.0.1 only.",
)


def greet(stack: Stack, people: list[SignedIn], web: str, stand_ins: str, *, in_containers: bool = False) -> None:
    """Print the addresses, a ready token for each role and a first request."""
    for line in lines(stack, people, web, stand_ins, in_containers=in_containers):
        say(line)


def lines(stack: Stack, people: list[SignedIn], web: str, stand_ins: str, *, in_containers: bool = False) -> list[str]:
    """The lines of the text."""
    next_steps = [
        f"  . {TOKENS_FILE.relative_to(ROOT)}",
        '  curl -s "$API/jobs"',
        '  curl -s "$API/profiles/me" -H "Authorization: Bearer $WORKER"',
    ]
    if in_containers:
        next_steps.append("  sam local invoke JobsFunction --config-env local --event events/jobs.json")
    return [
        "",
        "Khaya is up.",
        f"  web    {web}   the marketplace in a browser",
        f"  demo   {web}{demo.PATH}   its people, whom one press signs in",
        f"  API    {stack.api_url}",
        f"  docs   {stack.api_url}/docs",
        f"  outbox {stand_ins}{providers.OUTBOX}   what was sent to people",
        f"  paying {stand_ins}   what the payment provider's stand-in can be told",
        *(["", *IN_CONTAINERS] if in_containers else []),
        "",
        f"In it, all written to {RUN_FILE.relative_to(ROOT)}:",
        *(f"  {who.person.name:<17} {', '.join(who.person.roles):<8} {who.user_id}" for who in people),
        "",
        "A token for each role, good for an hour (`make tokens` renews them):",
        "",
        *shell_variables(stack, people),
        "",
        "Next, in another terminal:",
        *next_steps,
        "",
    ]
