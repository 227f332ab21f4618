"""Who said what in a language that sets every clause off by a comma and marks its words by endings.

German and Ukrainian are read so: a sentence is a row of clauses between marks; a clause holds a verb of saying, found
by its base form, with its speaker beside it; the content is the clause before, the clause after, or the rest of its
own. Where the pack lists articles, noun phrases are told by them and by capitals, and a verb may stand last or leave
its prefix at the end of its clause; where it lists none, a subject is told from the phrases before it by its base form.
Every walk stays inside one sentence, whose length is bounded; so the whole is linear in the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from zopa.reading.attribution.cues import Attribution
from zopa.reading.language.lemmas import base_forms
from zopa.reading.language.lexicon import Lexicon
from zopa.reading.parsing.segment import DASHES, Segments

__all__ = ["attribute_by_commas"]

Range = tuple[int, int]
AND = "and"
"""What stands before a clause whose verb shares the subject of the one before."""
MARKS = DASHES | {",", ";", ":", ".", "!", "?", "…", "...", "(", ")"}
PHRASE = 6
"""Tokens of a quotation, marks included, that may be the name of something."""
LONGEST_SOURCE = 25
"""Tokens of the words for a speaker."""
LOOKED_BACK = 8
"""Clauses before a second verb in which its subject is looked for; a bound, so that the work stays linear."""
AHEAD = 3
"""Clauses over which an apposition or a relative clause is looked past."""


class _CommaClause(NamedTuple):
    """A run of tokens without a mark, or a quotation; ``mark`` is what stands before it."""

    start: int
    stop: int
    mark: str
    quoted: bool = False


class _CommaCue(NamedTuple):
    """A verb of saying: its token, its base form with the prefix that stands apart, the end of its clause before that."""

    at: int
    lemma: str
    classes: frozenset[str]
    stop: int
    finite: int
    """The auxiliary before it, or the verb itself."""


def attribute_by_commas(
    seg: Segments, lex: Lexicon, *, own: Sequence[Attribution] = (), skipped: frozenset[int] = frozenset()
) -> list[Attribution]:
    """All statements of a segmented text in order; ``own`` and ``skipped`` as in :func:`attribute`."""
    reader = _ClauseReader(seg, lex)
    out: list[Attribution] = []
    last: Attribution | None = None
    for n, (a, b) in enumerate(seg.sentences):
        if n in skipped:
            last = None
            continue
        found = reader.read(a, b)
        if not found and last is not None and (reader.is_all_quoted(a, b) or reader.is_reported(a, b)):
            found = [Attribution(last.source, (), (reader.trimmed(a, b),), "goes on", "", inherited=True)]
        out += found
        last = found[-1] if found else None
    return sorted([*out, *own], key=lambda x: x.place)


class _ClauseReader:
    def __init__(self, seg: Segments, lex: Lexicon) -> None:
        self.seg, self.lex = seg, lex
        self.words, self.lower = seg.words, seg.lower
        self.base: Callable[[str], str] = base_forms(lex.section("inflection")["lemmatiser"])
        self.infinitives = tuple(lex.section("inflection")["infinitives"].split())
        self.articles = bool(lex["comma.articles"])
        self.patterns = {
            name.partition(".")[2]: p
            for name, p in lex.patterns.items()
            if name.startswith("comma_openings.")
        }

    def is_(self, i: int, name: str) -> bool:
        """Whether token ``i`` is in a list of the pack's ``comma``."""
        return self.lower[i] in self.lex[f"comma.{name}"]

    # ------------------------------------------------------------ one sentence

    def read(self, a: int, b: int) -> list[Attribution]:
        """The statements of one sentence, in order."""
        clauses = self._clauses(a, b)
        inside = [x for c in clauses if c.quoted for x in self._inside_quotation(c)]
        if inside:
            return inside
        out = self._labelled(clauses) or self._opened(clauses, a, b) or self._said_after(clauses, a, b)
        done = max((p[1] for x in out for p in (*x.content, *x.cue, *x.source)), default=a)
        for k, c in enumerate(clauses):
            if c.quoted or c.start < done or self._is_subordinate(c):
                continue
            found = self._said_before(clauses, k, b)
            if found:
                out += found
                done = max(p[1] for x in found for p in (*x.content, *x.cue))
        return out

    def is_all_quoted(self, a: int, b: int) -> bool:
        """Whether every word of the sentence stands in a quotation."""
        words = [i for i in range(a, b) if self.words[i][0].isalnum()]
        return len(words) > 1 and all(self.seg.quote_of[i] >= 0 for i in words)

    def trimmed(self, a: int, b: int) -> Range:
        """A range without the marks at its ends; quotation marks stay."""
        while a < b - 1 and self.words[a] in MARKS:
            a += 1
        while b > a + 1 and self.words[b - 1] in MARKS:
            b -= 1
        return a, b

    def _clauses(self, a: int, b: int) -> list[_CommaClause]:
        out: list[_CommaClause] = []
        mark, start, i = "", a, a
        while i < b:
            q = self.seg.quote_of[i]
            if q >= 0 and self._is_speech(q, a):
                if i > start:
                    out.append(_CommaClause(start, i, mark))
                    mark = ""
                start = stop = min(self.seg.quotes[q].stop, b)
                out.append(_CommaClause(i, stop, mark, True))
                mark, i = "", stop
                continue
            if q >= 0:
                i = min(self.seg.quotes[q].stop, b)
                continue
            if i > start and self._opens_second_verb(i, b):
                out.append(_CommaClause(start, i, mark))
                mark, start = AND, i + 1
            elif self.words[i] in MARKS:
                if i > start:
                    out.append(_CommaClause(start, i, mark))
                    mark = ""
                mark = self.words[i] if self.words[i] not in DASHES or not mark else mark
                start = i + 1
            i += 1
        if b > start:
            out.append(_CommaClause(start, b, mark))
        return out

    def _opens_second_verb(self, i: int, b: int) -> bool:
        """Whether a conjunction stands directly before another verb of saying."""
        if not self.is_(i, "conjunctions") or i + 1 >= b or self.seg.quote_of[i + 1] >= 0:
            return False
        return self.words[i + 1][0].islower() and self._classes(i + 1) is not None

    def is_reported(self, a: int, b: int) -> bool:
        """Whether a sentence without a speaker is told as another's words: its verb is a reported form ("sei", "habe")."""
        if not self.articles or any(self.is_(i, "own_words") for i in range(a, b)):
            return False
        finite = (i for i in range(a, b) if self.is_(i, "auxiliaries") or self._is_reported_form(i))
        first = next(finite, None)
        return first is not None and (self.is_(first, "reported_forms") or self._is_reported_form(first))

    def _is_reported_form(self, i: int) -> bool:
        """``komme`` of ``kommen``: the stem with -e, which only reported speech has in the third person."""
        word = self.lower[i]
        if self.seg.quote_of[i] >= 0 or not word.endswith("e") or not self.words[i][0].islower():
            return False
        base = self.base(word)
        return base != word and base.endswith(self.infinitives) and word == base[: len(word) - 1] + "e"

    def _is_speech(self, q: int, a: int) -> bool:
        """Whether a quotation is something said rather than the name of a firm or a ship."""
        quote = self.seg.quotes[q]
        if quote.stop - quote.start > PHRASE or quote.start == a:
            return True
        before = quote.start - 1
        return self.words[before] in MARKS or self._classes(before) is not None

    # ------------------------------------------------------------ verbs

    def _classes(self, i: int) -> tuple[str, frozenset[str]] | None:
        """Base form and classes of a reporting verb; None for any other word."""
        word = self.words[i]
        if not word[0].isalpha() or (word[0].isupper() and i > self._sentence_start(i)):
            return None
        lemma = self.base(self.lower[i])
        classes = self.lex.classes.get(lemma) or self.lex.classes.get(self.lower[i])
        return (lemma, classes) if classes else None

    def _sentence_start(self, i: int) -> int:
        return self.seg.sentences[self.seg.sentence_of[i]][0]

    def _cue(self, c: _CommaClause) -> _CommaCue | None:
        """The first reporting verb of a clause, with the prefix at the clause's end."""
        last = c.stop - 1
        prefix = self.lower[last] if self.is_(last, "prefixes") and last > c.start else ""
        weak: _CommaCue | None = None  # a modal verb, where no other verb of its clause says something
        for i in range(c.start, last + 1 - bool(prefix)):
            found = self._with_prefix(i, prefix) if prefix else None
            stop = last if found else c.stop
            found = found or self._classes(i)
            if found and self._has_particle(found[0], i, c):
                finite = next((k for k in range(c.start, i) if self.is_(k, "auxiliaries")), i)
                cue = _CommaCue(i, *found, stop, finite)
                if not self.is_(i, "auxiliaries"):
                    return cue
                weak = weak or cue
        return weak

    def _has_particle(self, lemma: str, i: int, c: _CommaClause) -> bool:
        """Whether a verb that counts only with certain words has one of them after it in its clause."""
        needs = self.lex.particles.get(lemma)
        return not needs or not needs.isdisjoint(self.lower[i + 1 : c.stop])

    def _with_prefix(self, i: int, prefix: str) -> tuple[str, frozenset[str]] | None:
        lemma = prefix + self.base(self.lower[i])
        classes = self.lex.classes.get(lemma)
        return (lemma, classes) if classes and self.words[i][0].islower() else None

    def _is_subordinate(self, c: _CommaClause) -> bool:
        """Whether a clause hangs on another: after a conjunction or a relative pronoun."""
        if self.is_(c.start, "openers") or self.is_(c.start, "subordinators"):
            return True
        verb_last = self.articles and c.mark == "," and self.is_(c.start, "relatives")
        return verb_last or (not self.articles and self._is_relative(c.start))

    def _is_relative(self, i: int) -> bool:
        return self.base(self.lower[i]) in self.lex["comma.relatives"]

    # ------------------------------------------------------------ noun phrases

    def phrase_after(self, i: int, stop: int) -> Range | None:
        """The words for a speaker that start at ``i``, inside a clause that ends at ``stop``."""
        stop = min(stop, i + LONGEST_SOURCE)
        while i < stop and (self.is_(i, "adverbs") or self.is_(i, "reflexives")):
            i += 1
        if i >= stop or self.is_(i, "prepositions") or self.is_(i, "openers"):
            return None
        if self.is_(i, "pronouns"):
            return i, i + 1
        return self._with_articles(i, stop) if self.articles else self._without_articles(i, stop)

    def _with_articles(self, i: int, stop: int) -> Range | None:
        """Article, adjectives and capitals; after the first noun only genitives, prepositions and names."""
        k, nouns = i, 0
        while k < stop and self.seg.quote_of[k] < 0:
            capital = self.words[k][0].isupper() or self.words[k][0].isdigit()
            linked = self._links(k, stop) if nouns else self._opens_noun(k, stop)
            if not capital and not linked:
                break
            nouns += capital and not self.is_(k, "articles")
            k += 1
        k = self._named(k, stop)
        return (i, k) if nouns else None

    def _opens_noun(self, k: int, stop: int) -> bool:
        """An article or adjective with a noun to come."""
        return k + 1 < stop and (self.is_(k, "articles") or self.words[k + 1][0].isupper())

    def _links(self, k: int, stop: int) -> bool:
        """A genitive article or a preposition between two nouns."""
        return (
            k + 1 < stop
            and self.is_(k, "links")
            and (self.words[k + 1][0].isupper() or self.is_(k + 1, "articles"))
        )

    def _named(self, k: int, stop: int) -> int:
        """The end of a name in quotation marks that starts at ``k``, or ``k``."""
        q = self.seg.quote_of[k] if k < stop else -1
        return min(self.seg.quotes[q].stop, stop) if q >= 0 else k

    def _without_articles(self, i: int, stop: int) -> Range | None:
        """Up to the clause's end, a preposition or an adverb."""
        k = i
        while k < stop and not (self.seg.quote_of[k] < 0 and k > i and self._ends_phrase(k)):
            k += 1
        return (i, k) if k > i else None

    def _ends_phrase(self, k: int) -> bool:
        return any(self.is_(k, name) for name in ("prepositions", "adverbs", "openers", "times", "negations"))

    def phrase_before(self, a: int, i: int) -> Range | None:
        """The subject in the tokens ``a`` to before ``i``; None where they are an adverbial."""
        while a < i and self._opens_clause(a):
            a += 1
        while i > a and (
            self.is_(i - 1, "adverbs") or self.is_(i - 1, "negations") or self.is_(i - 1, "reflexives")
        ):
            i -= 1
        if a >= i:
            return None
        if self.is_(a, "prepositions"):
            start = None if self.articles else self._after_adverbial(a, i)
            if start is None and self.is_(a, "places"):  # "in the ministry they say"
                start = a + 1
            return (start, i) if start is not None and start < i else None
        if self.articles and not self._is_subject(a):
            return None
        return a, next((k for k in range(a + 1, i) if self.is_(k, "temporal")), i)

    def _opens_clause(self, a: int) -> bool:
        return self.is_(a, "conjunctions") or self.is_(a, "adverbs") or self.is_(a, "times")

    def _is_subject(self, a: int) -> bool:
        """With articles: a pronoun, an article that may be a nominative, or a capital."""
        return self.is_(a, "pronouns") or not self.is_(a, "oblique")

    def _after_adverbial(self, a: int, i: int) -> int | None:
        """Where the subject starts behind "in Kyiv": a pronoun, or the next word in its base form after the first noun."""
        k, nouns = a, 0
        while k < i:
            if self.is_(k, "times"):
                nouns = 1
            elif self.is_(k, "prepositions"):
                nouns = 0
            elif self.is_(k, "pronouns") or (
                nouns and self.base(self.lower[k]) == self.lower[k] and self.words[k][0].isalpha()
            ):
                return k
            elif not self.is_(k, "adverbs"):
                nouns += 1
            k += 1
        return None

    def _apposed(self, clauses: Sequence[_CommaClause], k: int, source: Range) -> tuple[Range, int]:
        """The source with the name or office after its comma, and the last clause that it takes up."""
        if k + 1 < len(clauses) and source[1] == clauses[k].stop and clauses[k + 1].mark == ",":
            c = clauses[k + 1]
            names = all(self.words[i][0].isupper() for i in range(c.start, c.stop))
            last = k + 2 >= len(clauses)
            if not c.quoted and c.stop - c.start <= 8 and (names or (last and self._is_office(c))):
                return (source[0], c.stop), k + 1
        return source, k

    def _is_office(self, c: _CommaClause) -> bool:
        return self.articles and self.is_(c.start, "articles") and self._cue(c) is None

    # ------------------------------------------------------------ statements

    def _inside_quotation(self, c: _CommaClause) -> Iterator[Attribution]:
        """``«X, — said SRC. — Y»``: the speaker between two dashes inside the quotation marks."""
        for j in range(c.start + 2, c.stop - 2):
            if self.words[j] not in DASHES or self.words[j - 1] not in (",", "!", "?", "…"):
                continue
            found = self._classes(j + 1)
            if not found or "say" not in found[1]:
                continue
            end = next(
                (
                    k
                    for k in range(j + 2, min(c.stop, j + LONGEST_SOURCE))
                    if self.words[k] in (",", ".", "»", "”")
                ),
                c.stop,
            )
            source = self.phrase_after(j + 2, end)
            if not source:
                continue
            cue = (j + 1, j + 2)
            yield Attribution((source,), (cue,), (self.trimmed(c.start, j - 1),), "inside", found[0])
            rest = self.trimmed(end, c.stop)
            if rest[1] - rest[0] > 1 and any(self.words[k][0].isalnum() for k in range(*rest)):
                yield Attribution((source,), (), (rest,), "goes on", "", inherited=True)
            return

    def _labelled(self, clauses: Sequence[_CommaClause]) -> list[Attribution]:
        """``NAME: "X"``: nothing but a name before a colon and a quotation."""
        if len(clauses) < 2 or clauses[1].mark != ":" or not clauses[1].quoted or clauses[0].quoted:
            return []
        name, said = clauses[0], clauses[1]
        if not all(self.words[i][0].isupper() for i in range(name.start, name.stop)):
            return []
        source, cue = (name.start, name.stop), (name.stop, name.stop + 1)
        return [Attribution((source,), (cue,), (self.trimmed(said.start, said.stop),), "line", ":")]

    def _opened(self, clauses: Sequence[_CommaClause], a: int, b: int) -> list[Attribution]:
        """``According to SRC, X``; ``as SRC reports, X``; ``X, it says in SRC``: by the patterns of the pack."""
        begin, stop = self.seg.span(a, b)
        low = self.seg.text[begin:stop].lower().replace("’", "'")
        for name in ("according", "reported", "stated_in"):
            m = self.patterns[name].search(low)
            if not m or self.seg.quote_of[self._token(begin + m.start("cue"), a, b)] >= 0:
                continue
            cue = self._token(begin + m.start("cue"), a, b), self._token(begin + m.end("cue") - 1, a, b) + 1
            first = self._token(begin + m.start("source"), a, b)
            clause = next((c for c in clauses if c.start <= first < c.stop), None)
            limit = min(clause.stop if clause else b, self._token(begin + m.end("source") - 1, a, b) + 1)
            if self.is_(first, "pronouns") or self.lower[first] in self.lex["person_pronouns"]:
                limit = first + 1  # "in her view"
            source = self.phrase_after(first, limit) if self.articles else (first, limit)
            if not source:
                continue
            head, tail = (
                min(cue[0], source[0], self._token(begin + m.start(), a, b)),
                max(cue[1], source[1], self._token(begin + m.end() - 1, a, b) + 1),
            )
            tail = tail if not self.articles else max(cue[1], source[1])
            stop = self._cut(clauses, tail, b)
            content = [self.trimmed(x, y) for x, y in ((a, head), (tail, stop)) if self._has_words(x, y)]
            if content:
                return [Attribution((source,), (cue,), tuple(content), name, self.base(self.lower[cue[0]]))]
        return []

    def _token(self, offset: int, a: int, b: int) -> int:
        return next((i for i in range(a, b) if self.seg.end[i] > offset), b - 1)

    def _has_words(self, x: int, y: int) -> bool:
        return sum(self.words[i][0].isalnum() for i in range(x, y)) > 1

    def _said_after(self, clauses: Sequence[_CommaClause], a: int, b: int) -> list[Attribution]:
        """``X, said SRC`` and ``"X," said SRC``: the clause that starts with the verb."""
        for k in range(1, len(clauses)):
            c = clauses[k]
            if c.quoted or c.mark in (":", ";", "(", AND):
                continue
            cue = self._opening_cue(c)
            if not cue or (not clauses[k - 1].quoted and c.mark == ""):
                continue
            source = self.phrase_after(cue.at + 1, cue.stop)
            if not source or self._announces(clauses, k) or not self._is_said(clauses[:k], a, c.start):
                continue
            source, last = self._apposed(clauses, k, source)
            pieces = ((cue.at, cue.at + 1), *(((cue.stop, c.stop),) if cue.stop < c.stop else ()))
            content = [self.trimmed(a, c.start)]
            after = clauses[last + 1 : last + 2]
            if after and (after[0].quoted or not clauses[k - 1].quoted) and self._resumes(after[0]):
                content.append(self.trimmed(after[0].start, b))
            return [Attribution((source,), pieces, tuple(content), "inverted", cue.lemma)]
        return []

    def _is_said(self, before: Sequence[_CommaClause], a: int, stop: int) -> bool:
        """Whether what stands before the speaker is a quotation, or has a verb of its own: no phrase with its apposition."""
        if not self._has_words(a, stop):
            return False
        return any(c.quoted or (not self._is_subordinate(c) and self._has_verb(c)) for c in before)

    def _has_verb(self, c: _CommaClause) -> bool:
        return any(
            self.is_(i, "auxiliaries")
            or (self.words[i][0].islower() and self.base(self.lower[i]).endswith(self.infinitives))
            or (i == c.start and self.base(self.lower[i]).endswith(self.infinitives))
            for i in range(c.start, c.stop)
        )

    def _opening_cue(self, c: _CommaClause) -> _CommaCue | None:
        """The verb of saying with which a clause starts; "so" before a name counts as one where the pack says so."""
        if self.is_(c.start, "bare_cues") and c.stop > c.start + 1 and self._names(c.start + 1):
            return _CommaCue(c.start, self.lower[c.start], frozenset(["say"]), c.stop, c.start)
        cue = self._cue(c)
        return cue if cue and cue.at == c.start and "say" in cue.classes else None

    def _names(self, i: int) -> bool:
        """Whether a name or an article stands here."""
        return self.words[i][0].isupper() or self.is_(i, "articles")

    def _announces(self, clauses: Sequence[_CommaClause], k: int) -> bool:
        """Whether the clause after ``k`` is what its verb opens: that, whether, a colon."""
        after = clauses[k + 1 : k + 2]
        return bool(after) and (after[0].mark == ":" or self.is_(after[0].start, "openers"))

    def _resumes(self, c: _CommaClause) -> bool:
        return c.quoted or not (self.is_(c.start, "subordinators") or self.is_(c.start, "conjunctions"))

    def _said_before(self, clauses: Sequence[_CommaClause], k: int, b: int) -> list[Attribution]:
        """``SRC said, that X``; ``SRC rejects X``; ``SRC wants to X``; with a prefix or a participle at the end."""
        c = clauses[k]
        cue = self._cue(c)
        if not cue:
            return []
        source, front, rest = self._split_clause(clauses, k, cue)
        if not source:
            return []
        behind = (
            None if front and self.is_(cue.at, "auxiliaries") else self._content(clauses, k, b, cue, rest)
        )
        content = behind or (self.trimmed(*front) if front else None)
        if not content or not any(self.words[i][0].isalnum() for i in range(*content)):
            return []
        more = self._infinitive_after(clauses, k, b, content)
        pieces = [(cue.at - (cue.at > c.start and self.is_(cue.at - 1, "negations")), cue.at + 1)]
        pieces += [(i, i + 1) for i in self._denials(c, cue, content)]
        if cue.finite < pieces[0][0]:
            pieces.insert(0, (cue.finite, cue.finite + 1))
        if cue.stop < c.stop:
            pieces.append((cue.stop, c.stop))
        return [Attribution((source,), tuple(pieces), (content, *more), "before", cue.lemma)]

    def _denials(self, c: _CommaClause, cue: _CommaCue, content: Range) -> list[int]:
        """Negations that stand apart from the verb whose clause they are in: ``stimmt dem Plan nicht zu``."""
        if not self.articles:
            return []
        beside = cue.at - 1
        apart = (i for i in range(cue.finite + 1, c.stop) if i != beside and self.is_(i, "negations"))
        return [i for i in apart if not content[0] <= i < content[1]]

    def _split_clause(
        self, clauses: Sequence[_CommaClause], k: int, cue: _CommaCue
    ) -> tuple[Range | None, Range | None, Range]:
        """Subject, what stands in front of the verb instead of it, and the rest of the clause."""
        c = clauses[k]
        middle = (cue.finite + 1, cue.at) if cue.finite < cue.at and self.articles else (cue.at + 1, cue.stop)
        subject = self.phrase_before(c.start, cue.finite)
        if subject is None and cue.finite == c.start and k and not c.quoted:
            subject = self._over_apposition(clauses, k)
            if subject:
                return subject, None, self._bare(middle)
        if subject:
            return subject, None, self._bare(middle)
        if self._starts_with_verb(c, cue):
            return self._shared_subject(clauses, k), None, self._bare(middle)
        after = self.phrase_after(middle[0], middle[1])
        if not after:
            return None, None, middle
        front = (c.start, cue.finite) if cue.finite > c.start + 1 else None
        return after, front, self._bare((after[1], middle[1]))

    def _shared_subject(self, clauses: Sequence[_CommaClause], k: int) -> Range | None:
        """The subject of the verb before: of the last verb of saying where a comma parts them, else of the nearest verb."""
        nearest: Range | None = None
        for n in range(k - 1, max(-1, k - 1 - LOOKED_BACK), -1):
            c = clauses[n]
            cue = None if c.quoted else self._cue(c)
            verb = next((i for i in range(c.start, c.stop) if self._is_verb(i)), None)
            if c.quoted or verb is None or c.mark == AND or (cue and self._starts_with_verb(c, cue)):
                continue  # it has no subject of its own
            if cue:
                return self._split_clause(clauses, n, cue)[0]
            nearest = nearest or self.phrase_before(c.start, verb)
            if clauses[k].mark == AND:
                break
        return nearest

    def _is_verb(self, i: int) -> bool:
        if self.is_(i, "auxiliaries"):
            return True
        base = self.base(self.lower[i])
        return base.endswith(self.infinitives) and self.words[i][0].islower() and (base != self.lower[i])

    def _bare(self, span: Range) -> Range:
        """The middle of a clause without adverbs, "sich" and "not" at its ends."""
        a, b = span
        while a < b and (self.is_(a, "reflexives") or self.is_(a, "adverbs") or self.is_(a, "negations")):
            a += 1
        while b > a and (self.is_(b - 1, "adverbs") or self.is_(b - 1, "negations")):
            b -= 1
        return a, b

    def _over_apposition(self, clauses: Sequence[_CommaClause], k: int) -> Range | None:
        """``SRC, who did Y, said``: the phrase before the apposition or the relative clause."""
        for n in range(k - 1, max(-1, k - 1 - AHEAD), -1):
            c = clauses[n]
            if c.quoted or (n + 1 < k and clauses[n + 1].mark != ","):
                return None
            if n < k - 1 and not self._is_subordinate(c) and self._cue(c) is None:
                subject = self.phrase_before(c.start, c.stop)
                return (subject[0], clauses[k - 1].stop) if subject else None
        return None

    def _content(
        self, clauses: Sequence[_CommaClause], k: int, b: int, cue: _CommaCue, rest: Range
    ) -> Range | None:
        """What follows the verb: a quotation, a clause, an infinitive, or the rest of its own clause."""
        after = clauses[k + 1] if k + 1 < len(clauses) else None
        filled = rest[1] > rest[0] and not self._is_circumstance(rest, cue)
        if after and (after.mark == ":" or after.quoted):
            return self.trimmed(after.start, b)
        if after and after.mark == "," and self.is_(after.start, "openers") and "say" in cue.classes:
            return self._to_end(clauses, k + 1, b)
        if (
            after
            and after.mark == ","
            and self.articles
            and not filled
            and not self._is_relative_clause(after)
        ):
            return self._to_end(clauses, k + 1, b)
        if not filled or not (cue.classes & {"object", "infinitive"}):
            return None
        if self.articles and cue.stop < clauses[k].stop:
            return self.trimmed(*rest)
        goes_on = after is not None and self._goes_on(after)
        return self._to_end(clauses, k, b, rest[0]) if goes_on else self.trimmed(*rest)

    def _infinitive_after(
        self, clauses: Sequence[_CommaClause], k: int, b: int, content: Range
    ) -> tuple[Range, ...]:
        """``forderte X auf, Y zu tun``: the infinitive after the comma goes on with a content in the verb's own clause."""
        c = clauses[k + 1] if k + 1 < len(clauses) else None
        if c is None or not self.articles or content[1] > clauses[k].stop or c.mark != ",":
            return ()
        last = c.stop - 1
        infinitive = self.lower[last].endswith(self.infinitives)
        marked = self.lower[last - 1] == "zu" or "zu" in self.lower[last][1:-3]
        return (self.trimmed(c.start, b),) if infinitive and marked else ()

    def _is_circumstance(self, rest: Range, cue: _CommaCue) -> bool:
        """``sagte am Samstag, ...``: a time or place, no object."""
        placed = self.is_(rest[0], "prepositions") and "object" not in cue.classes
        return placed or all(self.is_(i, "times") or self.is_(i, "prepositions") for i in range(*rest))

    def _is_relative_clause(self, c: _CommaClause) -> bool:
        return self.is_(c.start, "relatives") and not self.is_(c.start, "articles")

    def _goes_on(self, c: _CommaClause) -> bool:
        """Whether a clause after an object belongs to it: a condition, a relative clause, "that"."""
        return self._is_subordinate(c)

    def _cut(self, clauses: Sequence[_CommaClause], after: int, b: int) -> int:
        """Where another verb of saying starts after a conjunction, with its subject or that of the verb before; else ``b``."""
        for c in clauses:
            if c.start <= after or c.quoted or not (c.mark == AND or self.is_(c.start, "contrast")):
                continue
            cue = self._cue(c)
            if not cue or "say" not in cue.classes:
                continue
            if self.phrase_before(c.start, cue.finite) or self._starts_with_verb(c, cue):
                return c.start
        return b

    def _starts_with_verb(self, c: _CommaClause, cue: _CommaCue) -> bool:
        """``, und fügte hinzu``: the verb directly after the conjunction."""
        first = c.start + self.is_(c.start, "conjunctions")
        return cue.finite == first and (first > c.start or c.mark == AND)

    def _to_end(self, clauses: Sequence[_CommaClause], k: int, b: int, start: int = -1) -> Range:
        """From a clause to the sentence's end, or to where another speaker is heard."""
        b = self._cut(clauses, clauses[k].start + 1, b)
        return self.trimmed(start if start >= 0 else clauses[k].start, b)
