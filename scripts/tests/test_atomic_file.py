"""Files of the scripts are whole or absent; what is no regular file is written to and stays."""

from __future__ import annotations

import os
import threading

from atomic_file import write_atomically


def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path):
    for content in (b"old", b"new"):
        write_atomically(tmp_path / "a.svg", content)
    assert (tmp_path / "a.svg").read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["a.svg"]


def test_a_symlink_stays_and_its_file_is_written(tmp_path):
    (tmp_path / "link").symlink_to("a.svg")
    for content in (b"made", b"replaced"):
        write_atomically(tmp_path / "link", content)
        assert (tmp_path / "a.svg").read_bytes() == content
    assert (tmp_path / "link").is_symlink()


def test_a_fifo_is_written_to_and_stays(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    read = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "fifo").read_bytes()), daemon=True)
    reader.start()
    write_atomically(tmp_path / "fifo", b"content")
    reader.join(timeout=60)
    assert read == [b"content"] and (tmp_path / "fifo").is_fifo()
