"""The house rules that no linter holds: floors, faces, quiet rooms, a light start."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

import zopa

ROOT = Path(__file__).resolve().parents[1]
SRC = ROOT / "src" / "zopa"
HEAVY = {"numpy", "scipy", "pandas", "vl_convert", "matplotlib"}
ROOMS = sorted(p.name if p.is_dir() else p.stem for p in SRC.iterdir() if p.name not in ("__init__.py", "__main__.py")
               and (p.suffix == ".py" or (p / "__init__.py").exists()))  # fmt: skip
DOORS = {"cli", "workbench"}


def modules() -> list[str]:
    """Every module of the package by name, without importing any."""
    names = [m.name for m in pkgutil.walk_packages([str(SRC)], "zopa.")]
    return [n for n in names if n != "zopa.__main__"]


def module(name: str) -> ModuleType:
    """The module; skips where an optional part is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        missing = getattr(error, "name", "") or ""
        if missing.startswith("zopa"):
            raise
        pytest.skip(f"{name} needs {missing or error}, which is not installed")


@cache
def nodes() -> list[tuple[Path, list[ast.AST]]]:
    """Every module's nodes, walked once."""
    return [(path, list(ast.walk(tree))) for path, tree in trees()]


@cache
def trees() -> list[tuple[Path, ast.Module]]:
    """Every module's syntax, read once; nobody changes it."""
    return [(p, ast.parse(p.read_text(encoding="utf-8"))) for p in sorted(SRC.rglob("*.py"))]


def test_imports_keep_to_the_floors() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    if not lint.exists():
        pytest.skip("import-linter is not installed beside this Python")
    done = subprocess.run(
        [str(lint)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_floors_name_every_room() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(c for c in contracts if c["type"] == "layers")["layers"]
    named = set(re.findall(r"\w+", " ".join(layers)))
    assert set(ROOMS) <= named


def started(*arguments: str) -> set[str]:
    """The top-level packages that a fresh Python imports for this command line."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    names = [line.rsplit("|", 1)[1].strip() for line in done.stderr.splitlines() if line.count("|") == 2]
    assert len(names) > 20
    return {n.split(".")[0] for n in names}


def test_help_starts_without_the_heavy_parts() -> None:
    if not (SRC / "cli").exists() or not (SRC / "__main__.py").exists():
        pytest.skip("the command line is not here yet")
    assert not started("-m", "zopa", "--help") & HEAVY


def test_importing_zopa_imports_no_room() -> None:
    assert not started("-c", "import zopa") & (HEAVY | {"pydantic", "ruamel", "typer"})


def test_no_verb_shares_its_name_with_a_room() -> None:
    assert not set(zopa.__all__) & set(ROOMS)


def test_every_verb_is_found_in_its_room_and_its_docstring_says_what_it_answers() -> None:
    for verb in zopa.__all__:
        found = getattr(zopa, verb)
        assert callable(found)
        assert inspect.getdoc(found)
        assert verb in dir(zopa)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = zopa.nonsense


def test_the_list_of_verbs_is_the_table_of_verbs() -> None:
    assert sorted(zopa.__all__) == sorted(zopa._VERBS)
    assert set(zopa._VERBS.values()) <= set(ROOMS)


@pytest.mark.parametrize("name", [n for n in modules() if n.split(".")[1] not in DOORS])
def test_a_module_lists_what_it_shows(name: str) -> None:
    """``__all__`` names what is public in a module, and nothing public of its own is left out."""
    m = module(name)
    listed = getattr(m, "__all__", None)
    own = own_names(name)
    assert listed is not None or not own, f"{name} has no __all__"
    assert len(set(listed or ())) == len(listed or ())
    assert all(hasattr(m, n) for n in listed or ())
    assert own <= set(listed or ())


def own_names(name: str) -> set[str]:
    """Public functions and classes written in a module; for a pure face (imports only), what it imports."""
    path = Path(importlib.import_module(name).__file__ or "")
    body = ast.parse(path.read_text(encoding="utf-8")).body
    written = {n.name for n in body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    if path.name == "__init__.py" and not written:
        from_here = [
            n for n in body if isinstance(n, ast.ImportFrom) and (n.module or "").startswith("zopa.")
        ]
        written = {a.asname or a.name for n in from_here for a in n.names}
    return {n for n in written if not n.startswith("_")}


def public() -> list[tuple[str, str]]:
    """(place, kind) of every public function, class and method without a docstring."""
    found = []

    def walk(path: Path, body: list[ast.stmt], outer: str) -> None:
        for node in body:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            if node.name.startswith("_"):
                continue
            overload = any(
                "overload" in ast.unparse(d) or ".setter" in ast.unparse(d) for d in node.decorator_list
            )
            if not ast.get_docstring(node) and not overload:
                found.append((f"{path.relative_to(SRC)}:{node.lineno}", f"{outer}{node.name}"))
            if isinstance(node, ast.ClassDef):
                walk(path, node.body, f"{node.name}.")

    for path, tree in trees():
        walk(path, tree.body, "")
        if not ast.get_docstring(tree):
            found.append((str(path.relative_to(SRC)), "module"))
    return found


def test_everything_public_has_a_docstring() -> None:
    assert public() == []


def test_nothing_prints_outside_the_doors() -> None:
    printing = [
        f"{path.relative_to(SRC)}:{node.lineno}"
        for path, inside in nodes()
        if path.relative_to(SRC).parts[0] not in DOORS
        for node in inside
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert printing == []


GLOBAL_CHANCE = re.compile(
    r"\b(?:np|numpy)\.random\.(?!default_rng|Generator|SeedSequence|PCG64|BitGenerator)\w+"
)


def test_no_chance_without_a_seed_and_no_clock_in_the_lenses() -> None:
    quiet = {"space", "bargaining", "graphmodel", "spatial", "talks", "costs", "division"}
    found = []
    for path, inside in nodes():
        if path.relative_to(SRC).parts[0] not in quiet:
            continue
        text = path.read_text(encoding="utf-8")
        found += [f"{path.relative_to(SRC)}: {m.group(0)}" for m in GLOBAL_CHANCE.finditer(text)]
        found += [f"{path.relative_to(SRC)}: default_rng()" for _ in re.finditer(r"default_rng\(\)", text)]
        for node in inside:
            names = []
            if isinstance(node, ast.Import):
                names = [a.name for a in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            found += [f"{path.relative_to(SRC)}:{node.lineno} imports {n}" for n in names
                      if n.split(".")[0] in {"random", "time", "pathlib", "logging", "os"}]  # fmt: skip
            call = node.func if isinstance(node, ast.Call) else None
            if isinstance(call, ast.Attribute) and call.attr in ("today", "now", "utcnow"):
                found.append(f"{path.relative_to(SRC)}:{node.lineno} reads the clock")
    assert found == []


def test_warnings_are_errors_and_a_passing_xfail_fails() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]
    assert settings["filterwarnings"][0] == "error"
    assert settings["xfail_strict"] is True


def test_every_error_that_zopa_raises_on_purpose_is_a_zopa_error() -> None:
    errors = importlib.import_module("zopa.errors")
    kinds = [vars(errors)[n] for n in errors.__all__ if inspect.isclass(vars(errors)[n])]
    raised = [k for k in kinds if issubclass(k, Exception)]
    assert all(issubclass(k, errors.ZopaError) for k in raised)


def test_the_licence_and_the_version_are_said_once() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == zopa.__version__
    assert project["license"] == "Apache-2.0"


def test_no_path_of_a_machine_and_no_secret_stands_in_the_package() -> None:
    words = re.compile(r"/(?:home|root|work|Users)/\w+|BEGIN [A-Z ]*PRIVATE KEY|AKIA[0-9A-Z]{16}")
    text_files = [
        p for p in SRC.rglob("*") if p.suffix in {".py", ".yaml", ".txt", ".j2", ".css", ".csv", ".md"}
    ]
    found = [
        f"{p.relative_to(SRC)}: {m.group(0)}"
        for p in text_files
        for m in words.finditer(p.read_text(encoding="utf-8"))
    ]
    assert found == []


WRITES = {"write_text", "write_bytes", "mkdir", "touch", "symlink_to", "rename", "unlink", "rmdir", "replace"}
"""Methods of a path that change the disk; ``rename`` and ``replace`` of texts have two arguments."""


def writing(inside: list[ast.AST]) -> list[int]:
    """Lines that change something on the disk."""
    found = []
    buffers = {
        ast.unparse(n.targets[0])
        for n in inside
        if isinstance(n, ast.Assign) and ast.unparse(n.value) in ("io.BytesIO()", "BytesIO()")
    }
    for node in inside:
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        module = owner.id if isinstance(owner, ast.Name) else ""
        if name in ("replace", "rename") and (owner is None or len(node.args) != 1 or node.keywords):
            hit = module == "os"  # that of a text takes two, that of a path one
        elif name in ("open", "fdopen", "ZipFile"):
            texts = [
                a.value
                for a in [*node.args, *(k.value for k in node.keywords)]
                if isinstance(a, ast.Constant)
            ]
            into_memory = name == "ZipFile" and ast.unparse(node.args[0]) in buffers
            hit = not into_memory and any(
                isinstance(t, str) and re.fullmatch(r"[rbt+]*[wax][bt+]*", t) for t in texts
            )
        else:
            hit = (owner is not None and name in WRITES) or name in (
                "mkstemp",
                "makedirs",
                "rmtree",
                "copyfile",
                "copytree",
                "NamedTemporaryFile",
            )
        if hit:
            found.append(node.lineno)
    return found


def test_only_one_module_writes_files() -> None:
    """Everything that zopa keeps on a disk goes through ``casefile.write``: whole, or not at all."""
    found = {str(p.relative_to(SRC)) for p, inside in nodes() if writing(inside)}
    assert found == {"casefile/write.py"}


@pytest.mark.parametrize(
    "code",
    ["p.write_text('x')", "p.mkdir()", "open(p, 'w')", "p.open('ab')", "io.open(p, mode='x')", "tmp.replace(target)",
     "os.replace(a, b)", "tempfile.mkstemp()", "zipfile.ZipFile(path, 'w')"],
)  # fmt: skip
def test_the_search_for_writers_finds_them(code: str) -> None:
    assert writing(list(ast.walk(ast.parse(code))))
    harmless = "text.replace('a', 'b'); open(p); open(p, 'rb'); out = io.BytesIO(); zipfile.ZipFile(out, 'w')"
    assert not writing(list(ast.walk(ast.parse(harmless))))


def test_no_file_name_stands_twice() -> None:
    """But a verb's command and view bear its name, a lens has its answers and its section of the case."""
    places: dict[str, list[str]] = {}
    for path in SRC.rglob("*.py"):
        room = path.relative_to(SRC).parts[0]
        lens_file = path.name == "answers.py" or (room == "case" and path.stem == "forecast")
        if room not in DOORS | {"views"} and path.name != "__init__.py" and not lens_file:
            places.setdefault(path.name, []).append(str(path.relative_to(SRC)))
    assert not [p for p in places.values() if len(p) > 1]


def test_no_class_name_stands_twice() -> None:
    found: dict[str, list[str]] = {}
    for path, inside in nodes():
        for node in inside:
            if isinstance(node, ast.ClassDef):
                found.setdefault(node.name, []).append(str(path.relative_to(SRC)))
    assert {name: places for name, places in found.items() if len(places) > 1} == {}


COMPILED = {"search/heuristics.py", "search/multipliers.py"}
"""Calls of compiled kernels and their twins, which take arrays by position."""


def test_no_call_has_more_than_six_positional_arguments() -> None:
    found = [
        f"{path.relative_to(SRC)}:{node.lineno}"
        for path, inside in nodes()
        for node in inside
        if isinstance(node, ast.Call) and len(node.args) > 6 and "/".join(path.parts[-2:]) not in COMPILED
    ]
    assert found == []
