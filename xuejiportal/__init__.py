"""The frame of the portal: settings, URLs, Celery, WSGI."""
