"""Short-lived, frequently written data in Redis or Valkey, besides a SQL store."""

from gatewright.storage.redis.inspection import require_redis as require_redis
from gatewright.storage.redis.invariants import redis_breaches as redis_breaches
from gatewright.storage.redis.server import RedisServer as RedisServer
from gatewright.storage.redis.store import keep_in_redis as keep_in_redis
from gatewright.storage.redis.url import read_url as read_url
