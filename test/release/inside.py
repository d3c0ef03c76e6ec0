"""Says what an installed LiteLLM is made of, as far as its cache is concerned: one JSON object of lists of words on standard output."""

import inspect
import json
import re
from importlib import metadata
from pathlib import Path

import litellm
import litellm.constants
from litellm.caching.caching import Cache
from litellm.types.caching import LiteLLMCacheType

SOURCES = Path(litellm.__file__).parent
PACKAGES = ("redis", "redisvl", "openai", "fastapi", "uvicorn", "gunicorn", "opentelemetry-sdk", "prometheus-client")


def texts():
    for file in sorted(SOURCES.rglob("*.py")):
        yield str(file.relative_to(SOURCES)), file.read_text(errors="replace")


def version(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "none"


def arguments(function):
    return sorted(f"{one.name}={one.default if one.default is not inspect.Parameter.empty else ''}" for one in inspect.signature(function).parameters.values())


def words(pattern, *places):
    """What matches in the sources, or in those whose path has one of some words."""
    return sorted({found for name, text in SOURCE.items() if not places or any(one in name for one in places) for found in re.findall(pattern, text)})


def constants():
    return sorted(f"{name} = {value!r}" for name, value in vars(litellm.constants).items() if "REDIS" in name and isinstance(value, (bool, int, float, str)))


def key_parts():
    from litellm.litellm_core_utils.model_param_helper import ModelParamHelper

    for name in ("get_all_llm_api_params", "_get_all_llm_api_params"):
        if hasattr(ModelParamHelper, name):
            return getattr(ModelParamHelper, name)()
    return {"unknown: ModelParamHelper has another shape"}


SOURCE = dict(texts())
print(
    json.dumps(
        {
            "packages": [f"{name} {version(name)}" for name in PACKAGES],
            "types of cache": sorted(str(one.value) for one in LiteLLMCacheType),
            "arguments of Cache": arguments(Cache.__init__),
            "variables of Redis": words(r"\bREDIS_[A-Z][A-Z0-9_]*\b"),
            "constants of Redis": constants(),
            "routes of the cache": sorted(set(re.findall(r"[\"'](/[a-z_/]+)[\"']", SOURCE["proxy/caching_routes.py"]))),
            "headers of answers": words(r"\bx-litellm-[a-z-]+\b"),
            "metrics of cache and Redis": words(r"\blitellm_[a-z_]*(?:cache|redis)[a-z_]*\b", "integrations", "caching"),
            "files about cache and Redis": [name for name in SOURCE if re.search(r"(^|/)(caching|redis)", name) or "redis" in name],
            "parts of a cache key": sorted(key_parts()),
        }
    )
)
