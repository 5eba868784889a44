"""What invented people and a registrar do in a freshman's week, and what they write and show."""

import io
import logging
import re
from pathlib import Path
from typing import Any

import pypdf
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import LimitHit, User
from enrollment.models import EvidenceFile, ImportBatch, StudentRecord
from enrollment.status_reports.tasks import print_status_report
from tests.accounts.sign_in.authenticator import set_up_app
from tests.enrollment.files.evidence_files import picture
from tests.enrollment.imported_files import AT, write_csv
from tests.enrollment.registrar import publish, upload
from tests.outbox import CODE, Outbox
from tests.people import AGREED, PASSWORD, enter, make_account, make_school, sample_number
from verification import disputes
from verification.models import Dispute

PEOPLE = 1000
MAILBOX, MOBILE = "canary.mailbox@example.org", "13987654321"
NEWCOMER, OTHER_MAILBOX = "13876543210", "other.canary@example.org"
WORDS = ["金丝雀说姓名写错了", "金丝雀没有注册过", "金丝雀还没写完的草稿"]
FREE = sample_number(777)  # of no one in the registry
MARK = b"CanaryInsideAPdf"


class Walker(Client):
    """A browser that remembers every address it has been to."""

    addresses: list[str] = []

    def generic(self, method: str, path: str, *arguments: Any, **more: Any) -> Any:  # type: ignore[override]
        """As Django's; redirects pass here too."""
        self.addresses += [path, str(more.get("QUERY_STRING", ""))]
        answer = super().generic(method, path, *arguments, **more)
        self.addresses.append(answer.headers.get("Location", ""))
        assert answer.status_code < 500
        return answer


def as_walker(client: Client) -> Walker:
    """The same browser, remembering its addresses from now on."""
    walker = Walker()
    walker.cookies = client.cookies
    return walker


def last_code(outbox: Outbox, to: str) -> str:
    """The code that ``to`` was sent last."""
    found = [CODE.search(m.text) for m in outbox.emails() + outbox.texts() if m.to == to]
    return [match.group() for match in found if match][-1]


def import_people(registrar: Client, rows: list[list[str]], folder: Path) -> None:
    """The file, the file again with other phones, and one that is left checked.

    The person of the walk keeps their phone: a record whose phone an import replaced opens only
    after a second look.
    """
    school = make_school()
    batch = upload(registrar, write_csv(folder / "a.csv", rows[:-1]), school)
    publish(registrar, batch)
    assert StudentRecord.objects.count() == PEOPLE
    changed = [list(row) for row in rows]
    for row in changed[1:51]:
        row[AT["手机号"]] = row[AT["手机号"]].replace("170", "171", 1)
    batch = upload(registrar, write_csv(folder / "b.csv", changed[:-1]), school)
    publish(registrar, batch)
    changed[1][AT["姓名"]] = "金丝雀又改名"
    upload(registrar, write_csv(folder / "c.csv", changed), school)
    assert ImportBatch.objects.count() == 3


def come_in(row: list[str], outbox: Outbox) -> str:
    """Sign up by e-mail, bind a phone, set up an app, prove who one is."""
    browser = Walker()
    browser.post("/account/signup/", {"email": MAILBOX, "password1": PASSWORD} | AGREED)
    link = re.search(r"http://\S+", outbox.emails()[-1].text)
    assert link
    browser.post("/" + link.group().split("/", 3)[3])
    browser.post("/account/login/", {"login": MAILBOX, "password": PASSWORD})
    assert "_auth_user_id" in browser.session
    browser.post("/account/contacts/phone/", {"address": MOBILE})
    browser.post(
        "/account/contacts/phone/code/", {"code": last_code(outbox, f"+86{MOBILE}")}, follow=True
    )
    assert User.objects.get(email=MAILBOX).phone_confirmed_at
    secret = set_up_app(browser)
    prove(browser, "金丝雀甲", FREE, "1")  # in vain, and kept to be matched later
    prove(browser, row[AT["姓名"]], row[AT["证件号码"]], row[AT["考生号"]])
    assert StudentRecord.objects.get(holder__email=MAILBOX).name == row[AT["姓名"]]
    return secret


def prove(browser: Client, name: str, number: str, item: str) -> None:
    stated = {"name": name, "certificate_type": "居民身份证", "number": number} | AGREED
    browser.post("/verify/", stated | {"third_item": item})
    browser.post("/verify/check/", follow=True)
    browser.post("/verify/third/", {"third_item": item}, follow=True)


def check_and_complain(row: list[str]) -> None:
    """Look at the record, issue a report, say what is wrong and show it, take one's data."""
    owner = User.objects.get(email=MAILBOX)
    browser = as_walker(enter(owner))
    record = StudentRecord.objects.get(holder=owner)
    assert row[AT["证件号码"]] in page(browser.get(f"/status/{record.key}/certificate/"))
    given = {"purpose": "金丝雀的实习", "language": "both", "days": 30, "pin": ""}
    browser.post(f"/status/{record.key}/reports/", given)
    [made] = record.reports.all()
    print_status_report(made.pk)
    files = [SimpleUploadedFile("a.jpg", picture()), SimpleUploadedFile("b.pdf", pdf())]
    report = {"correct": "金丝雀", "words": WORDS[0], "evidence": files}
    assert browser.post("/support/reports/new/name/", report).status_code == 302
    assert EvidenceFile.objects.count() == 2
    browser.post(f"/status/{record.key}/answer/", {"answer": "wrong", "wrong": ["name"]})
    assert browser.post("/account/security/my-data/").status_code == 200


def pretend(row: list[str], outbox: Outbox) -> None:
    """Another person states the same in vain and opens a dispute."""
    account = make_account(OTHER_MAILBOX)
    browser = as_walker(enter(account))
    prove(browser, row[AT["姓名"]], row[AT["证件号码"]], row[AT["考生号"]])
    browser.post(reverse("verification:dispute"), {"words": WORDS[1]})
    disputes.look_into(Dispute.objects.get())
    browser.post("/verify/why/", {"answer": "yes"})


def work_at_the_desk(registrar: Client, rows: list[list[str]]) -> None:
    """Search by name, number and phone; look, reveal, export; and meet a fault."""
    search = reverse("registry:search")
    for words in (rows[5][AT["姓名"]], rows[5][AT["证件号码"]], MOBILE, FREE):
        assert registrar.post(search, {"words": words}).status_code == 200
    record = StudentRecord.objects.get(student_number=rows[5][AT["学号"]])
    registrar.post(reverse("registry:viewing_reason", args=[record.key]), {"words": "核对"})
    assert rows[5][AT["证件号码"]] in page(
        registrar.get(reverse("registry:number", args=[record.key]))
    )
    given = {"institution": make_school().pk, "kind": "xlsx", "reason": "教务核对"}
    assert b"".join(registrar.post(reverse("registry:export"), given).streaming_content)  # type: ignore[attr-defined]
    logging.getLogger("portal").error("Key (number)=(%s) of %s", rows[5][AT["证件号码"]], MOBILE)


def lose_and_recover(outbox: Outbox) -> None:
    """Sign up by phone, sign in by code, recover a password and a username."""
    newcomer = Walker()
    given = {"phone": NEWCOMER, "password1": PASSWORD} | AGREED
    newcomer.post("/account/signup/phone/", given)
    newcomer.post("/account/signup/phone/code/", {"code": last_code(outbox, f"+86{NEWCOMER}")})
    assert "_auth_user_id" in newcomer.session
    for door, field, value in (
        ("/account/login/code/", "login", MOBILE),
        ("/account/password/reset/", "login", MAILBOX),
        ("/account/password/reset/", "login", "nobody.canary@example.org"),
        ("/account/username/", "contact", MOBILE),
        ("/account/login/", "login", NEWCOMER),
        ("/account/rescue/", "contact", "13712345678"),
    ):
        LimitHit.objects.all().delete()  # a minute later
        answer = Walker().post(door, {field: value, "password": "wrong"}, follow=True)
        assert answer.status_code == 200, door


def page(answer: Any) -> str:
    """The text of a page, numbers without their spaces."""
    text: str = answer.content.decode()
    return re.sub(r"(?<=[\dX])[\s\u2009\u00a0]+(?=[\dX])", "", text)


def pdf() -> bytes:
    writer, out = pypdf.PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.add_metadata({"/Title": MARK.decode()})
    writer.write(out)
    assert MARK in out.getvalue()
    return out.getvalue()
