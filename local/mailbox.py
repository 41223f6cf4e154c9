"""Verifies the sender domain in the stand-in's SES, so that it accepts e-mail. No e-mail leaves this machine."""

import boto3

DOMAIN = "khaya.example"  # reserved for examples: nobody has it


def make_sender(session: boto3.Session) -> None:
    """Have the stand-in's SES take e-mail from the marketplace's domain, as an operator proves it to the real one."""
    ses = session.client("ses")
    ses.verify_domain_identity(Domain=DOMAIN)
