#!/usr/bin/python3
"""Runs the real wrk, then spoils its report on purpose.

Environment: REAL_WRK is the program, FAKE_WRK_FAULT one of
  checksum   one more sample in the histogram than there were requests
  truncate   the report ends in the middle
  silent     no report at all
  fail       exit 1 without running
"""
import json
import os
import subprocess
import sys

fault = os.environ["FAKE_WRK_FAULT"]
report = os.environ.get("INTERLEAVE_WRK_REPORT", "")
if fault == "fail":
    print("unable to create thread", file=sys.stderr)
    sys.exit(1)
if "--version" in sys.argv:
    os.execv(os.environ["REAL_WRK"], ["wrk", "--version"])
status = subprocess.run([os.environ["REAL_WRK"], *sys.argv[1:]], check=False).returncode
if fault == "checksum":
    with open(report, encoding="utf-8") as file:
        content = json.load(file)
    content["histogram"][0][1] += 1
    with open(report, "w", encoding="utf-8") as file:
        json.dump(content, file)
elif fault == "truncate":
    os.truncate(report, os.path.getsize(report) // 2)
elif fault == "silent":
    os.remove(report)
sys.exit(status)
