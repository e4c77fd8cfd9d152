"""Flask applications with an open and a protected view, for gunicorn: ``apps.request_flask:ours()`` or ``peer()``."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from apps.known import NAME, SECRET, URL, make_visits, tell


def _add_open(app: Flask) -> Flask:
    @app.get("/open")
    def open_to_all() -> dict[str, str]:
        return {"who": "anybody"}

    return app


def ours() -> Flask:
    """Return an application with gatewright."""
    from gatewright import Auth
    from gatewright.adapters.flask import FlaskAuth, current_user, login_required

    make_visits()
    app = Flask(__name__)
    FlaskAuth(app, Auth(URL, jwt_secret=SECRET))

    @app.get("/mine")
    @login_required
    def mine() -> dict[str, str]:
        return {"who": current_user.id}

    return _add_open(app)


def peer() -> Flask:
    """Return an application with Flask-Login, whose loader queries Flask-SQLAlchemy."""
    from flask_login import LoginManager, UserMixin, current_user, login_required, login_user
    from flask_sqlalchemy import SQLAlchemy

    app = Flask(__name__)
    app.config.update(SECRET_KEY=SECRET, SQLALCHEMY_DATABASE_URI=f"sqlite:///{Path('peer.db').absolute()}")
    database, manager = SQLAlchemy(app), LoginManager(app)

    class Person(UserMixin, database.Model):  # type: ignore[name-defined,misc] # made at run time
        id = database.Column(database.Integer, primary_key=True)
        name = database.Column(database.String(80), unique=True)

    @manager.user_loader
    def load(person_id: str) -> Person | None:
        found: Person | None = database.session.get(Person, int(person_id))
        return found

    @app.get("/mine")
    @login_required
    def mine() -> dict[str, str]:
        return {"who": current_user.get_id()}

    @app.post("/login")
    def login() -> str:
        login_user(database.session.query(Person).filter_by(name=NAME).one())
        return "welcome"

    _add_open(app)
    with app.app_context():
        database.create_all()
        database.session.add(Person(name=NAME))
        database.session.commit()
    client = app.test_client()
    client.post("/login")
    cookie = client.get_cookie("session")
    tell({"cookie": {"Cookie": f"session={cookie.value if cookie else ''}"}})
    return app
