"""Embedded PostgreSQL and Valkey for development, demonstration and tests.

When ``DATABASE_URL`` or ``REDIS_URL`` is not set, a real server from a Python wheel (else the
system's own) is started under ``var/``, and its address is put into the environment. A supervisor
process per server stops it when the last process that uses it has ended, even by a crash.
Production never imports this package.
"""

from devtools.embedded.lease import EmbeddedServerError, ephemeral, provide, release

__all__ = ["EmbeddedServerError", "ephemeral", "provide", "release"]
