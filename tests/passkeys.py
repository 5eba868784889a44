"""A passkey in software, as a browser and its authenticator would answer."""

import hashlib
import json
import os
import struct
from base64 import urlsafe_b64encode
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from django.urls import reverse
from fido2 import cbor
from fido2.cose import ES256

from accounts.models import User
from tests.people import PASSWORD, enter

HOST = "testserver"
PRESENT, VERIFIED, WITH_KEY = 0x01, 0x04, 0x40


def encoded(data: bytes) -> str:
    """``data`` in the form of WebAuthn's JSON."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def challenge_of(client: Client) -> str:
    """What the page has asked the passkey to sign."""
    asked: str = client.session["mfa.webauthn.state"]["challenge"]
    return asked


class Passkey:
    """One key pair."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(32)
        self.origin, self.host = f"https://{HOST}", HOST  # where the browser shows the page

    def registration(self, challenge: str) -> dict[str, Any]:
        """The answer to the page that adds a passkey."""
        key = ES256.from_cryptography_key(self.key.public_key())  # type: ignore[no-untyped-call]
        public = cbor.encode(dict(key))
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + public
        data = self._data(PRESENT | VERIFIED | WITH_KEY) + attested
        made = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", challenge)
        return self._answer({"clientDataJSON": client, "attestationObject": made})

    def assertion(self, challenge: str) -> dict[str, Any]:
        """The answer to the page that asks for the passkey."""
        client, data = self._client("webauthn.get", challenge), self._data(PRESENT | VERIFIED)
        signed = data + hashlib.sha256(client).digest()
        signature = self.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        parts = {"clientDataJSON": client, "authenticatorData": data, "signature": signature}
        return self._answer(parts)

    def _answer(self, parts: dict[str, bytes]) -> dict[str, Any]:
        return {
            "id": encoded(self.id),
            "rawId": encoded(self.id),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {name: encoded(part) for name, part in parts.items()},
        }

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + bytes(4)

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin}
        return json.dumps(said).encode()


def add_passkey(account: User, key: Passkey, **extra: object) -> Client:
    """The browser of ``account`` after it has sent ``key`` to be added."""
    client = enter(account)
    page = reverse("mfa_add_webauthn")
    client.get(page, secure=True)
    sent = json.dumps(key.registration(challenge_of(client)) | extra)
    client.post(page, {"name": "key", "credential": sent}, secure=True)
    return client


def at_the_second_factor(account: User) -> Client:
    """A browser that has given the password of ``account``, and is asked for its passkey."""
    client = Client()
    sent = {"login": account.email, "password": PASSWORD}
    client.post(reverse("account_login"), sent, secure=True)
    client.get(reverse("mfa_authenticate"), secure=True)
    return client
