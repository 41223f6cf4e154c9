"""What a newcomer reads when the application is up: where it is, who is in it, and what to try first."""

from local.deployment import Stack
from local.folder import ROOT, RUN_FILE, TOKENS_FILE
from local.people import SignedIn
from local.progress import say
from local.run_file import shell_variables


def greet(stack: Stack, people: list[SignedIn], outbox: str) -> None:
    """Print the addresses, a ready token for each role and a first request."""
    say()
    say("Khaya is up.")
    say(f"  API    {stack.api_url}")
    say(f"  docs   {stack.api_url}/docs")
    say(f"  outbox {outbox}   what was sent to people")
    say()
    say(f"In it, all written to {RUN_FILE.relative_to(ROOT)}:")
    for who in people:
        say(f"  {who.person.name:<17} {', '.join(who.person.roles):<8} {who.user_id}")
    say()
    say("A token for each role, good for an hour (`make tokens` renews them):")
    say()
    for line in shell_variables(stack, people):
        say(line)
    say()
    say("Next, in another terminal:")
    say(f"  . {TOKENS_FILE.relative_to(ROOT)}")
    say('  curl -s "$API/jobs"')
    say('  curl -s "$API/profiles/me" -H "Authorization: Bearer $WORKER"')
    say()
