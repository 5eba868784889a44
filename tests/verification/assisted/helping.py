"""Help face to face: begun by staff, finished by the person."""

import re

from django.test import Client
from django.urls import reverse

from accounts.models import User
from enrollment.models import StudentRecord
from tests.outbox import Outbox
from tests.people import enter

OLD_PHONE, NEW_PHONE = "+8613912345678", "13712345678"


def code_sent(outbox: Outbox) -> str:
    """The newest code that left the portal."""
    letters = (*outbox.emails(), *outbox.texts())
    codes = [re.search(r"校验码\D*(\d{6})", letter.text) for letter in letters]
    return [found for found in codes if found][-1].group(1)


def begin(outbox: Outbox, contact: str = NEW_PHONE) -> tuple[Client, str]:
    """A person outside shows to read ``contact``; their browser, and the code for the school."""
    client = Client()
    client.post(reverse("account_rescue"), {"contact": contact})
    client.post(reverse("account_rescue_enter"), {"code": code_sent(outbox)})
    text = client.post(reverse("account_rescue_state")).content.decode()
    found = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}", text)
    assert found
    return client, found.group()


def hand_over(staff: User, record: StudentRecord, code: object, **changes: object) -> str:
    """A member of staff types the code; the text of the page that answers."""
    values = {"code": code, "reason": "手机被盗，邮箱停用", "seen": "on"} | changes
    page = reverse("verification:rescue", args=[record.key])
    return enter(staff).post(page, values, follow=True).content.decode()
