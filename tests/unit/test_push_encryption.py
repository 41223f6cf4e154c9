"""Encryption and signatures of web pushes: the example of RFC 8291, and keys that are none."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from khaya.channels.push_encryption import InvalidKeys, check_keys, decode, encode, encrypt
from local import web_push

# Appendix A of RFC 8291.
MESSAGE = b"When I grow up, I want to be a watermelon"
SENDERS_KEY = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"  # pragma: allowlist secret
RECEIVERS_KEY = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"  # pragma: allowlist secret
P256DH = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"  # pragma: allowlist secret
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl"  # pragma: allowlist secret
    "7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"  # pragma: allowlist secret
)


def private_key(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(decode(text), "big"), ec.SECP256R1())


def test_the_example_of_rfc_8291_is_encrypted_as_there() -> None:
    assert encode(encrypt(MESSAGE, P256DH, AUTH, own_key=private_key(SENDERS_KEY), salt=decode(SALT))) == BODY


def test_the_stand_in_reads_the_example_of_rfc_8291() -> None:
    assert web_push.decrypt(decode(BODY), private_key(RECEIVERS_KEY), decode(AUTH)) == MESSAGE


def test_each_message_has_its_own_key_and_salt() -> None:
    first, second = encrypt(MESSAGE, P256DH, AUTH), encrypt(MESSAGE, P256DH, AUTH)
    assert first[:16] != second[:16]
    assert first[21:86] != second[21:86]
    for body in (first, second):
        assert web_push.decrypt(body, private_key(RECEIVERS_KEY), decode(AUTH)) == MESSAGE


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        (P256DH[:-1], AUTH),
        ("A" + P256DH[1:], AUTH),
        (P256DH[:40] + "AAAA" + P256DH[44:], AUTH),
        ("B" + "A" * 86, AUTH),
        (P256DH, AUTH[:-2]),
        (P256DH, "not base64!"),
        ("", ""),
    ],
)
def test_keys_that_are_none_are_refused(p256dh: str, auth: str) -> None:
    with pytest.raises(InvalidKeys):
        check_keys(p256dh, auth)
    with pytest.raises(InvalidKeys):
        encrypt(MESSAGE, p256dh, auth)


def test_keys_with_and_without_padding_are_taken() -> None:
    check_keys(P256DH + "=", AUTH + "==")
