"""What can be wrong with the place where files lie."""


class StorageDownError(OSError):
    """The bucket does not answer, or refuses; the same may succeed later."""
