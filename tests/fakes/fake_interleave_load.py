#!/usr/bin/python3
"""Runs the real interleave-load, then spoils its report on purpose.

Environment: REAL_INTERLEAVE_LOAD is the program, FAKE_LOAD_FAULT one of
  unbalanced  a request that was scheduled and has no outcome
  bound       the generator says that it was the limit itself
  stalled     ... or that it is not sure
  invented    ten replies more than there were, in a report that balances
  truncate    the report ends in the middle
  silent      no report at all
  fail        exit 1 without running
"""
import json
import os
import subprocess
import sys

fault = os.environ["FAKE_LOAD_FAULT"]
if fault == "fail":
    print("error: out of descriptors", file=sys.stderr)
    sys.exit(1)
if "--version" in sys.argv:
    os.execv(os.environ["REAL_INTERLEAVE_LOAD"], sys.argv)
report = sys.argv[sys.argv.index("--json") + 1]
status = subprocess.run([os.environ["REAL_INTERLEAVE_LOAD"], *sys.argv[1:]], check=False).returncode
if fault == "truncate":
    os.truncate(report, os.path.getsize(report) // 2)
elif fault == "silent":
    os.remove(report)
else:
    with open(report, encoding="utf-8") as file:
        content = json.load(file)
    if fault == "unbalanced":
        content["counts"]["scheduled"] += 1
    elif fault == "invented":
        content["counts_warmup"]["scheduled"] += 10
        content["counts_warmup"]["ok"] += 10
    else:
        content["validity"] = "generator_bound" if fault == "bound" else "suspect"
        content["validity_reasons"] = [{"reason": "busy", "detail": "the test says so"}]
    with open(report, "w", encoding="utf-8") as file:
        json.dump(content, file)
sys.exit(status)
