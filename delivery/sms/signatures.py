"""The request signatures of the vendors, as pure functions.

Alibaba Cloud: "V3 request syntax and signature", ACS3-HMAC-SHA256.
Tencent Cloud: "Signature v3", TC3-HMAC-SHA256.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote

JSON = "application/json; charset=utf-8"


def acs3_query(parameters: Mapping[str, str]) -> str:
    """The canonical query: sorted, percent-encoded by RFC 3986."""
    pairs = (f"{quote(k, safe='~')}={quote(v, safe='~')}" for k, v in sorted(parameters.items()))
    return "&".join(pairs)


def acs3_headers(
    *,
    key_id: str,
    secret: str,
    host: str,
    action: str,
    version: str,
    query: str,
    at: datetime,
    nonce: str,
) -> dict[str, str]:
    """The headers of a signed POST to ``/`` with an empty body."""
    digest = hashlib.sha256(b"").hexdigest()
    signed = {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": digest,
        "x-acs-date": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    names = ";".join(signed)
    lines = "".join(f"{name}:{value}\n" for name, value in signed.items())
    request = "\n".join(["POST", "/", query, lines, names, digest])
    to_sign = f"ACS3-HMAC-SHA256\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.digest(secret.encode(), to_sign.encode(), "sha256").hex()
    return {
        **signed,
        "Authorization": f"ACS3-HMAC-SHA256 Credential={key_id},"
        f"SignedHeaders={names},Signature={signature}",
    }


def tc3_authorization(
    *,
    secret_id: str,
    secret_key: str,
    service: str,
    headers: Mapping[str, str],
    body: bytes,
    timestamp: int,
) -> str:
    """The Authorization header of a POST to ``/``; ``headers`` (lower case) are signed."""
    ordered = dict(sorted(headers.items()))
    names = ";".join(ordered)
    lines = "".join(f"{name}:{value.lower()}\n" for name, value in ordered.items())
    request = "\n".join(["POST", "/", "", lines, names, hashlib.sha256(body).hexdigest()])
    day = datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d")
    scope = f"{day}/{service}/tc3_request"
    digest = hashlib.sha256(request.encode()).hexdigest()
    to_sign = f"TC3-HMAC-SHA256\n{timestamp}\n{scope}\n{digest}"
    key = f"TC3{secret_key}".encode()
    for part in (day, service, "tc3_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
    return (
        f"TC3-HMAC-SHA256 Credential={secret_id}/{scope}, "
        f"SignedHeaders={names}, Signature={signature}"
    )
