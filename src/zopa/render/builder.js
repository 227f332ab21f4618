/* The draft builder: judges one draft on the case's whole numbers, as `zopa judge` does.
   `judge` is arithmetic only and touches no page; below it stands what reads the form and shows the answer.
   Texts of the case enter the page as text only, and all sentences come with the data. */
"use strict";
const zopa = (() => {
  const MOST_SWAPS = 3;
  const holds = (terms, draft) => terms.every(([i, some]) => some.includes(draft[i]));
  const breaks = (clause, draft) => holds(clause.when, draft) && !clause.onlyIf.some(a => holds(a, draft));
  const sum = numbers => numbers.reduce((a, b) => a + b, 0n);
  const range = n => Array.from({length: n}, (_, k) => k);

  /* The data with whole numbers in the place of their texts. */
  function model(data) {
    const ints = texts => texts.map(BigInt);
    return {
      ...data,
      scale: BigInt(data.scale),
      parties: data.parties.map(p => ({...p, reservation: BigInt(p.reservation)})),
      issues: data.issues.map(i => ({...i, scores: i.scores.map(ints)})),
      bonuses: data.bonuses.map(b => ({...b, points: BigInt(b.points)})),
      rules: data.rules.map(r => ({...r, readings: r.readings.map(x => ({
        ...x, clauses: x.clauses.map(c => ({...c, party: r.party, owner: r.owner}))}))})),
    };
  }

  /* A decimal number as a fraction of whole numbers; null for anything else. */
  function fraction(text) {
    const found = /^\s*([+-]?)(\d{1,30})(?:\.(\d{0,30}))?\s*$/.exec(text);
    if (!found) return null;
    const decimals = found[3] || "";
    return [BigInt((found[1] === "-" ? "-" : "") + found[2] + decimals), 10n ** BigInt(decimals.length)];
  }

  /* Who accepts, what is broken, which changes of one or two issues help.
     draft: option per issue; readings: reading per rule; limits: per party a fraction in points, or null for the
     value of the case. Utilities and worths are in units of 1/scale point. */
  function judge(m, draft, readings, limits) {
    const clauses = m.rules.flatMap((r, k) => r.readings[readings[k]].clauses);
    const limit = m.parties.map((p, k) => limits[k] ? [limits[k][0] * m.scale, limits[k][1]] : [p.reservation, 1n]);
    const base = m.parties.map((_, p) => sum(m.issues.map((issue, i) => issue.scores[p][draft[i]])));

    function look(changes) {
      const after = draft.slice();
      for (const [i, k] of changes) after[i] = k;
      const utility = base.slice();
      for (const [i, k] of changes)
        m.issues[i].scores.forEach((row, p) => { utility[p] += row[k] - row[draft[i]]; });
      for (const b of m.bonuses) if (holds(b.terms, after)) utility[b.party] += b.points;
      const broken = clauses.filter(c => breaks(c, after));
      const accepts = utility.map((u, p) => u * limit[p][1] >= limit[p][0] && !broken.some(c => c.party === p));
      return {changes, utility, broken, accepts};
    }

    const now = look([]);
    const refusing = range(m.parties.length).filter(p => !now.accepts[p]);
    const accepting = m.parties.length - refusing.length;
    const agreed = !now.broken.length && accepting >= m.atLeast && refusing.every(p => !m.parties[p].required);
    const swaps = new Map(refusing.map(p => [p, []]));
    const agreements = [];
    const wanted = () => agreements.length < MOST_SWAPS || refusing.some(p => swaps.get(p).length < MOST_SWAPS);
    const moves = m.issues.flatMap((issue, i) => range(issue.options.length).filter(k => k !== draft[i]).map(k => [[i, k]]));
    const pairs = () => moves.flatMap((a, n) => moves.slice(n + 1).filter(b => b[0][0] !== a[0][0]).map(b => [a[0], b[0]]));
    for (const list of refusing.length ? [() => moves, pairs] : []) {
      if (!wanted()) break;
      const useful = list().map(look).filter(x => x.broken.every(c => now.broken.includes(c))
        && x.accepts.every((a, p) => a || !now.accepts[p]) && refusing.some(p => x.accepts[p]));
      for (const x of useful) {
        x.worth = x.utility.map((u, p) => u - now.utility[p]);
        x.cost = sum(x.worth.map(w => w < 0n ? -w : 0n));
      }
      useful.sort((a, b) => a.cost < b.cost ? -1 : a.cost > b.cost ? 1 : 0);
      for (const x of useful) {
        for (const [p, found] of swaps) if (x.accepts[p] && found.length < MOST_SWAPS) found.push(x);
        if (x.accepts.every(Boolean) && !x.broken.length && agreements.length < MOST_SWAPS) agreements.push(x);
      }
    }
    const gain = now.utility.map((u, p) => [u * limit[p][1] - limit[p][0], m.scale * limit[p][1]]);
    return {...now, gain, agreed, refusing, swaps, agreements};
  }

  /* A fraction in points with one decimal, as the rest of the report has it: halves to even. */
  function points([over, under]) {
    const value = Number(over) / Number(under), size = Math.abs(value);
    const shown = size && size < 0.05 ? size.toPrecision(1)
      : Number((size % 1 === 0.25 ? size - 0.05 : size).toFixed(1)).toLocaleString("en", {minimumFractionDigits: 1});
    return (value < 0 ? "-" : "") + shown;
  }
  /* What `views.builder._packed` packs: `n` whole numbers, all of so many bits that they fill the text. */
  const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  function unpacked(text, n) {
    const sixes = [...text].map(c => DIGITS.indexOf(c)), width = Math.floor(sixes.length * 6 / n);
    const bit = at => sixes[Math.floor(at / 6)] >> at % 6 & 1;
    return range(n).map(k => range(width).reduce((all, b) => all + (bit(k * width + b) << b), 0));
  }

  /* Nine draws in ten of a draft's worth, as fractions: quantiles between draws, rounded outward to tenths. */
  function byWords(known, draft) {
    known.numbers ??= known.issues.map(row => row.map(text => unpacked(text, known.draws)));
    const worth = range(known.draws).map(d => known.numbers.reduce((all, row, i) => all + row[draft[i]][d], 0));
    worth.sort((a, b) => a - b);
    const quantile = (share, whole) => {
      const at = share * (worth.length - 1), k = Math.floor(at / 100), part = at % 100;
      return BigInt(whole((worth[k] * (100 - part) + worth[part ? k + 1 : k] * part) / 100));
    };
    const [low, high] = known.ends.map(x => x.map(BigInt));
    return [quantile(5, Math.floor), quantile(95, Math.ceil)].map(x =>
      [low[0] * high[1] * (1000n - x) + high[0] * low[1] * x, low[1] * high[1] * 1000n]);
  }

  /* The greatest weighted mean of fractions, each weight between its ends; see `case.worth_range`. */
  function greatestMean(values, weights) {
    const plus = (a, b) => [a[0] * b[1] + b[0] * a[1], a[1] * b[1]], times = (a, b) => [a[0] * b[0], a[1] * b[1]];
    const minus = a => [-a[0], a[1]], over = (a, b) => [a[0] * b[1], a[1] * b[0]], less = (a, b) => a[0] * b[1] < b[0] * a[1];
    let above = [0n, 1n], below = [0n, 1n];
    values.forEach((v, k) => { above = plus(above, times(v, weights[k][0])); below = plus(below, weights[k][0]); });
    let best = below[0] ? over(above, below) : null;
    for (const k of range(values.length).sort((a, b) => less(values[b], values[a]) ? -1 : less(values[a], values[b]) ? 1 : 0)) {
      const more = plus(weights[k][1], minus(weights[k][0]));
      above = plus(above, times(values[k], more));
      below = plus(below, more);
      if (below[0] && (!best || less(best, over(above, below)))) best = over(above, below);
    }
    return best ?? [0n, 1n];
  }

  /* The range within the intervals of the judgments, and whether any number behind it is an assumption. */
  function byIntervals(known, draft, bonus) {
    const ints = ([low, high, assumed]) => [low.map(BigInt), high.map(BigInt), assumed];
    const cells = known.values.map((row, i) => ints(row[draft[i]])), weights = known.weights.map(ints);
    const assumed = [...cells, ...weights].some(x => x[2]);
    const sum = list => list.reduce((a, b) => [a[0] * b[1] + b[0] * a[1], a[1] * b[1]], bonus);
    if (!weights.length) return {ends: [sum(cells.map(c => c[0])), sum(cells.map(c => c[0]))], assumed};
    const low = greatestMean(cells.map(c => [-c[0][0], c[0][1]]), weights);
    return {ends: [sum([[-low[0], low[1]]]), sum([greatestMean(cells.map(c => c[1]), weights)])], assumed};
  }

  /* What stands beside the utility of a draft: the kind of sentence, and the range in whole points, rounded outward. */
  function beside(m, draft, p) {
    const known = m.parties[p].range;
    if (!known) return ["not drawn", ""];
    const down = ([a, b]) => a / b - (a % b < 0n ? 1n : 0n), up = ([a, b]) => -down([-a, b]);
    const text = ([low, high]) => `${down(low)}${low[0] < 0n ? " to " : "–"}${up(high)}`;
    if (known.kind === "by words") return [known.kind, text(byWords(known, draft))];
    const bonus = [sum(m.bonuses.filter(b => b.party === p && holds(b.terms, draft)).map(b => b.points)), m.scale];
    const {ends: [low, high], assumed} = byIntervals(known, draft, bonus);
    return low[0] * high[1] < high[0] * low[1] ? [known.kind, text([low, high])] : [assumed ? "no range" : "", ""];
  }
  const signed = f => (f[0] > 0n ? "+" : "") + points(f);
  return {model, fraction, judge, points, signed, beside};
})();

(() => {
  const data = document.getElementById("draft-data");
  if (!data) return;
  const m = zopa.model(JSON.parse(data.textContent)), words = m.words;
  const form = document.getElementById("draft");
  const at = id => document.getElementById(`draft-${id}`);
  const say = (name, values) => words[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
  const listed = names => new Intl.ListFormat("en-GB").format(names);

  function element(tag, parts, attributes = {}) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...parts);
    return made;
  }
  /* The quoted words behind something, each with its speaker and date as a link; else what kind of basis it has. */
  function behind(places, basis) {
    if (!places.length) return basis ? [" " + say("no statement", {basis})] : [];
    return places.flatMap(k => {
      const s = m.statements[k], by = s.to ? element("a", [s.by], {href: s.to}) : s.by;
      return s.quote ? [` – ${s.quote} (`, by, ")"] : [" (", by, ")"];
    });
  }
  const chosen = name => Number(form.elements[name].value);

  function limitOf(p) {
    const box = at(`limit-${p}`), found = zopa.fraction(box.value);
    box.setAttribute("aria-invalid", String(!found));
    at(`wrong-${p}`).textContent = found ? "" : say("not a number", {names: m.parties[p].name});
    return box.value === box.defaultValue ? null : found;
  }

  function headline(answer) {
    const all = m.parties.length, n = answer.refusing.length;
    const names = listed(answer.refusing.map(p => m.parties[p].name));
    if (answer.agreed) return n ? say("enough", {n: all - n, all, names}) : say("all", {all});
    if (!n) return say("broken", {});
    const orphan = answer.broken.some(c => c.party < 0) ? " " + say("and broken", {}) : "";
    return say(n === 1 ? "one refuses" : "some refuse", {n, all, names}) + orphan;
  }

  function reasons(answer, draft, p) {
    const found = answer.broken.filter(c => c.party === p)
      .map(c => element("li", [say("breaks", {says: c.says}), ...behind(c.behind, c.basis)]));
    const [over, under] = answer.gain[p];
    if (over >= 0n) return found;
    const box = at(`limit-${p}`), own = box.value !== box.defaultValue && zopa.fraction(box.value);
    const rests = own ? [` (${words["set here"]})`] : behind(m.parties[p].behind, m.parties[p].basis);
    found.push(element("li", [say("lacks", {n: zopa.points([-over, under])}), ...rests]));
    const lost = m.issues.map((issue, i) => {
      const best = issue.scores[p].reduce((a, b) => a > b ? a : b);
      return {i, n: best - issue.scores[p][draft[i]]};
    }).filter(x => x.n > 0n).sort((a, b) => a.n < b.n ? 1 : a.n > b.n ? -1 : 0).slice(0, 3);
    for (const {i, n} of lost) {
      const issue = m.issues[i], k = draft[i];
      const text = say("short", {issue: issue.name, option: issue.options[k], n: zopa.points([n, m.scale])});
      found.push(element("li", [text, ...behind(issue.behind[p][k], issue.basis[p][k])]));
    }
    return found;
  }

  function showParty(answer, draft, p) {
    const party = m.parties[p], yes = answer.accepts[p];
    const place = x => Math.max(0, Math.min(100, 100 * (x - party.low) / (party.high - party.low)));
    const worth = Number(answer.utility[p]) / Number(m.scale), gain = Number(answer.gain[p][0]) / Number(answer.gain[p][1]);
    at(`party-${p}`).className = yes ? "accepts" : "refuses";
    at(`says-${p}`).textContent = words[yes ? "accepts" : "refuses"];
    const [kind, range] = zopa.beside(m, draft, p);
    at(`worth-${p}`).textContent =
      say("worth", {worth: zopa.points([answer.utility[p], m.scale]), gain: zopa.signed(answer.gain[p])})
      + (kind ? `; ${say(kind, {range})}` : "");
    at(`fill-${p}`).style.width = `${place(worth)}%`;
    at(`mark-${p}`).style.left = `${place(worth - gain)}%`;
    at(`why-${p}`).replaceChildren(...(yes ? [] : reasons(answer, draft, p)));
  }

  function change(x, draft) {
    const moves = x.changes.map(([i, k]) => say("instead",
      {issue: m.issues[i].name, option: m.issues[i].options[k], old: m.issues[i].options[draft[i]]})).join("; ");
    const effect = m.parties.map((party, p) => `${party.name} ${zopa.signed([x.worth[p], m.scale])}`).join(", ");
    const button = element("button", [words.apply], {type: "button", "aria-label": `${words.apply}: ${moves}`});
    button.addEventListener("click", () => {
      for (const [i, k] of x.changes) form.elements[`issue-${i}`].value = String(k);
      update();
      form.elements[`issue-${x.changes[0][0]}`][x.changes[0][1]].focus();
    });
    return element("li", [moves, element("p", [effect], {class: "t-small"}), button]);
  }

  function changes(answer, draft) {
    const group = (title, list) => [element("h3", [title]), element("ul", list.map(x => change(x, draft)))];
    const found = answer.agreements.length ? group(words["to all"], answer.agreements) : [];
    for (const [p, list] of answer.swaps) {
      const names = m.parties[p].name, fresh = list.filter(x => !answer.agreements.includes(x));
      if (!list.length) found.push(element("p", [say("none", {names})]));
      else if (fresh.length) found.push(...group(say("to one", {names}), fresh));
    }
    return found;
  }

  function update() {
    const draft = m.issues.map((_, i) => chosen(`issue-${i}`));
    const answer = zopa.judge(m, draft, m.rules.map((_, r) => chosen(`rule-${r}`)), m.parties.map((_, p) => limitOf(p)));
    const against = m.refusals.filter(r => r.options.includes(draft[r.issue])), sure = !m.thin && !against.length;
    let told = headline(answer);
    if (against.length) told = say("against", {told});
    if (m.thin) told = say("thin", {told});
    const verdict = at("verdict");
    if (verdict.textContent !== told) verdict.textContent = told;
    verdict.className = !answer.agreed ? "t-no" : sure ? "t-yes" : "t-unsure";
    m.parties.forEach((_, p) => showParty(answer, draft, p));
    const others = answer.broken.filter(c => c.party < 0).map(c => element("li",
      [say("breaks a rule", {owner: c.owner || words["no owner"], says: c.says}), ...behind(c.behind, c.basis)]));
    for (const r of against) others.push(element("li", [words.uncarried, ...behind(r.behind)]));
    at("others").replaceChildren(...others);
    at("changes").replaceChildren(...changes(answer, draft));
    return answer;
  }

  const pick = (name, values) => values.forEach((k, n) => { form.elements[`${name}-${n}`].value = String(k); });
  form.addEventListener("submit", e => e.preventDefault());
  form.addEventListener("input", e => {
    const [kind, p] = (e.target.dataset.follows || "").split(" ");
    if (kind && zopa.fraction(e.target.value)) at(`${kind}-${p}`).value = e.target.value;
    if (e.target.id === "draft-set") pick("rule", m.sets[Number(e.target.value)]?.readings ?? m.rules.map(r => r.chosen));
    update();
  });
  form.addEventListener("click", e => {
    const start = m.starts[Number(e.target.dataset.start ?? -1)];
    if (start) { pick("issue", start.package); pick("rule", start.readings); }
    if (e.target.dataset.reset) form.reset();
    if (start || e.target.dataset.reset) update();
  });
  document.querySelectorAll(".live").forEach(part => { part.hidden = false; });
  update();
})();
