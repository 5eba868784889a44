"""Pytest plugin: throw-away PostgreSQL and Valkey for this run of the tests.

Loaded with ``-p tests.servers`` before Django reads its settings. Servers that
``DATABASE_URL`` and ``REDIS_URL`` name are used instead. The workers of xdist
inherit the addresses from the process that started them.
"""

import os

from xuejiportal.embedded import throwaway

throwaway(os.environ)
