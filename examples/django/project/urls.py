"""The project's routes."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from project import views

urlpatterns = [
    path("", include("gatewright.adapters.django.urls")),  # sign-in, line 5 of 5
    path("", views.homepage, name="homepage"),
    path("dashboard", views.dashboard, name="dashboard"),
    path("admin-area", views.admin_area, name="admin_area"),
    path("admin/", admin.site.urls),
]
