"""The tables of help and reports, one subject a module."""

from support.models.article import Article, ArticleTally, ArticleVersion, Topic
from support.models.report import (
    LIVE_STATES,
    Cause,
    EntryKind,
    Report,
    ReportEntry,
    ReportState,
)

__all__ = [
    "LIVE_STATES",
    "Article",
    "ArticleTally",
    "ArticleVersion",
    "Cause",
    "EntryKind",
    "Report",
    "ReportEntry",
    "ReportState",
    "Topic",
]
