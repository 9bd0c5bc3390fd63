#!/usr/bin/env bash
# Installs what Interleave needs on Debian 12, with apt and nothing else. Idempotent: when every package is
# there it does not touch the network. On a terminal it shows the list and the exact command first.
#
#   scripts/install_deps.sh            install what is missing
#   scripts/install_deps.sh --list     print the package list, one a line, and stop
#   scripts/install_deps.sh --missing  print what is missing, one a line, and stop
#   scripts/install_deps.sh --dev      also what only .ci/run needs (clang, shellcheck, chromium, ...)
#   scripts/install_deps.sh --peers    also the servers of others that tests/peers measures; Debian starts nginx on port 80
#
# Exit: 0 installed or nothing to do, 2 usage, 1 apt failed or no right to install.
set -euo pipefail

build_packages=(
  g++ cmake ninja-build ccache make git pkg-config
  libuv1-dev             # servers/libuv_loop
  libhiredis-dev         # RESP codec
  libcli11-dev libtomlplusplus-dev nlohmann-json3-dev libfmt-dev
  libboost1.81-dev       # Boost.Math for the statistics, Asio
  libboost-context1.81-dev libboost-fiber1.81-dev  # microbench: what switching costs
  zlib1g-dev             # histograms in HdrHistogram's encoding
  node-llhttp            # /usr/share/llhttp: the HTTP parser, compiled by cmake/Llhttp.cmake
  libssl-dev             # SHA-256 of a load schedule
  libgtest-dev libgmock-dev libbenchmark-dev
)
run_packages=(
  wrk redis-tools curl procps
  python3 python3-matplotlib python3-numpy python3-jinja2
)
# No python3-scipy: it needs libboost1.74-dev (through pythran), which conflicts with 1.81. The statistics are tested
# against a committed table made with scipy; scripts/unpack_scipy.sh gets a private copy to make it again.
test_packages=(python3-jsonschema python3-pytest)
dev_packages=(
  clang clang-format clang-tidy shellcheck valgrind
  chromium                           # tests/browser
  libbenchmark-tools python3-pandas  # compare.py reads the export of the regression gate
)
# Node.js of another origin brings its own npm, which Debian's package would conflict with.
command -v npm >/dev/null || dev_packages+=(nodejs npm)
peer_packages=(nginx-light libcpp-httplib-dev)

usage() { sed -n '2,11p' "$0" | sed 's/^# \{0,1\}//'; }

wanted=("${build_packages[@]}" "${run_packages[@]}" "${test_packages[@]}")
mode=install
for arg in "$@"; do
  case "$arg" in
    --list) mode=list ;;
    --missing) mode=missing ;;
    --dev) wanted+=("${dev_packages[@]}") ;;
    --peers) wanted+=("${peer_packages[@]}") ;;
    -h | --help) usage; exit 0 ;;
    *) echo "error: unknown option '$arg' (see --help)" >&2; exit 2 ;;
  esac
done

missing=()
for package in "${wanted[@]}"; do
  status=$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null || true)
  [[ $status == ii* ]] || missing+=("$package")
done

case "$mode" in
  list) printf '%s\n' "${wanted[@]}"; exit 0 ;;
  missing) [[ ${#missing[@]} -eq 0 ]] || printf '%s\n' "${missing[@]}"; exit 0 ;;
esac
[[ ${#missing[@]} -gt 0 ]] || exit 0

as_root=()
if [[ $EUID -ne 0 ]]; then
  command -v sudo >/dev/null || {
    echo "error: not root and no sudo: ask an administrator to run: apt-get install ${missing[*]}" >&2
    exit 1
  }
  as_root=(sudo)
fi
install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}")
if [[ -t 1 ]]; then
  printf 'Interleave needs %d packages that are not installed:\n  %s\nThe command:\n  %s\n' \
    "${#missing[@]}" "${missing[*]}" "${install[*]}"
fi
"${as_root[@]}" apt-get update -q || {
  echo "error: 'apt-get update' failed: check the network and /etc/apt/sources.list, then run this again" >&2
  exit 1
}
"${install[@]}" || {
  echo "error: apt could not install: ${missing[*]}; run the command above by hand to see why" >&2
  exit 1
}
