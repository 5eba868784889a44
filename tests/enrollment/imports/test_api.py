"""A school's own system hands in files by itself: token, file, report, publication."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.limits.rules import RULES, Rule
from accounts.models import RoleGrant, User
from audit.models import AuditEntry
from enrollment.imports import tasks as imports_tasks
from enrollment.imports.tokens.services import create_token, revoke_token
from enrollment.models import (
    BatchState,
    ImportBatch,
    ImportToken,
    Institution,
    InstitutionRegistrar,
    StudentRecord,
    TokenRight,
)
from tests.enrollment.imported_files import AT, sample, write_csv
from tests.enrollment.imports.system import HOUSE, System
from tests.enrollment.registrar import make_registrar, signed_in_just_now


@pytest.fixture(autouse=True)
def fresh_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits are tested by themselves."""
    for action in ("import_file", "import_status", "import_refused"):
        monkeypatch.setitem(RULES, action, (Rule(100, timedelta(hours=1)),))


@pytest.fixture
def maker(school: Institution) -> User:
    """The registrar who makes the tokens."""
    return make_registrar("maker@example.org", school)


@pytest.fixture
def system(school: Institution, maker: User) -> System:
    """One that may check and publish."""
    return System(_make(school, maker, TokenRight.PUBLISH)[1])


def _make(school: Institution, maker: User, right: TokenRight) -> tuple[ImportToken, str]:
    return create_token(institution=school, name="教务系统", right=right, days=30, by=maker)


def test_a_file_is_checked_and_published(system: System, tmp_path: Path) -> None:
    batch = system.hand_in(write_csv(tmp_path / "a.csv", sample(3)), "?publish=1")
    imports_tasks.publish_upload(batch.pk)
    report = system.report(batch)
    assert (report["state"], report["result"]["new"]) == ("published", 3)
    assert StudentRecord.objects.count() == 3
    assert AuditEntry.objects.filter(
        action="enrollment.upload_batch", detail__token=str(ImportToken.objects.get().key)
    ).exists()
    assert ImportToken.objects.get().last_used_at is not None


def test_a_faulty_file_waits_for_a_person(system: System, tmp_path: Path) -> None:
    rows = sample(3)
    rows[1][AT["学籍状态"]] = "在读"
    batch = system.hand_in(write_csv(tmp_path / "学籍.csv", rows), "?publish=1")
    assert batch.state == BatchState.REHEARSED
    report = system.report(batch)
    [problem] = report["result"]["problems"]
    assert (problem["column"], problem["first_row"], problem["warning"]) == ("status", 3, False)
    assert "学籍状态" in problem["message"] + problem["label"]
    status, refusal = system.ask("POST", reverse("import_api:publish", args=[batch.key]))
    assert (status, refusal["error"]) == (409, "faulty")
    assert not StudentRecord.objects.exists()


def test_publishing_later_and_by_form(system: System, tmp_path: Path) -> None:
    file = SimpleUploadedFile("a.csv", write_csv(tmp_path / "a.csv", sample(2)).read_bytes())
    answer = system.client.post(HOUSE, {"file": file}, headers=system.headers)
    assert answer.status_code == 202
    batch = ImportBatch.objects.get()
    publish = reverse("import_api:publish", args=[batch.key])
    assert system.ask("POST", publish)[0] == 409  # not checked yet
    imports_tasks.rehearse_upload(batch.pk)
    assert system.ask("POST", publish)[0] == 202
    imports_tasks.publish_upload(batch.pk)
    assert StudentRecord.objects.count() == 2
    assert system.ask("POST", publish)[1]["error"] == "state"


def test_the_second_person_is_not_replaced(
    system: System, school: Institution, tmp_path: Path
) -> None:
    school.second_approver = True
    school.save()
    batch = system.hand_in(write_csv(tmp_path / "a.csv", sample(2)), "?publish=1")
    assert batch.state == BatchState.REHEARSED
    assert system.report(batch)["second_person_publishes"] is True
    status, refusal = system.ask("POST", reverse("import_api:publish", args=[batch.key]))
    assert (status, refusal["error"]) == (409, "second_person")


def test_a_token_for_checking_publishes_nothing(
    school: Institution, maker: User, tmp_path: Path
) -> None:
    system = System(_make(school, maker, TokenRight.CHECK)[1])
    path = write_csv(tmp_path / "a.csv", sample(2))
    status, refusal = system.ask("PUT", f"{HOUSE}a.csv?publish=1", path.read_bytes())
    assert (status, refusal["error"]) == (403, "check_only")
    batch = system.hand_in(path)
    assert system.ask("POST", reverse("import_api:publish", args=[batch.key]))[0] == 403


def test_tonights_file_takes_the_place_of_last_nights(system: System, tmp_path: Path) -> None:
    first = system.hand_in(write_csv(tmp_path / "a.csv", sample(2)))
    system.hand_in(write_csv(tmp_path / "b.csv", sample(3)))
    first.refresh_from_db()
    assert first.state == BatchState.DISCARDED


def test_a_refused_file_says_why(system: System, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK\x03\x04" + bytes(500))
    report = system.report(system.hand_in(path))
    assert (report["state"], report["refused"]) == ("failed", "unreadable")
    assert report["message"]


Spoil = Callable[[ImportToken], object]
SPOILED: dict[str, Spoil] = {
    "revoked": lambda token: revoke_token(token=token, by=token.created_by),
    "expired": lambda token: ImportToken.objects.update(expires_at=timezone.now()),
    "no registrar": lambda token: RoleGrant.objects.filter(user=token.created_by).delete(),
    "elsewhere": lambda token: InstitutionRegistrar.objects.all().delete(),
    "closed account": lambda token: User.objects.update(is_active=False),
}


@pytest.mark.parametrize("how", SPOILED)
def test_a_token_dies(school: Institution, maker: User, how: str) -> None:
    token, secret = _make(school, maker, TokenRight.PUBLISH)
    SPOILED[how](token)
    status, refusal = System(secret).ask("PUT", f"{HOUSE}a.csv", b"x")
    assert (status, refusal["error"]) == (401, "token")
    assert not ImportBatch.objects.exists()


def test_a_token_ends_between_check_and_publication(
    system: System, maker: User, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "a.csv", sample(2))
    status, report = system.ask("PUT", f"{HOUSE}a.csv?publish=1", path.read_bytes())
    assert status == 202
    revoke_token(token=ImportToken.objects.get(), by=maker)
    batch = ImportBatch.objects.get(key=report["import"])
    imports_tasks.rehearse_upload(batch.pk)
    batch.refresh_from_db()
    assert batch.state == BatchState.REHEARSED


def test_one_token_sees_nothing_of_another(
    system: System, school: Institution, maker: User, tmp_path: Path
) -> None:
    batch = system.hand_in(write_csv(tmp_path / "a.csv", sample(2)))
    stranger = System(_make(school, maker, TokenRight.PUBLISH)[1])
    for method, name in (("GET", "state"), ("POST", "publish")):
        assert stranger.ask(method, reverse(f"import_api:{name}", args=[batch.key]))[0] == 404


@pytest.mark.parametrize(
    ("method", "address", "content", "expected"),
    [
        ("PUT", "a.exe", b"MZ", 422),
        ("PUT", "", b"x", 400),
        ("POST", "", b"x", 415),
        ("GET", "", b"", 405),
        ("DELETE", "a.csv", b"", 405),
        ("PUT", "\u202ea" * 150 + ".csv", "学号\n1".encode(), 202),
    ],
)
def test_bad_requests_are_answered_in_plain_words(
    system: System, method: str, address: str, content: bytes, expected: int
) -> None:
    status, answer = system.ask(method, HOUSE + address, content)
    assert status == expected
    assert answer.get("message") or expected == 202


@pytest.mark.parametrize(
    ("length", "expected"),
    [("300000000", 413), ("9" * 30, 413), ("", 411), ("-1", 411), ("0", 422)],
)
def test_the_length_is_looked_at_before_the_body(
    system: System, length: str, expected: int
) -> None:
    assert system.ask("PUT", f"{HOUSE}a.csv", b"x", CONTENT_LENGTH=length)[0] == expected


def test_a_broken_form_is_no_error_of_ours(system: System) -> None:
    for content_type in ("multipart/form-data", "multipart/form-data; boundary=x"):
        answer = system.client.generic(
            "POST", HOUSE, b"--x\r\nnonsense", content_type, headers=system.headers
        )
        assert answer.status_code in {400, 422}
        assert json.loads(answer.content)["message"]


def test_limits_tell_when_to_come_back(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULES, "import_file", (Rule(1, timedelta(hours=1)),))
    assert system.ask("PUT", f"{HOUSE}a.exe", b"MZ")[0] == 422
    answer = system.client.generic("PUT", f"{HOUSE}a.csv", b"x", headers=system.headers)
    assert answer.status_code == 429
    assert 3500 < int(answer["Retry-After"]) <= 3600


def test_guessing_tokens_is_slowed(school: Institution, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULES, "import_refused", (Rule(2, timedelta(hours=1)),))
    guess = System("xueji_guess")
    assert [guess.ask("PUT", f"{HOUSE}a.csv", b"x")[0] for _ in range(3)] == [401, 401, 429]


def test_a_token_is_made_after_the_password_and_shown_once(
    desk: Client, school: Institution
) -> None:
    address = reverse("registry:new_token")
    asked = desk.get(address)
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    signed_in_just_now(desk)
    facts = {"institution": school.pk, "name": "教务系统", "right": "publish", "days": "90"}
    page = desk.post(address, facts).content.decode()
    token = ImportToken.objects.get()
    secret = page.partition("xueji_")[2].partition("<")[0]
    assert len(secret) > 40
    assert System(f"xueji_{secret}").ask("PUT", f"{HOUSE}a.exe", b"x")[0] == 422
    page = desk.get(reverse("registry:tokens")).content.decode()
    assert secret not in page
    assert "教务系统" in page
    assert AuditEntry.objects.filter(action="enrollment.create_token").exists()

    revoke = reverse("registry:revoke_token", args=[token.key])
    assert desk.get(revoke).status_code == 200
    assert desk.post(revoke).status_code == 302
    assert System(f"xueji_{secret}").ask("PUT", f"{HOUSE}a.csv", b"x")[0] == 401
    assert AuditEntry.objects.filter(action="enrollment.revoke_token").exists()


def test_tokens_are_not_found_by_others(school: Institution, maker: User, li: User) -> None:
    token, _secret = _make(school, maker, TokenRight.CHECK)
    other = Institution.objects.create(code="19997", name="另一所学校")
    stranger = make_registrar("stranger@example.org", other)
    client = Client()
    client.force_login(stranger)
    assert token.name not in client.get(reverse("registry:tokens")).content.decode()
    revoke = reverse("registry:revoke_token", args=[token.key])
    assert client.post(revoke).status_code == 404
    client.force_login(li)
    signed_in_just_now(client)
    for name in ("tokens", "new_token"):
        assert client.get(reverse(f"registry:{name}")).status_code == 404
    facts = {"institution": school.pk, "name": "x", "right": "check", "days": "90"}
    client.force_login(stranger)
    signed_in_just_now(client)
    client.post(reverse("registry:new_token"), facts)
    assert ImportToken.objects.count() == 1
