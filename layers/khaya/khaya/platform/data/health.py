"""The health check of the database."""

from __future__ import annotations

from botocore.exceptions import ClientError

from khaya.platform.base.errors import Unavailable
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo


def check_database() -> None:
    """Read one item.

    Raises:
        Unavailable: DynamoDB cannot be reached, or refuses the read.
    """
    try:
        dynamo.get(settings().users_table, {"userId": "health"})
    except ClientError as error:
        raise Unavailable("The database does not answer as it should.") from error
