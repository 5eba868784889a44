"""The WSGI entry point for any server (granian, gunicorn)."""

import gc
import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from xuejiportal.startup.preflight import refuse_unfit_production, refuse_web_without_static_files
from xuejiportal.startup.read_ahead import read_ahead

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xuejiportal.settings")

try:
    application = get_wsgi_application()
    refuse_unfit_production()
    refuse_web_without_static_files()
except ImproperlyConfigured as error:
    sys.exit(f"The settings do not fit: {error}")
read_ahead()
get_resolver().url_patterns  # noqa: B018  loads all views, else the first request would

# Objects loaded by now live as long as the process; garbage collection can skip them.
gc.collect()
gc.freeze()
