"""The registry's tables, one subject a module."""

from enrollment.models.institution import (
    ClassCounselor,
    Institution,
    InstitutionRegistrar,
    SchoolClass,
)
from enrollment.models.record import FieldChange, StudentRecord

__all__ = [
    "ClassCounselor",
    "FieldChange",
    "Institution",
    "InstitutionRegistrar",
    "SchoolClass",
    "StudentRecord",
]
