#!/usr/bin/env bash
# How often is the regression gate wrong on this machine? Measures it, about 9 minutes on a quiet machine with two
# cores, and writes the table of docs/calibration.md. Interrupted, it goes on with what is left.
#
#   scripts/calibrate.sh            PAIRS=32 GATES=2 INJECTIONS=1 are the defaults; more is more certain
#
# Steps: PAIRS pairs of two models with themselves, from which gates are resampled; GATES live gates of equal builds;
# INJECTIONS live gates each of +10 % and +20 % CPU and delay. Live gates are added to docs/calibration/gates.ndjson,
# and none is ever removed: running it again adds to what is known.
set -euo pipefail
cd "$(dirname "$0")/.."
case "${1:-}" in
  "") ;;
  *) sed -n '2,9p' "$0" | sed 's/^# \{0,1\}//'; [[ $1 == -h || $1 == --help ]] && exit 0 || exit 2 ;;
esac
pairs=${PAIRS:-32} gates=${GATES:-2} injections=${INJECTIONS:-1}
head=build/release
[[ -x $head/bin/interleave ]] || { echo "error: $head is not built: run make build" >&2; exit 2; }
commit=$(git rev-parse --short=12 HEAD)
out=results/calibration-$commit
log=docs/calibration/gates.ndjson
mkdir -p "$out" docs/calibration

# step NAME OPTION...: one call of `interleave regress`, unless it is done; an interrupted one goes on.
step() {
  local name=$1 where code=0
  shift
  [[ ! -e $out/$name.done ]] || return 0
  if [[ -f $out/$name/gate.json ]]; then where=--resume; else where=--out; fi
  echo "$name" >&2
  "$head/bin/interleave" regress --head "$head" --warmup 300ms --duration 1s "$@" "$where" "$out/$name" || code=$?
  case $code in 0 | 3 | 4) date -u +%FT%TZ >"$out/$name.done" ;; *) exit "$code" ;; esac
}

step resampled --calibrate --models libuv_loop,thread_pool --pairs "$pairs"
run=$(date -u +%Y%m%dT%H%M%SZ)
if [[ -f $out/run && ! -f $out/run.done ]]; then run=$(<"$out/run"); fi  # seeds and names of a run that was interrupted
echo "$run" >"$out/run"
rm -f "$out/run.done"
seed=$(($(wc -l <"$log" 2>/dev/null || echo 0) + 1))
[[ -f $out/seed-$run ]] || echo "$seed" >"$out/seed-$run"
seed=$(<"$out/seed-$run")
for ((i = 0; i < gates; ++i)); do
  step "equal-$run-$i" --base "$head" --smoke --seed $((seed + i)) --log "$log"
done
for what in cpu=10% cpu=20% delay=10% delay=20%; do
  for ((i = 0; i < injections; ++i)); do
    step "${what%\%}-$run-$i" --inject "$what" --smoke --seed $((seed + i)) --log "$log"
  done
done
touch "$out/run.done"
/usr/bin/python3 scripts/calibration_table.py "$log" --resampled "$out/resampled/calibration.md" --document docs/calibration.md
