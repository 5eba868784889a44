"""The Celery application; tasks live in each app's ``tasks`` module."""

import os

from celery import Celery
from celery.signals import beat_init, worker_init

from xuejiportal.preflight import refuse_unfit_production

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xuejiportal.settings")
# System checks import every view, which adds half as much memory to each worker process.
# They run with every migration and at every start of the web server.
os.environ.setdefault("CELERY_SKIP_CHECKS", "yes")

app = Celery("xuejiportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

worker_init.connect(refuse_unfit_production, weak=False)
beat_init.connect(refuse_unfit_production, weak=False)
