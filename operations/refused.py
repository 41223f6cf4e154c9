"""The error by which a command refuses, with what the operator is to do."""

import click


class Refused(click.ClickException):
    """A command cannot or must not go on. The message says what to do."""
