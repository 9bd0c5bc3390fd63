#!/usr/bin/env bash
# Runs the tests of a folder with a package.json: installs exactly what its lock file names, then `npm test`. Only for
# developing Interleave; the suite itself needs no Node.js.
#
#   scripts/npm_test.sh tests/browser
#
# Exit: that of the tests; 2 usage, 1 Node.js or npm missing or the packages cannot be installed.
set -euo pipefail
cd "$(dirname "$0")/.."

[[ $# -eq 1 && -f $1/package-lock.json ]] || { echo "error: name a folder with a package-lock.json, such as tests/browser" >&2; exit 2; }
for tool in node npm; do
  command -v "$tool" >/dev/null || { echo "error: no $tool: run scripts/install_deps.sh --dev" >&2; exit 1; }
done
cd "$1"
# Packages that are there and as locked stay: no network for a second run.
if ! cmp -s package-lock.json node_modules/.installed; then
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error || {
    echo "error: npm could not install the packages of $1: is the registry reachable?" >&2
    exit 1
  }
  cp package-lock.json node_modules/.installed
fi
npm test --silent
