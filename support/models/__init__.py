"""Tables of help, problem reports and boards, one topic per module."""

from support.models.article import Article, ArticleTally, ArticleVersion, Topic
from support.models.digest import Digest, Rhythm
from support.models.headcount import DayHeadcount, Headcount, HeadcountChange
from support.models.reminder import Reminded, Reminder
from support.models.report import (
    LIVE_STATES,
    Cause,
    EntryKind,
    Report,
    ReportBatch,
    ReportEntry,
    ReportState,
)

__all__ = [
    "LIVE_STATES",
    "Article",
    "ArticleTally",
    "ArticleVersion",
    "Cause",
    "DayHeadcount",
    "Digest",
    "EntryKind",
    "Headcount",
    "HeadcountChange",
    "Reminded",
    "Reminder",
    "Report",
    "ReportBatch",
    "ReportEntry",
    "ReportState",
    "Rhythm",
    "Topic",
]
