#!/bin/sh
# Installs the real servers and tools which the tests and benchmarks run against (Debian 12 and its descendants).
# Safe to run again: it installs what is missing, and says what it does. Nothing is started.
# With STERNA_TEST_LONG set, also what only the long tests need: Ceph, whose packages are large.
set -eu

PACKAGES="dovecot-imapd postgresql-15 cyrus-common cyrus-caldav cyrus-admin sasl2-bin libsasl2-modules radicale python3-tz acl chromium isync openssl ca-certificates apache2 rclone python3-swift"
LONG_PACKAGES="radosgw ceph-mon ceph-osd"
# cyrus-imapd and dovecot-imapd exclude each other, so Cyrus' IMAP server is only unpacked, beside the system.
CYRUS_ROOT="${STERNA_CYRUS_ROOT:-/var/cache/sterna-test/cyrus-imapd}"

say() { printf '%s\n' "install-servers: $*"; }
fail() { say "$*" >&2; exit 1; }

command -v apt-get >/dev/null 2>&1 && command -v dpkg-query >/dev/null 2>&1 ||
  fail "this script needs Debian (apt-get). Elsewhere, install by hand: Dovecot 2.3, PostgreSQL 15, Cyrus IMAP 3.6, Radicale 3, Apache 2.4, rclone, Swift 2.30, acl, Chromium, isync, OpenSSL; for the long tests (STERNA_TEST_LONG) Ceph 16 (monitor, object store, gateway)."

if [ "$(id -u)" = 0 ]; then
  as_root() { "$@"; }
else
  command -v sudo >/dev/null 2>&1 || fail "run this as root, or install sudo"
  as_root() { sudo "$@"; }
fi

installed() {
  [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null | cut -c1-2)" = ii ]
}

if [ -n "${STERNA_TEST_LONG:-}" ]; then
  PACKAGES="$PACKAGES $LONG_PACKAGES"
else
  say "leaving out what only the long tests need (STERNA_TEST_LONG): $LONG_PACKAGES"
fi

missing=
for package in $PACKAGES; do
  installed "$package" || missing="$missing $package"
done
missing="${missing# }"

updated=
update() {
  [ -n "$updated" ] && return 0
  say "refreshing the package lists"
  as_root apt-get -q update
  updated=yes
}

if [ -n "$missing" ]; then
  # Tests start servers of their own: the services which these packages bring are kept from starting on their own.
  guard=/usr/sbin/policy-rc.d
  made_guard=
  if [ ! -e "$guard" ]; then
    as_root sh -c "printf '#!/bin/sh\nexit 101\n' > $guard && chmod 755 $guard"
    made_guard=yes
  fi
  remove_guard() { [ -z "$made_guard" ] || as_root rm -f "$guard"; }
  trap remove_guard EXIT
  update
  say "installing: $missing"
  # shellcheck disable=SC2086 # the list is meant to be split
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends $missing
  remove_guard
  trap - EXIT
else
  say "all packages are installed already"
fi

want="$(dpkg-query -W -f '${Version}' cyrus-common)"
if [ "$(cat "$CYRUS_ROOT/.version" 2>/dev/null || true)" = "$want" ] && [ -x "$CYRUS_ROOT/usr/lib/cyrus/bin/imapd" ]; then
  say "Cyrus' IMAP server $want is unpacked in $CYRUS_ROOT already"
else
  say "unpacking Cyrus' IMAP server $want into $CYRUS_ROOT"
  update
  folder="$(mktemp -d)"
  trap 'rm -rf "$folder"' EXIT
  chmod 1777 "$folder" # apt downloads as a user of its own
  (cd "$folder" && apt-get -q download "cyrus-imapd=$want") || fail "could not download cyrus-imapd $want"
  as_root rm -rf "$CYRUS_ROOT"
  as_root mkdir -p "$CYRUS_ROOT"
  as_root dpkg-deb -x "$folder"/cyrus-imapd_*.deb "$CYRUS_ROOT"
  printf '%s\n' "$want" | as_root tee "$CYRUS_ROOT/.version" >/dev/null
  as_root chmod -R a+rX "$CYRUS_ROOT"
fi

say "ready"
