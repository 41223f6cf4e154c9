"""Encryption of web pushes for one browser: RFC 8291, in one record of the content encoding aes128gcm (RFC 8188)."""

from __future__ import annotations

import base64
import binascii
import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec

_RECORD_BYTES: Final = 4096
"""The largest body that every push service takes."""
_SALT_BYTES: Final = 16
_POINT_BYTES: Final = 65
_AUTH_BYTES: Final = 16
_LAST_RECORD: Final = b"\x02"

MAX_BYTES: Final = 3072
"""The most bytes of a message. With what encryption adds it stays below the limit of every push service."""


class InvalidKeys(ValueError):
    """The keys are not those of a browser's subscription."""


def encode(raw: bytes) -> str:
    """The bytes in base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """The bytes of a text in base64url, with or without padding.

    Raises:
        InvalidKeys: it is none.
    """
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise InvalidKeys from None


def check_keys(p256dh: str, auth: str) -> None:
    """Check that a subscription's keys can be used.

    Raises:
        InvalidKeys: `p256dh` is no point of the curve, or `auth` has another length.
    """
    _public_key(decode(p256dh))
    if len(decode(auth)) != _AUTH_BYTES:
        raise InvalidKeys


def encrypt(
    message: bytes,
    p256dh: str,
    auth: str,
    *,
    own_key: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """The body of a push request that only the browser with these keys can read.

    `own_key` and `salt` are made for each message; only tests give them.

    Raises:
        InvalidKeys: the keys cannot be used.
    """
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - slow to import, rarely needed
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    receiver, secret = decode(p256dh), decode(auth)
    check_keys(p256dh, auth)
    own = own_key or ec.generate_private_key(ec.SECP256R1())
    salt = salt or os.urandom(_SALT_BYTES)
    point = public_point(own)
    shared = own.exchange(ec.ECDH(), _public_key(receiver))
    seed = _derive(shared, secret, b"WebPush: info\x00" + receiver + point, 32)
    key = _derive(seed, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derive(seed, salt, b"Content-Encoding: nonce\x00", 12)
    header = salt + _RECORD_BYTES.to_bytes(4, "big") + bytes([_POINT_BYTES]) + point
    return header + AESGCM(key).encrypt(nonce, message + _LAST_RECORD, None)


def public_point(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public key as an uncompressed point of the curve."""
    numbers = key.public_key().public_numbers()
    return b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")


def _public_key(point: bytes) -> ec.EllipticCurvePublicKey:
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    if len(point) != _POINT_BYTES:
        raise InvalidKeys
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        raise InvalidKeys from None


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415

    return HKDF(SHA256(), length, salt, info).derive(secret)
