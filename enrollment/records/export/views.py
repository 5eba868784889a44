"""Export of records as a file."""

from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import require_role
from accounts.privacy.personal_data import Reason, note_access, personal_data
from accounts.roles import Role
from enrollment.files.spreadsheets import CSV, XLSX, csv_lines, workbook
from enrollment.queries import institutions_of
from enrollment.records.export import services as records_export
from enrollment.records.export.forms import ExportForm


@personal_data("enrollment.export_records", reason=Reason.IN_FORM, reauth=True)
@require_http_methods(["GET", "HEAD", "POST"])
def export(request: HttpRequest) -> HttpResponseBase:
    """Choose the records to export; POST returns the file, masked and streamed."""
    user = require_role(request, Role.REGISTRAR)
    form = ExportForm(request.POST or None, schools=institutions_of(user))
    if not form.is_valid():
        return render(request, "enrollment/records/export.html", {"form": form})
    school, kind = form.cleaned_data["institution"], form.cleaned_data["kind"]
    records = records_export.wanted_records(school, form.wanted)
    number = records.count()
    note_access(
        request,
        people=number,
        subject_type="institution",
        subject_key=school.code,
        institution_code=school.code,
        reason=form.cleaned_data["reason"],
        detail={"kind": kind, "rows": number},
    )
    what, day = _("Student records"), timezone.localdate().isoformat()
    name = f"{what}-{school.code}-{day}.{kind}"
    titles, rows = records_export.titles(), records_export.rows(records)
    if kind == "xlsx":
        file = workbook(titles, rows, sheet="records")
        return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)
    answer = StreamingHttpResponse(csv_lines(titles, rows), content_type=CSV)
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer
