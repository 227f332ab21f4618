"""An OpenAI-compatible endpoint as a second reader, off unless its address is given.

The text is data: it is delimited and numbered by sentence, the model has no tools, and its answer is confined to
sentence numbers, exact strings of the text and closed lists. Whatever else comes back is refused; what remains
goes through the same gate as everything. Where it differs from the rules, a flag says what each of them reads.
"""

from __future__ import annotations

import hashlib
import http.client
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from zopa.case.model import KINDS, Case
from zopa.errors import CaseError
from zopa.reading.chat.dialects import address_of, in_dialect
from zopa.reading.chat.prompting import CONTEXT, NumberedSentence, Questionnaire, tokens_in
from zopa.reading.chat.replies import Reply, candidate_of, reply_of
from zopa.reading.chat.transport import EndpointError, persistently, post
from zopa.reading.extraction.extract import Assembler, Extract, Suggestion
from zopa.reading.extraction.issues import Match
from zopa.reading.extraction.speakers import Roster, Who
from zopa.reading.extraction.speech_acts import Condition
from zopa.reading.grounding import Candidate, Ground, Grounding
from zopa.reading.language.lexicon import lexicon
from zopa.reading.layout.statements import read_passages

__all__ = ["Dialogue", "Endpoint", "ask", "planned", "post"]

MAX_SECONDS = 120.0
"""Seconds for one request, unless the endpoint says otherwise."""
FAILURES = 3
"""Requests in a row without a usable answer after which no more are sent."""
NO_SENSE = frozenset([401, 402, 403, 404, 405, 410])
"""HTTP answers after which no other request can succeed."""
_TOO_LONG = ("context", "too long", "too large", "maximum", "exceed", "n_ctx", "token")
_NO_SCHEMA = ("schema", "response_format", "grammar", "json", "format", "structured")


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One request and its answer, kept as sent and received, with their sha256."""

    destination: str
    request: str
    answer: str
    problem: str = ""

    @property
    def digest(self) -> str:
        """sha256 over request and answer."""
        return hashlib.sha256((self.request + "\0" + self.answer).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model is asked, and how.

    Attributes
    ----------
    url : str
        For example ``http://localhost:11434/v1``. Nothing is sent anywhere else.
    model : str
        The model's name there.
    key : str
        Sent as a bearer token where it is not empty.
    runs : int
        How often to ask; a statement found in fewer than all runs says so.
    send : callable, optional
        ``(url, body, key) -> answer`` in place of the network.
    keep : callable, optional
        Is given every dialogue, answered or not.
    timeout : float, optional
        Seconds for one request, and for waiting between tries; :data:`MAX_SECONDS` if left out.
    tell : callable, optional
        Is given the step at work and the share that is done, from 0 to 1.
    pause : callable
        Waits some seconds between two tries.
    """

    url: str
    model: str
    key: str = ""
    runs: int = 1
    send: Callable[[str, str, str], str] | None = None
    keep: Callable[[Dialogue], None] | None = None
    timeout: float | None = None
    tell: Callable[[str, float], None] | None = None
    pause: Callable[[float], None] = time.sleep

    @property
    def address(self) -> str:
        """Where requests go: ``chat/completions`` below the URL, or Ollama's own ``/api/chat``."""
        return address_of(self.url)

    def once(self, body: str) -> str:
        """One request, tried once; the dialogue is kept, answered or not.

        Raises
        ------
        CaseError, OSError
            If there is no answer.
        """
        answer = problem = ""
        body = in_dialect(self.address, body, CONTEXT)
        try:
            if self.send:
                answer = self.send(self.address, body, self.key)
            else:
                answer = post(self.address, body, self.key, seconds=self.timeout or MAX_SECONDS)
        except (OSError, http.client.HTTPException, CaseError) as error:
            problem = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise
        finally:
            if self.keep:
                self.keep(Dialogue(self.address, body, answer, problem or _unusable(answer)))
        return answer


def _unusable(answer: str) -> str:
    try:
        reply_of(answer)
    except ValueError as error:
        return str(error)
    return ""


@dataclass(slots=True)
class _Tally:
    """Requests sent, tries of them, tokens that the server counted (sent, received), and how many replies it counted."""

    requests: int = 0
    tries: int = 0
    sent: int = 0
    received: int = 0

    def __str__(self) -> str:
        again = f" ({self.tries - self.requests} tried again)" if self.tries > self.requests else ""
        counted = (
            f"{self.sent:,} tokens sent, {self.received:,} received" if self.sent else "tokens not counted"
        )
        return f"{self.requests} requests{again}, {counted} by the server"


class _Conversation:
    """Asks an endpoint about a text, piece by piece, and copes with what goes wrong."""

    def __init__(self, endpoint: Endpoint, asking: Questionnaire, notes: list[str]) -> None:
        self.endpoint, self.asking, self.notes = endpoint, asking, notes
        self.schema = True
        self.tally = _Tally()
        self.failures = 0
        self.over = False

    def candidates(self) -> Iterator[Candidate]:
        """What the endpoint lists, in one run over the text."""
        pieces = list(self.asking.pieces())
        for n, piece in enumerate(pieces):
            if self.endpoint.tell:
                self.endpoint.tell(f"request {n + 1} of {len(pieces)}", n / len(pieces))
            yield from self._of(piece)
            if self.over:
                left = sum(len(p) for p in pieces[n + 1 :])
                self.notes += [f"endpoint: {left} more sentences were not sent"] if left else []
                return

    def _of(self, piece: range) -> Iterator[Candidate]:
        """What is listed about one piece; in halves where it is too long for the endpoint."""
        reply, problem, shorter = self._asked(piece)
        if shorter and len(piece) > 1:
            middle = piece.start + len(piece) // 2
            yield from self._of(range(piece.start, middle))
            if not self.over:
                yield from self._of(range(middle, piece.stop))
            return
        numbers = [self.asking.sentences[n].number for n in piece]
        if problem:
            self.failures += 1
            self.over = self.over or self.failures >= FAILURES
            self.notes.append(
                f"endpoint: no usable answer for sentences {numbers[0]} to {numbers[-1]}: {problem}"
            )
        elif reply.cut:
            self.notes.append(
                f"endpoint: its answer for sentence {numbers[0]} breaks off; what it listed is used"
            )
        for item in reply.items:
            candidate, why = candidate_of(item, _KINDS)
            if candidate is None:
                self.notes.append(f"endpoint: refused an item: {why}")
            elif candidate.sentence not in numbers:
                self.notes.append(f"endpoint: refused an item: sentence {candidate.sentence} was not sent")
            else:
                yield candidate

    def _asked(self, piece: range) -> tuple[Reply, str, bool]:
        """The reply about a piece, what is wrong with it, and whether shorter pieces may do better."""
        body = self.asking.body(piece, self.endpoint.model, schema=self.schema)
        self.tally.requests += 1
        try:
            answer = self._answer(body)
            reply = reply_of(answer)
        except EndpointError as error:
            words = error.words.lower()
            if self.schema and error.status in range(400, 600) and any(w in words for w in _NO_SCHEMA):
                return self._without_schema(piece, error.words)
            if error.status == 413 or (
                error.status in (400, 422, 500) and any(w in words for w in _TOO_LONG)
            ):
                return Reply(()), error.words, True
            if self.schema and error.status in (400, 422, 501):
                return self._without_schema(piece, error.words)
            self.over = error.status in NO_SENSE or not error.reached
            return Reply(()), error.words, False
        except CaseError as error:
            self.over = True
            return Reply(()), str(error).splitlines()[0], False
        except ValueError as error:
            if (
                self.schema and not self.failures
            ):  # some servers answer nothing to a schema that they cannot follow
                return self._without_schema(piece, str(error))
            return Reply(()), str(error), False
        self.failures = 0
        self.tally.sent += reply.tokens[0]
        self.tally.received += reply.tokens[1]
        return reply, "", reply.cut

    def _without_schema(self, piece: range, words: str) -> tuple[Reply, str, bool]:
        self.schema = False
        self.notes.append(f"endpoint: asked again without a JSON schema: {words}")
        return self._asked(piece)

    def _answer(self, body: str) -> str:
        limit = self.endpoint.timeout or MAX_SECONDS

        def once() -> str:
            self.tally.tries += 1
            return self.endpoint.once(body)

        return persistently(once, limit, self.endpoint.pause)[0]


_KINDS = frozenset(KINDS)
Pieces = tuple[tuple[int, int], ...]


@dataclass(slots=True)
class _Answers:
    """What an endpoint answered: candidates that passed the gate by their content, with how often; and notes."""

    placed: dict[Pieces, tuple[Candidate, Grounding, int]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def planned(text: Any, case: Case | None = None, *, language: str = "") -> tuple[int, int]:
    """How many requests one run over a prepared text takes, and about how many tokens they send."""
    language = language or text.language
    reader = Assembler(text, lexicon(language), Roster.of(case, text.published.on, language), case)
    asking = _questionnaire(reader, case)
    sizes = [tokens_in(asking.body(piece, "", schema=False)) for piece in asking.pieces()]
    return len(sizes), sum(sizes)


def ask(rules: Extract, case: Case | None, endpoint: Endpoint, *, language: str = "") -> Extract:
    """What the rules read, joined with what an endpoint reads in the same text.

    Parameters
    ----------
    rules : Extract
        The rules' own reading. Where the endpoint names another kind, condition or issue, or a speaker where the rules
        know only a pronoun, and the gate lets it pass, it is taken and a flag says what the rules read.
    case : Case, optional
        Its speakers and issues are used.
    endpoint : Endpoint
        Where to ask.
    language : str
        The language pack; left out, that of the text.

    Returns
    -------
    Extract
        With ``notes`` on everything that was refused and why. A failing endpoint leaves the rules' reading.
    """
    language = language or rules.text.language
    assembler = Assembler(
        rules.text, lexicon(language), Roster.of(case, rules.text.published.on, language), case
    )
    found = read_passages(assembler.seg, assembler.layout, assembler.lex)
    issues = {k: tuple(i.options) for k, i in case.issues.items()} if case else {}
    ground = Ground(assembler.seg, found, issues, language)
    answers = _Answers()
    conversation = _Conversation(endpoint, _questionnaire(assembler, case), answers.notes)
    for _ in range(endpoint.runs):
        seen: set[Pieces] = set()
        for candidate in conversation.candidates():
            candidate = replace(candidate, speaker=_as_written(candidate.speaker, assembler))
            verdict = ground.check(candidate)
            content = verdict.content
            if verdict.state == "rejected":
                answers.notes.append(f"endpoint: refused {candidate.content[0][:50]!r}: {verdict.reasons[0]}")
            elif content not in seen:
                seen.add(content)
                count = answers.placed[content][2] if content in answers.placed else 0
                answers.placed[content] = (candidate, verdict, count + 1)
        if conversation.over:
            break
    answers.notes.append(f"endpoint: {conversation.tally}")
    return _Joiner(rules, assembler, endpoint).joined(answers)


def _as_written(speaker: str, assembler: Assembler) -> str:
    """A speaker by words of the text: in its capitals, or as the text calls a known speaker; else unchanged."""
    body, roster = assembler.body, assembler.resolver.roster
    if not speaker or speaker in body:
        return speaker
    entry = roster.by_alias.get(roster.fold(speaker))
    for name in (speaker, *((entry.name, *entry.aliases) if entry else ())):
        m = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", body, re.I) if len(name) > 2 else None
        if m:
            return m.group()
    return speaker


def _questionnaire(assembler: Assembler, case: Case | None) -> Questionnaire:
    sentences = []
    for n, (a, b) in enumerate(assembler.seg.sentences):
        first, last = assembler.seg.span(a, b)
        passage = assembler.layout.at(first)
        if passage is None:  # a label before a speaker's words
            continue
        named = assembler.body[slice(*passage.speaker)] if passage.speaker else ""
        sentences.append(NumberedSentence(n, " ".join(assembler.body[first:last].split()), named))
    return Questionnaire(sentences, case, list(assembler.resolver.full_names.values()))


class _Joiner:
    """Joins what an endpoint reads with what the rules read: what both see once, with what each adds."""

    def __init__(self, rules: Extract, assembler: Assembler, endpoint: Endpoint) -> None:
        self.rules, self.assembler, self.model, self.runs = rules, assembler, endpoint.model, endpoint.runs
        self.statements = list(rules.statements)

    def joined(self, answers: _Answers) -> Extract:
        """The rules' statements, helped, then those that only the endpoint read."""
        new: list[Suggestion] = []
        agreed: set[int] = set()
        for content, (candidate, verdict, count) in answers.placed.items():
            often = (f"found in {count} of {self.runs} runs",) if self.runs > 1 else ()
            same = self._same(content, agreed)
            if same is None:
                new.append(self._new(content, candidate, verdict, often))
            else:
                agreed.add(same)
                self.statements[same] = self._helped(self.statements[same], candidate, verdict, often)
        summary = f"endpoint {self.model}: {len(agreed)} statements as the rules, {len(new)} more to look at"
        notes = (*self.rules.notes, summary, *answers.notes)
        return replace(self.rules, statements=tuple(self.statements + new), notes=notes)

    def _same(self, content: Pieces, taken: set[int]) -> int | None:
        """The rules' statement with the most of these words, if at least half are shared."""
        shares = (
            (_dice(s.content, content), -i) for i, s in enumerate(self.rules.statements) if i not in taken
        )
        best = max(shares, default=(0.0, 0))
        return -best[1] if best[0] >= 0.5 else None

    def _new(
        self, content: Pieces, candidate: Candidate, verdict: Grounding, often: tuple[str, ...]
    ) -> Suggestion:
        mention = verdict.speaker
        if mention is None:
            passage = self.assembler.layout.at(content[0][0])
            mention = passage.speaker if passage else None
        before = [s.who for s in self.rules.statements if s.span[0] <= content[0][0]]
        self.assembler.resolver.recall(before)
        s = self.assembler.suggestion(content, verdict.cue, mention, f"llm:{self.model}")
        if candidate.kind:
            s = replace(s, kind=replace(s.kind, kind=candidate.kind, why=f"named by {self.model}"))
        if verdict.condition:
            s = replace(s, condition=self._condition(verdict))
        if candidate.issue:
            s = replace(s, issues=self._issues(s, candidate))
        return replace(s, flags=("only the endpoint read this", *often, *verdict.reasons))

    def _helped(
        self, s: Suggestion, candidate: Candidate, verdict: Grounding, often: tuple[str, ...]
    ) -> Suggestion:
        """A statement of the rules with what the endpoint reads in it; each difference is flagged."""
        flags = list(s.flags)
        if candidate.kind and candidate.kind != s.kind.kind:
            flags.append(f"the endpoint reads it as {candidate.kind}, the rules as {s.kind.kind}")
            s = replace(s, kind=replace(s.kind, kind=candidate.kind, why=f"named by {self.model}"))
        if verdict.condition and not (
            s.condition and _dice((s.condition.condition,), (verdict.condition,)) > 0.5
        ):
            other = f"; the rules: {self.rules.words(s.condition.condition)!r}" if s.condition else ""
            flags.append(f"condition named by {self.model}{other}")
            s = replace(s, condition=self._condition(verdict))
        if candidate.issue and (not s.issues or s.issues[0].issue != candidate.issue):
            other = f"; the rules: {s.issues[0].issue}" if s.issues else ""
            flags.append(f"issue named by {self.model}{other}")
            s = replace(s, issues=self._issues(s, candidate))
        elif candidate.option and candidate.option not in s.issues[0].options:
            flags.append(f"option named by {self.model}")
            s = replace(s, issues=self._issues(s, candidate))
        if verdict.speaker and (who := self._better(s, verdict.speaker)):
            flags.append(f"speaker named by {self.model}; the rules: {s.who.name or 'nobody'}")
            s = replace(s, who=who, mention=(verdict.speaker,))
        if len(flags) > len(s.flags):
            flags += often
        return replace(s, flags=tuple(flags))

    def _better(self, s: Suggestion, mention: tuple[int, int]) -> Who | None:
        """Another speaker than the rules found: only where they had a pronoun, or whoever has the turn."""
        words = self.rules.text.body[slice(*mention)]
        own = [p for p in s.mention if p[0] < mention[1] and mention[0] < p[1]]
        any_party = self.assembler.lex.patterns["layout.any_party"]
        if own or (s.who.name and words in s.who.name) or any_party.fullmatch(words.lower()):
            return None
        who = self.assembler.resolver.resolve(words)
        return who if who.name and who.name != s.who.name and who.how != "open" else None

    def _condition(self, verdict: Grounding) -> Condition | None:
        if verdict.condition is None:
            return None
        return Condition(verdict.condition, verdict.consequent, f"named by {self.model}", False)

    def _issues(self, s: Suggestion, candidate: Candidate) -> tuple[Match, ...]:
        """The endpoint's issue before those of the rules."""
        known = next((m for m in s.issues if m.issue == candidate.issue), None)
        options = (candidate.option,) if candidate.option else known.options if known else ()
        words = known.words if known else (self.model,)
        rest = tuple(m for m in s.issues if m.issue != candidate.issue)
        return (Match(candidate.issue, options, words), *rest)


def _dice(a: Pieces, b: Pieces) -> float:
    """Characters in common, measured on both."""
    shared = sum(max(0, min(x[1], y[1]) - max(x[0], y[0])) for x in a for y in b)
    return 2 * shared / max(1, sum(y - x for x, y in a) + sum(y - x for x, y in b))
