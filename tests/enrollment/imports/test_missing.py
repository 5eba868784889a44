"""Missing from the file is never deletion: groups, decisions, the second person, and back."""

from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from enrollment.imports import tasks as imports_tasks
from enrollment.imports.missing import groups as missing_groups
from enrollment.models import (
    AbsenceDecision,
    BatchState,
    FieldChange,
    ImportBatch,
    Institution,
    RecordEvent,
    StudentRecord,
)
from tests.enrollment.imported_files import AT, run_import, sample, snapshot, write_csv
from tests.enrollment.registrar import make_registrar, page_of, publish, signed_in_just_now, upload

LEFT = {"kind": "left", "status": "毕业", "happened_on": "2026-06-30", "reason": "2026 届毕业"}
Rows = list[list[str]]


@pytest.fixture
def rows(school: Institution, tmp_path: Path) -> Rows:
    """Eight published rows: five of one year and class, two of another, one has left."""
    made = sample(8)
    for row in made[:5]:
        row[AT["入学日期"]], row[AT["层次"]], row[AT["班号"]] = "20220901", "本科", "计科2201"
        row[AT["学籍状态"]] = "注册学籍"
    for row in made[5:]:
        row[AT["入学日期"]], row[AT["层次"]], row[AT["班号"]] = "20230901", "本科", "计科2301"
        row[AT["学籍状态"]] = "休学"
    made[7][AT["学籍状态"]] = "退学"
    run_import(write_csv(tmp_path / "all.csv", made))
    return made


@pytest.fixture
def batch(desk: Client, school: Institution, rows: Rows, tmp_path: Path) -> ImportBatch:
    """A file that mentions only the first of them, checked."""
    return upload(desk, write_csv(tmp_path / "part.csv", rows[:1]), school)


def missing_of(client: Client, batch: ImportBatch, name: str = "missing", **query: str) -> str:
    return client.get(reverse(f"registry:{name}", args=[batch.key]), query).content.decode()


def decide(
    client: Client, batch: ImportBatch, *groups: str, **facts: str
) -> AbsenceDecision | None:
    """Decide about groups; None when the page asks for corrections."""
    signed_in_just_now(client)
    address = reverse("registry:decide_missing", args=[batch.key])
    assert client.get(address, {"group": groups}).status_code == 200
    answer = client.post(address, {"group": groups, **(LEFT | facts)})
    return AbsenceDecision.objects.latest("pk") if answer.status_code == 302 else None


def act(client: Client, decision: AbsenceDecision, what: str) -> int:
    """Apply or take back a decision; the status of the answer."""
    signed_in_just_now(client)
    address = reverse("registry:decision", args=[decision.batch.key, decision.key])
    assert client.get(address).status_code == 200
    return client.post(address, {"act": what}).status_code


def statuses() -> list[str]:
    return list(StudentRecord.objects.order_by("pk").values_list("status", flat=True))


def graduates() -> int:
    return StudentRecord.objects.filter(status="毕业").count()


YEAR, OTHERS = "2022|本科|注册学籍", "2023|本科|休学"


def test_groups_are_shown_and_nothing_is_asked_about_who_has_left(
    desk: Client, batch: ImportBatch
) -> None:
    assert batch.result["missing"] == 7
    assert reverse("registry:missing", args=[batch.key]) in page_of(desk, batch)
    page = missing_of(desk, batch)
    assert f'value="{YEAR}"' in page
    assert f'value="{OTHERS}"' in page
    assert "退学" not in page
    assert "6 条学籍" in page
    assert "另有 1 条学籍" in page
    page = missing_of(desk, batch, within=YEAR)
    assert f'value="{YEAR}|计科2201"' in page
    assert "计科2301" not in page
    page = missing_of(desk, batch, "missing_people", group=YEAR)
    assert page.count("data-label") >= 4


def test_left_is_applied_with_the_publication_and_undone_with_it(
    desk: Client, batch: ImportBatch
) -> None:
    before = statuses()
    assert decide(desk, batch, YEAR, OTHERS, status="结业")
    assert not StudentRecord.objects.filter(status="结业").exists()
    publish(desk, batch)
    assert batch.state == BatchState.PUBLISHED
    assert StudentRecord.objects.filter(status="结业").count() == 6
    event = RecordEvent.objects.all()[0]
    assert (event.status_after, event.happened_on) == ("结业", date(2026, 6, 30))
    assert FieldChange.objects.filter(field="status", new="结业", version=2).count() == 6
    assert AuditEntry.objects.filter(
        action="enrollment.apply_absent", reason="2026 届毕业"
    ).exists()

    signed_in_just_now(desk)
    desk.post(reverse("registry:undo", args=[batch.key]))
    batch.refresh_from_db()
    assert batch.state == BatchState.UNDONE
    assert not RecordEvent.objects.exists()
    assert statuses() == before


def test_a_decision_after_the_publication_is_taken_back_by_itself(
    desk: Client, batch: ImportBatch
) -> None:
    publish(desk, batch)
    made = decide(desk, batch, f"{YEAR}|计科2201")
    assert made
    assert graduates() == 4
    assert f'value="{YEAR}"' not in missing_of(desk, batch)
    assert act(desk, made, "undo") == 302
    assert graduates() == 0
    assert not RecordEvent.objects.exists()
    assert FieldChange.objects.filter(old="毕业", new="注册学籍").count() == 4
    assert f'value="{YEAR}"' in missing_of(desk, batch)
    batch.refresh_from_db()
    assert batch.state == BatchState.PUBLISHED


def test_other_reasons_change_nothing(desk: Client, batch: ImportBatch) -> None:
    publish(desk, batch)
    before = snapshot()
    assert decide(desk, batch, YEAR, kind="other_file")
    assert decide(desk, batch, OTHERS, kind="mistake")
    assert snapshot() == before
    page = missing_of(desk, batch)
    assert "没有待处理的学籍" in page
    assert "在另一个文件中" in page


def test_a_later_change_blocks_taking_back_and_says_which(
    desk: Client, batch: ImportBatch, rows: Rows, tmp_path: Path
) -> None:
    publish(desk, batch)
    made = decide(desk, batch, YEAR)
    assert made
    rows[1][AT["班号"]] = "计科2299"
    run_import(write_csv(tmp_path / "later.csv", [rows[1]]))
    assert act(desk, made, "undo") == 409
    signed_in_just_now(desk)
    answer = desk.post(reverse("registry:undo", args=[batch.key]))
    assert answer.status_code == 409
    assert graduates() == 3


def test_a_record_that_changed_since_is_left_alone(
    desk: Client, batch: ImportBatch, rows: Rows, tmp_path: Path
) -> None:
    publish(desk, batch)
    rows[1][AT["班号"]] = "计科2299"
    run_import(write_csv(tmp_path / "later.csv", [rows[1]]))
    made = decide(desk, batch, YEAR)
    assert made
    assert made.count == graduates() == 3


def test_the_second_person_applies(desk: Client, batch: ImportBatch, school: Institution) -> None:
    school.second_approver = True
    school.save()
    colleague = Client()
    colleague.force_login(make_registrar("approver@example.org", school))
    waiting = decide(colleague, batch, OTHERS)
    publish(colleague, batch)
    assert batch.state == BatchState.PUBLISHED
    assert graduates() == 0  # the one who publishes does not apply their own decision
    made = decide(desk, batch, YEAR)
    assert made
    assert waiting
    act(desk, made, "apply")
    assert graduates() == 0
    act(colleague, made, "apply")
    assert graduates() == 4
    act(desk, waiting, "apply")
    assert graduates() == 6


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": ""},
        {"happened_on": "2090-01-01"},
        {"status": "注册学籍"},
        {"reason": ""},
        {"kind": ""},
    ],
)
def test_an_incomplete_decision_is_asked_about(
    desk: Client, batch: ImportBatch, wrong: dict[str, str]
) -> None:
    assert decide(desk, batch, YEAR, **wrong) is None
    assert not AbsenceDecision.objects.exists()


def test_a_group_that_is_none_is_refused(desk: Client, batch: ImportBatch) -> None:
    signed_in_just_now(desk)
    address = reverse("registry:decide_missing", args=[batch.key])
    for groups in ([], ["x"], ["2022|本科"]):
        assert desk.post(address, {"group": groups, **LEFT}).status_code == 302
    assert not AbsenceDecision.objects.exists()


def test_a_decision_outlives_another_check(desk: Client, batch: ImportBatch) -> None:
    decide(desk, batch, YEAR)
    ImportBatch.objects.update(state=BatchState.UPLOADED)
    imports_tasks.rehearse_upload(batch.pk)
    batch.refresh_from_db()
    assert batch.absent.filter(decision=None).count() == 2
    assert not batch.result["changed"]
    assert reverse("registry:publish", args=[batch.key]) in page_of(desk, batch)
    signed_in_just_now(desk)
    page = desk.get(reverse("registry:publish", args=[batch.key])).content.decode()
    assert "2026 届毕业" in page  # who publishes sees what was decided
    publish(desk, batch)
    assert graduates() == 4


def test_pages_stay_flat(desk: Client, batch: ImportBatch, rows: Rows) -> None:
    def queries(name: str, **query: str) -> int:
        missing_of(desk, batch, name, **query)
        with CaptureQueriesContext(connection) as caught:
            missing_of(desk, batch, name, **query)
        return len(caught)

    few = queries("missing"), queries("missing_people", group=YEAR)
    batch.absent.all()[0].delete()
    assert (queries("missing"), queries("missing_people", group=YEAR)) == few
    assert max(few) <= 14


def test_a_part_of_the_registry_is_not_asked_about(
    desk: Client, school: Institution, rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(missing_groups, "MAX_ASKED", 3)
    batch = upload(desk, write_csv(tmp_path / "part.csv", rows[:1]), school)
    assert not batch.absent.exists()
    assert '<form method="get"' not in missing_of(desk, batch)


def test_a_person_in_a_faulty_row_is_not_missing(
    desk: Client, school: Institution, rows: Rows, tmp_path: Path
) -> None:
    rows[1][AT["姓名"]] = ""  # known by the student number
    rows[2][AT["学号"]] = rows[2][AT["考生号"]] = "?!"  # known by the certificate
    rows[3][AT["学号"]] = rows[4][AT["学号"]]  # a conflict
    batch = upload(desk, write_csv(tmp_path / "part.csv", rows[:5]), school)
    assert batch.result["faulty"] == 3
    assert (batch.result["missing"], batch.absent.count()) == (3, 2)  # one has left already
    page = missing_of(desk, batch)
    assert f'value="{YEAR}"' not in page
    assert f'value="{OTHERS}"' in page


def test_a_stranger_decides_nothing(batch: ImportBatch, li: User) -> None:
    other = Institution.objects.create(code="19997", name="另一所学校")
    for user in (make_registrar("stranger@example.org", other), li):
        client = Client()
        client.force_login(user)
        signed_in_just_now(client)
        for name in ("missing", "missing_people", "decide_missing"):
            address = reverse(f"registry:{name}", args=[batch.key])
            assert client.get(address).status_code == 404
        address = reverse("registry:decision", args=[batch.key, batch.key])
        assert client.post(address, {"act": "apply"}).status_code == 404
