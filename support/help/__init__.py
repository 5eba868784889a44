"""The help centre: articles, search, editing."""
