"""Large uploads on a disk that is full."""

from contextlib import suppress

from django import forms
from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler
from django.http import HttpRequest

from enrollment.files.disk import is_disk_full
from enrollment.files.faults import FileFault

_MARK = "no_room_for_upload"


class DiskFullUploadHandler(TemporaryFileUploadHandler):
    """Django's, which answers 500 where the disk fills up under an upload.

    What is written is removed, the rest of the file is read and forgotten, and
    the request goes on without it; ``tell_of_no_room`` says why.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a block. Raises SkipFile where there is no room for it."""
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError as error:
            if not is_disk_full(error):
                raise
            setattr(self.request, _MARK, True)
            with suppress(OSError):  # what is still to be written has no room either
                self.file.close()
            raise SkipFile from error


def tell_of_no_room(request: HttpRequest, form: forms.Form) -> None:
    """Say at the field ``file`` that the disk is full, rather than that no file was chosen."""
    if getattr(request, _MARK, False):
        form.errors.pop("file", None)
        form.add_error("file", FileFault.NO_ROOM.label)
