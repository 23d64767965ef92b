#!/bin/sh
# Makes secrets for the local overlay, each once: k8s/overlays/local/secrets/, which git ignores.
set -eu
cd "$(dirname "$0")"
umask 077
[ ! -e secrets ] || { echo "secrets/ is there already" >&2; exit 1; }
random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
nats=m$(random)
mysql=m$(random)
mkdir secrets
printf 'password=%s\nurl=nats://madang:%s@nats:4222\n' "$nats" "$nats" >secrets/nats.env
printf 'token-secret=%s\napi-key=%s\n' "$(random)" "$(random)" >secrets/gateway.env
printf 'url=mysql://madang:%s@mysql:3306/madang?allowPublicKeyRetrieval=true\n' "$mysql" >secrets/database.env
printf 'password=%s\n' "$mysql" >secrets/mysql.env
