import base64
import hashlib
import json
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

_numbers = count(1)
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def _name() -> bytes:
    return f"credential-{next(_numbers)}".encode()


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


@dataclass
class Device:
    """An authenticator in software: it makes one key and answers what a site asks."""

    origin: str = "http://localhost"
    verifies_person: bool = True
    uses: int = 0
    credential_id: bytes = field(default_factory=_name)
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    owner: str = ""

    def create(self, options: dict[str, Any]) -> str:
        """Answer the options of a registration."""
        self.owner = options["user"]["id"]
        numbers = self.key.public_key().public_numbers()
        key = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)})
        attested = bytes(16) + len(self.credential_id).to_bytes(2) + self.credential_id + key
        data = self._authenticator_data(options["rp"]["id"], ATTESTED) + attested
        response = {
            "clientDataJSON": _text(self._client_data("webauthn.create", options)),
            "attestationObject": _text(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})),
            "transports": ["internal"],
        }
        return self._answer(response)

    def get(self, options: dict[str, Any]) -> str:
        """Answer the options of a sign-in."""
        self.uses += 1
        data = self._authenticator_data(options["rpId"], 0)
        client_data = self._client_data("webauthn.get", options)
        signature = self.key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": _text(client_data),
            "authenticatorData": _text(data),
            "signature": _text(signature),
            "userHandle": self.owner,
        }
        return self._answer(response)

    def _authenticator_data(self, site: str, flags: int) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verifies_person else 0)
        return hashlib.sha256(site.encode()).digest() + bytes([flags]) + self.uses.to_bytes(4)

    def _client_data(self, kind: str, options: dict[str, Any]) -> bytes:
        return json.dumps({"type": kind, "challenge": options["challenge"], "origin": self.origin}).encode()

    def _answer(self, response: dict[str, Any]) -> str:
        name = _text(self.credential_id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})
