"""Who said what, by transparent patterns: source, cue and content as token ranges, with the rule that fired.

Each sentence is read in passes: lines with their speaker, ``according to``, speakers after or inside their
words (``X, said SRC``), then speakers before their words, left to right. What is taken is not read again.
A rule is a function of the sentence, a verb group and what was found before; the tables name them in order.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from zopa.reading.attribution.comma_clauses import attribute_by_commas
from zopa.reading.attribution.contents import (
    after_cue,
    clause_of,
    content_after,
    content_before,
    is_clause,
    resumed,
    verb_follows,
)
from zopa.reading.attribution.cues import (
    BREAK,
    OPEN_END,
    PAUSE,
    Attribution,
    Attributions,
    is_quoted,
    quote_end,
    starts_line,
    statement,
)
from zopa.reading.attribution.nominals import adjective, impersonal, light_verb, nominal, passive, was_asked
from zopa.reading.attribution.party_acts import elliptical, party_acts, promised, spoken_on, undertaking
from zopa.reading.attribution.quotations import (
    agreed_line,
    announced_block,
    announced_quotation,
    bare,
    colon_line,
    opening_inversion,
    signed,
)
from zopa.reading.attribution.subjects import before_adverbs, earlier_subject, issuer, later_subject, subject
from zopa.reading.language.lexicon import Lexicon
from zopa.reading.parsing.clauses import clause_starts, content_end
from zopa.reading.parsing.noun_phrases import left_phrase, right_phrase
from zopa.reading.parsing.segment import Segments
from zopa.reading.parsing.tags import Range, Sentence, is_adjective, tagged
from zopa.reading.parsing.verb_groups import VerbGroup, unknown_verb, verb_group

__all__ = ["Attribution", "attribute"]

BESIDE = 8
"""Tokens of a quotation without a verb of saying that is more than a phrase."""
LONGEST_QUOTATION = 200
"""Sentences of one quotation that are kept together; a bound, so that the work stays linear."""


def attribute(
    seg: Segments,
    lex: Lexicon,
    nested: bool = True,
    *,
    own: Sequence[Attribution] = (),
    skipped: frozenset[int] = frozenset(),
    unless_told: Mapping[int, Attribution | None] = MappingProxyType({}),
    record: bool = False,
) -> list[Attribution]:
    """All statements of a segmented text, outer ones in order, each followed by those nested in its content.

    ``own`` are statements read in another way, and ``skipped`` the sentences that are not to be walked over;
    ``unless_told`` is what a sentence states where the walk finds nobody else who says it. In a ``record`` of a
    meeting what somebody said goes on over sentences without a verb of saying.
    """
    if lex.lemmatised:
        own = [*own, *(x for x in unless_told.values() if x)]
        skipped = skipped | set(unless_told)
        return attribute_by_commas(seg, lex, own=own, skipped=skipped)
    text = tagged(seg, lex)
    outer = _outer(text, skipped, record)
    if unless_told:
        outer, kept = _told(text, outer, unless_told)
        own = [*own, *kept]
    if own:
        outer = sorted([*outer, *own], key=lambda x: x.place)
    if not nested:
        return outer
    out: list[Attribution] = []
    plain = text.unquoted()
    used = [False] * len(seg.words)
    for x in outer:
        out.append(x)
        inner = _nested(plain, x, used)
        out += [replace(y, parent=len(out) - 1 - k) for k, y in enumerate(inner)]
    return out


def _told(
    text: Sentence, outer: list[Attribution], unless_told: Mapping[int, Attribution | None]
) -> tuple[list[Attribution], list[Attribution]]:
    """What the walk found, and what the sentences state in which it found nobody but their own speaker."""
    sentence = text.seg.sentence_of
    told = {
        k
        for x in outer
        if sentence[x.place[0]] in unless_told
        and x.source
        and (not text.is_(x.source[0][0], "own_voice") or True in text.name[slice(*x.source[0])])
        and _covers(text, x)
        and (text.name[x.source[0][1] - 1] or text.is_(x.source[0][0], "determiners") or _is_pronoun(text, x))
        for k in (sentence[x.place[0]], *(sentence[p[0]] for p in x.content))
    }
    kept = [x for n, x in unless_told.items() if x and n not in told]
    return [x for x in outer if (n := sentence[x.place[0]]) not in unless_told or n in told], kept


def _covers(text: Sentence, x: Attribution) -> bool:
    """Whether a statement takes up half of the words of its sentence."""
    a, b = text.seg.sentences[text.seg.sentence_of[x.place[0]]]
    return 2 * sum(j - i for i, j in (*x.source, *x.cue, *x.content)) >= b - a


def _is_pronoun(text: Sentence, x: Attribution) -> bool:
    return text.is_(x.source[0][0], "subject_pronouns")


def _outer(text: Sentence, skipped: frozenset[int], record: bool = False) -> list[Attribution]:
    """The statements of a text, those of each sentence in order; a quotation goes on over sentences."""
    seg = text.seg
    found = Attributions([False] * len(seg.words), record=record)
    out = found.statements
    last, last_sentence = -1, -9
    for n, (a, b) in enumerate(seg.sentences):
        if n in skipped or found.used[a]:  # or a block that the sentence before announced
            last_sentence = n
            continue
        before = len(out)
        s = text.between(a, b)
        if last >= 0 and n == last_sentence + 1 and found.goes_on(s, last):
            last_sentence = n
            continue
        _read(s, found)
        if len(out) > before:
            found.sort_from(before)
            last, last_sentence = len(out) - 1, n
        elif last >= 0 and n == last_sentence + 1 and (is_quoted(s, a, b) or s.quoted[a]):
            whole = is_quoted(s, a, b)
            _extend(found, _quoting(text, found, last), (a, b if whole else quote_end(s, a)))
            last_sentence = n if whole else last_sentence
        elif n and last_sentence < n - 1 and n - 1 not in skipped and is_quoted(s, a, b):
            beside = _beside(text.between(*seg.sentences[n - 1]), s)
            if beside:
                found.add(s, beside)
                last, last_sentence = len(out) - 1, n
    return out


def _beside(before: Sentence, s: Sentence) -> Attribution | None:
    """``NAME opened the meeting. "X"``: a quotation beside a sentence about somebody; a guess that is marked as one."""
    if starts_line(s, s.start) or s.stop - s.start < BESIDE or s.is_(before.start, "clausal"):
        return None
    verb = next((k for k in range(before.start + 1, before.stop) if before.finite[k]), 0)
    source = left_phrase(before, before_adverbs(before, verb)) if verb else None
    if not source or source[0] != before.start or True not in before.name[slice(*source)]:
        return None
    return statement(source, (verb, verb + 1), (s.start, s.stop), rule="beside", lemma="", inherited=True)


def _nested(text: Sentence, x: Attribution, used: list[bool]) -> list[Attribution]:
    """The statements inside a content: the same patterns, its quotation marks taken as said."""
    found = Attributions(used, inside=True)
    for a, b in x.content:
        cuts = [a, *(i + 1 for i in range(a, b) if text.words[i] in (".", "!", "?")), b]
        for i, j in itertools.pairwise(cuts):
            if j - i > 3:
                used[i:j] = [False] * (j - i)
                _read(text.between(i, j), found)
    if not found.statements:
        _read_around(text, x, found)
    found.sort_from(0)
    return found.statements


def _read_around(text: Sentence, x: Attribution, found: Attributions) -> None:
    """``The minister, he said, had promised to X``: what is said on both sides of its speaker, as one clause."""
    if len(x.content) != 2 or not text.finite[x.content[1][0]] or not x.source:
        return
    (a, b), (i, j) = x.content
    if not b <= x.source[0][0] < i or i - b > 8 or text.has_verb(a, b):
        return
    found.used[a:j] = [False] * (j - a)
    s = text.between(a, j)
    for k in s.cues_in(i, j):
        y = None if found.used[k] else _before_words(s, k, found)
        if y:
            found.add(s, y)


def _quoting(text: Sentence, found: Attributions, last: int) -> int:
    """Of the statements of one sentence, up to the ``last``, the last one that quotes."""
    seg = text.seg
    sentence = seg.sentence_of[found.statements[last].cue[0][0]]
    for k in range(last, max(-1, last - 6), -1):
        x = found.statements[k]
        if seg.sentence_of[x.cue[0][0]] != sentence:
            break
        if any(text.quoted[b - 1] or text.quoted[a] for a, b in x.content):
            return k
    return last


def _extend(found: Attributions, k: int, more: Range) -> None:
    """A quoted sentence directly after a statement goes on with it."""
    x = found.statements[k]
    if len(x.content) <= LONGEST_QUOTATION:
        found.statements[k] = replace(x, content=(*x.content, more))
        found.take(*more)


# -------------------------------------------------------------- one sentence


def _read(s: Sentence, found: Attributions) -> None:
    """Read one sentence in its passes, and keep what is found."""
    for line_rule in LINE_RULES if not found.inside else LINE_RULES[:2]:
        line = line_rule(s, found)
        if line:
            found.add(s, line)
            return
    for in_phrase in (_according, _in_words_of, _in_view_of):
        for y in in_phrase(s, found):
            found.add(s, y)
    _after_words(s, found)
    for y in party_acts(s, found):
        found.add(s, y)
    nouns = s.lists["nouns.cue"]
    for i in s.cues_in(s.start, s.stop):
        if s.quoted[i] or found.used[i]:
            continue
        x = nominal(s, i, found) if s.lower[i] in nouns else None
        if not x and s.verbal[i]:
            x = _before_words(s, i, found)
        if x:
            found.add(s, x)
    if found.inside or found.takes(s.start, s.stop):
        return
    x = undertaking(s, found) or promised(s, found) or elliptical(s, found)
    if x:
        found.add(s, x)


def _after_words(s: Sentence, found: Attributions) -> None:
    """Speakers after or inside their words: only after a pause or a quotation can one stand."""
    first = next((k for k in range(s.start, s.stop) if s.words[k] in PAUSE or s.quoted[k]), s.stop)
    for i in s.cues_in(first + 1, s.stop):
        if s.quoted[i] or found.used[i]:
            continue
        group = _going_on(s, verb_group(s, i, inverted=True) or unknown_verb(s, i))
        if group and group.voice == "active" and (_can_follow(group) or _is_beside_quotation(s, group)):
            x = _first(AFTER_WORDS, s, group, found)
            if x:
                found.add(s, x)


def _going_on(s: Sentence, group: VerbGroup | None) -> VerbGroup | None:
    """``X, she went on, Y``: a verb of saying where nothing but a mark follows."""
    if group is None or not s.is_(group.head, "went") or group.stop + 1 >= s.stop:
        return group
    if (
        not s.is_(group.stop, "on")
        or s.words[group.stop + 1] not in PAUSE
        or s.words[group.start - 2] not in PAUSE
    ):
        return group
    return group._replace(stop=group.stop + 1, classes=frozenset(["say"]))


def _before_words(s: Sentence, i: int, found: Attributions) -> Attribution | None:
    """The verb at token ``i`` with its speaker to the left and its content to the right."""
    group = verb_group(s, i) or unknown_verb(s, i)
    if not group or found.takes(*group.span):
        return None
    if group.lemma in s.lists["impersonal"]:
        return impersonal(s, group, found)
    x = _first(ANY_VERB[group.voice], s, group, found)
    if x:
        return x
    if not group.classes:
        if not _opens_that_clause(s, group):
            return announced_quotation(s, group, found)
        group = group._replace(classes=frozenset(["say"]))
    return _first(REPORTING_VERB[group.voice], s, group, found)


def _first(rules: Rules, s: Sentence, group: VerbGroup, found: Attributions) -> Attribution | None:
    """What the first rule that fits reads."""
    for rule in rules:
        x = rule(s, group, found)
        if x:
            return x
    return None


def _opens_that_clause(s: Sentence, group: VerbGroup) -> bool:
    """A past form outside the lexicon before "that" and a clause."""
    k = group.stop
    return group.lemma.endswith(s.grammar.past) and s.has("that", k, k + 1) and clause_starts(s, k + 1)


def _can_follow(group: VerbGroup) -> bool:
    """Whether the verb may stand after its words."""
    return "say" in group.classes and group.slot in ("past", "third", "participle", "base", "ing")


def _is_beside_quotation(s: Sentence, group: VerbGroup) -> bool:
    """``"X," SRC CUE``: the quotation ends with a mark that leaves the sentence open."""
    a, j = s.start, group.start
    if group.slot not in ("past", "third") or group.head != j or group.lemma in s.lists["auxiliaries"]:
        return False
    if True not in s.quoted[a:j]:
        return False
    source = left_phrase(s, j)
    k = source[0] if source else j
    if k - 2 < a:
        return False
    if s.quoted[k - 1] and s.words[k - 2] in OPEN_END:
        return True
    return s.words[k - 1] == "," and s.quoted[k - 2] and "say" in group.classes


# -------------------------------------------------------------- speakers after or inside their words


def _inverted(s: Sentence, group: VerbGroup, found: Attributions) -> Attribution | None:
    """``"X," said SRC`` and ``X, said SRC``."""
    j = group.start
    if group.slot not in ("past", "third") or group.head != j or j <= s.start:
        return None
    quoted = s.quoted[j - 1]
    if not quoted and s.words[j - 1] not in PAUSE:
        return None
    free = quoted and group.lemma in s.lists["free_order_verbs"]
    source = right_phrase(s, group.stop, names=not free)
    if not source or s.is_(source[0], "object_pronouns") or s.is_(source[0], "relative_subjects"):
        return None
    if not quoted and not _may_invert(s, group, source):
        return None
    start = content_before(s, j, found, quoted)
    if start is None or not (quoted or s.has_verb(start, j)):
        return None
    content = ((start, j), *resumed(s, source[1]))
    return statement(source, group.span, *content, rule="inverted", lemma=group.lemma)


def _may_invert(s: Sentence, group: VerbGroup, source: Range) -> bool:
    """Without a quotation: a verb that inverts, a name or article after it, and a break after the speaker."""
    if group.lemma not in s.lists["inverting"]:
        return False
    if not (s.name[source[0]] or s.is_(source[0], "determiners")):
        return False
    k = source[1]
    if k >= s.stop or s.words[k] in BREAK:
        return True
    return any(s.is_(k, name) for name in ("prepositions", "weekdays", "after_inverted"))


def _final(s: Sentence, group: VerbGroup, found: Attributions) -> Attribution | None:
    """``"X," SRC said`` and ``X, SRC said, Y``."""
    source = _speaker_between(s, group)
    if not source:
        return None
    c = source[0]
    while c > s.start and (s.is_(c - 1, "as") or s.adverb[c - 1]):
        c -= 1
    quoted = s.quoted[c - 1]
    if not quoted and (s.words[c - 1] not in PAUSE or s.is_(source[0], "relative_subjects")):
        return None
    stop = after_cue(s, group)
    if not _speaker_ends(s, group, c, stop) or (not quoted and _announces(s, stop)):
        return None
    start = content_before(s, c, found, quoted)
    if start is None or (quoted and c - start < 7 and s.has("that", stop, stop + 1)):
        return None  # On "This Week," SRC said that
    if not quoted and not is_clause(s, start, c) and not verb_follows(s, stop):
        return _around_speaker(s, group, source, (start, c), stop)
    end = stop if _is_medium(s, group, stop) else group.stop
    content = ((start, c), *resumed(s, stop))
    return statement(source, (group.start, end), *content, rule="final", lemma=group.lemma)


def _speaker_between(s: Sentence, group: VerbGroup) -> Range | None:
    """The speaker beside the verb, with words before it."""
    source = left_phrase(s, group.start)
    if not source or source[0] <= s.start:
        return None
    return source if _is_only_time(s, source[1], group.start) else None


def _is_only_time(s: Sentence, i: int, j: int) -> bool:
    return all(s.is_(x, "days") or s.is_(x, "time_fillers") for x in range(i, j))


def _speaker_ends(s: Sentence, group: VerbGroup, c: int, stop: int) -> bool:
    """Whether at ``stop``, after speaker and verb, the sentence breaks or goes on with a circumstance or quotation."""
    quoted = s.quoted[c - 1]
    if stop >= s.stop or s.words[stop] in BREAK:
        return True
    if not quoted:
        return _is_circumstance(s, group, stop, c)
    if s.quoted[stop] or (c - 2 >= s.start and s.words[c - 2] in OPEN_END):
        return True
    return s.is_(stop, "prepositions") or s.is_(stop, "after_quoted_speaker")


def _announces(s: Sentence, stop: int) -> bool:
    """Whether a comma or colon at ``stop`` stands before a quotation."""
    return stop + 1 < s.stop and s.words[stop] in (",", ":") and s.quoted[stop + 1]


def _around_speaker(
    s: Sentence, group: VerbGroup, source: Range, before: Range, stop: int
) -> Attribution | None:
    """``X, SRC said`` at the end, ``X, SRC said, Y`` in the middle, where X is no clause by itself."""
    start, c = before
    opens_adverbial = s.is_(start, "prepositions") or s.is_(start, "subordinators")
    if stop >= s.stop - 1 and c - start > 5 and not opens_adverbial:
        return statement(source, group.span, before, rule="final", lemma=group.lemma)
    inside = stop == group.stop and stop + 1 < s.stop and s.words[stop] == "," == s.words[c - 1]
    if not inside or not clause_starts(s, stop + 1):
        return None
    after = (stop + 1, content_end(s, stop + 1))
    return statement(source, group.span, before, after, rule="inside", lemma=group.lemma)


def _is_circumstance(s: Sentence, group: VerbGroup, stop: int, c: int) -> bool:
    """``X, SRC said after two days of talks``: what follows the cue is circumstance, no content."""
    if s.is_(stop, "no_circumstance") or not (s.is_(stop, "prepositions") or s.is_(stop, "circumstance")):
        return False
    return s.words[c - 1] == "," and is_clause(s, s.start, c) and clause_of(s, group) is None


def _is_medium(s: Sentence, group: VerbGroup, stop: int) -> bool:
    """A medium ("in a statement") belongs to the cue, a recipient or a time does not."""
    k = group.stop
    return 0 < stop - k <= 8 and s.is_(k, "cue_medium") and not s.has("weekdays", k, stop)


# -------------------------------------------------------------- according to


def _according(s: Sentence, found: Attributions) -> Iterator[Attribution]:
    """``According to SRC, X`` and ``X, according to SRC(, Y)``; each is kept before the next is looked for."""
    a, b = s.start, s.stop
    if not s.has("according", a, b):
        return
    for i in range(a, b - 2):
        if not (s.is_(i, "according") and s.is_(i + 1, "to")) or found.used[i] or s.quoted[i]:
            continue
        source = right_phrase(s, i + 2)
        if not source:
            continue
        opens = _opens_with_according(s, i)
        x = _according_first(s, i, source) if opens else _according_last(s, i, source, found)
        if x:
            yield x


def _in_words_of(s: Sentence, found: Attributions) -> Iterator[Attribution]:
    """``..., in the words of SRC, "X"``: the quotation beside the speaker."""
    a, b, named = s.start, s.stop, s.lists.get("quoted_words", frozenset())
    if named.isdisjoint(s.lower[a:b]):
        return
    for i in range(a + 2, b - 2):
        if s.lower[i] not in named or s.quoted[i] or not (s.is_(i + 1, "of") and s.is_(i - 2, "cue_medium")):
            continue
        source = right_phrase(s, i + 2)
        k = source[1] if source else b
        k += k < b and s.words[k] in PAUSE
        if source and k < b and s.quoted[k] and not found.takes(k, quote_end(s, k)):
            yield statement(source, (i - 2, i + 2), (k, quote_end(s, k)), rule="according", lemma="according")


def _in_view_of(s: Sentence, found: Attributions) -> Iterator[Attribution]:
    """``In his view X``, ``In the mayor's opinion, X``: the owner of the view at the start of the sentence."""
    a, b = s.start, s.stop
    if b - a < 6 or not s.is_(a, "cue_medium") or s.quoted[a]:
        return
    k = next((x for x in range(a + 2, min(a + 9, b - 2)) if s.is_(x, "views")), 0)
    if not k or found.takes(a, b):
        return
    owned = s.is_(a + 1, "possessives") and k == a + 2
    source = (a + 1, a + 2) if owned else left_phrase(s, k - 1) if s.is_(k - 1, "owner_marks") else None
    c = k + 1 + (s.words[k + 1] == ",")
    if not source or not clause_starts(s, c):
        return
    yield statement(
        (max(source[0], a + 1), source[1]), (a, a + 1), (c, content_end(s, c)), rule="view", lemma="think"
    )


def _opens_with_according(s: Sentence, i: int) -> bool:
    a = s.start
    if i == a or s.is_(i - 1, "before_according"):
        return True
    return i == a + 2 and s.words[i - 1] == "," and s.is_(a, "before_according_comma")


def _according_first(s: Sentence, i: int, source: Range) -> Attribution | None:
    """``According to SRC, X``."""
    start, stop = _source_alone(s, source)
    if stop + 1 >= s.stop:
        return None
    content = (stop + 1, content_end(s, stop + 1))
    return statement((start, stop), (i, i + 2), content, rule="according", lemma="according")


def _source_alone(s: Sentence, source: Range) -> Range:
    """The source of ``According to SRC, X`` ends at the first comma after which a clause starts."""
    i, j = source
    for k in range(i + 1, min(j, s.stop - 1)):
        if s.words[k] != "," or s.is_(k + 1, "who_which_whose"):
            continue
        comma = next((x for x in range(k + 1, s.stop) if s.words[x] in BREAK or s.quoted[x]), s.stop)
        if s.has_verb(k + 1, comma) and not s.has("who_which_whose", k + 1, comma):
            return i, k
    return source


def _according_last(s: Sentence, i: int, source: Range, found: Attributions) -> Attribution | None:
    """``X, according to SRC(, Y)``."""
    start = content_before(s, i, found, s.quoted[i - 1])
    if start is None:
        return None
    n = source[1] + 1
    rest: tuple[Range, ...] = ()
    if n + 1 < s.stop and s.words[n - 1] == "," and not _is_aside(s, n):
        rest = ((n, content_end(s, n)),)
    return statement(source, (i, i + 2), (start, i), *rest, rule="according", lemma="according")


def _is_aside(s: Sentence, n: int) -> bool:
    """Whether what follows the source's comma is about the source rather than its words."""
    return s.lower[n].endswith(s.grammar.ing) or s.is_(n, "not_resuming_source")


# -------------------------------------------------------------- speakers before their words


def _active(s: Sentence, group: VerbGroup, found: Attributions) -> Attribution | None:
    """``SRC CUE X`` with a verb in the active voice."""
    source, inherited = subject(s, group, found)
    if source is None or (s.is_(source[0], "indefinite") and s.is_(group.start, "modals")):
        return None
    content = content_after(s, group, relative=s.is_(source[0], "who_which"))
    if not content:
        return announced_quotation(s, group, found)
    pieces, gap = _inside_relative(s, source, content.pieces), source[0] - 1
    if not pieces:
        return None
    if content.rule == "clause" and gap >= s.start and not inherited and s.is_(gap, "relative_objects"):
        pieces = ((gap, gap + 1), *pieces)
    return statement(source, group.span, *pieces, rule=content.rule, lemma=group.lemma, inherited=inherited)


def _inside_relative(s: Sentence, source: Range, pieces: tuple[Range, ...]) -> tuple[Range, ...]:
    """What a relative clause says ends before the verb of its main clause: ``voters who back the mayor | want``."""
    if not s.is_(source[0], "who_which") or source[1] - source[0] > 1 or len(pieces) != 1:
        return pieces
    a, b = pieces[0]
    if s.is_(a, "clausal") or s.quoted[a]:
        return pieces
    for k in range(a + 1, b):
        beside = s.noun[k - 1] or s.quoted[k - 1]
        bare = any(slot in ("base", "third") for _, slot in s.grammar.forms.get(s.lower[k], ()))
        if s.quoted[k] or not beside or s.is_(k - 1, "specifiers") or not (s.finite[k] or bare):
            continue
        if k + 1 < s.stop and (s.is_(k + 1, "specifiers") or s.is_(k + 1, "to") or s.finite[k]):
            return ((a, k),)
    return pieces


def _participle(s: Sentence, group: VerbGroup, found: Attributions) -> Attribution | None:
    """``..., adding X``; ``a letter saying X``; ``by saying X``."""
    if group.slot != "ing":
        return None
    if not all(s.adverb[k] or s.is_(k, "plain_denials") for k in range(group.start, group.head)):
        return None
    source, inherited = _participle_subject(s, group, found)
    if not source:
        return None
    ends = source[0] > group.stop  # "Saying X, SRC ..."
    content = content_after(s.between(s.start, source[0] - 1) if ends else s, group)
    if not content:
        return None
    return statement(
        source, group.span, *content.pieces, rule=content.rule, lemma=group.lemma, inherited=inherited
    )


def _participle_subject(s: Sentence, group: VerbGroup, found: Attributions) -> tuple[Range | None, bool]:
    """The speaker of a participle, and whether it is named elsewhere than beside it."""
    a, j = s.start, group.start
    if j == a:
        return later_subject(s, group), True
    if s.words[j - 1] in PAUSE or s.is_(j - 1, "before_participle"):
        gerund = s.is_(j - 1, "gerund_prepositions") and "say" not in group.classes
        return (None if gerund else earlier_subject(s, j, found)), True
    if s.quoted[j - 1]:
        return earlier_subject(s, j, found), True
    phrase = left_phrase(s, j) if s.noun[j - 1] else None
    if not phrase:
        return None, False
    if _is_reduced(s, group):
        return issuer(s, phrase), False
    with_phrase = phrase[0] > a and s.is_(phrase[0] - 1, "with")
    return (phrase if with_phrase else None), False


def _is_reduced(s: Sentence, group: VerbGroup) -> bool:
    """``a letter saying X``: the participle stands directly after its noun."""
    i = group.start - 1
    return s.is_(group.head, "reduced") and not is_adjective(s, i) and not s.is_(i, "possessive")


LineRule = Callable[[Sentence, Attributions], Attribution | None]
Rule = Callable[[Sentence, VerbGroup, Attributions], Attribution | None]
Rules = tuple[Rule, ...]

LINE_RULES: tuple[LineRule, ...] = (signed, colon_line, agreed_line, spoken_on)
"""Sentences that are a line with its speaker; nothing else is read in them."""
AFTER_WORDS: Rules = (_inverted, _final)
"""Verbs whose speaker stands after or inside the words; the first that fits counts, as in the tables below."""
ANY_VERB: Mapping[str, Rules] = {
    "active": (adjective, light_verb, announced_block),
    "participle": (light_verb, announced_block),
    "passive": (),
    "infinitive": (),
}
"""Verbs, of reporting or not, whose speaker stands before the words; by voice."""
REPORTING_VERB: Mapping[str, Rules] = {
    "active": (opening_inversion, bare, was_asked, _active),
    "participle": (_participle,),
    "passive": (passive,),
    "infinitive": (),
}
"""Reporting verbs whose speaker stands before the words; by voice."""
