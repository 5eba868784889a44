"""File storage in a bucket: Amazon S3, MinIO, Alibaba OSS, Tencent COS, Ceph.

Needs the extra ``s3``, and is imported only if ``S3_BUCKET`` is set. Files are sealed before they
come here: the vendor sees random names and ciphertext.
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

# Larger files (bytes) are buffered on disk (in SPOOL_DIR, still sealed).
MAX_MEMORY_SIZE = 2 * 2**20
# Number of parallel uploads; botocore's pool holds ten connections.
WRITERS = 8


class ObjectStorage(S3Storage):  # type: ignore[misc]
    """django-storages' S3 storage for any vendor, with errors that Django's code handles."""

    def __init__(self, *, addressing_style: str, **options: Any) -> None:
        config = Config(
            signature_version="s3v4",
            s3={"addressing_style": addressing_style},
            connect_timeout=5,
            read_timeout=30,
            retries={"total_max_attempts": 3, "mode": "standard"},
            # Other vendors reject checksums in trailers, botocore's default.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        super().__init__(
            client_config=config,
            file_overwrite=False,
            default_acl=None,
            max_memory_size=MAX_MEMORY_SIZE,
            **options,
        )

    def _open(self, name: str, mode: str = "rb") -> "File[Any]":
        """The file, fetched completely, so that no error can occur later.

        Raises FileNotFoundError.
        """
        with _known_errors():
            opened: File[Any] = super()._open(name, mode)
            opened.open()
            return opened

    def _save(self, name: str, content: "File[Any]") -> str:
        with _known_errors():
            saved: str = super()._save(name, content)
            return saved

    def save_new(self, files: Mapping[str, bytes]) -> None:
        """Store files under unique random names, in parallel.

        Each request takes some milliseconds; photographs stored one after the other would mostly
        wait for the network.
        """
        client = self.connection.meta.client  # botocore clients are thread-safe

        def put(file: tuple[str, bytes]) -> None:
            name = self._normalize_name(clean_name(file[0]))
            client.put_object(Bucket=self.bucket_name, Key=name, Body=file[1])

        with _known_errors(), ThreadPoolExecutor(WRITERS) as pool:
            list(pool.map(put, files.items()))

    def delete(self, name: str) -> None:
        """Delete a file; a missing one is no error."""
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
        # Only the type: error messages hold URLs and object keys.
        raise StorageDownError(f"object storage: {type(error).__name__}") from None
