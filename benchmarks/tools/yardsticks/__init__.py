"""What the portal is measured against: plain Django and Celery, django-allauth alone."""
