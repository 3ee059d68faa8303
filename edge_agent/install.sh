#!/bin/sh
# Installs or upgrades the agent: its own user, its own Python environment, the systemd unit.
#
#   sudo ./install.sh [WHEEL]
#
# Without a wheel it installs from this folder. DESTDIR, where set, goes before every path.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
package=${1:-$here}
root=${DESTDIR:-}
home=$root/opt/impp-edge
settings=$root/etc/impp-edge
state=$root/var/lib/impp-edge

# pip would look for a name that is no file in a public registry.
if [ ! -e "$package" ]; then
    echo "install.sh: no such wheel or folder: $package" >&2
    exit 1
fi

getent passwd impp-edge >/dev/null ||
    useradd --system --user-group --home-dir /var/lib/impp-edge --shell /usr/sbin/nologin impp-edge

mkdir -p "$home" "$settings" "$state" "$root/etc/systemd/system"
# As systemd would make it, but before the first start: the device is enrolled and checked without it.
chown impp-edge:impp-edge "$state"
chmod 0700 "$state"
python3 -m venv "$home/venv"
"$home/venv/bin/pip" install --quiet --upgrade "$package"
cp "$here/README.md" "$home/README.md"

# An upgrade keeps the owner's settings.
if [ ! -e "$settings/config.toml" ]; then
    cp "$here/config.example.toml" "$settings/config.toml"
    chown root:impp-edge "$settings/config.toml"
    chmod 0640 "$settings/config.toml"
fi

cp "$here/systemd/impp-edge.service" "$root/etc/systemd/system/impp-edge.service"
systemctl daemon-reload
systemctl enable impp-edge
systemctl try-restart impp-edge

cat <<NEXT
impp-edge is installed. Next:
  1. edit $settings/config.toml
  2. enroll the device: see "Enrolling a device" in $home/README.md
  3. sudo -u impp-edge $home/venv/bin/impp-edge check
  4. sudo systemctl start impp-edge
NEXT
