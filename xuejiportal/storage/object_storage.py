"""Files in a bucket instead of on the local disk: Amazon S3, MinIO, Alibaba OSS, Tencent COS, Ceph.

Needs the extra ``s3``; only imported where ``S3_BUCKET`` is set. What comes here
is sealed already: the bucket's keeper sees random names and ciphertext.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

from xuejiportal.storage.errors import StorageDownError

# Above this many bytes a file is read into one on the disk (under SPOOL_DIR, still sealed).
IN_MEMORY = 2 * 2**20
# So many files are on their way to the bucket at once; botocore keeps ten connections.
WRITERS = 8


class ObjectStorage(S3Storage):  # type: ignore[misc]
    """django-storages' own, for buckets of any vendor, with errors that Django's code knows."""

    def __init__(self, *, addressing_style: str, **options: Any) -> None:
        config = Config(
            signature_version="s3v4",
            s3={"addressing_style": addressing_style},
            connect_timeout=5,
            read_timeout=30,
            retries={"total_max_attempts": 3, "mode": "standard"},
            # Checksums in trailers, botocore's new default, are refused by other vendors.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        super().__init__(
            client_config=config,
            file_overwrite=False,
            default_acl=None,
            max_memory_size=IN_MEMORY,
            **options,
        )

    def _open(self, name: str, mode: str = "rb") -> "File[Any]":
        """The file, fetched whole: no error can come later. Raises FileNotFoundError."""
        with _known_errors():
            opened: File[Any] = super()._open(name, mode)
            opened.open()
            return opened

    def _save(self, name: str, content: "File[Any]") -> str:
        with _known_errors():
            saved: str = super()._save(name, content)
            return saved

    def save_new(self, files: Mapping[str, bytes]) -> None:
        """Keep files whose names nobody else can have (random keys), side by side.

        A bucket is some milliseconds away: one after the other, photographs would
        wait for it most of the time.
        """
        client = self.connection.meta.client  # botocore's clients may be shared by threads

        def put(file: tuple[str, bytes]) -> None:
            name = self._normalize_name(clean_name(file[0]))
            client.put_object(Bucket=self.bucket_name, Key=name, Body=file[1])

        with _known_errors(), ThreadPoolExecutor(WRITERS) as pool:
            list(pool.map(put, files.items()))

    def delete(self, name: str) -> None:
        """Remove a file; one that is not there is no error."""
        with _known_errors():
            super().delete(name)

    def exists(self, name: str) -> bool:
        """Whether there is a file of this name."""
        with _known_errors():
            return bool(super().exists(name))


@contextmanager
def _known_errors() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        # The kind alone: messages hold addresses and keys of objects.
        raise StorageDownError(f"object storage: {type(error).__name__}") from None
