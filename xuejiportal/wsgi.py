"""The WSGI entry point for any server (granian, gunicorn)."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from xuejiportal.preflight import refuse_unfit_production, refuse_web_without_static_files

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xuejiportal.settings")

application = get_wsgi_application()
refuse_unfit_production()
refuse_web_without_static_files()

# Objects loaded by now live as long as the process; garbage collection can skip them.
gc.collect()
gc.freeze()
