"""The registry's tables, one subject a module."""

from enrollment.models.batch import BatchState, ImportBatch, RecordBefore
from enrollment.models.campaign import Campaign
from enrollment.models.confirmation import Answer, Confirmation
from enrollment.models.event import EventKind, RecordEvent
from enrollment.models.institution import (
    ClassCounselor,
    Institution,
    InstitutionRegistrar,
    SchoolClass,
)
from enrollment.models.photo import Photo, PhotoKind
from enrollment.models.record import FieldChange, StudentRecord
from enrollment.models.status_report import ReportLanguage, SigningKey, StatusReport

__all__ = [
    "Answer",
    "BatchState",
    "Campaign",
    "ClassCounselor",
    "Confirmation",
    "EventKind",
    "FieldChange",
    "ImportBatch",
    "Institution",
    "InstitutionRegistrar",
    "Photo",
    "PhotoKind",
    "RecordBefore",
    "RecordEvent",
    "ReportLanguage",
    "SchoolClass",
    "SigningKey",
    "StatusReport",
    "StudentRecord",
]
