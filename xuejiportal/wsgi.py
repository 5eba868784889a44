"""The WSGI entry point for granian, gunicorn or any other server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xuejiportal.settings")

application = get_wsgi_application()
