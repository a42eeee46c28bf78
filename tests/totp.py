"""The codes of an app, from RFC 6238 alone: an opinion of its own beside the library's."""

import base64
import hmac
import struct
from datetime import datetime

STEP = 30


def show_code(secret: str, at: datetime) -> str:
    """Return what an app shows at an instant that holds the key as a page writes it."""
    key = base64.b32decode(secret.replace("-", "").replace(" ", "").upper())
    digest = hmac.digest(key, struct.pack(">Q", int(at.timestamp()) // STEP), "sha1")
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"
