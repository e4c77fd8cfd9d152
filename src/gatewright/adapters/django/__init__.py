"""Django: the pages and the visitor, for a project under WSGI or ASGI.

::

    INSTALLED_APPS = [..., "gatewright.adapters.django"]
    MIDDLEWARE = [..., "gatewright.adapters.django.middleware.GatewrightMiddleware"]
    AUTHENTICATION_BACKENDS = ["gatewright.adapters.django.backends.GatewrightBackend"]
    urlpatterns = [path("", include("gatewright.adapters.django.urls")), ...]
"""

from gatewright.adapters.django.auths import get_async_auth as get_async_auth
from gatewright.adapters.django.auths import get_auth as get_auth
from gatewright.adapters.django.decorators import fresh_required as fresh_required
from gatewright.adapters.django.decorators import fully_authenticated_required as fully_authenticated_required
from gatewright.adapters.django.decorators import login_required as login_required
from gatewright.adapters.django.decorators import permission_required as permission_required
from gatewright.adapters.django.decorators import role_required as role_required
from gatewright.adapters.django.decorators import verified_required as verified_required
from gatewright.adapters.django.visitor import alogin_user as alogin_user
from gatewright.adapters.django.visitor import alogout_user as alogout_user
from gatewright.adapters.django.visitor import login_user as login_user
from gatewright.adapters.django.visitor import logout_user as logout_user
from gatewright.adapters.django.visitor import visit_of as visit_of
