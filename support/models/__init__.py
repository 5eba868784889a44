"""The tables of help, reports and notices, one subject a module."""

from support.models.article import Article, ArticleTally, ArticleVersion, Topic

__all__ = ["Article", "ArticleTally", "ArticleVersion", "Topic"]
