"""Server CPU time per request on `hello`, against the ruler: which floors are met."""
