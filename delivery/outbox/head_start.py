"""The head start of codes: they are claimed before everything queued within a day before them.

Codes work for minutes, and the messages of a whole school to one mail domain take more than an
hour. So ``next_attempt_at``, the order of the queue, is a day earlier for a message that is
rendered when it is sent, at its first attempt and at each further one, until it is a day old:
what is before ``created_at`` has the head start.
"""

from datetime import timedelta

from django.db.models import Case, DateTimeField, F, Q, Value, When
from django.db.models.functions import Now

HEAD_START = timedelta(days=1)
# When a message may be sent. A code queued by an earlier version has no head start.
DUE_AT = Case(
    When(
        ~Q(kind=""),
        next_attempt_at__lt=F("created_at"),
        then=F("next_attempt_at") + Value(HEAD_START),
    ),
    default="next_attempt_at",
    output_field=DateTimeField(),
)
# ``next_attempt_at`` of a message that may be sent at once.
AT_ONCE = Case(
    When(~Q(kind=""), created_at__gt=Now() - Value(HEAD_START), then=Now() - Value(HEAD_START)),
    default=Now(),
    output_field=DateTimeField(),
)
