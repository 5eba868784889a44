"""Priorities of tasks; without one a task comes first."""

# Every waiting task without a priority is taken before one of this; kombu keeps those of a queue
# in a Redis list of its own, with this suffix.
LAST = 9
LAST_SUFFIX = f"\x06\x16{LAST}"
