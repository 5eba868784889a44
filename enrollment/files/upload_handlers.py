"""Handle large uploads when the disk is full."""

from contextlib import suppress

from django import forms
from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler
from django.http import HttpRequest

from enrollment.files.disk import is_disk_full
from enrollment.files.faults import FileFault

_MARK = "no_room_for_upload"


class DiskFullUploadHandler(TemporaryFileUploadHandler):
    """Django's handler without the status 500 when the disk fills up during an upload.

    The part written is deleted, the rest of the file is read and dropped, and the
    request continues without it; ``tell_of_full_disk`` adds the reason to the form.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a block. Raises SkipFile when the disk is full."""
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError as error:
            if not is_disk_full(error):
                raise
            setattr(self.request, _MARK, True)
            with suppress(OSError):  # flushing the rest fails too
                self.file.close()
            raise SkipFile from error


def tell_of_full_disk(request: HttpRequest, form: forms.Form) -> None:
    """Replace the error of the field ``file`` by one about the full disk."""
    if getattr(request, _MARK, False):
        form.errors.pop("file", None)
        form.add_error("file", FileFault.DISK_FULL.label)
