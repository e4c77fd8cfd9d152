"""A small application with sign-in: a page for everybody, one for signed-in users, one for administrators.

Start it with ``make example-flask``. Sign-in has added five lines, which are marked.
"""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask, render_template

from gatewright.adapters.flask import FlaskAuth, login_required, role_required  # sign-in, line 1 of 5

DATABASE = f"sqlite:///{Path(__file__).with_name('flask.db')}"

app = Flask(__name__)
app.config["GATEWRIGHT_DATABASE_URL"] = os.environ.get("GATEWRIGHT_DATABASE_URL", DATABASE)  # line 2
FlaskAuth(app)  # line 3


@app.get("/")
def homepage() -> str:
    """Show who is signed in."""
    return render_template("home.html")


@app.get("/dashboard")
@login_required  # line 4
def dashboard() -> str:
    """Show what only a user sees."""
    return render_template("dashboard.html")


@app.get("/admin-area")
@role_required("admin")  # line 5
def admin_area() -> str:
    """Show what only an administrator sees."""
    return render_template("admin_area.html")
