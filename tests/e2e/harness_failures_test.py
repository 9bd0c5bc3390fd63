"""What goes wrong around a run - the disk, the folder, the limits, the packages: one clear line each, and what to do."""
import json
import os
import shutil
import subprocess

import pytest
from harness_lab import ROOT, Lab, error_line, wait_until


@pytest.fixture
def lab(tmp_path):
    laboratory = Lab(tmp_path)
    laboratory.add_server("fake_honest")
    return laboratory


def end(process):
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def await_trials(lab, count):
    wait_until(lambda: len(list((lab.out / "trials").glob("*.json"))) >= count, f"{count} trials")


def remove_while_written_to(folder):
    """One pass fails with "Directory not empty" when a file appears between its listing and the folder's end."""
    def gone():
        shutil.rmtree(folder, ignore_errors=True)
        return not folder.exists()
    wait_until(gone, f"{folder} to be gone")


@pytest.fixture
def small_disk(lab):
    """A file system of 2 MiB at lab.out's place."""
    disk = lab.folder / "disk"
    disk.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", disk], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"needs the right to mount a small file system: {done.stderr.strip()}")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


def fill(file):
    with open(file, "wb", buffering=0) as sink:
        try:
            while True:
                sink.write(b"x" * 4096)
        except OSError:
            pass


def test_a_disk_that_fills_up_ends_the_run_and_the_run_can_go_on(lab, small_disk):
    lab.out = small_disk / "out"
    process = lab.start(repetitions=3)
    await_trials(lab, 1)
    fill(small_disk / "filler")
    status, out, err = end(process)
    assert (status, out) == (1, ""), err
    assert "No space left on device" in error_line(err)
    assert f"go on with: interleave run --resume {lab.out}" in error_line(err)
    lab.assert_nothing_left()
    entered = lab.run_json()["verdicts"]  # the disk may fill up between a file and its entry
    done = [trial for trial in lab.trials() if trial["id"] in entered]
    lab.assert_no_half_file()
    (small_disk / "filler").unlink()
    status, _, err = lab.call("run", "--resume", str(lab.out))
    assert status == 0, err
    assert len(lab.trials()) == 3
    assert lab.trials()[:len(done)] == done


def test_a_folder_without_the_right_to_write_is_refused(lab):
    locked = lab.folder / "locked"
    locked.mkdir(mode=0o500)
    lab.out = locked / "out"
    command = lab.command("run", "--plan", lab.plan(), "--out", str(lab.out))
    if os.geteuid() == 0:  # root may write anywhere, unless it gives that right up
        command = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", *command]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=lab.environment, check=False)
    assert done.returncode == 2, done.stderr
    assert error_line(done.stderr) == f"error: cannot store results in {lab.out}: Permission denied (choose another with --out)"


def test_a_folder_removed_while_the_run_goes_on_is_not_made_again(lab):
    process = lab.start(repetitions=3)
    await_trials(lab, 1)
    remove_while_written_to(lab.out)
    status, out, err = end(process)
    assert (status, out) == (1, ""), err
    assert "its folder is gone" in error_line(err)
    assert not lab.out.exists()
    lab.assert_nothing_left()


@pytest.fixture
def finished(lab):
    assert lab.run("--quiet", repetitions=2)[0] == 0
    return lab


@pytest.mark.parametrize("damage", ["truncated", "empty", "missing", "foreign"])
def test_a_damaged_trial_is_named_and_run_again(finished, damage):
    lab = finished
    first, second = sorted((lab.out / "trials").glob("*.json"))
    kept = second.read_bytes()
    if damage == "truncated":
        os.truncate(first, 1000)
    elif damage == "empty":
        os.truncate(first, 0)
    elif damage == "foreign":
        first.write_text(json.dumps({"schema_version": 2}))
    else:
        first.unlink()
    if damage != "missing":
        status, _, err = lab.call_plain("summarize", str(lab.out))
        assert status == 2
        assert str(first) in error_line(err)
        assert f"interleave run --resume {lab.out} runs it again" in error_line(err)
    status, _, err = lab.call("run", "--resume", str(lab.out))
    assert status == 0, err
    assert f"note: trial {first.stem} is run again: {first}" in err
    assert json.loads(first.read_text())["id"] == first.stem
    assert second.read_bytes() == kept
    assert lab.run_json()["complete"]


def test_a_damaged_run_file_is_named(finished):
    lab = finished
    os.truncate(lab.out / "run.json", 100)
    for command in (["summarize"], ["run", "--resume"]):
        status, _, err = lab.call_plain(*command, str(lab.out))
        assert status == 2
        assert f"{lab.out}/run.json: truncated or not JSON" in error_line(err)


@pytest.mark.parametrize("command", [["summarize"], ["run", "--resume"]])
def test_what_is_no_run_is_refused_and_left_alone(lab, command):
    nothing = lab.folder / "nothing"
    nothing.mkdir()
    for folder in (nothing, lab.folder / "nowhere"):
        status, _, err = lab.call_plain(*command, str(folder))
        assert status == 2
        assert str(folder) in error_line(err)
    assert not list(nothing.iterdir())


def with_descriptors(lab, limit, connections):
    command = ["prlimit", f"--nofile={limit}:{limit}",
               *lab.command("run", "--plan", lab.plan(connections=f"[{connections}]"), "--out", str(lab.out))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=lab.environment, check=False)
    return done.returncode, done.stdout, done.stderr


def test_64_descriptors_are_enough_for_few_connections(lab):
    status, _, err = with_descriptors(lab, 64, 4)
    assert status == 0, err


def test_more_connections_than_descriptors_are_refused_before_anything_runs(lab):
    status, _, err = with_descriptors(lab, 64, 64)
    assert status == 2
    assert error_line(err) == ("error: 64 connections need more open files than the 64 a process may have here: "
                               "raise the limit (ulimit -Hn), or use fewer --connections")
    assert not lab.out.exists()


@pytest.mark.parametrize("script, packages", [("charts", "matplotlib, numpy"), ("report", "matplotlib, numpy, jinja2")])
def test_missing_python_packages_are_one_line_that_says_what_to_do(lab, script, packages):
    done = subprocess.run(["/usr/bin/python3", "-S", ROOT / "scripts" / script / "main.py", lab.out],
                          capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert packages in error_line(done.stderr)
    assert "scripts/install_deps.sh" in error_line(done.stderr)
    assert len(done.stderr.splitlines()) == 1
