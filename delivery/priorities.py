"""Priorities of tasks; without one a task comes first."""

# kombu's Redis transport looks at all queues of a worker for one priority, then for the next: a
# task of this one is taken once none without a priority waits in any of them. In each queue these
# tasks have a Redis list of their own, with this suffix.
LAST = 9
LAST_SUFFIX = f"\x06\x16{LAST}"
