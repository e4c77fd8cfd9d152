"""A small application with sign-in: a page for everybody, one for signed-in users, one for administrators.

Start it with ``make example-fastapi``. Sign-in has added five lines, which are marked.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates

from gatewright import User
from gatewright.adapters.fastapi import FastAPIAuth, template_context  # sign-in, line 1 of 5

HERE = Path(__file__).parent
os.environ.setdefault("GATEWRIGHT_DATABASE_URL", f"sqlite:///{HERE / 'fastapi.db'}")

app = FastAPI(title="FastAPI example")
auth = FastAPIAuth(app)  # line 2
app.include_router(auth.router())  # line 3: lists the pages' JSON API in /docs
SignedIn = Annotated[User, Depends(auth.current_user())]  # line 4
Admin = Annotated[User, Depends(auth.current_user(role="admin"))]  # line 5
templates = Jinja2Templates(HERE / "templates", context_processors=[template_context])


@app.get("/", response_class=HTMLResponse)
async def homepage(request: Request) -> HTMLResponse:
    """Show who is signed in."""
    return templates.TemplateResponse(request, "home.html")


@app.get("/dashboard", response_class=HTMLResponse)
async def dashboard(request: Request, user: SignedIn) -> HTMLResponse:
    """Show what only a user sees."""
    return templates.TemplateResponse(request, "dashboard.html", {"user": user})


@app.get("/admin-area", response_class=HTMLResponse)
async def admin_area(request: Request, user: Admin) -> HTMLResponse:
    """Show what only an administrator sees."""
    return templates.TemplateResponse(request, "admin_area.html", {"user": user})
