"""A push service of browsers, and the browsers, for the providers' stand-in: RFC 8030, 8188, 8291 and 8292.

A test or a person subscribes a browser with `POST /_browsers {"applicationServerKey": …}`, and gets the subscription
that a page would get. The service verifies each push's signature and decrypts it as that browser does.
"""

import base64
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import jwt
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PATH: Final = "/web-push/"
BROWSERS: Final = "/_browsers"
LARGEST: Final = 4096
URGENCIES: Final = {"very-low", "low", "normal", "high"}
LONGEST_TOKEN_SECONDS: Final = 24 * 3600

Answer = tuple[int, dict[str, Any]]


def takes(path: str) -> bool:
    """Whether a path is an endpoint of a browser."""
    return path.startswith(PATH)


def refusal(status: int, text: str = "It failed.") -> Answer:
    """An error of the service."""
    return status, {"code": status, "error": text}


@dataclass
class Browser:
    """A browser with a subscription.

    Attributes:
        private_key: its half of `p256dh`.
        auth: its secret.
        server_key: the key that it was subscribed with; it takes pushes that are signed by that alone.
        gone: whether the subscription ended.
        got: the messages that it decrypted, each with the headers that it came with.
    """

    private_key: ec.EllipticCurvePrivateKey
    auth: bytes
    server_key: str
    gone: bool = False
    got: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class WebPush:
    """The state of the stand-in for a push service; `now` is the time by which it judges signatures."""

    browsers: dict[str, Browser] = field(default_factory=dict)
    now: Callable[[], float] = time.time

    def subscribe(self, origin: str, server_key: str) -> dict[str, Any]:
        """Subscribe a new browser; returns what `PushSubscription.toJSON()` gives.

        Raises:
            ValueError: the key is no public key.
        """
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _decode(server_key))
        browser = Browser(ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(16), server_key)
        name = secrets.token_urlsafe(24)
        self.browsers[name] = browser
        keys = {"p256dh": _encode(_point(browser.private_key.public_key())), "auth": _encode(browser.auth)}
        return {"endpoint": f"{origin}{PATH}{name}", "expirationTime": None, "keys": keys}

    def end(self, endpoint: str) -> None:
        """End a subscription."""
        self.browsers[endpoint.rpartition("/")[2]].gone = True

    def post(self, origin: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Take a push for a browser."""
        browser = self.browsers.get(path.removeprefix(PATH))
        if browser is None:
            return refusal(404, "There is no such subscription.")
        refused = self._refused(origin, headers, body, browser)
        if refused is not None:
            return refused
        try:
            message = json.loads(decrypt(body, browser.private_key, browser.auth))
        except (InvalidTag, ValueError) as error:
            # A real service cannot see this; the browser would show nothing.
            return refusal(400, f"The browser cannot read it: {type(error).__name__}.")
        told = {name: headers[name] for name in ("TTL", "Urgency", "Topic") if name in headers}
        browser.got.append({**message, "headers": told})
        return 201, {}

    def _refused(self, origin: str, headers: Mapping[str, str], body: bytes, browser: Browser) -> Answer | None:
        """Why a push is refused, from its headers and size; None if it is not."""
        if browser.gone:
            return refusal(410, "The subscription ended.")
        if len(body) > LARGEST:
            return refusal(413, f"At most {LARGEST} bytes.")
        if not headers.get("TTL", "").isdecimal() or headers.get("Content-Encoding") != "aes128gcm":
            return refusal(400, "TTL and Content-Encoding are needed.")
        if headers.get("Urgency", "normal") not in URGENCIES or len(headers.get("Topic", "")) > 32:
            return refusal(400, "Urgency or Topic is wrong.")
        why = self._refused_signature(origin, headers.get("Authorization", ""), browser)
        return refusal(403, why) if why else None

    def _refused_signature(self, origin: str, authorization: str, browser: Browser) -> str:
        """Why a signature is refused; empty if it is good."""
        scheme, _, rest = authorization.partition(" ")
        parts = dict(one.strip().partition("=")[::2] for one in rest.split(","))
        if scheme != "vapid" or not {"t", "k"} <= parts.keys():
            return "A VAPID signature is needed."
        if parts["k"] != browser.server_key:
            return "The credentials are not those of the subscription."
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _decode(parts["k"]))
        try:
            # The time is compared below, by the clock of this service.
            claims = jwt.decode(parts["t"], key, ["ES256"], audience=origin, options={"verify_exp": False})
        except jwt.InvalidTokenError as error:
            return f"The token is not good: {type(error).__name__}."
        left = claims.get("exp", 0) - self.now()
        if not 0 < left <= LONGEST_TOKEN_SECONDS:
            return "The token has expired, or is valid for too long."
        if not str(claims.get("sub", "")).startswith(("mailto:", "https://", "http://localhost", "http://127.0.0.1")):
            return "The token does not say who sends."
        return ""


def decrypt(body: bytes, private_key: ec.EllipticCurvePrivateKey, auth: bytes) -> bytes:
    """The message of a push, as the browser with these keys reads it.

    Raises:
        InvalidTag: it is encrypted for another browser, or was changed.
        ValueError: it has another form.
    """
    salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
    sender, sealed = body[21 : 21 + length], body[21 + length :]
    if len(sealed) > size:
        raise ValueError("more than one record")
    shared = private_key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
    info = b"WebPush: info\0" + _point(private_key.public_key()) + sender
    seed = HKDF(SHA256(), 32, auth, info).derive(shared)
    key = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(seed)
    nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(seed)
    padded = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
    if padded[-1:] != b"\x02":
        raise ValueError("not the last record")
    return padded[:-1]


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    numbers = key.public_numbers()
    return b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
