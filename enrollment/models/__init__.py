"""The registry's tables, one module per subject."""

from enrollment.models.absence import AbsenceDecision, AbsenceKind, AbsentRecord
from enrollment.models.batch import BatchState, ImportBatch, RecordBefore
from enrollment.models.campaign import Campaign
from enrollment.models.confirmation import Answer, Confirmation, PhotoAnswer
from enrollment.models.correction import Correction, CorrectionState
from enrollment.models.event import EventKind, RecordEvent
from enrollment.models.evidence import EvidenceFile, EvidencePurpose
from enrollment.models.institution import Institution, RuleChange, SchoolClass
from enrollment.models.photo import BatchPhoto, Photo, PhotoBatch, PhotoBatchState, PhotoKind
from enrollment.models.record import FieldChange, StudentRecord
from enrollment.models.staff import (
    Appointment,
    ClassCounselor,
    InstitutionRegistrar,
    StaffReview,
)
from enrollment.models.status_report import ReportLanguage, SigningKey, StatusReport
from enrollment.models.token import ImportToken, TokenRight
from enrollment.models.upload import SamePersonError, Upload, WrongStateError

__all__ = [
    "AbsenceDecision",
    "AbsenceKind",
    "AbsentRecord",
    "Answer",
    "Appointment",
    "BatchPhoto",
    "BatchState",
    "Campaign",
    "ClassCounselor",
    "Confirmation",
    "Correction",
    "CorrectionState",
    "EventKind",
    "EvidenceFile",
    "EvidencePurpose",
    "FieldChange",
    "ImportBatch",
    "ImportToken",
    "Institution",
    "InstitutionRegistrar",
    "Photo",
    "PhotoAnswer",
    "PhotoBatch",
    "PhotoBatchState",
    "PhotoKind",
    "RecordBefore",
    "RecordEvent",
    "ReportLanguage",
    "RuleChange",
    "SamePersonError",
    "SchoolClass",
    "SigningKey",
    "StaffReview",
    "StatusReport",
    "StudentRecord",
    "TokenRight",
    "Upload",
    "WrongStateError",
]
