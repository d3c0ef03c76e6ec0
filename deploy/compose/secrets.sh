#!/bin/sh
# Makes the secrets of the stack at its first start and gives each service its own, at every start the same ones.
# The argument is the folder with the volumes: `kept` is seen by this service alone, the others by the service of
# that name. Runs as root without any capability but CHOWN, so a file has its mode before it has its owner.
set -eu
umask 077
volumes=$1
acl=${2:-/users.acl}

secret() {
  kept="$volumes/kept/$1"
  if [ ! -s "$kept" ]; then
    head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n' > "$kept.new"
    mv "$kept.new" "$kept"
  fi
  cat "$kept"
}

# give VOLUME OWNER FILE, with the text on standard input; none is an error.
give() {
  new="$volumes/$1/.$3"
  rm -f "$new"
  cat > "$new"
  [ -s "$new" ]
  chown "$2" "$new"
  mv "$new" "$volumes/$1/$3"
}

hash() {
  secret "$1" | sha256sum | cut -d' ' -f1
}

sed \
  -e "s/%exporter%/#$(hash redis_exporter)/" \
  -e "s/%litellm%/#$(hash redis_litellm)/" \
  -e "s/%health%/#$(hash redis_health)/" \
  -e "s/%admin%/#$(hash redis_admin)/" \
  "$acl" | give redis 999:999 users.acl
secret redis_health | give redis 999:999 health
secret redis_admin | give redis 999:999 admin

printf 'sk-%s' "$(secret litellm_key)" | give litellm 65532:65532 master_key
secret redis_litellm | give litellm 65532:65532 redis
secret origin | give litellm 65532:65532 origin

printf 'sk-%s' "$(secret litellm_key)" | give exporter 65532:65532 litellm_key
secret redis_exporter | give exporter 65532:65532 redis
secret redis_litellm | give exporter 65532:65532 redis_litellm
secret origin | give exporter 65532:65532 origin

printf 'sk-%s' "$(secret litellm_key)" | give prometheus 65534:65534 litellm_key

secret webhook_token | give alertmanager 65534:65534 webhook_token
secret deadman_token | give alertmanager 65534:65534 deadman_token

secret grafana | give grafana 472:0 admin_password
