"""Errors of file storage."""


class StorageDownError(OSError):
    """The bucket is unreachable or refuses the request; a retry may succeed."""
