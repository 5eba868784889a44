"""Servers and settings of a test run, in place before any test is imported.

Throw-away PostgreSQL and Valkey are started unless ``DATABASE_URL`` and
``REDIS_URL`` name servers to use. The workers of xdist inherit the addresses
from the process that started them.
"""

import os
from urllib.parse import urlsplit

import django
from django.conf import settings

from devtools.embedded import ephemeral

ephemeral(os.environ)
# Each worker of xdist counts in a database of its own: tests empty the cache.
worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
redis_url = urlsplit(os.environ["REDIS_URL"])
database = (int(redis_url.path.strip("/") or 0) + worker) % 16
os.environ["REDIS_URL"] = redis_url._replace(path=f"/{database}").geturl()
# Set here and not in pyproject.toml: there it would be read before this file.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xuejiportal.settings")
django.setup()
# Workers inherit DJANGO_SETTINGS_MODULE: pytest-django has read the settings before this file.
settings.REDIS_URL = settings.CELERY_BROKER_URL = os.environ["REDIS_URL"]
settings.CACHES["default"].update(LOCATION=os.environ["REDIS_URL"])  # type: ignore[attr-defined]

# pytest reads this name in the root conftest only.
pytest_plugins = [
    "tests.fixtures.uploads",
    "tests.fixtures.staff",
    "tests.fixtures.verification",
    "tests.fixtures.records",
]
