"""Addresses of the support app; those of the help centre are in ``support.help.urls``."""

from django.urls import path

from support.board import views as board
from support.help import staff_views
from support.reports import staff_views as desk
from support.reports import views as reports

app_name = "support"
urlpatterns = [
    path("articles/", staff_views.articles, name="articles"),
    path("articles/new/", staff_views.new_article, name="article_new"),
    path("articles/<int:pk>/", staff_views.edit_article, name="article_edit"),
    path("articles/<int:pk>/<int:number>/", staff_views.article_version, name="article_version"),
    path("reports/", reports.mine, name="reports"),
    path("reports/new/", reports.new, name="report_new"),
    path("reports/new/<slug:cause>/", reports.write, name="report_write"),
    path("reports/<uuid:key>/", reports.one, name="report"),
    path("reports/<uuid:key>/answer/", reports.answer, name="report_answer"),
    path("reports/<uuid:key>/withdraw/", reports.withdraw, name="report_withdraw"),
    path("board/", board.board, name="board"),
    path("board/<int:pk>/<slug:part>/", board.class_part, name="class_part"),
    path("queue/", desk.queue, name="queue"),
    path("queue/<uuid:key>/", desk.read, name="queue_report"),
]
