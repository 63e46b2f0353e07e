#!/bin/sh
# Makes the secrets that must be there before the first `docker compose run --rm migrate`; what is there already stays.
# Roles' passwords and the keyring are made by `office migrate` itself.
set -eu
umask 077
cd "$(dirname "$0")"
mkdir -p secrets/admin secrets/office
if [ ! -f secrets/admin/postgres.password ]; then
    head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n' > secrets/admin/postgres.password
fi
# PostgreSQL's image reads it as another user; the folder above lets nobody else of this machine in.
chmod 644 secrets/admin/postgres.password
printf '*:5432:*:postgres:%s\n' "$(cat secrets/admin/postgres.password)" > secrets/admin/pgpass
# The containers run as whoever types this, so that they can read what is theirs; never as root.
if [ "$(id -u)" = 0 ]; then uid=10001 gid=10001; chown -R 10001:10001 secrets; else uid=$(id -u) gid=$(id -g); fi
[ -f .env ] || printf 'OFFICE_UID=%s\nOFFICE_GID=%s\n' "$uid" "$gid" > .env
echo "deploy/secrets is ready. Put the services' token into deploy/secrets/office/service.token, and OFFICE_JWKS_URL and OFFICE_ISSUER into deploy/.env."
