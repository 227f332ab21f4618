"""Files are whole or not there, whatever the disk does and whenever the process is killed."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zopa.casefile import fingerprint, finish, one_step, write_file
from zopa.casefile.write import JOURNAL
from zopa.errors import CannotWrite

SRC = Path(__file__).resolve().parents[2] / "src"


def left(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_a_file_is_written_with_the_folders_on_the_way_and_ordinary_permissions(tmp_path: Path) -> None:
    write_file(tmp_path / "a" / "b.txt", "é\n")
    assert (tmp_path / "a" / "b.txt").read_bytes() == "é\n".encode()
    (tmp_path / "plain").touch()
    assert stat.S_IMODE((tmp_path / "a" / "b.txt").stat().st_mode) == stat.S_IMODE(
        (tmp_path / "plain").stat().st_mode
    )
    assert left(tmp_path) == ["a/b.txt", "plain"]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o666])
def test_permissions_line_ends_and_the_byte_order_mark_of_a_replaced_file_stay(
    tmp_path: Path, mode: int
) -> None:
    path = tmp_path / "case.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    path.chmod(mode)
    write_file(path, "a: 1\nb: 3\n")
    assert path.read_bytes() == b"\xef\xbb\xbfa: 1\r\nb: 3\r\n"
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_link_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    real, link = tmp_path / "shared" / "real.yaml", tmp_path / "statements.yaml"
    real.write_text("old")
    link.symlink_to(real)
    write_file(link, "new")
    assert link.is_symlink()
    assert real.read_text() == "new"
    with one_step(tmp_path) as act:
        act.write("statements.yaml", "newer")
        act.write("other.txt", "x")
    assert (link.is_symlink(), real.read_text(), left(tmp_path)) == (
        True, "newer", ["other.txt", "shared/real.yaml", "statements.yaml"],
    )  # fmt: skip


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EIO])
@pytest.mark.parametrize("call", ["fsync", "open", "fdopen"])
def test_a_full_or_read_only_disk_is_a_sentence_and_leaves_everything_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, call: str
) -> None:
    (tmp_path / "kept.yaml").write_text("old")
    real = getattr(os, call)

    def refuse(*arguments: object, **more: object) -> object:
        if call != "open" or (isinstance(arguments[1], int) and arguments[1] & os.O_CREAT):
            raise OSError(number, os.strerror(number))
        return real(*arguments, **more)

    monkeypatch.setattr(os, call, refuse)
    with (
        pytest.raises(CannotWrite, match=r"cannot be written: .*; nothing was changed"),
        one_step(tmp_path) as act,
    ):
        act.write("kept.yaml", "new")
        act.write("sub/fresh.txt", "new")
    monkeypatch.undo()
    assert (tmp_path / "kept.yaml").read_text() == "old"
    assert left(tmp_path) == ["kept.yaml"]
    assert not (tmp_path / "sub").exists()


def test_paths_that_are_no_file_are_sentences(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for path, words in (
        (tmp_path, "it is a folder"),
        (tmp_path / "file" / "below", "a part of the path is a file"),
        (tmp_path / "loop", "circle"),
        (tmp_path / ("n" * 300), "the name is too long"),
        (tmp_path / "a\0b", "null"),
    ):
        with pytest.raises(CannotWrite, match=words):
            write_file(path, "new")
    assert left(tmp_path) == ["file"]
    write_file("/dev/null", "x")


def test_a_file_marked_read_only_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_text("old")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(CannotWrite, match="permission denied"):
        write_file(tmp_path / "a", "new")
    assert (tmp_path / "a").read_text() == "old"


def test_nothing_is_saved_over_a_file_that_changed_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text("mine")
    was = fingerprint(path)
    path.write_text("theirs")
    with pytest.raises(CannotWrite, match="changed by someone else"), one_step(tmp_path) as act:
        act.write("case.yaml", "mine, edited", was)
        act.write("other", "x")
    assert path.read_text() == "theirs"
    assert left(tmp_path) == ["case.yaml"]


def test_an_error_in_the_middle_of_an_act_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), one_step(tmp_path / "new") as act:
        act.write("a", "1")
        raise RuntimeError
    assert not (tmp_path / "new").exists()


KILLED = """
import os, sys
from pathlib import Path
from zopa.casefile import one_step
from zopa.casefile import write as w
stop = int(sys.argv[2])
count = 0
def trap(name):
    real = getattr(Path, name)
    def step(*a, **k):
        global count
        count += 1
        if count > stop:
            os.kill(os.getpid(), 9)
        return real(*a, **k)
    setattr(Path, name, step)
for name in ("replace", "unlink", "mkdir"):
    trap(name)
sync = os.fsync
def fsync(h):
    global count
    count += 1
    if count > stop:
        os.kill(os.getpid(), 9)
    return sync(h)
os.fsync = fsync
with one_step(Path(sys.argv[1])) as act:
    act.write("a.txt", "new")
    act.write("sub/b.txt", "new")
    act.remove("c.txt")
print("done")
"""


def test_an_act_killed_at_any_step_is_done_or_not_begun_after_the_next_look(tmp_path: Path) -> None:
    outcomes = set()
    for stop in range(40):
        folder = tmp_path / str(stop)
        folder.mkdir()
        (folder / "a.txt").write_text("old")
        (folder / "c.txt").write_text("old")
        done = subprocess.run(
            [sys.executable, "-c", KILLED, str(folder), str(stop)],
            env={"PYTHONPATH": str(SRC), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        finish(folder)
        state = {
            n: (folder / n).read_text() if (folder / n).exists() else None
            for n in ("a.txt", "sub/b.txt", "c.txt")
        }
        assert state in (
            {"a.txt": "old", "sub/b.txt": None, "c.txt": "old"},
            {"a.txt": "new", "sub/b.txt": "new", "c.txt": None},
        ), stop
        assert not (folder / JOURNAL).exists()
        outcomes.add((state["a.txt"], done.returncode))
        if done.returncode == 0:
            break
    assert outcomes == {("old", -9), ("new", -9), ("new", 0)}


names = st.sampled_from(["../out.txt", "/etc/passwd", "a.txt", "sub/../../out.txt", "link/x", "", "."])


@given(
    st.one_of(
        st.binary(max_size=40),
        st.fixed_dictionaries({"files": st.dictionaries(names, names | st.just(".zopa-0123456789abcdef-0.tmp")), "removed": st.lists(names)})
        .map(json.dumps).map(str.encode),
    )
)  # fmt: skip
def test_a_journal_from_elsewhere_touches_nothing_outside_its_folder(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    base = tmp_path_factory.mktemp("journal")
    (base / "out.txt").write_text("mine")
    (base / "home").mkdir()
    (base / "home" / "x").write_text("mine")
    folder = base / "case"
    folder.mkdir()
    (folder / "link").symlink_to(base / "home")
    (folder / ".zopa-0123456789abcdef-0.tmp").write_text("theirs")
    (folder / JOURNAL).write_bytes(raw)
    with contextlib.suppress(CannotWrite):
        finish(folder)
    assert (base / "out.txt").read_text() == "mine"
    assert (base / "home" / "x").read_text() == "mine"
