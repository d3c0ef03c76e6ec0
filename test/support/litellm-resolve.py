"""Asks a release of LiteLLM what it would hand to Redis.

One case a line on standard input, `{"environment": {...}, "config": {...}}`; one answer a line on standard output,
`{"cache": ..., "router": ..., "coordination": ..., "semantic": ...}`. Each is null where no client is made, `{"raises": "ValueError"}` where LiteLLM fails,
else `{"arguments": {...}, "reaching": {...}}`: the arguments that its own code resolves, and those that reach a connection.
The client of a semantic cache is made of an address alone: `{"url": ...}` or `{"valkey": {...}}`.

The code that reads the configuration is inside of functions that need a running proxy. So the very statements are taken
out of the installed sources and run here: nothing of it is repeated. Nothing connects.
"""

import __future__
import ast
import importlib
import inspect
import json
import os
import sys
import textwrap
import types
from pathlib import Path

import litellm
import litellm._redis as of_redis
import redis.asyncio
from litellm import get_secret, get_secret_str
from litellm._logging import verbose_proxy_logger, verbose_router_logger
from litellm.caching.caching import Cache
from litellm.caching.redis_cache import RedisCache
from litellm.caching.redis_cluster_cache import RedisClusterCache
from litellm.types.caching import LiteLLMCacheType
from pydantic import TypeAdapter

SOURCES = Path(litellm.__file__).parent
PROXY = (SOURCES / "proxy" / "proxy_server.py").read_text()
ROUTER_FILES = [file.read_text() for file in sorted(SOURCES.glob("router*.py"))]
ROUTER = "if redis_url is not None or (redis_host is not None"
VARIABLES = ("REDIS", "AWS_", "AZURE_", "DOCTOR_", "VALKEY", "QDRANT")


def compiled(statements):
    module = ast.Module(body=list(statements), type_ignores=[])
    return compile(ast.fix_missing_locations(module), "litellm", "exec", flags=__future__.annotations.compiler_flag)


def block(source, begins):
    """The innermost block of a source that begins with some words, up to the next line that is indented no deeper."""
    lines = source.splitlines()
    first = next(index for index, line in enumerate(lines) if line.lstrip().startswith(begins))
    depth = len(lines[first]) - len(lines[first].lstrip())
    last = first + 1
    while last < len(lines) and (not lines[last].strip() or len(lines[last]) - len(lines[last].lstrip()) > depth or lines[last].strip().startswith(")")):
        last += 1
    return ast.parse(textwrap.dedent("\n".join(lines[first:last]))).body


def function(source, name):
    try:
        return block(source, (f"def {name}(", f"async def {name}("))[0]
    except StopIteration:
        return None


def functions(source, namespace, *names):
    found = [node for node in (function(source, name) for name in names) if node is not None]
    for node in found:
        node.decorator_list = []
    exec(compiled(found), namespace)
    return namespace


def block_in(sources, begins, what):
    """As `block`, in the first of some sources that has it."""
    for source in sources:
        if begins in source:
            return block(source, begins)
    sys.exit(f"LiteLLM has moved the code that makes {what}: no block begins with '{begins}' any more. Look for it and change litellm-resolve.py.")


CACHE_BLOCK = compiled(block_in([PROXY], 'if key == "cache" and value is True', "the response cache")[0].body)
ROUTER_GLOBALS = {}
# Up to 1.107 the router's Redis is made in router.py, then in router_python_core.py, from 1.110 on by a function of its own.
try:
    from litellm.router_python_host import redis_cache_for
except ImportError:
    redis_cache_for = None
    ROUTER_BLOCK = compiled(block_in(ROUTER_FILES, ROUTER, "the Redis of the router"))
    modules = [importlib.import_module(f"litellm.{file.stem}") for file in SOURCES.glob("router*.py") if ROUTER in file.read_text()]
    ROUTER_GLOBALS |= {name: value for module in modules for name, value in vars(module).items() if not name.startswith("__")}
try:
    from litellm.proxy._types import CoordinationRedisParams
except ImportError:
    CoordinationRedisParams = None


class Captured(Exception):
    pass


class Recorder:
    """Stands for a class of redis-py and keeps what it would have been made with."""

    made = None

    def __init__(self, *_, **arguments):
        Recorder.made = arguments

    def master_for(self, _, **arguments):
        Recorder.made = arguments
        return self


class Pool(redis.asyncio.BlockingConnectionPool):
    """A pool connects when it is used: here it is only made, and keeps what it was made with."""

    def __init__(self, **arguments):
        Recorder.made = arguments
        super().__init__(**arguments)

    @classmethod
    def from_url(cls, **arguments):
        redis.asyncio.ConnectionPool.from_url.__func__(cls, **arguments)
        Recorder.made = arguments


class SemanticIndex:
    """Stands for the index of redisvl, which would connect and ask for an embedding: it only reads the address."""

    def __init__(self, *_, **arguments):
        if "redis_url" in arguments:
            redis.Redis.from_url(arguments["redis_url"])
            Recorder.made = arguments["redis_url"]


class Qdrant:
    """Stands for the HTTP client of Qdrant: that it is asked is enough."""

    def get(self, **_):
        raise Captured({"url": None})


for name, members in {"redisvl": (), "redisvl.extensions": (), "redisvl.utils": (), "redisvl.extensions.llmcache": ("SemanticCache",), "redisvl.utils.vectorize": ("CustomTextVectorizer",)}.items():
    sys.modules[name] = types.ModuleType(name)
    for member in members:
        setattr(sys.modules[name], member, SemanticIndex)
# redis-py 8 has renamed this module, so the semantic cache of Valkey needs an older one.
try:
    import redis.commands.search.index_definition as index_definition

    sys.modules.setdefault("redis.commands.search.indexDefinition", index_definition)
except ImportError:
    pass
import litellm.llms.custom_httpx.http_handler as of_http

of_http._get_httpx_client = of_http.get_httpx_client = lambda *_, **__: Qdrant()


def plain(value):
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return "(object)"


real_client = of_redis.get_redis_client
IS_CLUSTER_FIRST = "startup_nodes\" in" in inspect.getsource(of_redis.get_redis_connection_pool)


def reaching(given, arguments):
    """What the client for asynchronous commands is made with; the other one is made too, because it is what fails at start."""
    Recorder.made = None
    has_url = arguments.get("url") is not None
    if "startup_nodes" in arguments and (IS_CLUSTER_FIRST or not has_url):
        real_client(**given)
        if "redis_connect_func" in arguments:
            return {}
        of_redis.get_redis_async_client(**given)
        return {key: value for key, value in Recorder.made.items() if key != "startup_nodes"}
    if not has_url and "sentinel_nodes" in arguments and "service_name" in arguments:
        of_redis.get_redis_async_client(**given)
        return Recorder.made
    real_client(**given)
    of_redis.get_redis_connection_pool(**given)
    return {key: value for key, value in Recorder.made.items() if key not in ("timeout", "connection_class")}


def capture(**given):
    arguments = dict(of_redis._get_redis_client_logic(**given))
    raise Captured({"arguments": plain(arguments), "reaching": plain(reaching(given, arguments))})


of_redis.get_redis_client = capture
redis.cluster.NodesManager.initialize = lambda *_, **__: None
redis.cluster.CommandsParser = lambda *_, **__: None
redis.asyncio.BlockingConnectionPool = Pool
redis.asyncio.Sentinel = Recorder
try:
    import litellm.caching.redis_cluster_node_isolation as isolation

    isolation.get_litellm_async_redis_cluster_class = lambda: Recorder
except ImportError:
    redis.asyncio.RedisCluster = Recorder


class Proxy:
    def init_cache(self, cache_params, **_):
        cache = self.made = Cache(**cache_params)
        self.is_redis = isinstance(cache.cache, RedisCache)

    _init_cache = init_cache


class FakeRouter:
    def _create_redis_cache(self, cache_config):
        return CREATE["_create_redis_cache"](cache_config)


COMMON = {
    "get_secret": get_secret,
    "get_secret_str": get_secret_str,
    "json": json,
    "litellm": litellm,
    "verbose_proxy_logger": verbose_proxy_logger,
    "verbose_router_logger": verbose_router_logger,
    "RedisCache": RedisCache,
    "RedisClusterCache": RedisClusterCache,
    "DEFAULT_MAX_RECURSE_DEPTH": 100,
    "_UNTYPED_VALUE": TypeAdapter(object),
    "holds_secret_pointer": lambda _: False,
    "secret_manager_would_be_consulted": lambda _: False,
}
CREATE = functions("\n".join(ROUTER_FILES), {**ROUTER_GLOBALS, **COMMON}, "_create_redis_cache")
REFERENCES = functions(PROXY, dict(COMMON), "_check_for_os_environ_vars", "_resolved_config_value")
BUILD = functions(
    PROXY,
    dict(COMMON),
    "build_redis_usage_cache",
    "_build_redis_usage_cache",
    "environment_has_redis_connection_target",
    "_environment_has_redis_connection_target",
    "_build_redis_usage_cache_from_environment",
)
for alias in ("build_redis_usage_cache", "environment_has_redis_connection_target"):
    BUILD.setdefault(alias, BUILD.get(f"_{alias}"))
    BUILD.setdefault(f"_{alias}", BUILD.get(alias))
Resolver = type("Resolver", (), {name: REFERENCES[name] for name in ("_check_for_os_environ_vars", "_resolved_config_value") if name in REFERENCES})


def is_semantic(config):
    settings = config.get("litellm_settings") or {}
    params = settings.get("cache_params")
    kind = params.get("type") if isinstance(params, dict) else None
    return settings.get("cache") is True and kind in [one.value for one in LiteLLMCacheType] and kind.endswith("-semantic")


def cache(config):
    if not is_semantic(config):
        read(config)


def semantic(config):
    """The address that the client of a semantic cache is made with."""
    if not is_semantic(config):
        return
    Recorder.made = None
    made = read(config).made.cache
    if hasattr(made, "sync_client"):
        address = dict(made.sync_client.connection_pool.connection_kwargs)
        tls = made.sync_client.connection_pool.connection_class.__name__ == "SSLConnection"
        raise Captured({"valkey": {**{name: address.get(name) for name in ("host", "port", "password")}, "tls": tls}})
    raise Captured({"url": Recorder.made or made._redis_url})


def read(config):
    settings = config.get("litellm_settings") or {}
    proxy = Proxy()
    if settings.get("cache") is True:
        names = {"blue_color_code": "", "reset_color_code": "", "print": lambda *_: None, "print_startup_message": lambda *_: None, "_set_redis_usage_cache": lambda _: None}
        exec(CACHE_BLOCK, {**COMMON, **names, "self": proxy, "litellm_settings": settings, "key": "cache", "value": True})
    return proxy


def router(config):
    settings = config.get("router_settings") or {}
    if redis_cache_for is not None:
        redis_cache_for({**settings, "cache_kwargs": settings.get("cache_kwargs") or {}})
        return
    names = {name: settings.get(name) for name in ("redis_url", "redis_host", "redis_port", "redis_password", "redis_db")}
    exec(ROUTER_BLOCK, {**ROUTER_GLOBALS, **COMMON, **names, "cache_kwargs": settings.get("cache_kwargs") or {}, "cache_config": {}, "self": FakeRouter()})


def coordination(config):
    block = (config.get("general_settings") or {}).get("coordination_redis")
    if BUILD["build_redis_usage_cache"] is None:
        return
    if block is not None:
        given = {key: value for key, value in block.items() if value is not None}
        if not any(name in given for name in ("host", "url", "startup_nodes", "sentinel_nodes")):
            raise ValueError("coordination_redis names no target")
        BUILD["build_redis_usage_cache"](CoordinationRedisParams.model_validate(given).model_dump(exclude_none=True))


def answer(ask, config):
    try:
        ask(config)
        return None
    except Captured as captured:
        return captured.args[0]
    except NameError:
        raise  # of the code that was taken out: this program does not give it what it needs
    except Exception as error:
        return {"raises": type(error).__name__}


def main():
    print(json.dumps({"redis": redis.__version__, "litellm": str(SOURCES)}), flush=True)
    for line in sys.stdin:
        case = json.loads(line)
        for name in [name for name in os.environ if name.startswith(VARIABLES)]:
            del os.environ[name]
        os.environ.update(case["environment"])
        config = Resolver()._check_for_os_environ_vars(config=case["config"])
        print(json.dumps({ask.__name__: answer(ask, config) for ask in (cache, router, coordination, semantic)}), flush=True)


main()
