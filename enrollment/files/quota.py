"""How many files registrars upload in a day: each is read, checked and kept for weeks."""

from django import forms
from django.db import transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.limits.rate_limits import consume
from accounts.limits.uses import LimitReachedError
from accounts.models import User
from enrollment.models import Institution


def may_upload(form: forms.Form, *, account: User, institution: Institution) -> bool:
    """Count one file sent by ``form``; where that is one too many, the form says until when."""
    try:
        with transaction.atomic():
            consume("upload", f"account:{account.pk}")
            consume("school_upload", f"institution:{institution.pk}")
    except LimitReachedError as error:
        moment = date_format(localtime(error.retry_at), "DATETIME_FORMAT")
        text = _("Too many files were uploaded today. Continue after %(moment)s.") % {
            "moment": moment
        }
        form.add_error("file", text)
        return False
    return True
