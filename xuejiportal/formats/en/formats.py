"""Dates in English: day first, 24 hours; no “a.m.” whose point would meet that of the sentence."""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y, H:i"
SHORT_DATETIME_FORMAT = "j M Y, H:i"
