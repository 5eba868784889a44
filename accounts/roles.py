"""The roles of staff.

The institution or classes that a role covers are stored by the registry: see
``enrollment.models.InstitutionRegistrar`` and ``enrollment.models.ClassCounselor``.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """A role of staff; a person without one is a student."""

    COUNSELOR = "counselor", _("Counselor")
    REGISTRAR = "registrar", _("Registrar")
    AUDITOR = "auditor", _("Auditor")


RECORD_KEEPERS = (Role.REGISTRAR, Role.COUNSELOR)  # who may see records of students
