"""The demo school's registry: the file of its students, a file undone, a file that waits."""

import csv
import io
from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from enrollment.demo.samples import HEADER, sample_rows
from enrollment.imports import pipeline
from enrollment.imports import services as imports
from enrollment.models import ImportBatch, Institution

STUDENTS = 2000
SEED = 2026
AT = {title: position for position, title in enumerate(HEADER)}
_STATUSES = {0: "注册学籍", 1: "注册学籍", 2: "休学", 3: "毕业", 4: "注册学籍", 5: "注册学籍"}
_STATUSES |= dict.fromkeys(range(6, 20), "注册学籍")


def demo_rows() -> list[list[str]]:
    """The rows of the registry file; the first people have the states in ``_STATUSES``."""
    rows = list(sample_rows(STUDENTS, seed=SEED))
    for index, status in _STATUSES.items():
        rows[index][AT["学籍状态"]] = status
    earlier = list(rows[4])
    earlier[AT["考生号"]], earlier[AT["学号"]] = "20360100990004", "202000990004"
    earlier[AT["层次"]], earlier[AT["学制"]] = "专科(高职)", "3"
    earlier[AT["入学日期"]], earlier[AT["预计毕业日期"]] = "20200901", "20230630"
    earlier[AT["学籍状态"]], earlier[AT["班号"]] = "毕业", "计科2001"
    return [*rows, earlier]


def import_registry(school: Institution, rows: list[list[str]], by: User) -> None:
    """Publish the file of all students."""
    batch = _check(school, "2026级及在校生学籍.csv", rows, by)
    imports.publish_batch(batch=batch, by=by)


def import_later_files(school: Institution, rows: list[list[str]], by: User, second: User) -> None:
    """A file that was published and undone, and one that waits with faults and missing people."""
    newcomers = list(sample_rows(STUDENTS + 12, seed=SEED))[STUDENTS:]
    batch = _check(school, "补录名单（误传）.csv", [*rows, *newcomers], by)
    imports.publish_batch(batch=batch, by=second)
    imports.undo_batch(batch=batch, by=by)
    _check(school, "九月变动.csv", _with_changes_and_faults(rows), by)


def date_batches(days: tuple[int, ...]) -> None:
    """Move the school's files to so many days ago, in their order."""
    for batch, ago in zip(ImportBatch.objects.order_by("pk"), days, strict=True):
        when = timezone.now() - timedelta(days=ago)
        moments = {"created_at": when}
        if batch.published_at:
            moments["published_at"] = when + timedelta(minutes=20)
        if batch.undone_at:
            moments["undone_at"] = when + timedelta(hours=3)
        ImportBatch.objects.filter(pk=batch.pk).update(**moments)


def _check(school: Institution, name: str, rows: list[list[str]], by: User) -> ImportBatch:
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *rows])
    source = io.BytesIO(text.getvalue().encode())
    batch = imports.upload_batch(institution=school, file_name=name, source=source, created_by=by)
    pipeline.rehearse(batch)
    batch.refresh_from_db()
    return batch


def _with_changes_and_faults(rows: list[list[str]]) -> list[list[str]]:
    """The file with eight changed majors, five faulty rows and six people left out."""
    changed = [list(row) for row in rows]
    for row in changed[400:408]:
        row[AT["专业名称"]] = "数据科学与大数据技术"
    for row in changed[600:603]:
        row[AT["证件号码"]] = row[AT["证件号码"]][:-1] + "?"
    changed[603][AT["姓名"]] = ""
    changed[604][AT["出生日期"]] = "20260231"
    return changed[:700] + changed[706:]
