"""Taking records away as a file."""

from allauth.account.decorators import reauthentication_required
from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from enrollment import exporting
from enrollment.export_form import ExportForm
from enrollment.queries import institutions_of
from enrollment.spreadsheets import CSV, XLSX, csv_lines, workbook
from enrollment.views.access import registrar


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def export(request: HttpRequest) -> HttpResponseBase:
    """Choose what is taken away; POST gives the file, masked and streamed."""
    user = registrar(request)
    form = ExportForm(request.POST or None, schools=institutions_of(user))
    if not form.is_valid():
        return render(request, "enrollment/registry/export.html", {"form": form})
    school, kind = form.cleaned_data["institution"], form.cleaned_data["kind"]
    records = exporting.wanted_records(school, form.wanted)
    reason = form.cleaned_data["reason"]
    exporting.note_export(school=school, by=user, reason=reason, kind=kind, rows=records.count())
    name = f"records-{school.code}-{timezone.localdate():%Y%m%d}.{kind}"
    titles, rows = exporting.titles(), exporting.rows(records)
    if kind == "xlsx":
        file = workbook(titles, rows, sheet="records")
        return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)
    answer = StreamingHttpResponse(csv_lines(titles, rows), content_type=CSV)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
