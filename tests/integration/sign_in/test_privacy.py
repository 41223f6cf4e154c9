"""Logs and metrics of sign-in contain no personal data and no secrets."""

from __future__ import annotations

import io
import logging

import pytest

from khaya.platform.base import observability
from tests.conftest import Clock
from tests.integration.sign_in.conftest import Newcomer
from tests.support import mailbox

PASSWORD = "a-long-password"
EMAIL = "zanele@example.org"


def test_logs_and_metrics_contain_no_code_token_phone_email_or_password(
    capsys: pytest.CaptureFixture[str], clock: Clock
) -> None:
    # given logs of all levels
    logger, stream = observability.logger(), io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logger.registered_formatter)
    logger.addHandler(handler)
    logger.setLevel("DEBUG")
    # when a person signs up, signs in in every way, fails in every way, and changes their contacts
    zanele = Newcomer("+27823456789")
    secrets = {zanele.phone, "0823456789", EMAIL, PASSWORD, "Zanele Nkosi"}
    try:
        challenge = zanele.sign_up(password=PASSWORD).body["challenge"]
        (sent,) = mailbox.deliver()
        zanele.answer(challenge, "000000")
        zanele.answer(challenge, sent.code)
        secrets |= {sent.code, challenge, *_secrets(zanele)}
        zanele.by_password("not-the-password")
        zanele.by_password(PASSWORD)
        secrets |= {"not-the-password", *_secrets(zanele)}
        zanele.refresh()
        secrets |= _secrets(zanele)
        contact = zanele.person.post("/auth/contacts", {"email": EMAIL}).body["challenge"]
        (mail,) = mailbox.deliver()
        zanele.person.post("/auth/contacts/proof", {"challenge": contact, "code": mail.code})
        secrets |= {mail.code, contact}
        zanele.person.put("/auth/password", {"password": PASSWORD})
        zanele.person.delete("/sessions")
        zanele.refresh()
        zanele.sign_up(channel="pigeon")
    finally:
        logger.removeHandler(handler)
        logger.setLevel("WARNING")
    # then logs and metrics contain none of their data and secrets
    written = stream.getvalue() + capsys.readouterr().out
    assert "SignedInByCode" in written
    assert '"route":"/auth/tokens"' in written
    assert [secret for secret in secrets if secret in written] == []


def _secrets(newcomer: Newcomer) -> set[str]:
    return {newcomer.tokens[name] for name in ("accessToken", "idToken", "refreshToken")}
