"""The Django project: settings, URLs, Celery, WSGI, and the pages that belong to no app."""
