#!/usr/bin/env bash
# Gets a private copy of SciPy and prints the PYTHONPATH that finds it:
#
#   PYTHONPATH=$(scripts/unpack_scipy.sh) /usr/bin/python3 -c 'import scipy.stats'
#
# Why not apt: python3-scipy depends on python3-pythran (a compiler SciPy does not need to run), that on libboost-dev
# 1.74, and that conflicts with libboost1.81-dev. So its package is downloaded and unpacked into build/scipy; what else
# SciPy needs conflicts with nothing and is installed by apt where missing. Idempotent: a second run touches no network.
#
# Exit: 0 the path is on stdout, 2 usage, 1 download, unpacking or installing failed.
set -euo pipefail

case "${1:-}" in
  "") ;;
  -h | --help) sed -n '2,10p' "$0" | sed 's/^# \{0,1\}//'; exit 0 ;;
  *) echo "error: unknown argument '$1' (see --help)" >&2; exit 2 ;;
esac

root=$(cd "$(dirname "$0")/.." && pwd)
target=$root/build/scipy
packages=$target/usr/lib/python3/dist-packages
dependencies=(python3-numpy python3-decorator liblapack3 libblas3 libgfortran5 liblbfgsb0)

works() { PYTHONPATH=$packages /usr/bin/python3 -c 'import scipy.stats' >/dev/null 2>&1; }
fail() { echo "error: $1" >&2; exit 1; }

if works; then
  echo "$packages"
  exit 0
fi

missing=()
for package in "${dependencies[@]}"; do
  status=$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null || true)
  [[ $status == ii* ]] || missing+=("$package")
done
if [[ ${#missing[@]} -gt 0 ]]; then
  as_root=()
  if [[ $EUID -ne 0 ]]; then
    command -v sudo >/dev/null || fail "not root and no sudo: ask an administrator to run: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}" >&2 ||
    fail "apt could not install ${missing[*]}: run apt-get update and try again"
fi

# Unpacked beside its place and moved there whole: an interrupted run leaves nothing that looks finished.
mkdir -p "$root/build"
work=$(mktemp -d "$root/build/scipy.XXXXXX")
trap 'rm -rf "$work"' EXIT
(cd "$work" && apt-get download -o APT::Sandbox::User= python3-scipy >/dev/null 2>&1) ||
  fail "apt could not download python3-scipy: check the network, run apt-get update and try again"
dpkg -x "$work"/python3-scipy_*.deb "$work/tree" || fail "python3-scipy could not be unpacked into $work"
rm -rf "$target"
mv "$work/tree" "$target"

works || fail "SciPy was unpacked but cannot be imported: run PYTHONPATH=$packages /usr/bin/python3 -c 'import scipy.stats'"
echo "$packages"
