"""Answers which cache keys a release of LiteLLM makes of requests: a JSON line for each line with a route and a body as it was written."""

import json
import sys

from litellm.caching.caching import Cache

# What the router hands on by name, before the other fields of a request in their order.
FIRST = {"chat": ("model", "messages"), "completions": ("model", "prompt"), "embeddings": ("model", "input"), "responses": ("model",), "messages": ("model",)}

cache = Cache(type="local")


def key(route, body):
    first = {name: body[name] for name in FIRST[route] if name in body}
    return cache.get_cache_key(**first, **{name: value for name, value in body.items() if name not in first})


for line in sys.stdin:
    asked = json.loads(line)
    route, body = asked["route"], json.loads(asked["body"])
    # Each input of a batch has an entry of its own.
    inputs = body["input"] if route == "embeddings" and isinstance(body["input"], list) else None
    keys = [key(route, body)] if inputs is None else sorted({key(route, {**body, "input": one}) for one in inputs})
    print(json.dumps(" ".join(keys)), flush=True)
