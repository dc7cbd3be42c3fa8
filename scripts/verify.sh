#!/usr/bin/env bash
# The whole check, as CI runs it: `npm run verify`. Installs the servers that the tests need (asks for no input),
# lints, builds, tests, and says how long each part took. The last line is `<n> passed, <m> failed` of the tests.
#
# Exit code: 0 if every part passed. STERNA_VERIFY_LIMIT is the time limit for all of it, in seconds.
set -uo pipefail
cd "$(dirname "$0")/.."
export CI=true
export PATH="$PWD/node_modules/.bin:$PATH"
limit=${STERNA_VERIFY_LIMIT:-4500}

if [ "${1:-}" != --within-limit ]; then
  timeout --kill-after=20 "$limit" bash scripts/verify.sh --within-limit </dev/null
  status=$?
  if [ "$status" = 124 ] || [ "$status" = 137 ]; then
    echo "verify: stopped after the time limit of $limit seconds" >&2
  fi
  exit "$status"
fi

report=$(mktemp)
trap 'rm -f "$report"' EXIT
failed=0
times=()

part() { # name, command …
  local name=$1 start=$SECONDS status=0
  shift
  echo "== $name"
  "$@" || status=$?
  times+=("$(printf '%-24s %4d s  %s' "$name" $((SECONDS - start)) "$([ "$status" = 0 ] && echo ok || echo failed)")")
  [ "$status" = 0 ] || failed=1
  return "$status"
}

# Servers are started as their own users, which takes root.
as_root=()
if [ "$(id -u)" != 0 ]; then
  if sudo -n true 2>/dev/null; then
    as_root=(sudo -n -E env "PATH=$PATH" CI=true)
  else
    echo "verify: not root, and no sudo without a password: tests that start servers as other users can't run"
  fi
fi

run_tests() {
  local status=0
  # ${…[@]+…}: an empty array is "unbound" for older versions of bash.
  ${as_root[@]+"${as_root[@]}"} vitest run --reporter=default --reporter=json --outputFile.json="$report" || status=$?
  # What root wrote into the checkout must not stop its owner's next npm ci.
  if [ ${#as_root[@]} -gt 0 ]; then
    sudo -n find . -user 0 -exec chown -h "$(id -u):$(id -g)" {} +
  fi
  return "$status"
}

echo "verify: node $(node --version), $(uname -sm), at most $limit s"
part 'install test servers' sh scripts/install-servers.sh
part 'lint' bash scripts/lint.sh
if part 'build' node scripts/build.mjs; then
  part 'test' run_tests
fi

echo "== summary"
printf '%s\n' "${times[@]}"
node scripts/test-summary.mjs "$report"
exit "$failed"
