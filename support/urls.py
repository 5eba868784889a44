"""Addresses of the support app; those of the help centre are in ``support.help.urls``."""

from django.urls import path

from support.help import staff_views

app_name = "support"
urlpatterns = [
    path("articles/", staff_views.articles, name="articles"),
    path("articles/new/", staff_views.new_article, name="article_new"),
    path("articles/<int:pk>/", staff_views.edit_article, name="article_edit"),
    path("articles/<int:pk>/<int:number>/", staff_views.article_version, name="article_version"),
]
