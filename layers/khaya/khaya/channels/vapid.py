"""The keys by which push services of browsers know us (VAPID, RFC 8292). They are derived from the service key.

A browser binds a subscription to the public key of that time. After a rotation of the service key the former key still
signs for the subscriptions that are bound to it, until the next rotation.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from khaya.channels.push_encryption import encode, public_point
from khaya.platform.aws import secrets
from khaya.platform.base import clock

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec

_PURPOSE: Final = "vapid"
_VALID_HOURS: Final = 12
"""RFC 8292 allows 24; clocks differ."""
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""The number of points of the curve P-256."""


@dataclass(frozen=True)
class Signer:
    """A key that signs, and its public key in base64url."""

    public_key: str
    private_key: "ec.EllipticCurvePrivateKey"

    def authorization(self, origin: str, subject: str) -> str:
        """The header `Authorization` of a request to the push service at `origin`; `subject` says who sends."""
        import jwt  # noqa: PLC0415 - slow to import, rarely needed

        expires = clock.epoch(clock.plus(clock.now(), hours=_VALID_HOURS))
        token = jwt.encode({"aud": origin, "exp": expires, "sub": subject}, self.private_key, "ES256")
        return f"vapid t={token}, k={self.public_key}"


def signers() -> Iterator[Signer]:
    """The valid signers, that of the current service key first.

    Raises:
        Unavailable: the service key cannot be read.
    """
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    for material in secrets.derived_material(_PURPOSE):
        # The remainder of twice the needed length is evenly distributed (FIPS 186-5, A.2.1).
        key = ec.derive_private_key(int.from_bytes(material, "big") % (_ORDER - 1) + 1, ec.SECP256R1())
        yield Signer(encode(public_point(key)), key)


def public_key() -> str:
    """The public key that browsers subscribe with.

    Raises:
        Unavailable: the service key cannot be read.
    """
    return next(signers()).public_key
