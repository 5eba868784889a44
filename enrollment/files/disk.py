"""Recognize errors of a disk that is full or may not be written."""

import errno

_DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

_NOT_ALLOWED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


def is_disk_full(error: OSError) -> bool:
    """Whether ``error`` means a full disk, an exceeded quota or file size limit."""
    return error.errno in _DISK_FULL


def is_unwritable(error: OSError) -> bool:
    """Whether ``error`` means that the portal's account may not write there."""
    return error.errno in _NOT_ALLOWED
