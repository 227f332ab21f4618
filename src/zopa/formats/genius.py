"""GENIUS scenarios: a domain file and profiles in XML, in and out.

What the elements mean follows GENIUS 10.4: an option is worth its evaluation divided by the highest of its
issue in the same profile; weights are used as they stand; a sum above 1 counts as 1; issues are matched by
index and options by their text. Additive, integer and real issues, hyper-rectangles, ranks with their plain
average and uncertain profiles are read. One bad profile never hides the good ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from xml.sax.saxutils import quoteattr

from zopa.case import Case
from zopa.errors import CaseError, Finding
from zopa.formats.additive import (
    AdditiveScenario,
    Box,
    Scores,
    capped,
    decimal,
    exact_text,
    scenario_of,
    scores_case,
    whole_boxes,
)
from zopa.formats.documents import Element, decode, number, refuse, xml_root, xml_tree
from zopa.formats.fidelity import IMPORTED, Fidelity
from zopa.formats.names import label, short_ids

__all__ = ["read", "recognise", "write"]

ROOTS = ("negotiation_template", "utility_space")
MOST_OPTIONS = 5_000
SMALL = Fraction(1, 100_000)
"""GENIUS takes an issue whose highest evaluation is below this as worth nothing."""
MOST_PARTIES = 3


@dataclass(frozen=True)
class _Issue:
    index: str
    name: str
    kind: str
    labels: tuple[str, ...]
    numbers: tuple[Fraction, ...]
    element: Element
    notes: dict[int, str]


class _GeniusFlaw(Exception):
    """Why a profile cannot be used; carries the sentence, and the line or 0."""


def recognise(files: Mapping[str, bytes]) -> bool:
    """Whether a domain or a profile of GENIUS is among the files."""
    return any(xml_root(raw) in ROOTS for raw in files.values())


def read(
    files: Mapping[str, bytes],
    source: str,
    chosen: str = "",
    parties: Sequence[str] = (),
    steps: int | None = None,
) -> tuple[Case, Fidelity]:
    """A case from the files of one scenario.

    Parameters
    ----------
    files : mapping
        Name -> bytes of the domain file and everything beside it.
    source : str
        What the user named, for the report.
    chosen : str
        The domain file, where there are several.
    parties : sequence of str
        File names of the profiles that become parties; all of them when there are at most three.
    steps : int, optional
        Into how many options a real-valued issue is cut; without it such an issue is refused.

    Raises
    ------
    CaseError
        No domain, several and none chosen, no usable profile, more than three and none chosen.
    """
    fidelity = Fidelity("genius")
    trees: dict[str, Element] = {}
    flawed: list[Finding] = []
    for name, raw in files.items():
        root = xml_root(raw)
        if name.lower() == "pareto.xml" or root not in ROOTS:
            if root:
                fidelity.leave(f"no part of the scenario: an XML file with the root <{root}>", name)
            elif name.lower() == "pareto.xml":
                fidelity.change("the stored frontier is not used; zopa computes it exactly", name)
            continue
        try:
            trees[name] = xml_tree(decode(raw, name, fidelity), name)
        except CaseError as error:
            flawed += error.findings
    domain_name = _domain(trees, chosen, source, flawed)
    issues = _issues(trees[domain_name], domain_name, steps, fidelity)
    found: dict[str, Scores] = {}
    for name, tree in trees.items():
        if tree.tag != "utility_space":
            continue
        try:
            found[name] = _Profile(tree, name, issues, fidelity).scores()
        except _GeniusFlaw as flaw:
            what, line = flaw.args
            flawed.append(Finding("", what, "", name, line, 1 if line else 0))
    found = _pick(found, parties, flawed, source)
    for flaw_ in flawed:
        fidelity.leave(f"profile not used: {flaw_.what}", flaw_.place)
    title = trees[domain_name].words("name") or domain_name.rsplit(".", 1)[0]
    notes = {(i, k): text for i, issue in enumerate(issues) for k, text in issue.notes.items()}
    scenario = AdditiveScenario(
        title, tuple((i.name, i.labels) for i in issues), tuple(found.values()), notes
    )
    return scores_case(scenario, fidelity), fidelity


def _domain(trees: Mapping[str, Element], chosen: str, source: str, flawed: Sequence[Finding]) -> str:
    domains = [n for n, t in trees.items() if t.tag == "negotiation_template"]
    if chosen in domains:
        return chosen
    if chosen in trees:
        refuse(
            source,
            "this is a GENIUS profile: the preferences of one party",
            "give the folder that holds the domain file and the profiles",
        )
    if not domains:
        if flawed:
            raise CaseError(flawed, "nothing was read")
        refuse(source, "expected a domain file (root <negotiation_template>) beside the profiles, saw none")
    if len(domains) > 1:
        refuse(
            source,
            f"expected one domain, saw {len(domains)}: {', '.join(domains[:8])}",
            f"name one of them, as in {source.rstrip('/')}/{domains[0]}",
        )
    return domains[0]


def _pick(
    found: dict[str, Scores], parties: Sequence[str], flawed: Sequence[Finding], source: str
) -> dict[str, Scores]:
    wanted = [p if p in found else next((n for n in found if n.rsplit(".", 1)[0] == p), p) for p in parties]
    missing = [p for p in wanted if p not in found]
    if missing:
        raise CaseError(
            [
                Finding(
                    "", f"no usable profile called '{m}'", f"there are: {', '.join(found) or 'none'}", source
                )
                for m in missing
            ]
            + list(flawed),
            "nothing was read",
        )
    if wanted:
        return {n: found[n] for n in wanted}
    if not found:
        bare = Finding(
            "",
            "this is a GENIUS domain without a usable profile, so it names no party",
            "give the folder that holds the domain file and the profiles",
            source,
        )
        raise CaseError([bare, *flawed], "nothing was read")
    if len(found) > MOST_PARTIES:
        raise CaseError(
            [
                Finding(
                    "",
                    f"{len(found)} profiles are candidates for a party: {', '.join(found)}",
                    "say which are parties, as in --party A --party B",
                    source,
                ),
                *flawed,
            ],
            "nothing was read",
        )
    return found


def _leaves(root: Element) -> list[Element]:
    return [e for e in root.walk() if e.tag == "issue" and "index" in e.attributes]


def _kind(issue: Element) -> str:
    for key in ("type", "etype", "vtype"):
        if key in issue.attributes:
            return issue.attributes[key].strip().lower()
    return "discrete"


def _issues(domain: Element, file: str, steps: int | None, fidelity: Fidelity) -> list[_Issue]:
    bad: list[Finding] = []
    found: list[_Issue] = []
    for element in _leaves(domain):
        name = element.attributes.get("name") or f"issue {element.attributes['index']}"
        try:
            kind, labels, numbers, notes = _options(element, name, file, steps, fidelity)
        except _GeniusFlaw as flaw:
            bad.append(Finding(name, flaw.args[0], flaw.args[1], file, element.line, element.column))
            continue
        found.append(
            _Issue(
                index=element.attributes["index"].strip(),
                name=name,
                kind=kind,
                labels=labels,
                numbers=numbers,
                element=element,
                notes=notes,
            )
        )
    if len({i.index for i in found}) < len(found):
        bad.append(Finding("", "expected each issue index once, saw one again", "", file, domain.line, 1))
    if not found and not bad:
        bad.append(
            Finding("", "expected at least one issue in the domain, saw none", "", file, domain.line, 1)
        )
    if bad:
        raise CaseError(bad, "nothing was read")
    return found


def _options(
    issue: Element, name: str, file: str, steps: int | None, fidelity: Fidelity
) -> tuple[str, tuple[str, ...], tuple[Fraction, ...], dict[int, str]]:
    kind = _kind(issue)
    if kind == "discrete":
        labels, notes = _items(issue, name, f"{file}:{issue.line}", fidelity)
        return kind, labels, (), notes
    if kind not in ("integer", "real"):
        raise _GeniusFlaw(f"an issue of type '{label(kind)[:40]}' is not read", "discrete, integer or real")
    low, high = (_bound(issue, key) for key in ("lowerbound", "upperbound"))
    if low is None or high is None or low > high:
        raise _GeniusFlaw("expected numbers lowerbound <= upperbound", "")
    if kind == "real":
        cut = _cut(low, high, steps)
        fidelity.change(
            f"the real-valued issue '{label(name)}' is cut into {len(cut)} options", f"{file}:{issue.line}"
        )
        return kind, tuple(decimal(v) or f"{float(v):.10g}" for v in cut), cut, {}
    if low.denominator != 1 or high.denominator != 1 or high - low >= MOST_OPTIONS:
        raise _GeniusFlaw(
            f"expected at most {MOST_OPTIONS:,} whole numbers, saw {decimal(low)} to {decimal(high)}", ""
        )
    whole = tuple(Fraction(v) for v in range(int(low), int(high) + 1))
    return kind, tuple(str(int(v)) for v in whole), whole, {}


def _cut(low: Fraction, high: Fraction, steps: int | None) -> tuple[Fraction, ...]:
    if steps is None:
        raise _GeniusFlaw(
            f"a real-valued issue from {decimal(low)} to {decimal(high)} has no options to list",
            "say into how many equal steps it is cut, as in --steps 11",
        )
    return tuple(low + (high - low) * k / max(steps - 1, 1) for k in range(steps if high > low else 1))


def _items(
    issue: Element, name: str, place: str, fidelity: Fidelity
) -> tuple[tuple[str, ...], dict[int, str]]:
    labels: dict[str, None] = {}
    notes: dict[int, str] = {}
    costly = 0
    for item in issue.all("item"):
        text = item.attributes.get("value")
        if text is None:
            raise _GeniusFlaw(f"expected an item with a value at line {item.line}", "")
        if text in labels:
            fidelity.change(
                f"the option '{label(text)}' stands twice in '{label(name)}'; it counts once", place
            )
            continue
        about = item.attributes.get("description", "").strip()
        if about and about != text.strip():
            notes[len(labels)] = about
        costly += bool(number(item.attributes.get("cost", "0")))
        labels[text] = None
    if not labels:
        raise _GeniusFlaw("expected at least one item, saw none", "")
    if costly:
        fidelity.leave("costs of items, which GENIUS does not use either", place, costly)
    return tuple(labels), notes


def _bound(issue: Element, key: str) -> Fraction | None:
    holder = issue.find("range")
    for element in (issue, holder):
        if element is not None and key in element.attributes:
            return number(element.attributes[key])
    return None


class _Profile:
    """One profile: its scores, or the flaw that makes it unusable."""

    def __init__(self, root: Element, file: str, issues: Sequence[_Issue], fidelity: Fidelity) -> None:
        self.root, self.file, self.issues, self.fidelity = root, file, issues, fidelity
        self.kind = root.attributes.get("type", "linear").strip().lower()
        self.noted = Fidelity("")

    def scores(self) -> Scores:
        """The points of every option; remarks are kept only when the whole profile is sound."""
        boxes: tuple[Box, ...] = ()
        if self.kind == "constraint":
            rows = self.ranks()
        else:
            if self.kind not in ("linear", "nonlinear", "uncertain", ""):
                raise _GeniusFlaw(f"a profile of type '{label(self.kind)[:40]}' is not read", self.root.line)
            rows, boxes = self.boxes() if self._nonlinear() else (self.added(), ())
        best = sum((max(row) for row in rows), Fraction(0)) + sum(
            (b.points for b in boxes if b.points > 0), Fraction(0)
        )
        if best > 100:
            cuts = None if boxes else capped(rows)
            what = f"the highest sum is {float(best / 100):.6g}, and GENIUS counts it as 1"
            if cuts is None:
                self.noted.leave(f"{what}; the case does not cut it", self.file)
            else:
                self.noted.change(f"{what}; {len(cuts)} packages are cut by interactions", self.file)
                boxes += cuts
        limit = self._value("reservation")
        if limit is None:
            self.noted.change("no reservation value: 0, as GENIUS takes it", self.file)
        told = f"{IMPORTED} the GENIUS profile {label(self.file)}"
        if self.kind == "uncertain":
            counts = {
                k: self.root.words(k)
                for k in ("comparisons", "errors", "elicitation_cost", "fixed_seed", "experimental")
            }
            said = ", ".join(f"{k} {v}" for k, v in counts.items() if v) or "defaults"
            told += f"; an uncertain profile ({label(said)}): GENIUS shows its agents a ranking instead"
            self.noted.change("the settings of the uncertain profile are kept as words", self.file)
        self.fidelity.changed += self.noted.changed
        self.fidelity.left_out += self.noted.left_out
        return Scores(
            name=self.file.rsplit(".", 1)[0],
            points=rows,
            reservation=100 * (limit or Fraction(0)),
            discount=self.discount(),
            boxes=boxes,
            why=told,
        )

    def _nonlinear(self) -> bool:
        return any(e.tag == "ufun" for e in self.root.walk())

    def _value(self, tag: str) -> Fraction | None:
        element = next((e for e in self.root.walk() if e.tag == tag), None)
        if element is None:
            return None
        found = number(element.attributes.get("value", ""))
        if found is None:
            raise _GeniusFlaw(
                f"expected a number as {tag}, saw '{label(element.attributes.get('value', ''))[:40]}'",
                element.line,
            )
        return found

    def discount(self) -> Fraction | None:
        """What is left at the deadline; values outside ]0, 1] and unreadable ones mean none, as in GENIUS."""
        element = next((e for e in self.root.walk() if e.tag == "discount_factor"), None)
        if element is None:
            return None
        text = element.attributes.get("value", "")
        found = number(text)
        if found is None or not 0 < found <= 1:
            self.fidelity.change(
                f"discount factor '{label(text)[:40]}' means none", f"{self.file}:{element.line}"
            )
            return None
        return found

    def _matched(self) -> list[Element]:
        own = {e.attributes["index"].strip(): e for e in _leaves(self.root)}
        wanted = {i.index for i in self.issues}
        if set(own) != wanted:
            raise _GeniusFlaw(
                f"it has the issues {', '.join(sorted(own)) or 'none'} and the domain {', '.join(sorted(wanted))}: "
                "a profile of another domain",
                self.root.line,
            )
        return [own[i.index] for i in self.issues]

    def added(self) -> tuple[tuple[Fraction, ...], ...]:
        """Weight times value of every option, times 100."""
        shares: dict[str, Fraction] = {}
        for element in self.root.walk():
            if element.tag != "weight":
                continue
            share = number(element.attributes.get("value", ""))
            if share is None:
                raise _GeniusFlaw(
                    f"expected a number as weight, saw '{label(element.attributes.get('value', ''))[:40]}'",
                    element.line,
                )
            shares[element.attributes.get("index", "").strip()] = share
        rows, missing = [], []
        for issue, own in zip(self.issues, self._matched(), strict=True):
            if issue.index not in shares:
                raise _GeniusFlaw(f"no weight for the issue '{label(issue.name)}'", own.line)
            try:
                cells = self._worth(issue, own)
            except _GeniusFlaw as flaw:
                missing.append(flaw)
                continue
            rows.append(tuple(100 * shares[issue.index] * v for v in cells))
        if missing:
            raise _GeniusFlaw("; ".join(str(m.args[0]) for m in missing[:4]), missing[0].args[1])
        total = sum((shares[i.index] for i in self.issues), Fraction(0))
        if abs(total - 1) > Fraction(5, 1000):
            self.noted.change(
                f"weights add up to {float(total):.6g}; they are used as they stand, as in GENIUS", self.file
            )
        return tuple(rows)

    def _worth(self, issue: _Issue, own: Element) -> tuple[Fraction, ...]:
        kind = _kind(own)
        if kind == "discrete" and issue.kind == "discrete":
            return self._evaluated(issue, own)
        if kind != issue.kind:
            raise _GeniusFlaw(
                f"the issue '{label(issue.name)}' has the type '{label(kind)[:40]}' here and '{issue.kind}' in the domain",
                own.line,
            )
        evaluator = own.find("evaluator")
        if kind == "integer":
            low = _bound(own, "lowerbound")
            high = _bound(own, "upperbound")
            if low is None or high is None:
                raise _GeniusFlaw(f"no bounds for the issue '{label(issue.name)}'", own.line)
            if (low, high) != (issue.numbers[0], issue.numbers[-1]):
                self.noted.change(
                    f"bounds of '{label(issue.name)}' are {decimal(low)} to {decimal(high)} here and "
                    f"{issue.labels[0]} to {issue.labels[-1]} in the domain: the options are those of the domain, "
                    "worth what GENIUS computes with the profile's bounds",
                    f"{self.file}:{own.line}",
                )
            slope, offset = self._parameters(evaluator, own, ("slope", "offset"))
            return tuple(_unit(slope * (v - low) + offset) for v in issue.numbers)
        if evaluator is None:
            raise _GeniusFlaw(f"no evaluator for the real-valued issue '{label(issue.name)}'", own.line)
        form = evaluator.attributes.get("ftype", "linear")
        a, b, c = self._parameters(evaluator, own, ("parameter0", "parameter1", "parameter2"))
        if form == "linear":
            return tuple(_unit(b * v + a) for v in issue.numbers)
        if form == "constant":
            return (a,) * len(issue.numbers)
        if form == "triangular" and a <= c <= b:
            return tuple(_triangle(v, a, b, c) for v in issue.numbers)
        raise _GeniusFlaw(
            f"the evaluator '{label(form)[:40]}' of the issue '{label(issue.name)}' is not read",
            evaluator.line,
        )

    def _parameters(self, evaluator: Element | None, own: Element, names: Iterable[str]) -> list[Fraction]:
        found = []
        for name in names:
            text = "0" if evaluator is None else evaluator.attributes.get(name, "0")
            value = number(text)
            if value is None:
                raise _GeniusFlaw(f"expected a number as {name}, saw '{label(text)[:40]}'", own.line)
            found.append(value)
        return found

    def _evaluated(self, issue: _Issue, own: Element) -> tuple[Fraction, ...]:
        worth: dict[str, Fraction] = {}
        extra = 0
        for item in own.all("item"):
            text, given = item.attributes.get("value", ""), item.attributes.get("evaluation")
            value = None if given is None else number(given)
            if value is None:
                saw = (
                    "without an evaluation" if given is None else f"with the evaluation '{label(given)[:40]}'"
                )
                raise _GeniusFlaw(
                    f"incomplete: the option '{label(text)}' of '{label(issue.name)}' stands {saw}", item.line
                )
            if text in worth:
                self.noted.change(
                    f"the option '{label(text)}' is evaluated twice; the last counts",
                    f"{self.file}:{item.line}",
                )
            worth[text] = value
            extra += text not in issue.labels
        absent = [t for t in issue.labels if t not in worth]
        if absent:
            names = ", ".join(f"'{label(t)}'" for t in absent[:5]) + (" ..." if len(absent) > 5 else "")
            raise _GeniusFlaw(f"incomplete: no evaluation for {names} of '{label(issue.name)}'", own.line)
        if extra:
            self.noted.leave(
                f"options of '{label(issue.name)}' that the domain lacks; they count only for the maximum",
                f"{self.file}:{own.line}",
                extra,
            )
        highest = max(worth.values())
        if highest < SMALL:
            return (Fraction(0),) * len(issue.labels)
        return tuple(worth[t] / highest for t in issue.labels)

    def ranks(self) -> tuple[tuple[Fraction, ...], ...]:
        """Plain average of rank by highest rank; zero-constraints have no place in a case."""
        own = {
            e.attributes.get("index", "").strip(): e
            for r in self.root.walk()
            if r.tag == "ranks"
            for e in r.all("issue")
        }
        rows = []
        for issue in self.issues:
            given = own.get(issue.index)
            if given is None:
                raise _GeniusFlaw(f"no ranks for the issue '{label(issue.name)}'", self.root.line)
            ranks = {
                i.attributes.get("value", ""): number(i.attributes.get("rank", "")) for i in given.all("item")
            }
            cells: list[Fraction | None] = [ranks.get(t) for t in issue.labels]
            if any(c is None for c in cells):
                bare = next(t for t, c in zip(issue.labels, cells, strict=True) if c is None)
                raise _GeniusFlaw(
                    f"incomplete: no rank for '{label(bare)}' of '{label(issue.name)}'", given.line
                )
            highest: Fraction = max(
                [Fraction(r) for r in ranks.values() if r is not None], default=Fraction(0)
            )
            rows.append(
                tuple(100 * (c or 0) / highest / len(self.issues) if highest else Fraction(0) for c in cells)
            )
        for constraint in (e for e in self.root.walk() if e.tag == "constraint"):
            self.noted.leave(
                f"a zero-constraint ({label(constraint.attributes.get('type', 'without a type'))[:60]}): it makes a "
                "package worth 0, which is neither a score nor a prohibition",
                f"{self.file}:{constraint.line}",
            )
        return tuple(rows)

    def boxes(self) -> tuple[tuple[tuple[Fraction, ...], ...], tuple[Box, ...]]:
        """Hyper-rectangles as interactions; what a box pays outside itself is a constant less a box."""
        if any(i.kind != "integer" for i in self.issues):
            raise _GeniusFlaw("hyper-rectangles are read over integer issues only", self.root.line)
        holder = next((e for e in self.root.walk() if e.tag == "utility"), None)
        most = number(holder.attributes.get("maxutility", "")) if holder is not None else None
        if holder is None or most is None or most <= 0:
            raise _GeniusFlaw("expected <utility maxutility=...> above 0", (holder or self.root).line)
        base, found = Fraction(0), list[Box]()
        for ufun, scale in self._ufuns(holder, 100 / most):
            for box in (e for e in ufun.children if e.tag == "hyperRectangle"):
                pays, one = self._box(box, scale)
                base += pays
                found += one
        rows = [tuple(Fraction(0) for _ in i.labels) for i in self.issues]
        rows[0] = tuple(base for _ in rows[0])
        return tuple(rows), tuple(found)

    def _ufuns(self, element: Element, scale: Fraction) -> Iterable[tuple[Element, Fraction]]:
        for ufun in (e for e in element.children if e.tag == "ufun"):
            how = ufun.attributes.get("aggregation", "sum")
            if how != "sum":
                raise _GeniusFlaw(
                    f"the aggregation '{label(how)[:40]}' of boxes is not read, only sums", ufun.line
                )
            share = number(ufun.attributes.get("weight", "1"))
            if share is None:
                raise _GeniusFlaw("expected a number as weight of a ufun", ufun.line)
            yield ufun, scale * share
            yield from self._ufuns(ufun, scale * share)

    def _box(self, box: Element, scale: Fraction) -> tuple[Fraction, list[Box]]:
        worth, share = (number(box.attributes.get(k, d)) for k, d in (("utility", ""), ("weight", "1")))
        if worth is None or share is None:
            raise _GeniusFlaw("expected a hyperRectangle with a number as utility", box.line)
        pays = worth * share * scale
        outside = box.all("EXCLUDES")
        inside: dict[int, set[int]] = {}
        for bound in outside or box.all("INCLUDES"):
            low, high = (number(bound.attributes.get(k, "")) for k in ("min", "max"))
            place = next(
                (
                    k
                    for k, i in enumerate(self.issues)
                    if i.index == bound.attributes.get("index", "").strip()
                ),
                None,
            )
            if low is None or high is None or place is None:
                raise _GeniusFlaw("expected a bound with index, min and max", bound.line)
            hit = {k for k, v in enumerate(self.issues[place].numbers) if low <= v <= high}
            inside[place] = inside.get(place, hit) & hit
        if not inside:
            return pays, []
        never = any(not ks for ks in inside.values())
        boxes = (
            []
            if never
            else [Box({i: tuple(sorted(ks)) for i, ks in inside.items()}, -pays if outside else pays)]
        )
        return (pays if outside else Fraction(0)), boxes


def _unit(value: Fraction) -> Fraction:
    return min(Fraction(1), max(Fraction(0), value))


def _triangle(v: Fraction, low: Fraction, high: Fraction, top: Fraction) -> Fraction:
    if v < low or v > high:
        return Fraction(0)
    if v == top:
        return Fraction(1)
    return (v - low) / (top - low) if v < top else (high - v) / (high - top)


# --- out


def write(case: Case) -> tuple[dict[str, bytes], Fidelity]:
    """The files of a GENIUS scenario: ``domain.xml`` and a profile for every party.

    Raises
    ------
    NotApplicable
        No party whose acceptance counts, or interactions that are no boxes over whole numbers.
    """
    fidelity = Fidelity("genius")
    cut = _cut_at_the_top(case)
    if cut:
        fidelity.change("sums above 100 are cut by GENIUS itself", ", ".join(cut))
        case = case.model_copy(update={"interactions": ()})
    boxed = bool(case.interactions) and whole_boxes(case)
    holds = ("discount", "interactions") if boxed else ("discount",)
    scenario = scenario_of(case, fidelity, holds)
    files = {"domain.xml": _file(_domain_lines(scenario, boxed))}
    names = [
        n if n not in ("domain", "pareto") else f"{n}-party"
        for n in short_ids(p.name for p in scenario.parties)
    ]
    for name, party in zip(names, scenario.parties, strict=True):
        lines = (
            _box_lines(scenario, party, fidelity)
            if boxed
            else _profile_lines(scenario, party, fidelity, party.name in cut)
        )
        files[f"{name}.xml"] = _file(lines)
        if name != party.name:
            fidelity.change(
                f"the party '{label(party.name)[:80]}' has its profile in {name}.xml; GENIUS knows no other name"
            )
    fidelity.change("utilities count from 0 to 1 instead of 0 to 100; their order and their ratios stay")
    return files, fidelity


def _file(lines: Iterable[str]) -> bytes:
    return ("\n".join(['<?xml version="1.0" encoding="UTF-8"?>', *lines]) + "\n").encode()


def _head(scenario: AdditiveScenario, whole: bool) -> Iterable[tuple[int, str, tuple[str, ...], str]]:
    for i, (name, labels) in enumerate(scenario.issues):
        if whole:
            kind = f'type="integer" vtype="integer" etype="integer" lowerbound={quoteattr(labels[0])} upperbound={quoteattr(labels[-1])}'
        else:
            kind = 'type="discrete" vtype="discrete" etype="discrete"'
        yield i, name, labels, f'  <issue index="{i + 1}" name={quoteattr(name)} {kind}>'


def _domain_lines(scenario: AdditiveScenario, whole: bool) -> Iterable[str]:
    yield "<negotiation_template>"
    yield f' <utility_space number_of_issues="{len(scenario.issues)}">'
    yield f' <objective index="0" name={quoteattr(scenario.name)} type="objective" etype="objective" description="">'
    for _, _, labels, head in _head(scenario, whole):
        yield head
        for k, text in enumerate(() if whole else labels, 1):
            yield f'   <item index="{k}" value={quoteattr(text)} cost="0" description=""/>'
        yield "  </issue>"
    yield " </objective>"
    yield " </utility_space>"
    yield "</negotiation_template>"


def _tail(party: Scores, top: Fraction, fidelity: Fidelity, constant: Fraction) -> Iterable[str]:
    left = Fraction(1) if party.discount is None else party.discount
    yield f' <discount_factor value="{exact_text(left, fidelity, party.name)}"/>'
    limit = party.reservation
    if limit is None:
        limit = constant + sum((min(row) for row in party.points), Fraction(0))
        fidelity.change(
            "no reservation value: the worst package is written, which refuses nothing", party.name
        )
    value = (limit - constant) / top
    if not 0 <= value <= 1:
        fidelity.change("the reservation value lies outside 0 to 1 of the file", party.name)
    yield f' <reservation value="{exact_text(value, fidelity, party.name)}"/>'


def _cut_at_the_top(case: Case) -> list[str]:
    """Names of parties whose interactions do nothing but cut sums at 100; none if any does more."""
    if not case.interactions:
        return []
    scenario = scenario_of(case, Fidelity(""), ("interactions",))
    rest = [p for p in scenario.parties if p.boxes]
    same = all(
        {(tuple(sorted(b.when.items())), b.points) for b in p.boxes}
        == {(tuple(sorted(b.when.items())), b.points) for b in capped(p.points) or ()}
        for p in rest
    )
    return [p.name for p in rest] if same else []


def _profile_lines(scenario: AdditiveScenario, party: Scores, fidelity: Fidelity, cut: bool) -> Iterable[str]:
    """Evaluations and weights; the evaluations' maximum is 1 wherever they are finite decimals."""
    lowest = [min(min(row), Fraction(0)) for row in party.points]
    constant = sum(lowest, Fraction(0))
    rows = [[v - low for v in row] for row, low in zip(party.points, lowest, strict=True)]
    if constant:
        fidelity.change(
            f"negative points are raised by {float(-constant):g} in all; so is the reservation value",
            party.name,
        )
    best = sum((max(row) for row in rows), Fraction(0))
    top = Fraction(100) if cut else max(Fraction(100), best)
    if top > 100:
        fidelity.change(f"utilities reach {float(top):g}; the scale is divided by that", party.name)
    yield "<utility_space>"
    yield f' <objective index="0" name={quoteattr(scenario.name)} type="objective" etype="objective" description="">'
    shares = []
    for i, _, labels, head in _head(scenario, False):
        yield head
        shares.append(max(rows[i]))
        values = [v / shares[i] if shares[i] else Fraction(0) for v in rows[i]]
        if any(decimal(v) is None for v in values):
            common = lcm(*(v.denominator for v in values))
            values = [v * common for v in values]
            fidelity.change(
                "evaluations are whole numbers, which GENIUS divides by their maximum and NegMAS does not",
                f"{party.name}, issue {i + 1}",
            )
        for k, (text, v) in enumerate(zip(labels, values, strict=True), 1):
            yield f'   <item index="{k}" value={quoteattr(text)} cost="0" evaluation="{decimal(v)}"/>'
        yield "  </issue>"
    for i, share in enumerate(shares):
        yield f'  <weight index="{i + 1}" value="{exact_text(share / top, fidelity, f"{party.name}, weight {i + 1}")}"/>'
    yield " </objective>"
    yield from _tail(party, top, fidelity, constant)
    yield "</utility_space>"


def _box_lines(scenario: AdditiveScenario, party: Scores, fidelity: Fidelity) -> Iterable[str]:
    """All scores as hyper-rectangles over whole numbers; the declared maximum is 100."""
    yield '<utility_space type="nonlinear">'
    yield f' <objective index="0" name={quoteattr(scenario.name)} type="objective" etype="objective" description="">'
    for _, _, _, head in _head(scenario, True):
        yield f"{head}</issue>"
    yield " </objective>"
    yield ' <utility maxutility="100">'
    yield '  <ufun type="PlainUfun" weight="1" aggregation="sum">'
    for i, row in enumerate(party.points):
        labels = scenario.issues[i][1]
        if len(set(row)) == 1:
            cells = [(row[0], labels[0], labels[-1])]
        else:
            cells = [(v, labels[k], labels[k]) for k, v in enumerate(row)]
        for v, low, high in cells:
            if v:
                worth = exact_text(v, fidelity, f"{party.name}, issue {i + 1}")
                yield f'   <hyperRectangle utility="{worth}"><INCLUDES index="{i + 1}" min="{low}" max="{high}"/></hyperRectangle>'
    for box in party.boxes:
        bounds = "".join(
            f'<INCLUDES index="{i + 1}" min="{scenario.issues[i][1][min(ks)]}" max="{scenario.issues[i][1][max(ks)]}"/>'
            for i, ks in sorted(box.when.items())
        )
        yield f'   <hyperRectangle utility="{exact_text(box.points, fidelity, party.name)}">{bounds}</hyperRectangle>'
    yield "  </ufun>"
    yield " </utility>"
    yield from _tail(party, Fraction(100), fidelity, Fraction(0))
    yield "</utility_space>"
