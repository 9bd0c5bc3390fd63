#!/usr/bin/env bash
# Makes the table of reference statistics again with scipy (a private copy, see unpack_scipy.sh) and compares it with
# the committed one, against which the C++ statistics are tested.
set -euo pipefail
cd "$(dirname "$0")/.."
PYTHONPATH=$(scripts/unpack_scipy.sh) /usr/bin/python3 -B -m pytest -q -p no:cacheprovider scripts/tests/test_stats_reference.py
