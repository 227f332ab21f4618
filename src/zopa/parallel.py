"""Long work in parts: in this process, in several, or on a Dask cluster; the same bits however it is shared out.

One function is called once for every part and must depend on nothing but the part, random streams included: each
part carries its own seed or its own random numbers. Results come back in the order of the parts, so that whoever
adds them up does it in one order. With a run folder each result is kept as it comes, and a run that was stopped
goes on where it stood.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast
from zipfile import BadZipFile

from zopa._version import __version__
from zopa.casefile import finish, write_file
from zopa.errors import CannotShare, CannotWrite, MissingExtra

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Arrays = dict[str, NDArray[Any]]

__all__ = ["Spread", "arrays_from", "arrays_to", "in_parts"]

P = TypeVar("P")
R = TypeVar("R")
Progress = Callable[[str, float], None]
LOST = 3
"""How often parts are sent out again after all their workers were lost."""
IDLE = 20
"""Seconds after which a process without work ends, also one whose parent was killed."""
CONNECT = 10
"""Seconds in which a Dask scheduler must answer."""


@dataclass(frozen=True)
class Spread:
    """How long work is shared out and kept. No result depends on it.

    Attributes
    ----------
    workers : processes on this machine; 1 works in this one.
    dask : address of a Dask scheduler, e.g. ``tcp://10.0.0.5:8786``; its workers do the work instead.
    run_folder : where finished parts are kept, so that a stopped run goes on where it stood.
    """

    workers: int = 1
    dask: str | None = None
    run_folder: str | Path | None = None

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise CannotShare(f"expected at least one worker, saw {self.workers}")


def arrays_to(arrays: Arrays) -> bytes:
    """Named arrays as bytes."""
    import numpy as np

    out = io.BytesIO()
    np.savez(out, **cast("dict[str, Any]", arrays))
    return out.getvalue()


def arrays_from(raw: bytes) -> Arrays:
    """The arrays again; nothing in them is evaluated."""
    import numpy as np

    with np.load(io.BytesIO(raw), allow_pickle=False) as found:
        return {name: found[name] for name in found.files}


def in_parts(
    work: Callable[[P], R],
    parts: Sequence[P],
    *,
    name: str,
    about: Mapping[str, Any],
    spread: Spread | None = None,
    to_bytes: Callable[[R], bytes] = arrays_to,  # type: ignore[assignment]
    from_bytes: Callable[[bytes], R] = arrays_from,  # type: ignore[assignment]
    progress: Progress | None = None,
) -> list[R]:
    """``[work(part) for part in parts]``, shared out, kept and resumed as ``spread`` says.

    Parameters
    ----------
    work : callable
        Depends on its part alone. Must not change what it is given: arrays may be shared between processes.
    parts : sequence
        How the work is cut; it must not depend on the number of workers.
    name : str
        What the work is called: in the progress, and as the start of the files of a run folder.
    about : mapping
        What the results depend on (digest of the case, settings, seed), as plain data. A run folder of anything
        else is refused.
    spread : Spread, optional
    to_bytes, from_bytes : callable
        How a result is kept in a run folder; default: a dictionary of arrays.
    progress : callable (step, share of what was left that is done), optional

    Raises
    ------
    CannotShare
        A run folder of another run (the differences are named), or with other files; a scheduler that does not
        answer, or whose workers run other versions.
    MissingExtra
        ``dask`` without the extra.
    CannotWrite
        The run folder cannot be written.
    """
    spread = spread or Spread()
    tell = progress or (lambda _step, _share: None)
    kept = None if spread.run_folder is None else _RunFolder(Path(spread.run_folder), name, about, len(parts))
    found: dict[int, R] = {}
    for k in range(len(parts) if kept else 0):
        raw = kept.read(k) if kept else None
        if raw is not None:
            try:
                found[k] = from_bytes(raw)
            except (ValueError, EOFError, KeyError, BadZipFile):  # a part that cannot be read is done again
                continue
    left = [k for k in range(len(parts)) if k not in found]
    before = f" ({len(found):,} of {len(parts):,} parts were done before)" if found else ""
    tell(f"{name}{before}", 0.0)
    results = _results(work, {k: parts[k] for k in left}, spread)
    for done, (k, result) in enumerate(results, 1):
        found[k] = result
        if kept:
            kept.write(k, to_bytes(result))
        tell(f"{name}{before}", done / len(left))
    return [found[k] for k in range(len(parts))]


class _RunFolder:
    """Finished parts in a run folder: a head that says what they are parts of, and a file for each."""

    def __init__(self, folder: Path, name: str, about: Mapping[str, Any], parts: int) -> None:
        import numpy as np

        self.folder, self.name = folder, name.replace(" ", "-")
        head = {
            "format": "zopa run 1",
            "zopa": __version__,
            "numpy": np.__version__,
            "parts": parts,
            "about": dict(about),
        }
        mine = json.loads(json.dumps(head, sort_keys=True, default=str))
        finish(folder)
        path = folder / f"{self.name}.run.json"
        if path.exists():
            self._compare(path, mine)
            return
        if folder.is_dir() and any(folder.iterdir()) and not any(folder.glob("*.run.json")):
            raise CannotShare(f"{folder} holds other files; name a new folder for the run")
        write_file(path, json.dumps(mine, indent=1, sort_keys=True, ensure_ascii=False) + "\n")

    def _compare(self, path: Path, mine: Mapping[str, Any]) -> None:
        try:
            theirs = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as why:
            raise CannotShare(f"{path} cannot be read ({why}); name a new folder for the run") from None
        differ = [f"{key}: {old} there, {new} now" for key, old, new in _differences(theirs, mine)]
        if differ:
            raise CannotShare(
                f"{self.folder} holds another run ({'; '.join(differ[:5])}); name a new folder, or run it as it was"
            )

    def _path(self, k: int) -> Path:
        return self.folder / f"{self.name}-{k:06d}.part"

    def read(self, k: int) -> bytes | None:
        try:
            return self._path(k).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as why:
            raise CannotWrite(str(self._path(k)), f"it cannot be read: {why.strerror}") from None

    def write(self, k: int, raw: bytes) -> None:
        write_file(self._path(k), raw)


def _differences(old: Any, new: Any, at: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Places at which two plain documents differ."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            below = key if at in ("", "about") else f"{at}.{key}"
            yield from _differences(old.get(key), new.get(key), below)
    elif old != new:
        yield at, old, new


# ---- who does it ------------------------------------------------------------------------------------------------
def _results(work: Callable[[P], R], parts: Mapping[int, P], spread: Spread) -> Iterator[tuple[int, R]]:
    """Results with the numbers of their parts, in any order."""
    if spread.dask is not None:
        yield from _on_dask(work, parts, spread.dask)
    elif spread.workers == 1 or len(parts) < 2:
        for k, part in parts.items():
            yield k, work(part)
    else:
        from joblib import Parallel, delayed

        pool = Parallel(
            min(spread.workers, len(parts)),
            return_as="generator_unordered",
            batch_size=1,
            idle_worker_timeout=IDLE,
        )
        yield from pool(delayed(_numbered)(work, k, part) for k, part in parts.items())


def _numbered(work: Callable[[P], R], k: int, part: P) -> tuple[int, R]:
    return k, work(part)


def _elsewhere(work: Callable[[P], R], k: int, part: P) -> tuple[int, R, tuple[str, str]]:
    """The same on another machine, with the versions there."""
    import numpy as np

    return k, work(part), (__version__, np.__version__)


def _on_dask(work: Callable[[P], R], parts: Mapping[int, P], address: str) -> Iterator[tuple[int, R]]:
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise MissingExtra("dask", "a Dask cluster") from None
    import numpy as np

    connect: Any = Client  # its own types are partial
    completed: Any = as_completed
    here = (__version__, np.__version__)
    try:
        client = connect(address, timeout=CONNECT, set_as_default=False)
    except (OSError, ValueError) as why:
        raise CannotShare(f"no Dask scheduler answers at {address}: {why}") from None
    with client:
        left = dict(parts)
        for _ in range(LOST):
            shared = client.scatter(work, broadcast=True)
            sent = [client.submit(_elsewhere, shared, k, part, pure=False) for k, part in left.items()]
            for future in completed(sent, loop=client.loop):
                if future.status == "error" and _lost(future):
                    continue
                if future.status != "finished" and future.status != "error":
                    continue
                k, result, there = future.result()
                if there != here:
                    raise CannotShare(
                        f"a worker runs zopa {there[0]} with numpy {there[1]}, here are {here[0]} and {here[1]}: "
                        "the same bits need the same versions"
                    )
                del left[k]
                yield k, result
            if not left:
                return
        raise CannotShare(f"the workers at {address} were lost {LOST} times; {len(left)} parts are left")


def _lost(future: Any) -> bool:
    from distributed import KilledWorker

    return isinstance(future.exception(), KilledWorker)
