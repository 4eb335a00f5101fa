"""The certificate with which SeaweedFS's servers recognize each other."""

import datetime
import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ops.local.names import HOST
from ops.local.stack.private_files import write_private

# It is renewed at each start, so it need not expire; this machine's clock may be wrong.
_VALID_FROM = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
_VALID_UNTIL = datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC)
_PEM = serialization.Encoding.PEM


@dataclass(frozen=True)
class Certificate:
    """A certificate for servers and clients, signed with its own key; both are PEM files."""

    file: Path
    key_file: Path

    @classmethod
    def of(cls, data: Path) -> "Certificate":
        """The certificate of the stack in `data`."""
        return cls(data / "seaweed-certificate.pem", data / "seaweed-certificate-key.pem")

    def renew(self) -> None:
        """Write a new key, and a certificate of it."""
        key = ec.generate_private_key(ec.SECP256R1())
        form, encryption = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        write_private(self.key_file, key.private_bytes(_PEM, form, encryption).decode())
        write_private(self.file, _signed(key).public_bytes(_PEM).decode())

    def context(self) -> ssl.SSLContext:
        """Settings of a client that has this certificate, and trusts no other server."""
        context = ssl.create_default_context(cafile=str(self.file))
        context.load_cert_chain(self.file, self.key_file)
        return context


def _signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "darkroom-local")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))])
    usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    return (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(_VALID_FROM)
        .not_valid_after(_VALID_UNTIL)
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        .sign(key, hashes.SHA256())
    )
