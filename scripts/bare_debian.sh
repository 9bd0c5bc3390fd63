#!/usr/bin/env bash
# Proves that a bare Debian 12 is enough: follows the Containerfile in a fresh chroot. Needs root, the network and
# debootstrap (apt-get install debootstrap); takes about ten minutes on two cores. For use by hand, not by CI.
#
#   scripts/bare_debian.sh FOLDER               make the system in FOLDER and do what the Containerfile says
#   scripts/bare_debian.sh FOLDER make test     then run a command in it, instead of the Containerfile's own
#   scripts/bare_debian.sh FOLDER true          ... or none
#
# FOLDER must not exist, or be what this script made: then the installed packages are kept and the sources copied anew.
# Exit: that of the command; 1 a step failed, 2 usage.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

usage() { sed -n '2,10p' "$0" | sed 's/^# \{0,1\}//'; }
fail() { echo "error: $2" >&2; exit "$1"; }

case "${1:-}" in
  -h | --help) usage; exit 0 ;;
  "" | -*) fail 2 "say the folder of the system to make, e.g. scripts/bare_debian.sh /var/tmp/bare (see --help)" ;;
esac
bare=$(realpath -m "$1")
shift
[[ $EUID -eq 0 ]] || fail 2 "a chroot needs root: run this with sudo"
command -v debootstrap >/dev/null || fail 2 "debootstrap is not installed: apt-get install debootstrap"
[[ ! -e $bare || -f $bare/etc/bare-interleave ]] || fail 2 "$bare is there and not made by this script: name another folder"

if [[ ! -e $bare ]]; then
  suite=$(sed -n 's/^FROM debian:12$/bookworm/p' "$root/Containerfile")
  [[ -n $suite ]] || fail 1 "the Containerfile does not begin with debian:12"
  debootstrap --variant=minbase "$suite" "$bare" >/dev/null || fail 1 "debootstrap failed: see $bare/debootstrap"
  touch "$bare/etc/bare-interleave"
fi
# As a container engine does: name resolution and the mirrors of the host, /proc and /dev, and no more of it.
cp /etc/resolv.conf /etc/hosts "$bare/etc/"
cp /etc/apt/sources.list.d/debian.sources "$bare/etc/apt/sources.list.d/" 2>/dev/null && : >"$bare/etc/apt/sources.list"

folder=/
in_bare() {
  # shellcheck disable=SC2016  # the inner shell expands it
  unshare --mount --pid --fork --kill-child --propagation private bash -euo pipefail -c '
    bare=$1 folder=$2
    shift 2
    mount -t proc proc "$bare/proc"
    mount --rbind /dev "$bare/dev"
    mount --rbind /sys "$bare/sys"
    exec env -i HOME=/root TERM=dumb PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
      chroot "$bare" sh -c "cd \"\$0\" && exec \"\$@\"" "$folder" "$@"' bash "$bare" "$folder" "$@"
}

# Like .dockerignore: results and builds of the host stay out.
copy_all() {
  tar -C "$root" -c --exclude=./build --exclude='./results/2*' --exclude=./results/latest --exclude=node_modules \
    --exclude=__pycache__ --exclude=./.git . | tar -C "$bare$folder" -x --no-same-owner
}

command=(true)
while read -r instruction words; do
  case "$instruction" in
    "" | "#"* | FROM) continue ;;
    WORKDIR) folder=$words && mkdir -p "$bare$folder" ;;
    COPY)
      read -r source target <<<"$words"
      if [[ $source == . ]]; then copy_all; else install -D "$root/$source" "$bare$folder/$target"; fi
      ;;
    RUN)
      echo "=== $words" >&2
      in_bare sh -c "$words" </dev/null || fail 1 "on a bare Debian 12 this fails: $words"
      ;;
    CMD) mapfile -t command < <(/usr/bin/python3 -c 'import json, sys; print(*json.loads(sys.argv[1]), sep="\n")' "$words") ;;
    *) fail 1 "the Containerfile has an instruction this script does not follow: $instruction" ;;
  esac
done <"$root/Containerfile"

[[ $# -eq 0 ]] || command=("$@")
echo "=== ${command[*]}" >&2
in_bare "${command[@]}"
