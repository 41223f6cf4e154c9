"""What a function is told by its environment; every variable is set by `template.yaml`."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Model = TypeVar("Model", bound=BaseModel)


class Settings(BaseModel):
    """What every function is told. Table fields hold table names."""

    model_config = ConfigDict(frozen=True)

    environment: str
    users_table: str
    profiles_table: str
    directory_table: str
    jobs_table: str
    bids_table: str
    idempotency_table: str
    media_bucket: str

    cursor_key: str = Field(min_length=8)
    writes_per_minute: int = Field(ge=0)
    """Writes one person may make in a minute; 0 lifts the limit."""
    allowed_origins: str
    """Origins of web pages that may call the API, separated by commas."""
    token_scope: str
    """The scope that access tokens for this API carry."""
    token_issuer_base: str
    """The address before the pool's id in the issuer of tokens."""
    token_keys_base: str
    """The address before the pool's id where its public keys are."""


class PoolSettings(BaseModel):
    """What the functions behind the API are told besides: whose tokens they take."""

    model_config = ConfigDict(frozen=True)

    user_pool_id: str
    user_pool_client_id: str


class MissingSetting(RuntimeError):
    """The function's environment lacks a variable or holds a wrong one; the message names it."""


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of every function, read once.

    Raises:
        MissingSetting: a variable is missing or wrong.
    """
    return _read(Settings)


@lru_cache(maxsize=1)
def pool_settings() -> PoolSettings:
    """The settings of functions that take tokens, read once.

    Raises:
        MissingSetting: a variable is missing or wrong.
    """
    return _read(PoolSettings)


def _read(model: type[Model]) -> Model:
    try:
        return model.model_validate({name: os.environ.get(name.upper()) for name in model.model_fields})
    except ValidationError as error:
        names = ", ".join(str(problem["loc"][0]).upper() for problem in error.errors())
        raise MissingSetting(f"environment variables missing or wrong: {names}") from error
