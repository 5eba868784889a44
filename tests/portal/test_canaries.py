"""Invented people walk through the portal; nothing of them lies where a thief would look.

Certificate numbers, the phones a school knows, what people write and show, and the
secrets of second factors stand in the clear nowhere: neither in a dump of the
database nor in storage, Redis, logs, addresses or the arguments of tasks (T13, T14).

In the clear by design, in the database alone: names (they are listed and searched),
the contacts an account has confirmed (a unique index keeps them one account's),
student and candidate numbers. They are looked for everywhere else.
"""

import base64
import io
import json
import logging
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdf
import pytest
import redis
from celery.signals import before_task_publish
from django.conf import settings as portal
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import LimitHit, User
from devtools.embedded.programs import postgresql
from enrollment.models import EvidenceFile, ImportBatch, StudentRecord
from enrollment.status_reports.tasks import print_status_report
from tests.accounts.sign_in.authenticator import set_up_app
from tests.enrollment.files.evidence_files import picture
from tests.enrollment.imported_files import AT, sample, write_csv
from tests.enrollment.registrar import publish, upload
from tests.outbox import CODE, Outbox
from tests.people import AGREED, PASSWORD, enter, make_account, make_school, sample_number
from verification import disputes
from verification.models import Dispute
from xuejiportal.logs.formatters import RedactingFormatter

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


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Every log line of the test, as the portal writes them, from DEBUG up."""
    stream = io.StringIO()
    handler, root = logging.StreamHandler(stream), logging.getLogger()
    handler.setFormatter(RedactingFormatter("%(name)s %(message)s"))
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.fixture
def tasks_sent() -> Iterator[list[str]]:
    """The name and arguments of every task handed to the broker."""
    sent: list[str] = []

    def note(sender: str, body: Any, headers: dict[str, Any], **_: Any) -> None:
        sent.append(json.dumps([sender, body, headers], ensure_ascii=False, default=str))

    before_task_publish.connect(note, weak=False)
    yield sent
    before_task_publish.disconnect(note)


@pytest.fixture
def rows() -> list[list[str]]:
    """A thousand invented people, and one whose row is faulty."""
    found = sample(PEOPLE + 1)
    for index, row in enumerate(found):
        row[AT["院校代码"]], row[AT["院校名称"]] = "19998", "明德示范大学"
        row[AT["姓名"]] = f"金丝雀{'甲乙丙丁戊己庚辛壬癸'[index % 10]}"
    found[-1][AT["学籍状态"]] = "无此状态"
    found[0][AT["学籍状态"]] = "注册学籍"
    return found


@pytest.fixture
def walked(
    rows: list[list[str]],
    tmp_path: Path,
    media: Path,
    outbox: Outbox,
    desk_registrar: User,
    tasks_sent: list[str],
    log: io.StringIO,
) -> list[str]:
    """Everything a registrar and students do in a freshman's week; what must be found nowhere."""
    cache.clear()  # empties Redis
    Walker.addresses = []
    registrar = as_walker(enter(desk_registrar))
    import_people(registrar, rows, tmp_path)
    secrets = [come_in(rows[0], outbox)]
    check_and_complain(rows[0])
    pretend(rows[0], outbox)
    work_at_the_desk(registrar, rows)
    lose_and_recover(outbox)
    outbox.texts()
    return secrets


def as_walker(client: Client) -> Walker:
    walker = Walker()
    walker.cookies = client.cookies
    return walker


def last_code(outbox: Outbox, to: str) -> str:
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


def dump() -> bytes:
    """What ``pg_dump`` writes of the whole database."""
    values = connection.settings_dict
    address = {
        "host": values["HOST"], "port": values["PORT"], "user": values["USER"],
        "password": values["PASSWORD"], "dbname": values["NAME"],
    }  # fmt: skip
    given = " ".join(f"{name}='{value}'" for name, value in address.items() if value)
    program = postgresql(None)[0][0] / "pg_dump"
    return subprocess.run([program, given], capture_output=True, check=True).stdout


def redis_contents() -> bytes:
    """Every key and value of the test's Redis; the bodies of tasks also decoded."""
    server = redis.Redis.from_url(portal.REDIS_URL)
    found: list[bytes] = []
    for key in server.scan_iter():
        kind: Any = server.type(key)
        read = {b"string": server.get, b"hash": server.hgetall, b"set": server.smembers}
        if kind == b"list":
            value: Any = server.lrange(key, 0, -1)
        elif kind == b"zset":
            value = server.zrange(key, 0, -1, withscores=True)
        else:
            value = read[kind](key)
        found += [key, value if isinstance(value, bytes) else repr(value).encode()]
        for item in value if isinstance(value, list) else []:
            found.append(base64.b64decode(json.loads(item)["body"]))
    return b"\n".join(found)


def storage(folder: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def forms(text: str) -> list[bytes]:
    """``text`` as it could be written down: plain, escaped, as hex, in base 64."""
    raw = text.encode()
    shifted = [base64.b64encode(b"x" * n + raw)[2 * n : -4] for n in range(3)]
    escaped = json.dumps(text)[1:-1].encode()
    return [raw, escaped, raw.hex().encode(), *(form for form in shifted if len(form) > 8)]


NUMBER = re.compile(rb"(?=(\d{17}[\dXx]))")
HEX_NUMBER = re.compile(rb"(?=((?:3\d){17}(?:3\d|[57]8)))")
PHONE = re.compile(rb"(?=(1\d{10}))")
HEX_PHONE = re.compile(rb"(?=(31(?:3\d){10}))")


def numbers_in(content: bytes) -> set[str]:
    """Whatever could be a certificate or mobile number, also where it is written as hex."""
    plain = {match.decode().upper() for kind in (NUMBER, PHONE) for match in kind.findall(content)}
    hexed = {bytes.fromhex(m.decode()) for k in (HEX_NUMBER, HEX_PHONE) for m in k.findall(content)}
    return plain | {number.decode().upper() for number in hexed}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_nothing_of_a_thousand_people_lies_about(
    walked: list[str],
    rows: list[list[str]],
    media: Path,
    log: io.StringIO,
    tasks_sent: list[str],
) -> None:
    numbers = {row[AT["证件号码"]] for row in rows} | {FREE}
    phones = {row[AT["手机号"]] for row in rows}
    phones |= {phone.replace("170", "171", 1) for phone in phones}
    assert len(numbers) == PEOPLE + 2
    places = {
        "dump": dump(),
        "storage": storage(media),
        "redis": redis_contents(),
        "logs": log.getvalue().encode(),
        "addresses": "\n".join(Walker.addresses).encode(),
        "tasks": "\n".join(tasks_sent).encode(),
    }
    assert all(places.values()), "each place has something in it"
    assert all(form in places["dump"] for form in (b"COPY", MAILBOX.encode(), "金丝雀".encode()))
    secret = [*WORDS, *walked, MARK.decode(), *sorted(numbers)[:20], *sorted(phones)[:20]]
    # Names and the contacts of accounts stand in the database, and nowhere else.
    personal = ["金丝雀", MAILBOX, OTHER_MAILBOX, MOBILE, NEWCOMER, "13712345678", "nobody.canary"]
    found = {
        (place, needle)
        for place, content in places.items()
        for needle in (secret if place == "dump" else secret + personal)
        for form in forms(needle)
        if form in content
    }
    assert found == set()
    for place, content in places.items():
        assert numbers_in(content) & (numbers | phones) == set(), place


def test_the_search_finds_what_is_written_in_other_ways() -> None:
    number, phone = FREE.encode(), b"17000000001"
    for way in (bytes, bytes.hex, lambda raw: b"\\x" + raw.hex().encode() + b"\t1"):
        written = way(number + b" " + phone)
        written = written if isinstance(written, bytes) else written.encode()
        assert {FREE, phone.decode()} <= numbers_in(written)
    for before in (b"", b"a", b"ab"):
        assert any(form in base64.b64encode(before + number + b"z" * 9) for form in forms(FREE))
