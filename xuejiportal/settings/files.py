"""Static files, uploads, stored files and fonts."""

import tempfile
from pathlib import Path

from xuejiportal import environment as env
from xuejiportal import server_urls
from xuejiportal.settings.base import BASE_DIR, DEBUG, VAR_DIR

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
# Files without a name while a workbook is read; large ones need room here.
SPOOL_DIR = FILE_UPLOAD_TEMP_DIR = env.text("SPOOL_DIR", tempfile.gettempdir())
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "enrollment.files.upload_handlers.DiskFullUploadHandler",
]
# Photographs, evidence, reports and uploads, all of them sealed: the local disk, or a bucket.
STORAGES = {
    "default": env.bucket(server_urls.web("S3_ENDPOINT_URL", ""))
    or {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(VAR_DIR / "media")},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Font files beside the portal's own (CJK) that printed reports may use, for rare characters
# and other scripts. A report with a character that no font has waits for one.
REPORT_FONTS = env.words("REPORT_FONTS", "")
