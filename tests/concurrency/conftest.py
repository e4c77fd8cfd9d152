"""Every test here runs on every store."""

from __future__ import annotations

from stores_under_test import make_store_on_postgresql as make_store_on_postgresql
from stores_under_test import make_store_on_postgresql_with_redis as make_store_on_postgresql_with_redis
from stores_under_test import make_store_settings as make_store_settings
from stores_under_test import open_auth as open_auth
from stores_under_test import store_settings as store_settings
