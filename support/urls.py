"""Addresses of the support app; those of the help centre are in ``support.help.urls``."""

from django.urls import path

from support.board import action_views
from support.board import views as board
from support.help import staff_views
from support.reports import province, wrong_field_views
from support.reports import views as reports
from support.reports.desk import batch_views, report_views
from support.reports.desk import views as desk

app_name = "support"
urlpatterns = [
    path("articles/", staff_views.articles, name="articles"),
    path("articles/new/", staff_views.new_article, name="article_new"),
    path("articles/<int:pk>/", staff_views.edit_article, name="article_edit"),
    path("articles/<int:pk>/withdraw/", staff_views.withdraw_article, name="article_withdraw"),
    path("articles/<int:pk>/<int:number>/", staff_views.article_version, name="article_version"),
    path("reports/", reports.mine, name="reports"),
    path("reports/new/", reports.new, name="report_new"),
    path("reports/new/<slug:cause>/", reports.write, name="report_write"),
    path("reports/wrong/<uuid:key>/", wrong_field_views.write, name="report_wrong"),
    path("reports/<uuid:key>/", reports.one, name="report"),
    path("reports/<uuid:key>/evidence/<uuid:file>/", reports.evidence, name="report_evidence"),
    path("reports/<uuid:key>/answer/", reports.answer, name="report_answer"),
    path("reports/<uuid:key>/withdraw/", reports.withdraw, name="report_withdraw"),
    path("board/", board.board, name="board"),
    path("board/school/<str:code>/", board.school, name="school_board"),
    path("board/school/<str:code>/classes/", board.college, name="college_board"),
    path(
        "board/school/<str:code>/export/<slug:what>/",
        action_views.export_figures,
        name="figures_export",
    ),
    path("board/class/<int:pk>/", board.class_board, name="class_board"),
    path("board/class/<int:pk>/poster/", board.poster, name="class_poster"),
    path("board/class/<int:pk>/remind/", action_views.remind_class, name="class_remind"),
    path("board/class/<int:pk>/reminded/<uuid:key>/", action_views.reminded, name="class_reminded"),
    path("board/class/<int:pk>/export/", action_views.export_class, name="class_export"),
    path("board/class/<int:pk>/<slug:part>/", board.class_part, name="class_part"),
    path("queue/", desk.queue, name="queue"),
    path("queue/class/<int:pk>/", desk.hand_on_class, name="hand_on_class"),
    path("queue/handed-on/", batch_views.handed_on, name="handed_on"),
    path("queue/rhythm/", batch_views.rhythm, name="digest_rhythm"),
    path("queue/statistics/", batch_views.statistics, name="report_statistics"),
    path(
        "queue/statistics/<str:what>/",
        batch_views.export_statistics,
        name="report_statistics_export",
    ),
    path("queue/batch/<uuid:key>/", batch_views.batch_workbook, name="batch_workbook"),
    path("queue/<uuid:key>/", report_views.read, name="queue_report"),
    path("queue/<uuid:key>/correct/", report_views.correct, name="report_correct"),
    path("queue/<uuid:key>/separate/", report_views.separate, name="report_separate"),
    path("submissions/", province.submissions, name="submissions"),
    path("submissions/results/", province.results, name="submission_results"),
    path("submissions/<uuid:key>/", province.result, name="submission_result"),
]
