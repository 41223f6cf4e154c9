"""What functions log and count names nobody and holds nothing secret, whatever goes right or wrong."""

from __future__ import annotations

import io
import logging

import pytest

from tests.conftest import Clock
from tests.integration.sign_in.conftest import Newcomer
from tests.support import mailbox

PASSWORD = "a-long-password"
EMAIL = "zanele@example.org"


def test_no_code_token_phone_email_or_password_is_in_logs_or_metrics(
    capsys: pytest.CaptureFixture[str], clock: Clock
) -> None:
    # given all that is logged, down to the least
    from khaya.platform.base import observability  # noqa: PLC0415 - after the environment is set

    logger, told = observability.logger(), io.StringIO()
    handler = logging.StreamHandler(told)
    handler.setFormatter(logger.registered_formatter)
    logger.addHandler(handler)
    logger.setLevel("DEBUG")
    # when somebody signs up, signs in each way, is refused each way, and changes what they are reached by
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
    # then none of it can be read in what was written
    written = told.getvalue() + capsys.readouterr().out
    assert "SignedInByCode" in written
    assert '"route":"/auth/tokens"' in written
    assert [secret for secret in secrets if secret in written] == []


def _secrets(newcomer: Newcomer) -> set[str]:
    return {newcomer.tokens[name] for name in ("accessToken", "idToken", "refreshToken")}
