#!/bin/sh
# LiteLLM takes secrets from its environment only; here they stand in files.
set -eu
folder=${SECRETS:-/run/secrets}
LITELLM_MASTER_KEY=$(cat "$folder/master_key")
REDIS_CACHE_PASSWORD=$(cat "$folder/redis")
ORIGIN_KEY=$(cat "$folder/origin")
export LITELLM_MASTER_KEY REDIS_CACHE_PASSWORD ORIGIN_KEY
exec litellm "$@"
