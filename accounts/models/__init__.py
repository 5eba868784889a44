"""Tables of accounts, one topic per module."""

from accounts.models.captcha import RedeemedProof
from accounts.models.code import BINDING, ENTRANCE, Code, CodePurpose
from accounts.models.consent import Consent, Purpose
from accounts.models.contact import ChangeKind, ContactChange, ContactCheck
from accounts.models.event import EventKind, SecurityEvent
from accounts.models.limit import Block, LimitHit
from accounts.models.notice import Notice, NoticeChoice, Topic
from accounts.models.personal_data import PersonalDataCount
from accounts.models.question import Question, SecurityAnswer
from accounts.models.rescue import Rescue
from accounts.models.session import Session
from accounts.models.staff_admission import StaffAdmission
from accounts.models.user import RoleGrant, User

__all__ = [
    "BINDING",
    "ENTRANCE",
    "Block",
    "ChangeKind",
    "Code",
    "CodePurpose",
    "Consent",
    "ContactChange",
    "ContactCheck",
    "EventKind",
    "LimitHit",
    "Notice",
    "NoticeChoice",
    "PersonalDataCount",
    "Purpose",
    "Question",
    "RedeemedProof",
    "Rescue",
    "RoleGrant",
    "SecurityAnswer",
    "SecurityEvent",
    "Session",
    "StaffAdmission",
    "Topic",
    "User",
]
