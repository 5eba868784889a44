"""Several registrars act on one import at once: one of them does, the others are told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from threading import Barrier

import pytest
from django.db import connection

from accounts.models import User
from enrollment.imports import services as imports
from enrollment.imports.missing import groups as missing_groups
from enrollment.imports.missing import services as missing
from enrollment.models import (
    AbsenceDecision,
    AbsenceKind,
    BatchState,
    ImportBatch,
    RecordEvent,
    StudentRecord,
    WrongStateError,
)

pytestmark = pytest.mark.django_db(transaction=True)
CLIENTS = 6
TOLD = (missing.NotOpenError, WrongStateError)


def winners(act: Callable[[], object]) -> int:
    """Of several clients that act at once, how many get through."""
    ready = Barrier(CLIENTS)

    def run(_number: int) -> bool:
        try:
            ready.wait()
            act()
        except TOLD:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(CLIENTS) as pool:
        return sum(pool.map(run, range(CLIENTS)))


def test_one_decision_about_a_group_and_one_way_back(
    partial_import: ImportBatch, desk_registrar: User
) -> None:
    imports.publish_batch(batch=partial_import, by=None)
    asked = missing_groups.undecided(partial_import).count()
    decide = partial(
        missing.decide,
        batch=partial_import,
        chosen=missing_groups.groups(partial_import, by_class=False),
        kind=AbsenceKind.LEFT,
        status="毕业",
        happened_on=date(2026, 6, 30),
        reason="2026 届毕业",
        by=desk_registrar,
    )
    before = StudentRecord.objects.filter(status="毕业").count()
    assert winners(decide) == 1
    assert StudentRecord.objects.filter(status="毕业").count() == before + asked
    assert RecordEvent.objects.count() == asked

    made = AbsenceDecision.objects.get()
    assert winners(partial(missing.undo_decision, decision=made, by=desk_registrar)) == 1
    assert StudentRecord.objects.filter(status="毕业").count() == before
    assert not RecordEvent.objects.exists()


def test_mended_rows_are_taken_once(
    checked_import: ImportBatch, desk_registrar: User, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("mended") / "a.csv"
    path.write_text("姓名", encoding="utf-8")

    def upload() -> None:
        with path.open("rb") as source:
            imports.upload_batch(
                institution=checked_import.institution,
                file_name="a.csv",
                source=source,
                created_by=desk_registrar,
                mends=ImportBatch.objects.get(pk=checked_import.pk),
            )

    assert winners(upload) == 1
    assert ImportBatch.objects.filter(mends=checked_import).count() == 1
    checked_import.refresh_from_db()
    assert checked_import.state == BatchState.MENDED
