"""Settings: missing or invalid variables stop a function with an error that names them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from khaya.platform.base import settings
from tests.support.client import app


@pytest.fixture(autouse=True)
def read_anew() -> Iterator[None]:
    settings.settings.cache_clear()
    yield
    settings.settings.cache_clear()


@pytest.mark.parametrize("name", sorted(settings.Settings.model_fields))
def test_a_missing_variable_is_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.delenv(name.upper())
    with pytest.raises(settings.MissingSetting, match=rf"\b{name.upper()}\b"):
        settings.settings()


@pytest.mark.parametrize("name", sorted(settings.PoolSettings.model_fields))
def test_a_missing_pool_is_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.delenv(name.upper())
    with pytest.raises(settings.MissingSetting, match=rf"\b{name.upper()}\b"):
        settings.settings(settings.PoolSettings)


@pytest.mark.parametrize(("name", "value"), [("WRITES_PER_MINUTE", "many"), ("WRITES_PER_MINUTE", "-1")])
def test_a_wrong_variable_is_named_without_its_value(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(settings.MissingSetting, match=name) as refusal:
        settings.settings()
    assert value not in str(refusal.value)


def test_all_missing_variables_are_named_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JOBS_TABLE")
    monkeypatch.delenv("BIDS_TABLE")
    with pytest.raises(settings.MissingSetting, match="JOBS_TABLE, BIDS_TABLE"):
        settings.settings()


def test_settings_are_read_once() -> None:
    assert settings.settings() is settings.settings()


def test_a_function_behind_the_api_does_not_start_without_its_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("USER_POOL_CLIENT_ID")
    app.cache_clear()
    with pytest.raises(settings.MissingSetting, match="USER_POOL_CLIENT_ID"):
        app("jobs")
    app.cache_clear()


def test_settings_are_models_that_cannot_be_changed() -> None:
    for model in (settings.Settings, settings.PoolSettings):
        assert issubclass(model, BaseModel)
        assert model.model_config["frozen"]
