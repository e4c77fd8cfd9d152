"""The project's settings.

Start it with ``make example-django``. Sign-in has added four lines here and one in ``urls.py``, which are marked.
"""

from __future__ import annotations

import os
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
DATABASE = HERE / "django.db"

SECRET_KEY = os.environ.get("DJANGO_SECRET_KEY", "for this example only")
DEBUG = "DJANGO_SECRET_KEY" not in os.environ
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "project.urls"
WSGI_APPLICATION = "project.wsgi.application"
DATABASES = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ.get("DJANGO_DATABASE", HERE / "project.db")}
}

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "gatewright.adapters.django",  # sign-in, line 1 of 5
    "project",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "gatewright.adapters.django.middleware.GatewrightMiddleware",  # line 2
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
AUTHENTICATION_BACKENDS = ["gatewright.adapters.django.backends.GatewrightBackend"]  # line 3
LOGIN_URL = "gatewright:login"  # line 4

GATEWRIGHT = {
    "database_url": os.environ.get("GATEWRIGHT_DATABASE_URL", f"sqlite:///{DATABASE}"),
    "site_name": "Django example",
}
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
STATIC_URL = "static/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
