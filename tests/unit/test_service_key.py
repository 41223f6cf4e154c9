"""The service key has two valid versions; what the previous one made stays good."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from cryptography.exceptions import InvalidTag

from khaya.platform.aws import secrets
from khaya.platform.base.errors import Unavailable
from tests.support.service_key import set_service_key


class Manager:
    """Secrets Manager with the versions of one secret."""

    def __init__(self) -> None:
        self.versions = {"AWSCURRENT": "first"}
        self.asked: list[str] = []

    class exceptions:  # noqa: N801 - botocore's name
        class ResourceNotFoundException(ClientError):
            pass

    def get_secret_value(self, *, SecretId: str, VersionStage: str) -> dict[str, Any]:  # noqa: ARG002, N803
        self.asked.append(VersionStage)
        if VersionStage not in self.versions:
            raise self.exceptions.ResourceNotFoundException({}, "GetSecretValue")
        return {"SecretString": self.versions[VersionStage]}

    def rotate(self, key: str) -> None:
        self.versions = {"AWSCURRENT": key, "AWSPREVIOUS": self.versions["AWSCURRENT"]}


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr(secrets.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch, time: list[float]) -> Manager:
    made = Manager()
    secrets.clear_cache()
    monkeypatch.setattr(secrets, "_client", lambda: made)
    monkeypatch.setattr(secrets, "clear_cache", secrets._cached.clear)
    return made


def test_a_key_is_fetched_once_and_the_previous_one_only_when_it_is_needed(manager: Manager) -> None:
    made = secrets.keyed_hash("purpose", "part")
    assert secrets.is_keyed_hash(made, "purpose", "part")
    assert secrets.decrypt(secrets.encrypt("text", "context"), "context") == "text"
    assert secrets.is_signed("purpose", b"content", secrets.sign("purpose", b"content")[:12])
    assert manager.asked == ["AWSCURRENT"]


def test_what_was_made_before_a_rotation_is_good_after_it_and_new_things_use_the_new_key(
    manager: Manager, time: list[float]
) -> None:
    # given things made with the first key
    hashed, sealed = secrets.keyed_hash("code", "1"), secrets.encrypt("text", "context")
    signature = secrets.sign("cursor", b"content")
    # when the key is rotated, and the cache has expired
    manager.rotate("second")
    time[0] += secrets.KEEP_SECONDS + 1
    # then all of them are good, and new ones are made with the second key
    assert secrets.is_keyed_hash(hashed, "code", "1")
    assert secrets.every_keyed_hash("code", "1") == [secrets.keyed_hash("code", "1"), hashed]
    assert secrets.decrypt(sealed, "context") == "text"
    assert secrets.is_signed("cursor", b"content", signature)
    assert secrets.keyed_hash("code", "1") != hashed
    # and when it is rotated again, none is
    manager.rotate("third")
    time[0] += secrets.KEEP_SECONDS + 1
    assert not secrets.is_keyed_hash(hashed, "code", "1")
    assert not secrets.is_signed("cursor", b"content", signature)
    with pytest.raises(InvalidTag):
        secrets.decrypt(sealed, "context")


def test_what_was_made_before_and_after_a_rotation_is_good_though_the_secret_lists_earlier_keys(
    manager: Manager, time: list[float]
) -> None:
    for key, earlier in (("second", "first"), ("third", "second\nfirst")):
        # given what was made with the key before
        hashed, signature = secrets.keyed_hash("code", "1"), secrets.sign("cursor", b"content")
        sealed = secrets.encrypt("text", "context")
        # when the secret gets a key, with the earlier ones in the lines below
        manager.rotate(f"{key}\n{earlier}")
        for _ in range(2):
            # then it is good, also once the new key is in use, and so is what is made with that
            assert secrets.is_keyed_hash(hashed, "code", "1")
            assert secrets.is_signed("cursor", b"content", signature)
            assert secrets.decrypt(sealed, "context") == "text"
            assert secrets.is_keyed_hash(secrets.keyed_hash("code", "2"), "code", "2")
            assert secrets.is_signed("cursor", b"new", secrets.sign("cursor", b"new"))
            assert secrets.decrypt(secrets.encrypt("new", "context"), "context") == "new"
            time[0] += secrets.KEEP_SECONDS + 1


def test_what_another_environment_made_with_a_newer_key_is_good_at_once(manager: Manager, time: list[float]) -> None:
    # given an environment that has cached the first key
    secrets.keyed_hash("code", "1")
    # when the key is rotated, and another environment makes a hash with it
    manager.rotate("second")
    set_service_key("second")
    theirs = secrets.keyed_hash("code", "1")
    secrets._cached.clear()
    manager.versions = {"AWSCURRENT": "first"}
    secrets.keyed_hash("code", "1")
    manager.rotate("second")
    time[0] += secrets.REFETCH_SECONDS + 1
    # then it is good here too
    assert secrets.is_keyed_hash(theirs, "code", "1")


def test_values_that_fit_no_key_do_not_cause_a_call_each(manager: Manager, time: list[float]) -> None:
    for _ in range(100):
        assert not secrets.is_signed("cursor", b"content", b"x" * 12)
    assert len(manager.asked) <= 4
    time[0] += secrets.REFETCH_SECONDS + 1
    for _ in range(100):
        assert not secrets.is_keyed_hash("x", "code", "1")
    assert len(manager.asked) <= 8


def test_no_signature_is_no_signature(manager: Manager) -> None:
    assert not secrets.is_signed("cursor", b"content", b"")
    assert not secrets.is_signed("other", b"content", secrets.sign("cursor", b"content"))


def test_without_secrets_manager_it_is_unavailable(manager: Manager, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="secretsmanager")

    monkeypatch.setattr(manager, "get_secret_value", fail)
    with pytest.raises(Unavailable):
        secrets.keyed_hash("code", "1")
