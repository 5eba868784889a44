"""The accounts' tables, one subject a module."""

from accounts.models.code import Code, CodePurpose
from accounts.models.contact import ContactChange
from accounts.models.event import EventKind, SecurityEvent
from accounts.models.limit import Block, LimitHit
from accounts.models.user import RoleGrant, User

__all__ = [
    "Block",
    "Code",
    "CodePurpose",
    "ContactChange",
    "EventKind",
    "LimitHit",
    "RoleGrant",
    "SecurityEvent",
    "User",
]
