#!/bin/sh
# The command `newsapp` on a server: as the site's own user, with the site's own settings, and with
# the file modes of newsapp.service. Linked to /usr/local/sbin/newsapp.
set -eu
if [ "$(id -u)" -ne 0 ]; then
    echo "newsapp: run this as root; it becomes the user newsapp by itself" >&2
    exit 1
fi
set -a
NEWSAPP_DATA_DIR=/var/lib/newsapp
. /etc/newsapp.env
set +a
umask 026
cd /opt/newsapp
exec runuser -u newsapp -- /opt/newsapp/.venv/bin/newsapp "$@"
