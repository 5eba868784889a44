"""What the registry keeps about students, and about the staff who work on it."""

from django.conf import settings

from enrollment.imports import services as imports
from enrollment.imports.staging import undo
from enrollment.imports.tasks import forget_old_batches
from enrollment.institutions.appointments import services as appointments
from enrollment.institutions.tasks import forget_old_appointments
from enrollment.photos import exchange
from enrollment.photos import services as photos
from enrollment.photos.tasks import forget_old_photo_batches
from enrollment.receivers import let_go_of_records
from enrollment.records.corrections import services as corrections
from enrollment.records.events import services as events
from enrollment.status_reports import services as status_reports
from enrollment.status_reports.tasks import forget_ended_reports
from xuejiportal.data_inventory.entries import (
    MASKED,
    SEALED,
    SLOW_HASH,
    Entry,
    Kept,
    Outside,
    span,
)

_SCHOOL = "the holder; registrars of the school and counselors of the class"
_REGISTRARS = "registrars of the school"
_REGISTER = Kept(
    "as long as the school keeps the record; one that a publication brought goes when it is undone",
    (undo.restore,),
)
_FILE = Kept(
    f"until the file is published or discarded, at most {span(settings.UNPUBLISHED_DAYS)}",
    (imports.publish_batch, imports.discard_batch, forget_old_batches),
)
_REFUSED = Kept(
    f"{span(photos.RETENTION)} after the ZIP was imported, or until it is discarded",
    (forget_old_photo_batches, photos.discard_photos),
)
_STUDENT = "the student register of the school (学籍管理)"

ENTRIES = (
    Entry(
        "enrollment.StudentRecord",
        {
            "name": "name",
            "name_canonical": "name in the form that is searched",
            "name_pinyin": "name in pinyin",
            "gender": "gender",
            "birth_date": "date of birth",
            "candidate_number": "candidate number (考生号)",
            "student_number": "student number",
            "ethnicity": "ethnicity",
            "political_status": "political status",
            "major_code": "code of the major",
            "major_name": "major",
            "level": "level of study",
            "schooling_years": "length of study",
            "education_type": "type of education",
            "study_mode": "mode of study",
            "entry_date": "date of entry",
            "college": "college",
            "department": "department",
            "expected_leaving_date": "expected date of leaving",
            "status": "student status",
        },
        why=_STUDENT,
        kept=_REGISTER,
        seen_by=_SCHOOL,
        sensitive=("ethnicity", "political_status"),
    ),
    Entry(
        "enrollment.StudentRecord",
        {
            "certificate_type": "type of certificate",
            "certificate_sealed": "certificate number",
            "certificate_hash": "the same, for finding it",
        },
        why=f"{_STUDENT}; to find the record of a person who verifies their identity",
        kept=_REGISTER,
        seen_by=f"half hidden: {_SCHOOL}; whole after a reason and the password",
        sensitive=("certificate_sealed", "certificate_hash"),
    ),
    Entry(
        "enrollment.StudentRecord",
        {
            "phone_sealed": "phone the school knows",
            "phone_hash": "the same, for comparing",
            "fingerprint": "mark of the imported row, to tell whether it changed",
            "holder": "the account that proved to be this person",
            "progress": "how far the student is: registered, verified, confirmed",
        },
        why="to prove identity by phone; to import only what changed; to show the school who waits",
        kept=_REGISTER,
        seen_by=f"phones half hidden: {_SCHOOL}",
    ),
    Entry(
        "enrollment.FieldChange",
        {
            "field": "which field of a record changed",
            "old": "value before; numbers and phones half hidden",
            "new": "value after; numbers and phones half hidden",
        },
        why="the history of a record",
        kept=_REGISTER,
        seen_by=_SCHOOL,
    ),
    Entry(
        "enrollment.RecordBefore",
        {"row": "the record before a publication; numbers stay sealed in it"},
        why="to undo a publication",
        kept=Kept(
            f"until the publication is undone, at most {span(settings.UNDO_DAYS)}",
            (undo.restore, forget_old_batches),
        ),
        seen_by="no one; the portal restores it",
        sensitive=("row",),
    ),
    Entry(
        "enrollment.RecordEvent",
        {"kind": "a change of status", "happened_on": "its date", "note": "a note"},
        why=_STUDENT,
        kept=Kept("with the record, or until taken back", (events.undo_event,)),
        seen_by=_SCHOOL,
    ),
    Entry(
        "enrollment.AbsenceDecision",
        {"happened_on": "since when people left", "reason": "why a group left"},
        why="what a registrar decided about records missing in a file",
        kept=Kept("with the file's entry in the list of imports"),
        seen_by=_REGISTRARS,
    ),
    Entry(
        "enrollment.Appointment",
        {
            "contact_hash": "contact or username of the person appointed",
            "shown": "the same, half hidden",
            "reason": "why",
        },
        why="to appoint staff by a contact",
        kept=Kept(
            f"{span(settings.ENDED_DAYS)}; open for {span(appointments.VALID_FOR)}",
            (forget_old_appointments,),
        ),
        seen_by="the person who appointed; the person appointed",
        forms={"shown": MASKED},
    ),
    Entry(
        "enrollment.Confirmation",
        {
            "answer": "whether the student found the record right",
            "fields": "names of the confirmed fields",
            "wrong_fields": "names of the fields that are wrong",
            "code": "number of the receipt",
        },
        why="the student's confirmation of the record",
        kept=_REGISTER,
        seen_by=_SCHOOL,
    ),
    Entry(
        "enrollment.PhotoAnswer",
        {"answer": "whether the student found the photograph right"},
        why="the student's confirmation of photographs",
        kept=_REGISTER,
        seen_by=_SCHOOL,
    ),
    Entry(
        "enrollment.Correction",
        {
            "field": "which field is corrected",
            "new_sealed": "the value the province is asked for",
            "document": "paper that allows the change",
            "submitted_on": "day it was sent to the province",
            "result_on": "day of the answer",
        },
        why="to correct the register, with a proof",
        kept=Kept(
            "with the record; the value until it is settled", (corrections.settle_submission,)
        ),
        seen_by=_REGISTRARS,
        sensitive=("new_sealed",),
    ),
    Entry(
        "enrollment.Photo",
        {
            "stored_as": "photograph (name of the sealed file)",
            "thumbnail_stored_as": "small photograph (name of the sealed file)",
            "source_mark": "mark of the picture, to tell whether it changed",
        },
        why="photographs of admission and graduation belong to the register",
        kept=Kept("with the record, or until a new one replaces it", (exchange.give,)),
        seen_by=_SCHOOL,
        sensitive=("stored_as", "thumbnail_stored_as"),
    ),
    Entry(
        "enrollment.BatchPhoto",
        {
            "stored_as": "photograph (name of the sealed file)",
            "thumbnail_stored_as": "small photograph (name of the sealed file)",
            "source_mark": "mark of the picture, to tell whether it changed",
            "entry": "name in the ZIP, without certificate numbers",
        },
        why="to look at photographs before they are imported, and to undo an import",
        kept=Kept(
            f"new ones until imported or discarded, replaced ones {span(photos.RETENTION)} after",
            (forget_old_photo_batches, photos.discard_photos),
        ),
        seen_by=_REGISTRARS,
        sensitive=("stored_as", "thumbnail_stored_as"),
    ),
    Entry(
        "enrollment.StatusReport",
        {
            "facts_sealed": "the facts printed on a signed report",
            "stored_as": "the report (name of the sealed file)",
            "purpose": "what the report is for",
            "code": "number under which others check it",
            "pin_hash": "PIN under which others check it",
        },
        why="signed reports for third parties; to tell a genuine one",
        kept=Kept(
            f"{span(settings.ENDED_DAYS)} after it expired or was revoked; valid for at most "
            f"{span(status_reports.MAX_DAYS)}, not once its account is deleted",
            (status_reports.revoke_report, let_go_of_records, forget_ended_reports),
        ),
        seen_by="the holder; anyone with number and PIN, while it is valid",
        forms={"pin_hash": SLOW_HASH},
    ),
    Entry(
        "enrollment.ImportBatch",
        {
            "file_name": "name of the registrar's file",
            "file_sha256": "its checksum",
            "upload": "the file itself (name of the sealed file)",
        },
        why="to check and publish what a school hands in",
        kept=_FILE,
        seen_by=_REGISTRARS,
        sensitive=("upload",),
    ),
    Entry(
        "enrollment.ImportBatch",
        {
            "failure_detail": "place of a failure in the file",
            "result": "counts and faults, without certificate numbers",
        },
        why="to tell what the check of a file found",
        kept=Kept("no limit: the list of imports"),
        seen_by=_REGISTRARS,
    ),
    Entry(
        "enrollment.PhotoBatch",
        {
            "file_name": "name of a ZIP of photographs",
            "upload": "the ZIP (name of the sealed file)",
        },
        why="to import photographs",
        kept=Kept(
            f"until imported or discarded, at the latest {span(photos.RETENTION)}",
            (forget_old_photo_batches, photos.discard_photos),
        ),
        seen_by=_REGISTRARS,
        sensitive=("upload",),
    ),
)

OUTSIDE = (
    Outside(
        "staging tables of files that are checked",
        "the rows of the file",
        "to publish what was checked",
        _FILE,
        _REGISTRARS,
        "numbers and phones sealed, the rest clear",
        sensitive=True,
        rotation="checked rows",
    ),
    Outside(
        "`imports/` of the storage",
        "faulty rows and first rows of files",
        "to show and correct them",
        _FILE,
        f"{_REGISTRARS}, after a reason and the password",
        SEALED,
        sensitive=True,
        rotation="parts of uploaded files",
    ),
    Outside(
        "`photo-batches/` of the storage",
        "names of photographs that were refused, with the number or name a school put there",
        "to hand them back to the school",
        _REFUSED,
        _REGISTRARS,
        SEALED,
        sensitive=True,
        rotation="lists of refused photographs",
    ),
)
