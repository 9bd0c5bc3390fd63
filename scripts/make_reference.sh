#!/usr/bin/env bash
# Makes results/reference, the one run that is committed: measures, checks that the run is fit to be shown, takes out
# the name of the machine, derives summary, figures and page, and puts it in place.
#
#   scripts/make_reference.sh             measure plan quick (under 5 minutes; leave the machine alone) and install it
#   scripts/make_reference.sh RUN         install a run that is there
#   scripts/make_reference.sh --redraw    keep the trials; derive all else again (after a change of charts or page)
#
# Exit: 0 installed, 1 the run is not fit to be shown (nothing was changed) or a step failed, 2 usage.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=build/release/bin
target=results/reference

usage() { sed -n '2,9p' "$0" | sed 's/^# \{0,1\}//'; }
fail() { echo "error: $2" >&2; exit "$1"; }

[[ $# -le 1 ]] || fail 2 "one run at a time (see --help)"
case "${1:-}" in
  -h | --help) usage; exit 0 ;;
  --redraw) run=$target ;;
  -*) fail 2 "unknown option '$1' (see --help)" ;;
  *) run=${1:-} ;;
esac
[[ -x $bin/interleave ]] || fail 1 "$bin/interleave is missing: make build"

# The trials of a run that the host disturbed: chosen by the steal that it showed, never by their figures.
disturbed() { grep -l '"reason": *"steal"' "$1"/trials/*.json || true; }

if [[ -z $run ]]; then
  $bin/interleave run --plan quick
  run=$(readlink -f results/latest)
  for _ in 1 2 3; do
    mapfile -t again < <(disturbed "$run")
    [[ ${#again[@]} -gt 0 ]] || break
    echo "the host took CPU time from ${#again[@]} trials: measuring them again"
    rm -- "${again[@]}"
    $bin/interleave run --resume "$run"
  done
fi
[[ -f $run/run.json ]] || fail 2 "$run is not the folder of a run: there is no run.json"
new=$(mktemp -d results/.reference.XXXXXX)
trap 'rm -rf "$new"' EXIT

# The folder and its id are called reference; the host's name goes.
mkdir -p "$new/reference/trials"
cp "$run"/trials/*.json "$new/reference/trials/"
[[ ! -d $run/weave ]] || cp -r "$run/weave" "$new/reference/"
/usr/bin/python3 - "$run/run.json" "$new/reference/run.json" <<'PY'
import json, pathlib, sys
source, target = map(pathlib.Path, sys.argv[1:])
text = source.read_text(encoding="utf-8")
run = json.loads(text)
for private in (run["id"], run["host"]["hostname"]):
    text = text.replace(json.dumps(private), '"reference"')
target.write_text(text, encoding="utf-8")
PY
$bin/interleave summarize "$new/reference" >/dev/null
make --no-print-directory report RUN="$new/reference" >/dev/null
# The page has every figure; of the copies for slides only the one that the README shows is worth its bytes.
find "$new/reference/figures" -name '*.png' ! -name S5-one_call.png -delete
/usr/bin/python3 -B scripts/check_reference.py "$new/reference"

rm -rf "$target"
mv "$new/reference" "$target"
echo "$target: $(du -sk "$target" | cut -f1) KiB, $(find "$target/trials" -name '*.json' | wc -l) trials; commit it"
