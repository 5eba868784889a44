"""What a person entered before, put into the form again to be changed."""

from datetime import timedelta

from django.http import HttpRequest

from accounts.sessions.recent_proof import has_just_signed_in
from database.clock import database_now
from verification.models import VerificationAttempt

# After this time a session must have been signed in to lately to read the numbers again.
OPEN_FOR = timedelta(hours=1)


def initial_answers(request: HttpRequest, attempt: VerificationAttempt) -> dict[str, str]:
    """The form's first values: the answers of ``attempt``.

    An older attempt gives its name alone, unless the person has signed in just now: a
    session left open hands out no certificate number.
    """
    facts = attempt.facts
    known = {"name": facts.name, "certificate_type": facts.certificate_type}
    is_fresh = database_now() - attempt.started_at <= OPEN_FOR
    if is_fresh or has_just_signed_in(request):
        known |= {"number": facts.number, "third_item": facts.third_item}
    return known
