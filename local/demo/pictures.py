"""Pictures of the demo: drawn here, and uploaded as any client uploads."""

import struct
import zlib

import requests

from local import CannotRun
from local.demo.visit import WAIT, Visit

WIDTH, HEIGHT = 320, 240

Colour = tuple[int, int, int]


def upload(visit: Visit, purpose: str, colour: Colour) -> str:
    """Upload a picture in somebody's name and return its key.

    Raises:
        CannotRun: the bucket refused it.
    """
    picture = drawn(colour)
    asked = {"purpose": purpose, "contentType": "image/png", "sizeBytes": len(picture)}
    leave = visit.call("POST", "/uploads", asked)
    with requests.Session() as bucket:  # it would refuse the API's token
        bucket.trust_env = False
        answer = bucket.post(leave["url"], data=leave["fields"], files={"file": picture}, timeout=WAIT)
    if not answer.ok:
        raise CannotRun(f"Demo data: the bucket refused a picture: {answer.status_code} {answer.text}")
    key: str = leave["key"]
    return key


def drawn(colour: Colour) -> bytes:
    """A PNG of one colour that darkens towards the bottom."""
    rows = b"".join(
        b"\0" + bytes(part * (2 * HEIGHT - y) // (2 * HEIGHT) for part in colour) * WIDTH for y in range(HEIGHT)
    )
    size = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", size), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
