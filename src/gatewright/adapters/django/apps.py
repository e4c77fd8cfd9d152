"""The app, for ``INSTALLED_APPS``."""

from __future__ import annotations

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import register
from django.core.signals import request_finished, setting_changed
from django.db.models.signals import post_save

from gatewright.adapters.django.auths import forget
from gatewright.adapters.django.checks import CHECKS
from gatewright.adapters.django.conf import NAME
from gatewright.logs import end_request


class GatewrightConfig(AppConfig):
    """gatewright in a Django project. It has no models: its tables are in the database that its own setting names."""

    name = "gatewright.adapters.django"
    label = "gatewright"
    verbose_name = "gatewright"

    def ready(self) -> None:
        """Register the system checks, and listen to Django's own sign-in."""
        from django.contrib.auth.signals import user_logged_in, user_logged_out

        for check in CHECKS:
            register(check)
        request_finished.connect(_end_request, dispatch_uid="gatewright.end_request")
        setting_changed.connect(_forget_when_changed, dispatch_uid="gatewright.forget")
        if not apps.is_installed("django.contrib.auth"):
            return  # reported by a check
        from gatewright.adapters.django import signals

        user_logged_in.connect(signals.sign_in, dispatch_uid="gatewright.sign_in")
        user_logged_out.connect(signals.sign_out, dispatch_uid="gatewright.sign_out")
        post_save.connect(signals.end_sessions, sender=settings.AUTH_USER_MODEL, dispatch_uid="gatewright.end_sessions")


def _forget_when_changed(*, setting: str, **_: object) -> None:
    if setting in (NAME, "ROOT_URLCONF"):
        forget()


def _end_request(**_: object) -> None:
    """End the request only now, since Django itself logs its response."""
    end_request()
