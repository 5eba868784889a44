"""The kinds of work a member of staff may do.

What a role covers (which institution, which classes) is kept by the registry,
above this app: see ``enrollment.models.InstitutionRegistrar`` and
``enrollment.models.ClassCounselor``.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """A role of staff; a person without any is a student."""

    COUNSELOR = "counselor", _("Counselor")
    REGISTRAR = "registrar", _("Registrar")
    AUDITOR = "auditor", _("Auditor")


RECORD_KEEPERS = (Role.REGISTRAR, Role.COUNSELOR)  # who may see records of students
