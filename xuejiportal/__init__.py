"""The frame of the portal: settings, URLs, Celery, WSGI."""

from xuejiportal.celery import app as celery_app

__all__ = ["celery_app"]
