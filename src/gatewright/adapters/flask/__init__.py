"""gatewright in Flask: ``FlaskAuth(app)`` serves the pages ahead of an application, which uses ``current_user``."""

from gatewright.adapters.flask.decorators import fresh_required as fresh_required
from gatewright.adapters.flask.decorators import fully_authenticated_required as fully_authenticated_required
from gatewright.adapters.flask.decorators import login_required as login_required
from gatewright.adapters.flask.decorators import permission_required as permission_required
from gatewright.adapters.flask.decorators import role_required as role_required
from gatewright.adapters.flask.decorators import verified_required as verified_required
from gatewright.adapters.flask.extension import FlaskAuth as FlaskAuth
from gatewright.adapters.flask.visitor import Guest as Guest
from gatewright.adapters.flask.visitor import current_guard as current_guard
from gatewright.adapters.flask.visitor import current_user as current_user
from gatewright.adapters.flask.visitor import login_user as login_user
from gatewright.adapters.flask.visitor import logout_user as logout_user
