"""The lab: predict, run, compare, explain, transfer - with the real servers."""
