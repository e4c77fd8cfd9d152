"""The project's pages: one for everybody, one for signed-in users, one for administrators."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from gatewright.adapters.django import login_required, role_required


def homepage(request: HttpRequest) -> HttpResponse:
    """Show who is signed in."""
    return render(request, "home.html")


@login_required
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show something to signed-in users only."""
    return render(request, "dashboard.html")


@role_required("admin")
def admin_area(request: HttpRequest) -> HttpResponse:
    """Show something to administrators only."""
    return render(request, "admin_area.html")
