"""Other tools' files to and from a case: the table of formats, recognition by content, the report of losses."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from pydantic import ValidationError

from zopa import casefile
from zopa.case import Case
from zopa.casefile.read import SOURCE_COLUMNS
from zopa.errors import CannotWrite, CaseError, Finding, NotApplicable, UnknownName
from zopa.formats import (
    bibliographies,
    citations,
    discourse_networks,
    dna,
    genius,
    geniusweb,
    gmcr,
    ktab_files,
    negmas,
    pa_x,
    polis,
    position_table,
    refi_qda,
    score_sheets,
    vault,
    word,
    workbook,
)
from zopa.formats.additions import Additions, added_files
from zopa.formats.documents import refuse, take, xml_root
from zopa.formats.fidelity import Fidelity
from zopa.formats.grids import kind_of
from zopa.formats.loading import is_case
from zopa.formats.negmas_trace import scenario_folder

__all__ = ["FORMATS", "Conversion", "Format", "convert", "plan", "read_any", "recognise"]

Files = Mapping[str, bytes]
T = TypeVar("T")
CASE = "case"
REPORT = "fidelity.json"


@dataclass(frozen=True)
class Format:
    """One kind of file: how it is known, read and written, and what it carries.

    ``folder`` says that a scenario is several files in one folder. ``options`` are the settings of ``read``
    besides the files and their name, ``settings`` those of ``write`` besides the case. ``add`` takes the files, their
    name and a case, and says what they add to it. ``not_in`` and ``not_out`` name
    what a reader and a writer cannot carry, in short; every conversion lists it in full.
    """

    label: str
    endings: tuple[str, ...]
    recognise: Callable[[Files], bool]
    read: Callable[..., tuple[Case, Fidelity]] | None
    write: Callable[..., tuple[dict[str, bytes], Fidelity]] | None
    carries: str
    not_in: str = ""
    not_out: str = ""
    folder: bool = False
    options: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    add: Callable[..., tuple[Additions, Fidelity]] | None = None


def _never(_: Files) -> bool:
    return False


FORMATS: Mapping[str, Format] = {
    "ktab-csv": Format(
        label="KTAB scenario, CSV", endings=(".csv",), recognise=ktab_files.recognise_csv, read=ktab_files.read,
        write=partial(ktab_files.write, kind="csv"),
        carries="parties, one line per issue, places, saliences, capability",
        not_out="words, rules, judgments; model parameters",
    ),
    "ktab-xml": Format(
        label="KTAB scenario, XML", endings=(".xml",), recognise=ktab_files.recognise_xml, read=ktab_files.read,
        write=partial(ktab_files.write, kind="xml"),
        carries="the same, model parameters, seed, ideal adjustments",
        not_out="words, rules, judgments",
    ),
    "gmcr": Format(
        label="graph model of GMCR+ / gmcr-py", endings=(".gmcr",), recognise=gmcr.recognise, read=gmcr.read,
        write=gmcr.write,
        carries="yes/no actions and who holds them, impossible states, preferences, rankings, unseen states",
        not_in="results that the file holds; they are computed anew",
        not_out="words, unsure marks, named states, the status quo",
    ),
    "genius": Format(
        label="GENIUS scenario, a folder of XML", endings=(), recognise=genius.recognise, read=genius.read,
        write=genius.write, folder=True, options=("chosen", "parties", "steps"),
        carries="issues, options, scores (exact), reservation value, discount, hyper-rectangles",
        not_in="zero-constraints, real issues without --steps",
        not_out="words, rules, intervals; negative points are raised",
    ),
    "geniusweb": Format(
        label="GeniusWeb scenario, a folder of JSON", endings=(), recognise=geniusweb.recognise, read=geniusweb.read,
        write=geniusweb.write, folder=True, options=("chosen", "parties"),
        carries="issues, options, scores (exact), reservation bid",
        not_out="words, rules, interactions, discount, intervals",
    ),
    "negmas": Format(
        label="NegMAS scenario, a folder of YAML", endings=(), recognise=negmas.recognise, read=negmas.read,
        write=negmas.write, folder=True, options=("chosen", "parties", "steps"),
        carries="issues, options, scores (exact), reserved value, discount, hyper-rectangles",
        not_in="discount per step; continuous issues without --steps",
        not_out="words, rules, intervals",
    ),
    "refi-qda": Format(
        label="coded texts of MAXQDA, NVivo, ATLAS.ti (REFI-QDA), QDPX", endings=(".qdpx",), recognise=refi_qda.recognise,
        read=refi_qda.read, write=refi_qda.write, options=("codes",),
        carries="texts, codes as issues, options, stances and kinds, coded passages as statements, speakers, parties",
        not_in="notes, links, sets, graphs, colours, codings of pictures, pages, sound and film",
        not_out="rules, judgments, conditions, contacts, figures",
    ),
    "refi-qda-codes": Format(
        label="code book (REFI-QDA), QDC", endings=(".qdc",), recognise=refi_qda.recognise_codebook,
        read=refi_qda.read, write=refi_qda.write_codebook, options=("codes",), carries="issues and options as codes",
        not_in="colours and descriptions of codes",
        not_out="everything but issues and options",
    ),
    "dna": Format(
        label="project of the Discourse Network Analyzer, SQLite", endings=(".dna",), recognise=dna.recognise,
        read=dna.read, write=dna.write, options=("codes",),
        carries="texts, statements with person, organisation, concept (issue: option), agreement, coder",
        not_in="other statement types, attributes, ChildOf, notes",
        not_out="silence, conditions, kinds, dates of single statements, rules, judgments",
    ),
    **{
        f"network-{name}": Format(
            label=f"discourse network, {name}, GraphML", endings=(".graphml",) if name == "affiliation" else (),
            recognise=_never, read=None, write=partial(discourse_networks.write, kind=name), carries=said,
        )
        for name, said in discourse_networks.KINDS.items()
    },
    "workbook": Format(
        label="a case as a workbook, XLSX", endings=(".xlsx",), recognise=workbook.recognise, read=workbook.read,
        write=workbook.write, carries="every field of a case and the texts of its sources; not costs.csv and matrices",
        not_out="costs.csv and matrices",
    ),
    **{
        f"scores-{kind}": Format(
            label=f"scorable game, a sheet of scores, {kind.upper()}", endings=(),
            recognise=partial(score_sheets.recognise, kind=kind), read=score_sheets.read,
            write=partial(score_sheets.write, kind=kind),
            carries="issues, options, scores (exact), thresholds, vetoes, how many must accept",
            not_out="words, rules, interactions, discount, intervals",
        )
        for kind in score_sheets.KINDS
    },
    "pa-x": Format(
        label="peace agreements of PA-X, CSV", endings=(), recognise=pa_x.recognise, read=pa_x.read, write=None,
        options=("codes",), carries="per provision, in how many processes a comprehensive agreement contains it",
    ),
    "polis": Format(
        label="Polis conversation, a folder of CSV", endings=(), recognise=polis.recognise, read=polis.read, write=None,
        folder=True, options=("codes",), add=polis.add,
        carries="opinion groups as ratifiers, comments as options, shares that agree with their intervals",
    ),
    **{
        f"table-{kind}": Format(
            label=f"position table, {kind.upper()}", endings=(f".{kind}",) if kind in ("docx", "html", "xlsx") else (),
            recognise=partial(position_table.recognise, kind=kind), read=position_table.read,
            write=partial(position_table.write, kind=kind), options=("roles",),
            carries="issues, parties, a suggested statement per cell, what was agreed",
            not_in="remarks and dates, struck text", not_out="all but the last position of each party on each issue",
        )
        for kind in position_table.KINDS
    },
    "word": Format(
        label="text with comments and tracked changes, DOCX", endings=(), recognise=word.recognise, read=word.read,
        write=None, carries="changes and comments with name and date as statements of their authors, versions as options",
    ),
    "draft": Format(
        label="draft agreement, DOCX", endings=(), recognise=_never, read=None, write=word.write, settings=("package",),
        carries="an article per issue, objections as comments with sentence and date, alternatives as tracked changes",
    ),
    "csl-json": Format(
        label="sources for a reference manager, CSL-JSON", endings=(), recognise=bibliographies.recognise_csl,
        read=bibliographies.read, add=bibliographies.add, write=citations.write_csl,
        carries="id, title, author, publisher, date, address and language of every source",
        not_in="kind of publication, volume, pages, abstract, notes; of a range of dates the end",
        not_out="everything but sources; their texts",
    ),
    "bibtex": Format(
        label="sources for a reference manager, BibTeX", endings=(".bib",), recognise=bibliographies.recognise_bibtex,
        read=bibliographies.read, add=bibliographies.add, write=citations.write_bibtex,
        carries="id, title, author, publisher, date, address and language of every source",
        not_in="kind of publication, volume, pages, abstract, notes; LaTeX beyond accents and marks",
        not_out="everything but sources; their texts",
    ),
    "web-annotation": Format(
        label="statements as W3C Web Annotations", endings=(".jsonld",), recognise=_never, read=None,
        write=citations.write_annotations, carries="quote and place of every statement, what it was read as",
    ),
    "markdown": Format(
        label="linked Markdown notes, a folder", endings=(), recognise=_never, read=None, write=vault.write, folder=True,
        carries="a note per party, issue, statement and source, with links",
    ),
}  # fmt: skip
"""Every format; the first that recognises a file reads it."""


@dataclass(frozen=True)
class Conversion:
    """A conversion that is ready to be written: files by path below ``root``, and the report.

    ``known`` holds the fingerprints of the files of a case that is added to, as they were read.
    """

    root: Path
    files: Mapping[str, bytes | str]
    fidelity: Fidelity
    case: Case
    source_format: str
    target_format: str
    known: Mapping[str, str] = field(default_factory=dict)
    adds: bool = False

    def save(self) -> None:
        """Write all files in one step, whole or not at all.

        Raises
        ------
        CannotWrite
            The disk refuses, or a file of a case that is added to was changed since it was read.
        """
        with casefile.one_step(self.root) as act:
            for name, content in self.files.items():
                act.write(name, content, self.known.get(name))


def recognise(files: Files, name: str) -> str:
    """The format of a file or of the files of a folder, found by their content.

    Raises
    ------
    CaseError
        No format that zopa reads; says what the file is and what can be read.
    """
    found = next((key for key, one in FORMATS.items() if one.recognise(files)), None)
    if found is None:
        _refuse_unknown(files, name)
    return found


def _refuse_unknown(files: Files, name: str) -> NoReturn:
    refuse(
        name, f"{_what(files)} cannot be read", "zopa formats lists what can be read; zopa read takes texts"
    )


_FIRST_BYTES = {
    b"PK\x03\x04": "a zip archive (a spreadsheet, a document, a project)", b"%PDF": "a PDF document",
    b"SQLite format 3": "an SQLite database", b"\xd0\xcf\x11\xe0": "a document of an old Office program",
    b"\x1f\x8b": "a gzip archive", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"\x7fELF": "a program",
}  # fmt: skip
_ROOTS = {
    "negotiation_template": "a GENIUS domain", "utility_space": "a GENIUS profile", "Scenario": "a KTAB scenario",
    "Workbook": "a spreadsheet in XML", "html": "a web page", "svg": "a picture", "rss": "a news feed",
    "Project": "a project in XML", "CodeBook": "a code book in XML",
}  # fmt: skip


def _what(files: Files) -> str:
    """What a file is, for people."""
    if len(files) != 1:
        return f"a folder with {len(files)} files, none of a known format," if files else "an empty folder"
    name, raw = next(iter(files.items()))
    if not raw:
        return "an empty file"
    kind = kind_of(name, raw) if raw.startswith(b"PK") else ""
    if kind:
        return {"docx": "a Word file", "xlsx": "a spreadsheet"}[kind]
    for start, said in _FIRST_BYTES.items():
        if raw.startswith(start):
            return said
    root = xml_root(raw)
    if root:
        return _ROOTS.get(root, f"an XML file with the root <{root[:60]}>")
    ending = Path(name).suffix
    head = raw[:4_000]
    if sum(c < 9 or 13 < c < 32 for c in head) > len(head) // 50:
        expected = f", although its name ends in '{ending[:20]}'" if ending else ""
        return f"a file of bytes that are neither text nor of a known kind{expected} (is it damaged?)"
    return f"a file of the kind '{ending[:20]}'" if ending else "this file"


def _taken(path: Path) -> tuple[dict[str, bytes], str]:
    """The files to read, and the name of the one that the user named (empty for a folder)."""
    files = take(path)
    if path.is_dir():
        return files, ""
    one = next((f for f in FORMATS.values() if f.recognise(files)), None)
    if one is not None and one.folder:
        return take(path.parent), path.name
    return files, path.name


def _read(path: Path, name: str | None, settings: Mapping[str, Any]) -> tuple[Case, Fidelity, str]:
    """A case from any file or folder, with the report and the format's name."""
    if name == CASE or (name is None and is_case(path)):
        return casefile.load(path), Fidelity(CASE), CASE
    name, files, alone, given = _given(path, name, settings)
    one = _format(name)
    reader = one.read
    assert reader is not None
    case, fidelity = _called(path, lambda: reader(alone, str(path), **given))
    total = hashlib.sha256()
    for key in sorted(files):
        total.update(key.encode("utf-8", "surrogateescape") + b"\0" + files[key])
    return case.model_copy(update={"digest": total.hexdigest()}), fidelity, name


def _given(
    path: Path, name: str | None, settings: Mapping[str, Any]
) -> tuple[str, dict[str, bytes], dict[str, bytes], dict[str, Any]]:
    """The format of what is read, all its files, those that its reader takes, and the reader's options."""
    path = scenario_folder(path)
    files, chosen = _taken(path)
    alone = {chosen: files[chosen]} if chosen else files
    if name is None:
        name = recognise(alone, str(path))
    one = _format(name)
    if one.read is None:
        raise NotApplicable(f"{one.label} is written, not read")
    if not one.recognise(alone):
        refuse(
            str(path),
            f"this is no {one.label}: it is {_what(alone)}",
            "leave --from out to have it recognised",
        )
    given = {"chosen": chosen, **{k: v for k, v in settings.items() if v}}
    unused = [k for k in given if k not in one.options and k != "chosen"]
    if unused:
        option = {"parties": "party"}.get(unused[0], unused[0])
        raise NotApplicable(f"{one.label} has no use for --{option}")
    return name, files, files if one.folder else alone, {k: v for k, v in given.items() if k in one.options}


def _called(path: Path, reader: Callable[[], T]) -> T:
    """What a reader gives; what a case may not hold is said about the file."""
    try:
        return reader()
    except ValidationError as error:
        raise CaseError(_findings(error, str(path)), "nothing was read") from None
    except RecursionError:
        refuse(str(path), "expected a few levels of nesting, saw very many")


def _findings(error: ValidationError, file: str) -> list[Finding]:
    """What a case may not hold, said about the file that it came from."""
    return [
        Finding(".".join(map(str, e["loc"]))[:200], f"a case cannot hold this: {e['msg'][:200]}", "", file)
        for e in error.errors(include_input=False, include_url=False)[:20]
    ]


def _format(name: str) -> Format:
    if name not in FORMATS:
        raise UnknownName("format", name, [*FORMATS, CASE])
    return FORMATS[name]


def read_any(path: Path) -> Case:
    """The case in a file or folder of any format; a folder of none is read as a case folder, which says why not."""
    inside = take(scenario_folder(path)) if path.is_dir() else {}
    if path.is_dir() and not any(f.recognise(inside) for f in FORMATS.values()):
        return casefile.load(path)
    return _read(path, None, {})[0]


def plan(
    source: str | Path | Case,
    target: str | Path,
    *,
    source_format: str | None = None,
    target_format: str | None = None,
    parties: Sequence[str] = (),
    steps: int | None = None,
    codes: str | Path = "",
    roles: Sequence[str] = (),
    package: Sequence[str] = (),
) -> Conversion:
    """Read, and make ready to write; nothing is written yet. See :func:`convert`."""
    goal = Path(target)
    _must_have_a_place(goal)
    if target_format not in (None, CASE) and _format(target_format).write is None:
        raise NotApplicable(f"{FORMATS[target_format].label} is read, not written")
    settings = {"parties": tuple(parties), "steps": steps, "codes": str(codes), "roles": tuple(roles)}
    if isinstance(source, Case):
        case, fidelity, name = source, Fidelity(CASE), CASE
    elif target_format in (None, CASE) and (goal / "case.yaml").exists():
        return _addition(Path(source), goal, source_format, settings)
    else:
        case, fidelity, name = _read(Path(source), source_format, settings)
    kind = target_format or _by_ending(goal, name)
    if kind == CASE:
        if name == CASE:
            raise NotApplicable("the source is a case already; choose another format with --to")
        if (goal / "case.yaml").exists():
            raise NotApplicable(f"{goal}/case.yaml exists already; nothing was changed")
        files = _folder(case) | fidelity.beside
        _must_load(files, str(source))
    else:
        one = FORMATS[kind]
        assert one.write is not None
        if package and "package" not in one.settings:
            raise NotApplicable(f"{one.label} has no use for --package")
        written, report = one.write(case, **({"package": tuple(package)} if package else {}))
        fidelity = _both(fidelity, report) if name != CASE else report
        files = dict(written)
        if one.folder and goal.is_dir() and any(goal.iterdir()):
            raise NotApplicable(f"{goal} is a folder with files in it; name a new one")
        if not one.folder and goal.is_dir():
            raise NotApplicable(f"expected a file to write, saw the folder {goal}; name a file in it")
    body = _report("" if isinstance(source, Case) else str(source), name, kind, fidelity)
    root = goal
    if "" in files:
        root, files = goal.parent, {goal.name: files[""], f"{goal.name}.{REPORT}": body}
    else:
        files[REPORT] = body
    return Conversion(
        root=root, files=files, fidelity=fidelity, case=case, source_format=name, target_format=kind
    )


def _addition(path: Path, goal: Path, name: str | None, settings: Mapping[str, Any]) -> Conversion:
    """What a file adds to the case that is there."""
    if name == CASE or (name is None and is_case(path)):
        raise NotApplicable("the source is a case already; choose another format with --to")
    name, _, alone, given = _given(path, name, settings)
    one = _format(name)
    adder = one.add
    if adder is None:
        known = ", ".join(k for k, f in FORMATS.items() if f.add)
        raise NotApplicable(
            f"{goal}/case.yaml exists already and {one.label} makes a case of its own; nothing was changed. "
            f"Name a new folder; what can be added to a case: {known}"
        )
    case = casefile.load(goal)
    found, fidelity = _called(path, lambda: adder(alone, str(path), case, **given))
    texts, known_files = added_files(goal, case, found, fidelity)
    findings = casefile.inspect(goal, texts)[1]
    if findings:
        raise CaseError(findings, "nothing was changed")
    stem = path.absolute().name
    files = {**texts, **fidelity.beside, f"{stem}.{REPORT}": _report(str(path), name, CASE, fidelity)}
    return Conversion(
        root=goal, files=files, fidelity=fidelity, case=case, source_format=name, target_format=CASE,
        known=known_files, adds=True,
    )  # fmt: skip


def _report(source: str, name: str, kind: str, fidelity: Fidelity) -> bytes:
    said = {"source": source, "from": name, "to": kind, **fidelity.to_dict()}
    return (json.dumps(said, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace")


def _must_have_a_place(goal: Path) -> None:
    """Only what was named is made: the folder that it stands in must be there."""
    try:
        there = goal.absolute().parent.is_dir()
    except (OSError, ValueError) as error:
        raise CannotWrite(str(goal), str(getattr(error, "strerror", None) or error)) from None
    if not there:
        raise CannotWrite(
            str(goal), f"there is no folder {goal.absolute().parent}; make it first, or name another"
        )


def _both(first: Fidelity, second: Fidelity) -> Fidelity:
    return Fidelity(
        f"{first.format} to {second.format}",
        second.read,
        first.changed + second.changed,
        first.left_out + second.left_out,
    )


def _by_ending(goal: Path, source_format: str) -> str:
    ending = goal.suffix.lower()
    found = next((k for k, f in FORMATS.items() if ending and ending in f.endings and f.write), None)
    if found:
        return found
    if source_format == CASE:
        endings = ", ".join(sorted({e for f in FORMATS.values() if f.write for e in f.endings}))
        raise NotApplicable(
            f"'{goal.name}' does not say which format to write; endings that do: {endings}; "
            f"or choose one with --to: {', '.join(k for k, f in FORMATS.items() if f.write)}"
        )
    return CASE


def convert(
    source: str | Path | Case,
    target: str | Path,
    *,
    source_format: str | None = None,
    target_format: str | None = None,
    parties: Sequence[str] = (),
    steps: int | None = None,
    codes: str | Path = "",
    roles: Sequence[str] = (),
    package: Sequence[str] = (),
    strict: bool = False,
) -> Fidelity:
    """Turn another tool's file into a case folder, or a case into such a file; say what was not carried.

    Parameters
    ----------
    source : path or Case
        A file or folder of any format in :data:`FORMATS`, a case folder, or a case.
    target : path
        A new case folder, or the file or folder to write; its ending names the format.
    source_format, target_format : str, optional
        Names in :data:`FORMATS`, or ``case``; found by content and by ending when left out.
    parties : sequence of str, optional
        Which profiles of a scenario become parties.
    steps : int, optional
        Into how many options a continuous issue is cut.
    codes : path, optional
        A file that says what the codes of a project are read as, or the statements of a poll.
    roles : sequence of str, optional
        What the columns of a position table are, as ``COLUMN=ROLE``; found by words and content when left out.
    package : sequence of str, optional
        What the articles of a draft say, as ``ISSUE=OPTION``; what was agreed or is most supported when left out.
    strict : bool
        Refuse, and write nothing, when anything would be left out.

    Returns
    -------
    Fidelity
        What was read, changed and left out; written beside the target too.

    Raises
    ------
    CaseError
        The source is not sound or of no known format.
    NotApplicable
        The target cannot hold this case, exists already, or ``strict`` and something would be left out.
    """
    found = plan(
        source,
        target,
        source_format=source_format,
        target_format=target_format,
        parties=parties,
        steps=steps,
        codes=codes,
        roles=roles,
        package=package,
    )
    if strict and not found.fidelity.lossless:
        lost = "; ".join(map(str, found.fidelity.left_out[:5]))
        raise NotApplicable(f"would be left out, so nothing was written: {lost}")
    found.save()
    return found.fidelity


# --- a case as the files of its folder


def _folder(case: Case) -> dict[str, bytes]:
    data = case.model_dump(exclude_defaults=True, by_alias=True)
    records: dict[str, Any] = {
        k: data.pop(k) for k in ("statements", "contacts", "figures", "shifts") if k in data
    }
    for key in ("sources", "cost_rows", "digest"):
        data.pop(key, None)
    order = ("title", "about", "as_of", "authors", "basis", "issues", "parties")
    data = {**{k: data[k] for k in order if k in data}, **{k: v for k, v in data.items() if k not in order}}
    files = {"case.yaml": _yaml(data)}
    if records:
        files["statements.yaml"] = _yaml(records)
    rows = io.StringIO()
    table = csv.DictWriter(rows, SOURCE_COLUMNS, lineterminator="\n")
    table.writeheader()
    for ident, source in case.sources.items():
        files[f"sources/{ident}.txt"] = source.text.encode("utf-8")
        table.writerow({"id": ident, **{k: getattr(source, k) for k in SOURCE_COLUMNS if k != "id"}})
    if case.sources:
        files["sources/sources.csv"] = rows.getvalue().encode("utf-8")
    return files


def _short(value: Any) -> Any:
    """Numbers as people write them: 45 for {best: 45.0}."""
    if isinstance(value, dict):
        return _short(value["best"]) if set(value) == {"best"} else {k: _short(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_short(v) for v in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value


def _yaml(data: Mapping[str, Any]) -> bytes:
    return casefile.yaml_of(_short(data)).encode("utf-8")


def _must_load(files: Mapping[str, bytes], source: str) -> None:
    """A converted case always loads: it is loaded before anything is written."""
    texts = {name: content.decode("utf-8") for name, content in files.items()}
    with tempfile.TemporaryDirectory() as empty:
        found = casefile.inspect(empty, texts)[1]
    if found:
        raise CaseError(
            [Finding(f.path, f"a case cannot hold this: {f.what}", f.hint, source) for f in found],
            "nothing was written",
        )
