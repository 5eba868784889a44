"""Opening a record for a puppet account, and what the account gets of it."""

import io
import re
import zipfile

from django.urls import reverse

from accounts.models import User
from enrollment.models import (
    StatusReport,
    StudentRecord,
)
from tests.people import enter, sample_number
from verification.assisted import services as assisted

NUMBER, REGISTRY_PHONE = sample_number(12), "+8613700137000"
ALL = {"photo", "number", "report", "copy"}


def assist(staff: User, record: StudentRecord, account: User) -> str:
    """Open the record for the account; the text of the page that answers."""
    page = reverse("verification:assist", args=[record.key])
    code = assisted.new_code(account=account)
    values = {"code": code, "reason": "x", "seen": "on"}
    return enter(staff).post(page, values, follow=True).content.decode()


def takes(account: User, record: StudentRecord) -> set[str]:
    """What the account gets of the photograph, the number, a report, and the copy of its data."""
    client, got = enter(account), set()
    photo = record.photos.get()
    if client.get(reverse("enrollment:photo", args=[photo.key])).status_code == 200:
        got.add("photo")
    number = client.get(reverse("enrollment:certificate", args=[record.key]), follow=True)
    if NUMBER in re.sub(r"<[^>]+>|\s", "", number.content.decode()):
        got.add("number")
    client.post(
        reverse("enrollment:reports", args=[record.key]),
        {"purpose": "实习", "language": "zh", "days": 30},
    )
    if StatusReport.objects.filter(record=record).exists():
        got.add("report")
    copy = client.post(reverse("accounts:my_data"))
    content = b"".join(copy) if copy.streaming else copy.content
    if zipfile.is_zipfile(io.BytesIO(content)):
        names = zipfile.ZipFile(io.BytesIO(content))
        text = b"".join(names.read(name) for name in names.namelist())
        if NUMBER.encode() in text or any("photos/" in name for name in names.namelist()):
            got.add("copy")
    return got
