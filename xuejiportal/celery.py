"""The Celery application; tasks live in each app's ``tasks`` module."""

import os

from celery import Celery
from celery.signals import beat_init, worker_init

from xuejiportal.preflight import refuse_unfit_production

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xuejiportal.settings")
# System checks import every view, which adds half as much memory to each worker process.
# They run with every migration and at every start of the web server.
os.environ.setdefault("CELERY_SKIP_CHECKS", "yes")

WORKER_SOCKET_TIMEOUT = 5

app = Celery("xuejiportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def be_patient_with_broker(**_: object) -> None:
    """Let a worker wait longer for the broker than a request may.

    Its connection waits a second for each task; one that ends while the broker is busy
    would have its tasks delivered again.
    """
    patience = {"socket_timeout": WORKER_SOCKET_TIMEOUT, "max_retries": None}
    app.conf.broker_transport_options = {**app.conf.broker_transport_options, **patience}


worker_init.connect(refuse_unfit_production, weak=False)
beat_init.connect(refuse_unfit_production, weak=False)
