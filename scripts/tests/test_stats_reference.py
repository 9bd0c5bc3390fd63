"""The committed reference of the statistics is what scipy says today."""
import pytest

import make_stats_reference

pytest.importorskip("scipy.stats", reason="scipy is not installed; scripts/unpack_scipy.sh makes a private copy")


def test_reference_file_is_what_scipy_says():
    committed = make_stats_reference.REFERENCE.read_text(encoding="utf-8")
    assert make_stats_reference.to_text(make_stats_reference.reference()) == committed
