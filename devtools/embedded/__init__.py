"""Embedded PostgreSQL and Valkey for development, demonstration and tests.

When ``DATABASE_URL`` or ``REDIS_URL`` is not set, a real server from a Python
wheel (else the system's own) is started under ``var/`` and its address put in
the environment. Each server has a keeper process that stops it when the last
process using it has ended, however that process ended. Production never
imports this package.
"""

from devtools.embedded.lease import EmbeddedServerError, provide, release, throwaway

__all__ = ["EmbeddedServerError", "provide", "release", "throwaway"]
