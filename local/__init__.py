"""Khaya on one machine: the application deployed to an AWS stand-in, with people and jobs in it.

Nothing here imitates the application. The stand-in (MiniStack) is given the same template that a real account
is given, by the same `sam build` and `sam deploy`; this package only starts, fills, follows and stops it.
"""


class CannotRun(Exception):
    """The run cannot go on, and the message says in plain words why and what to do about it."""
