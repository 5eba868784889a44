"""The JSON result of an import, equal for the command line and the API."""

from typing import Any

from enrollment.fields.faults import fault_message
from enrollment.files.faults import FileFault, FileFaultError
from enrollment.imports.results.reading_report import statements
from enrollment.imports.results.report import Result
from enrollment.models import BatchState, ImportBatch


def result_report(result: Result) -> dict[str, Any]:
    """All findings of a check, each problem with its code and text."""
    report = result.as_json()
    report["asks_accept_cleared"] = result.asks_about_cleared
    report["told"] = [{"title": one.title, "text": one.text} for one in statements(result)]
    report["problems"] = [
        {
            "fault": problem.fault,
            "column": problem.column,
            "label": problem.label,
            "message": problem.message,
            "warning": problem.is_warning,
            "first_row": problem.first_row,
            "place": problem.place,
            "count": problem.count,
        }
        for problem in result.problems
    ]
    report["listed"] = [
        {**entry, "message": fault_message(entry["fault"])} for entry in report["listed"]
    ]
    return report


def refusal_report(error: FileFaultError) -> dict[str, Any]:
    """The reason for which a whole file was refused."""
    return {
        "refused": error.fault.value,
        "message": error.message,
        "sheets": list(error.choices),
    }


def batch_report(batch: ImportBatch) -> dict[str, Any]:
    """The state of a batch, with its result after the check."""
    report: dict[str, Any] = {
        "import": str(batch.key),
        "file": batch.file_name,
        "institution": batch.institution.code,
        "state": batch.state,
        "state_text": str(BatchState(batch.state).label),
        "rows_done": batch.rows_done,
        "rows_expected": batch.rows_expected,
        "published_at": batch.published_at.isoformat() if batch.published_at else None,
    }
    if batch.state == BatchState.FAILED:
        fault = FileFaultError(FileFault(batch.failure), batch.failure_detail, batch.sheet_choices)
        return report | refusal_report(fault)
    if batch.result:
        report["result"] = result_report(Result.from_json(batch.result))
    return report
