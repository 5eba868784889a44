"""Typed readers for settings from the environment.

Every variable ``NAME`` can also be given as ``NAME_FILE``, the path of a file that holds the
value (container secrets, systemd credentials).
"""

import base64
import json
import os
import secrets
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = {"1", "true", "yes", "on"}
FALSE_WORDS = {"0", "false", "no", "off", ""}
MOST = 100_000  # of a number: as days, more than 270 years
# Other ways to name a server to libpq than the host of a URL.
_SERVER_OPTIONS = {"host", "hostaddr", "service"}
_LIBPQ_SERVERS = ("PGHOST", "PGHOSTADDR", "PGSERVICE")


def text(name: str, default: str | None = None) -> str:
    """The value of ``name`` or of the file named by ``name_FILE``.

    Raises ImproperlyConfigured when neither is set and there is no default.
    """
    file_name = os.environ.get(f"{name}_FILE")
    if file_name:
        try:
            return Path(file_name).read_text(encoding="utf-8-sig").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error.strerror}") from error
        except UnicodeDecodeError:  # whose words hold what was read
            raise ImproperlyConfigured(f"{name}_FILE must hold text in UTF-8.") from None
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Set {name} (or {name}_FILE) in the environment.")
    value = value.strip()  # such as the end of a line that was written on Windows
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        raise ImproperlyConfigured(
            f"{name} stands in quotes, and what reads the file takes them for a part of it: "
            "remove them."
        )
    return value


def require(*names: str) -> None:
    """Raise ImproperlyConfigured with every variable of ``names`` that is not set."""
    missing = [n for n in names if not (os.environ.get(n) or os.environ.get(f"{n}_FILE"))]
    if missing:
        raise ImproperlyConfigured(
            f"Not set: {', '.join(missing)}. Each may also be given as NAME_FILE. "
            "deploy/portal.env.example explains them."
        )


def flag(name: str, default: bool) -> bool:
    """A yes/no variable as a bool. Raises ImproperlyConfigured for any other word."""
    word = text(name, "yes" if default else "no").strip().lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise ImproperlyConfigured(f"{name} must be yes or no, not {word!r}.")


def integer(name: str, default: int, *, least: int = 1) -> int:
    """An integer variable from ``least`` to ``MOST``. Raises ImproperlyConfigured otherwise.

    A delay of 0 hours would not protect, a limit of 0 would refuse everyone; days before
    the first year of the calendar would stop every sweep.
    """
    word = text(name, str(default))
    try:
        value = int(word)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {word!r}.") from error
    if value < least:
        raise ImproperlyConfigured(f"{name} must be {least} or more, not {value}.")
    if value > MOST:
        raise ImproperlyConfigured(f"{name} must be {MOST} or less, not {value}.")
    return value


def words(name: str, default: str = "") -> list[str]:
    """The items of a comma-separated list; empty items are dropped."""
    return [item.strip() for item in text(name, default).split(",") if item.strip()]


def choice(name: str, default: str, options: tuple[str, ...]) -> str:
    """One of ``options``, however capitalized. Raises ImproperlyConfigured otherwise."""
    word = text(name, default).upper()
    if word not in options:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(options)}, not {word!r}.")
    return word


def networks(name: str) -> list[str]:
    """A comma-separated list of networks. Raises ImproperlyConfigured for any other word."""
    found = words(name)
    for word in found:
        try:
            ip_network(word)
        except ValueError:
            raise ImproperlyConfigured(
                f"{name} must read 203.0.113.0/24,2001:db8::/32, not {word!r}."
            ) from None
    return found


def is_local(host: str) -> bool:
    """Whether ``host`` is this machine: a loopback address, localhost, or a socket directory.

    Of several, which libpq tries in turn, each must be.
    """
    return all(map(_is_here, host.split(",")))


def _is_here(host: str) -> bool:
    name = host.strip("[]").lower()
    if not name or name.startswith("/") or name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def is_all_local(url: str) -> bool:
    """Whether every server in ``url`` is this machine; a service file counts as remote."""
    parts = urlsplit(url)
    named = [value for name, value in parse_qsl(parts.query) if name in _SERVER_OPTIONS]
    return all(map(is_local, [unquote(parts.hostname or ""), *named]))


def refuse_exposed_development(site_url: str, hosts: list[str], servers: list[str]) -> None:
    """Raise ImproperlyConfigured if a portal without PRODUCTION can be reached by others.

    Development exposes its settings on error pages and every code at /dev/outbox/. Servers on
    this machine are taken for a developer's own; any other name belongs to an installation.
    """
    site = urlsplit(site_url)
    is_home = site.scheme == "http" and is_local(site.hostname or "?")
    named = [("SITE_URL", not is_home)]
    named += [("ALLOWED_HOSTS", not is_local(host)) for host in hosts]
    named += [(name, not is_local(os.environ.get(name, ""))) for name in _LIBPQ_SERVERS]
    for name, url in zip(("DATABASE_URL", "REDIS_URL"), servers, strict=True):
        named.append((name, not is_all_local(url)))
    if exposed := sorted({name for name, is_exposed in named if is_exposed}):
        raise ImproperlyConfigured(
            f"{', '.join(exposed)} of a real installation, but PRODUCTION is not set: "
            "set PRODUCTION=yes, or use localhost for development."
        )


def share_metrics(directory: Path) -> None:
    """Have the processes of the web server add up their metrics in ``directory``."""
    try:
        directory.mkdir(exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"{directory} cannot be made: {error.strerror}.") from error
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(directory))


def mapping(name: str, default: str) -> dict[str, Any]:
    """A JSON object as a dict. Raises ImproperlyConfigured for anything else."""
    try:
        value = json.loads(text(name, default))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a JSON object.") from error
    if not isinstance(value, dict):
        raise ImproperlyConfigured(f"{name} must be a JSON object.")
    return value


def key(name: str, default: str | None = None) -> bytes:
    """A 32-byte key written in base64. Raises ImproperlyConfigured otherwise."""
    return _decode_key(name, text(name, default))


def keys(name: str, default: str | None = None) -> list[bytes]:
    """Comma-separated 32-byte keys in base64, newest first. Raises ImproperlyConfigured."""
    return [_decode_key(name, part.strip()) for part in text(name, default).split(",")]


def key_ring(name: str, default: str | None = None) -> dict[str, bytes]:
    """Keys by id in order, written ``id:base64,id:base64``; the first one encrypts.

    Raises ImproperlyConfigured if the list is empty or an entry is malformed.
    """
    ring: dict[str, bytes] = {}
    for entry in text(name, default).split(","):
        key_id, separator, encoded = entry.strip().partition(":")
        if not separator or not key_id or key_id in ring:
            raise ImproperlyConfigured(f"{name} must read id:base64,id:base64 with distinct ids.")
        ring[key_id] = _decode_key(name, encoded)
    return ring


def development_secret(directory: Path, name: str, *, prefix: str = "") -> str:
    """A random secret, generated once and stored in ``directory``; for development only."""
    path = directory / name
    if not path.exists():
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_name(f"{name}.{os.getpid()}")
        fresh.write_text(prefix + base64.b64encode(secrets.token_bytes(32)).decode())
        fresh.chmod(0o600)
        try:
            os.link(fresh, path)  # atomic: of two first starts at once, one wins
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text()


def _decode_key(name: str, encoded: str) -> bytes:
    try:
        value = base64.b64decode(encoded, validate=True)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} holds a key that is not base64.") from error
    if len(value) != 32:
        raise ImproperlyConfigured(f"{name} must hold keys of 32 bytes.")
    return value


def bucket(endpoint: str) -> dict[str, Any] | None:
    """The ``STORAGES`` entry of the S3-compatible bucket ``S3_BUCKET``; None without one.

    Without ``S3_ACCESS_KEY_ID``, the machine's own role is used, if the vendor provides one.
    """
    name = text("S3_BUCKET", "")
    if not name:
        return None
    style = text("S3_ADDRESSING", "auto")
    if style not in ("auto", "path", "virtual"):
        raise ImproperlyConfigured(f"S3_ADDRESSING must be auto, path or virtual, not {style!r}.")
    options = {
        "bucket_name": name,
        "endpoint_url": endpoint or None,
        "region_name": text("S3_REGION", "") or None,
        "access_key": text("S3_ACCESS_KEY_ID", "") or None,
        "secret_key": text("S3_SECRET_ACCESS_KEY", "") or None,
        "location": text("S3_PREFIX", ""),
        "addressing_style": style,
    }
    return {"BACKEND": "xuejiportal.storage.object_storage.ObjectStorage", "OPTIONS": options}
