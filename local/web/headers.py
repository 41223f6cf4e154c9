"""Headers that browsers obey, as CloudFront sets them (infra/frontend.yaml; a test compares them).

`Strict-Transport-Security` is left out, because the local run has no TLS.
"""

from collections.abc import Iterable

_ALL = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
_NOTHING = "default-src 'none'; frame-ancestors 'none'"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: {media}; "
    "connect-src 'self' {media}; manifest-src 'self'; worker-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types khaya"
)
PERMISSIONS = (
    "geolocation=(self), otp-credentials=(self), accelerometer=(), autoplay=(), browsing-topics=(), "
    "camera=(), display-capture=(), encrypted-media=(), gyroscope=(), hid=(), idle-detection=(), local-fonts=(), "
    "magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), publickey-credentials-get=(), "
    "screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()"
)

API = {**_ALL}
API_UNLESS_SET = {"Content-Security-Policy": _NOTHING}
"""The API sets its own policy where an answer is a page."""
MEDIA = {**_ALL, "Content-Security-Policy": f"{_NOTHING}; sandbox"}


def page(media: Iterable[str]) -> dict[str, str]:
    """The headers of the page and its files. `media` are the origins of the media bucket."""
    return {
        **_ALL,
        "Content-Security-Policy": POLICY.format(media=" ".join(media)),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": PERMISSIONS,
    }
