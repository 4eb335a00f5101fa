"""An OpenID Connect issuer: real keys, a discovery document and a key set on loopback."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from chalicelib.auth import jwks
from chalicelib.settings import Settings, read_settings
from tests.environment import SETTINGS
from tests.waiting import GENEROUS

AUDIENCE = "https://photos.example/api"
fetch = partial(jwks.fetch, seconds=GENEROUS)


class Issuer:
    """The keys and received requests of an issuer. `address` is set once it runs."""

    address = ""

    def __init__(self) -> None:
        self.rsa = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.ec = ec.generate_private_key(ec.SECP256R1())
        self.weak_rsa = rsa.generate_private_key(public_exponent=65537, key_size=1024)
        self.other_curve = ec.generate_private_key(ec.SECP256K1())
        self.requests: list[str] = []
        self.is_away = False

    @property
    def key_set(self) -> dict[str, Any]:
        """Its public keys; some are weak, and a symmetric one should never be published."""
        first = RSAAlgorithm.to_jwk(self.rsa.public_key(), as_dict=True)
        second = ECAlgorithm.to_jwk(self.ec.public_key(), as_dict=True)
        weak = RSAAlgorithm.to_jwk(self.weak_rsa.public_key(), as_dict=True)
        other = ECAlgorithm.to_jwk(self.other_curve.public_key(), as_dict=True)
        secret = base64.urlsafe_b64encode(b"k" * 32).decode().rstrip("=")
        return {
            "keys": [
                {**first, "kid": "rsa-1", "use": "sig"},
                {**second, "kid": "ec-1", "alg": "ES256"},
                {**weak, "kid": "rsa-weak"},
                {**other, "kid": "ec-other"},
                {**other, "kid": "ec-small", "crv": "P-192"},
                {"kty": "oct", "kid": "oct-1", "k": secret},
            ]
        }

    def claims(self, **changes: Any) -> dict[str, Any]:
        """The claims of a valid token; a change to None leaves a claim out."""
        now = int(time.time())
        usual = {
            "iss": self.address,
            "aud": AUDIENCE,
            "sub": "auth0|ann",
            "iat": now,
            "exp": now + 3600,
        }
        return {name: value for name, value in {**usual, **changes}.items() if value is not None}

    def token(self, headers: dict[str, Any] | None = None, **changes: Any) -> str:
        """A token signed with the RSA key."""
        header = {"kid": "rsa-1", **(headers or {})}
        return jwt.encode(self.claims(**changes), self.rsa, "RS256", headers=header)

    def public_pem(self) -> bytes:
        """The public RSA key."""
        return self.rsa.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def respond(self, path: str) -> dict[str, Any] | None:
        """The document at a path; None if there is none or the issuer is unavailable."""
        self.requests.append(path)
        documents = {
            "/.well-known/openid-configuration": {
                "issuer": self.address,
                "jwks_uri": f"{self.address}/keys",
            },
            "/keys": self.key_set,
        }
        return None if self.is_away else documents.get(path)


@contextmanager
def running_issuer() -> Iterator[Issuer]:
    """An issuer that runs until the context ends."""
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = issuer.respond(self.path)
            body = json.dumps(found).encode()
            self.send_response(200 if found else 503)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    issuer.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def settings_for(issuer: Issuer, **more: str) -> Settings:
    """Settings that accept the issuer's tokens, without default scopes."""
    jwt_settings = {"AUTH_MODE": "jwt", "JWT_ISSUER": issuer.address, "JWT_AUDIENCE": AUDIENCE}
    return read_settings(SETTINGS | jwt_settings | more)


def unsigned(header: dict[str, Any], claims: dict[str, Any], signature: bytes = b"") -> str:
    """A token put together by hand."""
    parts = [json.dumps(header).encode(), json.dumps(claims).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
