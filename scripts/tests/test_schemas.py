"""The files the C++ writers produce are what docs/schemas says, and the schemas refuse what they should."""
import copy
import json
import pathlib
import re

import jsonschema
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "docs" / "schemas"


def validator(name: str) -> jsonschema.Draft7Validator:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def load(path: pathlib.Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def test_every_trial_is_valid(run_folder):
    files = sorted((run_folder / "trials").glob("*.json"))
    assert len(files) == 24
    check = validator("trial")
    for file in files:
        check.validate(load(file))
        assert load(file)["id"] == file.stem


@pytest.mark.parametrize("name", ["run", "summary"])
def test_run_and_summary_are_valid(run_folder, name):
    validator(name).validate(load(run_folder / f"{name}.json"))


def walk(value, path=()):
    """Every object inside a JSON value, with its path."""
    if isinstance(value, dict):
        yield path, value
        for key, inner in value.items():
            yield from walk(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value[:1]):
            yield from walk(inner, (*path, index))


MAPS = {"responses", "software", "verdicts", "reasons"}  # keys are data


@pytest.mark.parametrize("name", ["trial", "run", "summary"])
def test_unknown_and_missing_keys_are_refused_everywhere(run_folder, name):
    if name == "trial":
        original = next(t for t in map(load, sorted((run_folder / "trials").glob("*.json"))) if t["result"])
    else:
        original = load(run_folder / f"{name}.json")
    check = validator(name)
    for path, value in walk(original):
        if path and path[-1] in MAPS:
            continue
        broken = copy.deepcopy(original)
        target = broken
        for step in path:
            target = target[step]
        target["surprise"] = 1
        assert not check.is_valid(broken), f"unknown key accepted at {path}"
        if path == ("processes",):
            continue  # a trial that failed early has fewer processes
        del target["surprise"]
        del target[next(iter(value))]
        assert not check.is_valid(broken), f"missing {next(iter(value))} accepted at {path}"


def test_reasons_are_a_closed_list_equal_to_that_of_the_harness():
    source = (ROOT / "harness" / "record" / "validity.cpp").read_text(encoding="utf-8")
    known = re.findall(r'\{Reason::(\w+), "(\w+)"', source)
    assert known and all(enumerator == name for enumerator, name in known)
    for schema in ("trial", "summary"):
        listed = load(SCHEMAS / f"{schema}.schema.json")["definitions"]["reason"]["enum"]
        assert listed == [name for _, name in known]
