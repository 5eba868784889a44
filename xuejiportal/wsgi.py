"""The WSGI entry point for granian, gunicorn or any other server."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from xuejiportal.preflight import refuse_unfit_production

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xuejiportal.settings")

application = get_wsgi_application()
refuse_unfit_production()

# What is loaded by now lives as long as the process: no collection need look through it
# while somebody waits.
gc.collect()
gc.freeze()
