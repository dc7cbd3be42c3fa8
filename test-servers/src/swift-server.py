"""One OpenStack Swift with its S3 API, in one process on 127.0.0.1.

    python3 swift-server.py FOLDER PORT

Swift is a proxy and three kinds of storage server; its own scripts start each by itself, as services. Here they share one
event loop, one disk (FOLDER/devices/d1) and rings of one device each, so that a test's server starts in a second.
FOLDER/swift.json names the accounts: {"users": {"account:user": {"key": "...", "admin": true}}}.
"""

import json
import os
import sys

FOLDER, PORT = sys.argv[1], int(sys.argv[2])

# Only a power failure would tell the difference, and all four servers would stand still meanwhile.
os.fsync = os.fdatasync = lambda _: None

import swift.common.utils as utils

utils.SWIFT_CONF_FILE = os.path.join(FOLDER, "swift.conf")
with open(utils.SWIFT_CONF_FILE, "w") as out:
    out.write("[swift-hash]\nswift_hash_path_suffix = sterna\nswift_hash_path_prefix = test\n")
    out.write("[storage-policy:0]\nname = default\ndefault = yes\n")

import eventlet
import eventlet.wsgi

eventlet.monkey_patch()
utils.validate_hash_conf()

import socket
import time
import types

from swift.common import storage_policy
from swift.common.ring import RingBuilder
from swift.common.storage_policy import reload_storage_policies
from swift.common.wsgi import SwiftHttpProtocol, loadapp

storage_policy.utils = utils
reload_storage_policies()


class Cache:
    """What Swift asks of memcached, for one process."""

    def __init__(self):
        self.kept = {}

    def get(self, key, raise_on_error=False):
        value, until = self.kept.get(key, (None, 0))
        return value if until == 0 or until > time.time() else None

    def set(self, key, value, serialize=True, time=0, min_compress_len=0, raise_on_error=False):
        # As memcached would give it back.
        self.kept[key] = (json.loads(json.dumps(value)), time and globals()["time"].time() + time)

    def incr(self, key, delta=1, time=0):
        value = max(0, int(self.get(key) or 0) + delta)
        self.set(key, value, time=time)
        return value

    def decr(self, key, delta=1, time=0):
        return self.incr(key, -delta, time)

    def delete(self, key, server_key=None):
        self.kept.pop(key, None)

    def set_multi(self, mapping, server_key, serialize=True, time=0, min_compress_len=0):
        for key, value in mapping.items():
            self.set(key, value, time=time)

    def get_multi(self, keys, server_key):
        return [self.get(key) for key in keys]


def cache_factory(global_conf, **local_conf):
    kept = Cache()

    def with_cache(app):
        def call(env, start_response):
            env["swift.cache"] = kept
            return app(env, start_response)

        return call

    return with_cache


sys.modules["sterna_cache"] = types.ModuleType("sterna_cache")
sys.modules["sterna_cache"].factory = cache_factory


def listener(port):
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", port))
    sock.listen(128)
    return eventlet.greenio.GreenSocket(sock)


def ring(name, port):
    path = os.path.join(FOLDER, name + ".ring.gz")
    builder = RingBuilder(1, 1, 0)
    builder.add_dev(
        dict(id=0, region=1, zone=1, weight=1, ip="127.0.0.1", port=port, device="d1",
             replication_ip="127.0.0.1", replication_port=port)
    )
    builder.rebalance()
    builder.get_ring().save(path)


def conf(name, text):
    path = os.path.join(FOLDER, name + "-server.conf")
    with open(path, "w") as out:
        out.write(text)
    return path


with open(os.path.join(FOLDER, "swift.json")) as given:
    settings = json.load(given)
os.makedirs(os.path.join(FOLDER, "devices", "d1"), exist_ok=True)
COMMON = "swift_dir = %s\ndevices = %s\nmount_check = false\nlog_level = ERROR\n" % (
    FOLDER, os.path.join(FOLDER, "devices"))
STORAGE = "[DEFAULT]\n" + COMMON + "[pipeline:main]\npipeline = server\n[app:server]\nuse = egg:swift#%s\n"

apps = []
for kind in ("account", "container", "object"):
    sock = listener(0)
    ring(kind, sock.getsockname()[1])
    path = conf(kind, STORAGE % kind)
    apps.append((sock, kind, path))

users = "".join(
    "user_%s_%s = %s%s\n" % (*name.split(":"), user["key"], " .admin" if user["admin"] else "")
    for name, user in settings["users"].items()
)
FILTERS = "catch_errors gatekeeper cache listing_formats bulk s3api tempauth copy slo versioned_writes symlink"
path = conf("proxy", "\n".join([
    "[DEFAULT]", COMMON,
    "[pipeline:main]", "pipeline = %s proxy-server" % FILTERS,
    "[app:proxy-server]", "use = egg:swift#proxy", "account_autocreate = true", "allow_account_management = true",
    "[filter:cache]", "paste.filter_factory = sterna_cache:factory",
    "[filter:s3api]", "use = egg:swift#s3api", "location = us-east-1", "check_bucket_owner = true",
    "[filter:tempauth]", "use = egg:swift#tempauth", users,
    "[filter:versioned_writes]", "use = egg:swift#versioned_writes", "allow_versioned_writes = true",
    "allow_object_versioning = true",
    *("[filter:%s]\nuse = egg:swift#%s" % (name, name)
      for name in FILTERS.split() if name not in ("cache", "s3api", "tempauth", "versioned_writes")),
    "",
]))
apps.append((listener(PORT), "proxy", path))


class Protocol(SwiftHttpProtocol):
    def log_request(self, *args, **kwargs):
        pass


pool = eventlet.GreenPool(2048)
for sock, kind, path in apps:
    eventlet.spawn(
        eventlet.wsgi.server, sock, loadapp(path), custom_pool=eventlet.GreenPool(512), protocol=Protocol,
        log_output=False, capitalize_response_headers=False, keepalive=True)
print("ready", flush=True)
while True:
    eventlet.sleep(3600)
