"""The yardstick for pages: Django, one view that says ok, no middleware. For granian."""

import os

import django
from django.core.handlers.wsgi import WSGIHandler
from django.test.utils import override_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xuejiportal.settings")
django.setup()
with override_settings(MIDDLEWARE=[]):
    application = WSGIHandler()
