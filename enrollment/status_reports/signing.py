"""Signatures of reports: PAdES with a P-256 key of the institution."""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import TypeVar

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from audit.services import record_action
from enrollment.models import Institution, SigningKey
from vault.cipher import seal, unseal

T = TypeVar("T")

LIFETIME = timedelta(days=3650)
LEAST_RSA_BITS, LEAST_EC_BITS = 2048, 256


class UnfitKeyError(Exception):
    """The key cannot be used to sign reports; ``message`` says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class FileVerdict:
    """Whether a file's signature is valid, and its signer (None: not one of ours)."""

    signed: bool
    intact: bool
    signer: SigningKey | None

    @property
    def authentic(self) -> bool:
        """Whether an institution here signed the file and it is unchanged since."""
        return self.intact and self.signer is not None


def signing_key(institution: Institution) -> SigningKey:
    """The institution's present key, generated at first use."""
    found = SigningKey.objects.filter(institution=institution, retired_at=None).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return _new_key(institution)
    except IntegrityError:  # a concurrent request created it
        return SigningKey.objects.get(institution=institution, retired_at=None)


def sign(pdf: bytes, key: SigningKey, *, title: str = "") -> bytes:
    """``pdf`` with a PAdES signature (ETSI EN 319 142) over all of it, labelled ``title``."""
    private = unseal(key.private_sealed, context=f"signing-key:{key.key}")
    signer = SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(bytes(key.certificate)),
        signing_key=asn1_keys.PrivateKeyInfo.load(private),
        cert_registry=_chain_of(key),
    )
    about = PdfSignatureMetadata(
        field_name="Institution",
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        name=key.institution.name,
    )
    out = BytesIO()
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    writer.document_meta.title = title or None
    _apart(lambda: PdfSigner(about, signer).sign_pdf(writer, output=out))
    return out.getvalue()


def import_key(*, institution: Institution, pkcs12_file: bytes, password: str) -> SigningKey:
    """Sign with a certificate authority's key from now on.

    The previous key still verifies earlier reports. ``pkcs12_file`` holds the private key,
    its certificate and the chain above it. Raises UnfitKeyError.
    """
    try:
        private, certificate, above = pkcs12.load_key_and_certificates(
            pkcs12_file, password.encode() or None
        )
    except ValueError as error:
        raise UnfitKeyError(_("The file cannot be opened: wrong password, or damaged.")) from error
    if private is None or certificate is None:
        raise UnfitKeyError(_("The file holds no private key with its certificate."))
    _refuse_unfit(private, certificate)
    row = SigningKey(institution=institution)
    row.private_sealed = _sealed(row, private)
    row.certificate = certificate.public_bytes(serialization.Encoding.DER)
    row.chain = "".join(c.public_bytes(serialization.Encoding.PEM).decode() for c in above)
    with transaction.atomic():
        present = SigningKey.objects.filter(institution=institution, retired_at=None)
        present.update(retired_at=Now())
        row.save(force_insert=True)
        record_action(
            action="enrollment.import_signing_key",
            actor_id=None,  # run by the operator on the server
            institution_code=institution.code,
            detail={"fingerprint": fingerprint(bytes(row.certificate))},
        )
    return row


def _refuse_unfit(private: object, certificate: x509.Certificate) -> None:
    """Raise UnfitKeyError for a key that PDF readers would not accept."""
    strong = (isinstance(private, rsa.RSAPrivateKey) and private.key_size >= LEAST_RSA_BITS) or (
        isinstance(private, ec.EllipticCurvePrivateKey) and private.key_size >= LEAST_EC_BITS
    )
    if not strong:
        raise UnfitKeyError(_("The key must be RSA of 2048 bits or more, or P-256 or larger."))
    if not certificate.not_valid_before_utc <= timezone.now() < certificate.not_valid_after_utc:
        raise UnfitKeyError(_("The certificate is not valid today."))
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not (usage.digital_signature or usage.content_commitment):
        raise UnfitKeyError(_("The certificate does not allow signing."))


def verify(file: bytes) -> FileVerdict:
    """The verdict on the signature of ``file``; accepts any bytes."""
    try:
        signatures = PdfFileReader(BytesIO(file)).embedded_signatures
        if len(signatures) != 1:
            return FileVerdict(signed=bool(signatures), intact=False, signer=None)
        signer = _signer(signatures[0].signer_cert.dump())
        roots = [asn1_x509.Certificate.load(bytes(signer.certificate))] if signer else []
        trusted = ValidationContext(trust_roots=roots, allow_fetching=False)
        status = _apart(lambda: validate_pdf_signature(signatures[0], trusted))
    except (PdfReadError, SignatureValidationError, ValueError, KeyError, TypeError, IndexError):
        return FileVerdict(signed=False, intact=False, signer=None)
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    return FileVerdict(signed=True, intact=status.intact and status.valid and whole, signer=signer)


def _apart(work: Callable[[], T]) -> T:
    """Run ``work`` in a thread of its own.

    The signing library starts an event loop, which fails where one is already running.
    """
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def _signer(certificate: bytes) -> SigningKey | None:
    return SigningKey.objects.select_related("institution").filter(certificate=certificate).first()


def _new_key(institution: Institution) -> SigningKey:
    private = ec.generate_private_key(ec.SECP256R1())
    row = SigningKey(institution=institution)
    row.private_sealed = _sealed(row, private)
    row.certificate = _certificate(institution, private)
    row.save(force_insert=True)
    return row


def _sealed(row: SigningKey, private: PrivateKeyTypes) -> bytes:
    der = private.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return seal(der, context=f"signing-key:{row.key}")


def _chain_of(key: SigningKey) -> SimpleCertificateStore:
    """The certificates above the key's own, embedded in each signature."""
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    if key.chain:
        for certificate in x509.load_pem_x509_certificates(key.chain.encode()):
            der = certificate.public_bytes(serialization.Encoding.DER)
            store.register(asn1_x509.Certificate.load(der))
    return store


def _certificate(institution: Institution, private: ec.EllipticCurvePrivateKey) -> bytes:
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            # X.520 allows 64 characters of an organisation's name.
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, institution.name[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{institution.code} student status"),
        ]
    )
    now = timezone.now()
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=False, crl_sign=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + LIFETIME)
        .add_extension(usage, critical=True)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    return built.sign(private, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def fingerprint(certificate: bytes) -> str:
    """The SHA-256 fingerprint of a certificate in groups, for comparison by eye."""
    digest = hashlib.sha256(certificate).hexdigest().upper()
    return " ".join(digest[at : at + 4] for at in range(0, len(digest), 4))
