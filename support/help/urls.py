"""URLs of the help centre, without a namespace, because every page links here."""

from django.urls import path

from support.help import views

urlpatterns = [
    path("", views.index, name="help"),
    path("privacy/<slug:purpose>/", views.privacy_notice, name="privacy_notice_now"),
    path("privacy/<slug:purpose>/<int:version>/", views.privacy_notice, name="privacy_notice"),
    path("<slug:slug>/", views.article, name="help_article"),
    path("<slug:slug>/verdict/", views.verdict, name="help_verdict"),
]
