"""What students reported and how far each report has come: every cause, every state."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from devtools.demo.registry import AT
from enrollment.models import Correction, Institution, StudentRecord
from enrollment.records.corrections.services import ProvinceAnswer
from enrollment.records.corrections.values import Change
from support.models import Cause, Report, ReportEntry
from support.reports import correcting, services
from support.reports.desk import services as desk
from support.reports.services import Statement


@dataclass(frozen=True)
class Story:
    """What the student in ``row`` reported, ``ago`` days back, and what was done, in order."""

    row: int
    cause: Cause
    words: str
    ago: int
    correct: str = ""
    done: Sequence[tuple[str, str]] = ()


_HANDED_ON = ("hand_on", "请教务处核对录取名册。")
STORIES = (
    Story(9, Cause.NAME, "名字最后一个字写错了，身份证上是“宜”。", 3, "宜",
          (("ask", "请上传身份证正面照片，我们核对后办理。"),)),
    Story(10, Cause.NAME, "姓名写错一个字，户口本和身份证都是“远”。", 12, "远",
          (("hand_on", "身份证已核对。"), ("submit", "已报省教育厅。"), ("accept", ""))),
    Story(12, Cause.BIRTH_DATE, "出生日期应以身份证为准。", 2),
    Story(13, Cause.MAJOR, "我九月转到软件工程，这里还是原专业。", 1),
    Story(14, Cause.NAME, "姓名中间的字不对。", 6, "思", (_HANDED_ON,)),
    Story(15, Cause.STUDY, "班级写成了上一届的班。", 5, "", (_HANDED_ON,)),
    Story(16, Cause.NAME, "少写了一个字。", 9, "子涵",
          (_HANDED_ON, ("submit", "已报省教育厅，请等待批复。"))),
    Story(17, Cause.STATUS, "我已经复学，这里还显示休学。", 8, "",
          (("answer", "复学手续本周已办结，请刷新后再看。"),)),
    Story(18, Cause.PHOTO, "照片不是我，像是前一位同学的。", 1),
    Story(42, Cause.GENDER, "性别写反了。", 4, "女", (_HANDED_ON,)),
    Story(43, Cause.PHOTO, "录取照片不清楚。", 2),
    Story(44, Cause.OTHER, "学信网上看不到学籍，学校这里有。", 7, "",
          (("answer", "学信网每学期注册后更新，请十月中旬再查。"),)),
    Story(82, Cause.CERTIFICATE, "身份证号倒数第二位写错。", 10, "",
          (_HANDED_ON, ("answer", "已核对：身份证号与公安系统一致，请带身份证到教务处。"))),
    Story(83, Cause.NAME, "生僻字打不出来，系统用了拼音。", 1),
)  # fmt: skip


def tell_stories(school: Institution, rows: list[list[str]], staff: dict[str, User]) -> None:
    """Open the reports in the name of those who hold the records, and do what was done."""
    for story in STORIES:
        record = school.records.get(student_number=rows[story.row][AT["学号"]])
        _tell(story, record, staff)


def report_not_found(school: Institution, account: User, rows: list[list[str]]) -> None:
    """A person whose facts match no record asks the school."""
    report = services.open_report(
        account=account,
        cause=Cause.NOT_FOUND,
        statement=Statement("身份证号和名字都核对过，还是查不到。", name=rows[5][AT["姓名"]]),
        institution=school,
        class_code=rows[5][AT["班号"]],
    )
    _date(report, 2)


def _tell(story: Story, record: StudentRecord, staff: dict[str, User]) -> None:
    if record.holder is None:
        raise ValueError(f"no account holds the record in row {story.row}")
    correct = record.name[:-1] + story.correct if story.cause == Cause.NAME else story.correct
    report = services.open_report(
        account=record.holder,
        cause=story.cause,
        statement=Statement(story.words, correct=correct),
        record=record,
    )
    chosen = Report.objects.filter(pk=report.pk)
    for act, words in story.done:
        if act == "ask":
            desk.ask_back(reports=chosen, words=words, by=staff["counselor"])
        elif act == "hand_on":
            desk.hand_on(reports=chosen, words=words, by=staff["counselor"])
        elif act == "answer":
            desk.answer_reports(reports=chosen, words=words, by=staff["registrar"])
        elif act == "submit":
            report.refresh_from_db()
            change = Change("name", correct)
            correcting.accept_correction(
                report=report, change=change, words=words, by=staff["registrar"]
            )
        else:
            asked = Correction.objects.get(report=report.key)
            agreed = ProvinceAnswer(True, timezone.localdate(), "示教学〔2026〕12号")
            correcting.enter_result(correction=asked, answer=agreed, by=staff["registrar"])
    _date(report, story.ago)


def _date(report: Report, ago: int) -> None:
    """Move the report to ``ago`` days back, a step of it a day."""
    entries = list(ReportEntry.objects.filter(report=report).order_by("pk"))
    moments = [
        timezone.now() - timedelta(days=max(ago - step, 0), hours=3 - step)
        for step in range(len(entries))
    ]
    for entry, moment in zip(entries, moments, strict=True):
        ReportEntry.objects.filter(pk=entry.pk).update(at=moment)
    report.refresh_from_db()
    changed = {"opened_at": moments[0], "changed_at": moments[-1]}
    if report.first_answered_at:
        changed["first_answered_at"] = moments[1]
    if report.settled_at:
        changed["settled_at"] = moments[-1]
    Report.objects.filter(pk=report.pk).update(**changed)
