"""Addresses of the verification app."""

from django.urls import path

from verification import views

app_name = "verification"
urlpatterns = [
    path("", views.start, name="start"),
    path("check/", views.check, name="check"),
    path("third/", views.third, name="third"),
    path("unmatched/", views.unmatched, name="unmatched"),
]
