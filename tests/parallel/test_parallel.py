"""Work in parts: the same bits for any number of workers, after a stop and a kill, on a cluster that loses one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from numbered_walks import StopHere, failing, slow_walk, walk
from zopa.errors import CannotShare, CannotWrite, MissingExtra
from zopa.parallel import Spread, arrays_from, arrays_to, in_parts

ABOUT = {"case": "abc", "seed": 1}


def bits(found: list[dict[str, Any]]) -> bytes:
    return b"".join(a.tobytes() for r in found for a in r.values())


def run(
    spread: Spread | None = None, n: int = 20, work: Any = walk, about: Any = ABOUT, **more: Any
) -> bytes:
    return bits(in_parts(work, range(n), name="walking", about=about, spread=spread, **more))


@pytest.mark.parametrize("workers", [2, pytest.param(7, marks=pytest.mark.slow)])
def test_any_number_of_workers_gives_the_same_bits(workers: int) -> None:
    assert run(Spread(workers)) == run()


def test_results_come_in_the_order_of_the_parts_and_the_function_may_be_a_closure() -> None:
    factor = 3
    found = in_parts(lambda k: {"x": np.array(factor * k)}, range(9), name="n", about={}, spread=Spread(3))
    assert [int(r["x"]) for r in found] == [3 * k for k in range(9)]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_that_was_stopped_goes_on_where_it_stood_with_the_same_bits(
    tmp_path: Path, workers: int
) -> None:
    spread = Spread(run_folder=tmp_path / "run")
    with pytest.raises(StopHere):
        run(spread, work=partial(failing, at=12))
    done = sorted(p.name for p in (tmp_path / "run").glob("*.part"))
    assert len(done) == 12
    asked: list[int] = []

    def counted(k: int) -> dict[str, Any]:
        asked.append(k)
        return walk(k)

    said: list[tuple[str, float]] = []
    again = Spread(workers, run_folder=tmp_path / "run")
    work = counted if workers == 1 else walk
    assert run(again, work=work, progress=lambda s, x: said.append((s, x))) == run()
    assert asked == (list(range(12, 20)) if workers == 1 else [])
    assert "12 of 20 parts were done before" in said[0][0]
    assert said[-1][1] == 1.0
    assert run(again, work=partial(failing, at=0)) == run(), "a finished run asks nothing again"


def test_a_folder_of_another_run_is_refused_and_the_difference_named(tmp_path: Path) -> None:
    spread = Spread(run_folder=tmp_path / "run")
    run(spread)
    with pytest.raises(CannotShare, match="seed: 1 there, 2 now"):
        run(spread, about={"case": "abc", "seed": 2})
    with pytest.raises(CannotShare, match="parts: 20 there, 21 now"):
        run(spread, n=21)
    other = tmp_path / "case"
    other.mkdir()
    (other / "case.yaml").write_text("title: t\n")
    with pytest.raises(CannotShare, match="holds other files"):
        run(Spread(run_folder=other))
    with pytest.raises(CannotWrite):
        run(Spread(run_folder=other / "case.yaml"))


def test_a_part_that_was_damaged_is_done_again(tmp_path: Path) -> None:
    spread = Spread(run_folder=tmp_path / "run")
    run(spread)
    parts = sorted((tmp_path / "run").glob("*.part"))
    parts[3].write_bytes(parts[3].read_bytes()[:100])
    parts[4].write_bytes(b"")
    parts[5].write_bytes(b"no arrays")
    assert run(spread) == run()
    assert run(spread, work=partial(failing, at=3)) == run(), "and is kept whole"


def test_arrays_in_a_run_folder_are_never_evaluated() -> None:
    hostile = arrays_to({"x": np.array([{"a": 1}], dtype=object)})
    with pytest.raises(ValueError, match="allow_pickle"):
        arrays_from(hostile)


def test_without_workers_there_is_no_work() -> None:
    with pytest.raises(CannotShare, match="at least one worker"):
        Spread(0)
    assert in_parts(walk, [], name="n", about={}) == []


SCRIPT = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # where it was ignored by the shell
sys.path[:0] = {path!r}
from numbered_walks import slow_walk
from zopa.parallel import Spread, in_parts
in_parts(slow_walk, range(20), name="walking", about={{"case": "abc", "seed": 1}},
         spread=Spread({workers}, run_folder={folder!r}))
"""


@pytest.mark.skipif(os.name == "nt", reason="signals are those of Unix")
@pytest.mark.parametrize(
    ("workers", "how"),
    [
        (1, signal.SIGKILL),
        pytest.param(2, signal.SIGKILL, marks=pytest.mark.slow),
        pytest.param(2, signal.SIGINT, marks=pytest.mark.slow),
    ],
)
def test_a_process_killed_midway_loses_only_the_parts_in_hand(tmp_path: Path, workers: int, how: int) -> None:
    folder = tmp_path / "run"
    script = SCRIPT.format(path=sys.path, workers=workers, folder=str(folder))
    with (tmp_path / "said").open("w") as said:
        child = subprocess.Popen([sys.executable, "-c", script], stdout=said, stderr=said)
    deadline = time.monotonic() + 60
    while len(list(folder.glob("*.part"))) < 5 and time.monotonic() < deadline and child.poll() is None:
        time.sleep(0.02)
    child.send_signal(how)
    assert child.wait(60) != 0
    kept = len(list(folder.glob("*.part")))
    assert 5 <= kept < 20, (tmp_path / "said").read_text()
    asked: list[int] = []

    def counted(k: int) -> dict[str, Any]:
        asked.append(k)
        return walk(k)

    assert run(Spread(run_folder=folder), work=counted) == run()
    assert len(asked) == 20 - kept


# ---- a cluster ---------------------------------------------------------------------------------------------------
def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="the extra `dask` is not installed")
    monkeypatch.setattr("zopa.parallel.CONNECT", 1)
    with pytest.raises(CannotShare, match="no Dask scheduler answers at tcp://127"):
        run(Spread(dask="tcp://127.0.0.1:9"))


def test_without_the_extra_the_pip_line_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtra, match=r"zopa\[dask\]"):
        run(Spread(dask="tcp://127.0.0.1:9"))


@contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers as commands of their own."""
    pytest.importorskip("distributed", reason="the extra `dask` is not installed")
    place = folder / "scheduler.json"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    started: list[subprocess.Popen[bytes]] = []

    def start(module: str, *options: str) -> None:
        command = [
            sys.executable,
            "-m",
            f"distributed.cli.{module}",
            "--scheduler-file",
            str(place),
            *options,
        ]
        with (folder / f"{module}-{len(started)}.log").open("wb") as log:
            started.append(subprocess.Popen(command, env=env, stdout=log, stderr=log, cwd=folder))

    try:
        start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        wait_for(place.exists)
        for _ in range(2):
            start("dask_worker", "--no-nanny", "--nthreads", "1", "--no-dashboard")
        yield json.loads(place.read_text())["address"], started[1:]
    finally:
        for process in started:
            process.kill()
            process.wait()


def wait_for(true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.02)


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker_midway_gives_the_same_bits(tmp_path: Path) -> None:
    with cluster(tmp_path) as (address, workers):
        both_at_work: list[float] = []

        def kill_one_midway(_step: str, share: float) -> None:
            if share >= 0.3 and not both_at_work:
                both_at_work.append(share)
                workers[0].kill()

        found = run(
            Spread(dask=address, run_folder=tmp_path / "run"),
            n=40,
            work=partial(slow_walk, seconds=0.05),
            progress=kill_one_midway,
        )
        assert both_at_work
        assert workers[0].poll() is not None or workers[0].wait(60) is not None
        assert found == run(n=40)
        assert run(Spread(dask=address)) == run(), "one worker is left"
    assert run(Spread(run_folder=tmp_path / "run"), n=40, work=partial(failing, at=0)) == run(n=40)
