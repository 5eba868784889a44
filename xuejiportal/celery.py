"""The Celery application; tasks live in each app's ``tasks`` module."""

import os
import sys
from typing import Any

from celery import Celery, Task
from celery.signals import beat_init, task_postrun, task_prerun, worker_init
from django.db import close_old_connections

from xuejiportal.startup.preflight import refuse_unfit_production
from xuejiportal.startup.read_ahead import read_ahead

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xuejiportal.settings")
# System checks import every view, which adds half as much memory to each worker process.
# They run with every migration and at every start of the web server.
os.environ.setdefault("CELERY_SKIP_CHECKS", "yes")

WORKER_SOCKET_TIMEOUT = 5

app = Celery("xuejiportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Celery would open a connection to the database for each task, which costs more than most tasks
# do. As in requests, one is kept for CONN_MAX_AGE seconds and replaced if it no longer works.
app.conf["CELERY_DB_REUSE_MAX"] = sys.maxsize
app.autodiscover_tasks()
# In a folder of the project, where it is not looked for.
app.autodiscover_tasks(["xuejiportal.monitoring"])


@worker_init.connect
def be_patient_with_broker(**_: object) -> None:
    """Let a worker wait longer for the broker than a request may.

    Its connection waits a second for each task; one that ends while the broker is busy
    would have its tasks delivered again.
    """
    patience = {"socket_timeout": WORKER_SOCKET_TIMEOUT, "max_retries": None}
    app.conf.broker_transport_options = {**app.conf.broker_transport_options, **patience}


def drop_unusable_connections(task: "Task[..., Any]", **_: object) -> None:
    """Close connections to the database that are too old or broken, before and after each task."""
    if not task.request.is_eager:
        close_old_connections()


worker_init.connect(refuse_unfit_production, weak=False)
beat_init.connect(refuse_unfit_production, weak=False)
worker_init.connect(read_ahead, weak=False)
task_prerun.connect(drop_unusable_connections, weak=False)
task_postrun.connect(drop_unusable_connections, weak=False)
