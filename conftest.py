"""Servers and settings of a test run, in place before any test is imported.

Throw-away PostgreSQL and Valkey are started unless ``DATABASE_URL`` and
``REDIS_URL`` name servers to use. The workers of xdist inherit the addresses
from the process that started them.
"""

import os

import django

from xuejiportal.embedded import throwaway

throwaway(os.environ)
# Set here and not in pyproject.toml: there it would be read before this file.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xuejiportal.settings")
django.setup()
