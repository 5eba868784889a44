"""The daily e-mail that stores an anchor of the audit trail with the auditors."""

from functools import partial

from allauth.account.models import EmailAddress
from django.db import transaction
from django.template.loader import render_to_string

from accounts.languages.services import writing_to
from accounts.models import User
from accounts.roles import Role
from accounts.sweep import for_each
from audit.anchors import line_of, take_anchor
from delivery.services import queue_email

PURPOSE = "audit_anchor"


@transaction.atomic
def send_anchor() -> int:
    """Create an anchor and mail it to each auditor with a confirmed address; returns how many."""
    anchor = take_anchor()
    if anchor is None:
        return 0
    auditors = User.objects.filter(is_active=True, role_grants__role=Role.AUDITOR).distinct()
    mailboxes = EmailAddress.objects.filter(user__in=auditors, verified=True, primary=True)
    values = {"line": line_of(anchor), "number": anchor.entries}
    return for_each(mailboxes.select_related("user"), partial(_mail, values))


@transaction.atomic
def _mail(values: dict[str, object], mailbox: EmailAddress) -> bool:
    with writing_to(mailbox.user):
        queue_email(
            to=mailbox.email,
            subject=render_to_string("accounts/email/audit_anchor_subject.txt", values).strip(),
            text=render_to_string("accounts/email/audit_anchor.txt", values),
            purpose=PURPOSE,
            account_id=mailbox.user.pk,
        )
    return True
