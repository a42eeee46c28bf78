"""A passkey in software: makes and signs what a browser would send, also wrongly."""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import encode_cbor

PRESENT, VERIFIED, HAS_KEY = 0x01, 0x04, 0x40


def to_text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


class SoftPasskey:
    """One key of one authenticator. The counter grows with each use, unless a test sets it."""

    def __init__(self, *, host: str = "localhost", origin: str = "http://localhost") -> None:
        self.host = host
        self.origin = origin
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(32)
        self.counter = 0
        self.user_handle = b""

    def make(self, options: dict[str, Any], *, is_verified: bool = True) -> str:
        """Answer navigator.credentials.create()."""
        self.user_handle = base64.urlsafe_b64decode(options["user"]["id"] + "==")
        numbers = self.private.public_key().public_numbers()
        key = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + encode_cbor(key)
        data = self._data(HAS_KEY, is_verified=is_verified) + attested
        response = {
            "clientDataJSON": to_text(self._client_data("webauthn.create", options["challenge"])),
            "attestationObject": to_text(encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})),
        }
        return self._answer(response)

    def sign(
        self, options: dict[str, Any], *, is_verified: bool = True, changes: Mapping[str, str] | None = None
    ) -> str:
        """Answer navigator.credentials.get(); `changes` replace parts of the response."""
        self.counter += 1
        data = self._data(0, is_verified=is_verified)
        client_data = self._client_data("webauthn.get", options["challenge"])
        signature = self.private.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(SHA256()))
        response = {
            "clientDataJSON": to_text(client_data),
            "authenticatorData": to_text(data),
            "signature": to_text(signature),
            "userHandle": to_text(self.user_handle),
        }
        return self._answer(response | dict(changes or {}))

    def _data(self, flags: int, *, is_verified: bool) -> bytes:
        flags |= PRESENT | (VERIFIED if is_verified else 0)
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, response: dict[str, str]) -> str:
        text = to_text(self.id)
        return json.dumps({"id": text, "rawId": text, "type": "public-key", "response": response})
