/* Read by keyboard: folds that a letter opens, reasons by digits, the selection as a new statement, a quotation made
   longer or shorter by a word. Letters of buttons and links are followed by workbench.js. Offsets are in UTF-16 units. */
(() => {
  "use strict";
  const at = id => document.getElementById(id);
  const side = at("side");
  const letters = () => at("letters").checked && !at("keys").open;
  const typing = element => element.matches("input:not([type=radio],[type=checkbox]),textarea,select");
  let selection = null, waiting = "";

  /* The selection, with what stands before and after it. */
  function selected() {
    const text = at("text"), chosen = getSelection();
    if (!text || !chosen.rangeCount || chosen.isCollapsed) return null;
    const range = chosen.getRangeAt(0);
    if (!text.contains(range.startContainer) || !text.contains(range.endContainer)) return null;
    const before = document.createRange();
    before.selectNodeContents(text);
    before.setEnd(range.startContainer, range.startOffset);
    const start = before.toString().length, whole = text.textContent, quote = range.toString();
    return {quote, units: start, prefix: whole.slice(Math.max(0, start - 40), start),
            suffix: whole.slice(start + quote.length, start + quote.length + 40)};
  }
  document.addEventListener("selectionchange", () => { selection = selected() || selection; });

  function fill() {
    const form = document.querySelector("#new form"), found = selected() || selection;
    if (!form || !found) return;
    for (const [name, value] of Object.entries(found)) form.elements[name].value = value;
  }

  /* A letter opens a fold and goes to its first field. */
  function open(key) {
    if (key === "f") { document.querySelector("[data-fold-form=f] select").focus(); return true; }
    const fold = side && side.querySelector(`details[data-fold="${CSS.escape(key)}"]`);
    if (!fold) return false;
    if (key === "s") fill();
    const found = key === "x" && (selected() || selection);
    if (found) fold.querySelector("[name=second]").value = found.quote;
    fold.open = true;
    const first = key === "r" ? fold.querySelector("[data-reason]")
      : fold.querySelector("textarea,select,input:not([type=hidden])") || fold.querySelector("button");
    if (first) first.focus();
    waiting = key === "r" ? "reason" : "";
    return true;
  }

  /* The quotation by a word longer (Shift) or shorter (Alt), at its beginning or its end. */
  function stretch(card, shift, right) {
    const whole = at("text").textContent, field = at("quote");
    let start = +card.dataset.start, end = +card.dataset.end;
    if (shift && right) end += (/^\s*\S+/.exec(whole.slice(end, end + 400)) || [""])[0].length;
    else if (shift) start -= (/\S+\s*$/.exec(whole.slice(Math.max(0, start - 400), start)) || [""])[0].length;
    else if (right) start += (/^\S+\s+/.exec(whole.slice(start, end)) || [""])[0].length;
    else end -= (/\s+\S+$/.exec(whole.slice(start, end)) || [""])[0].length;
    card.dataset.start = start;
    card.dataset.end = end;
    field.value = whole.slice(start, end);
    field.closest("details").open = true;
    at("told").textContent = field.value.length > 90 ? "… " + field.value.slice(-90) : field.value;
  }

  document.addEventListener("keydown", event => {
    if (typing(event.target)) {
      if (event.key === "Escape") { event.target.blur(); at("now") && at("now").focus(); }
      return;
    }
    const card = at("now"), arrow = {ArrowRight: true, ArrowLeft: false}[event.key];
    if (arrow !== undefined && (event.shiftKey !== event.altKey) && card && card.dataset.start && at("quote")
        && getSelection().isCollapsed) {
      event.preventDefault();
      stretch(card, event.shiftKey, arrow);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || !letters()) return;
    if (event.key.length === 1 && document.querySelector("#side .htmx-request, #side.htmx-request")) {
      event.preventDefault();  /* the answer to the key before is on its way: this one would meet the old record */
      event.stopImmediatePropagation();
      return;
    }
    if (waiting === "reason") {
      const reason = side.querySelector(`details[open] [data-reason="${CSS.escape(event.key)}"]`);
      if (reason) { event.preventDefault(); event.stopImmediatePropagation(); waiting = ""; reason.click(); return; }
      if (event.key === "Escape") side.querySelector("details[data-fold=r]").open = false;
      if (event.key !== "Tab" && event.key !== "Shift") waiting = "";
    }
    if (waiting === "g") { waiting = ""; return; }
    if (event.key === "g") { waiting = "g"; return; }
    if (event.key.length === 1 && open(event.key)) event.preventDefault();
  }, true);
  document.addEventListener("toggle", event => {
    if (event.target.matches && event.target.matches("#new[open]")) fill();
    if (event.target.matches && event.target.matches("details[data-fold=r]")) waiting = event.target.open ? "reason" : "";
  }, true);

  /* After a swap: the marks in the text follow the list, the open record comes into sight and has the focus. */
  function follow(focus) {
    const card = at("now"), key = card && card.dataset.record;
    for (const item of document.querySelectorAll("#records [data-of]"))
      for (const mark of document.querySelectorAll(`#text [data-marks^="${CSS.escape(item.dataset.of)}"]`))
        if (mark.dataset.marks.split(" ")[0] === item.dataset.of)
          mark.className = mark.className.replace(/s-\w+/, "s-" + item.dataset.state);
    let first = null;
    for (const mark of document.querySelectorAll("#text .m")) {
      const here = key && mark.dataset.marks.split(" ").includes(key);
      mark.classList.toggle("now", !!here);
      if (here && !first) first = mark;
    }
    if (!card) return;
    if (focus) card.focus({preventScroll: true});
    if (innerWidth > 900) {
      const top = card.getBoundingClientRect().top - side.getBoundingClientRect().top;
      if (top < 0 || top > side.clientHeight * 0.5) side.scrollTop += top - 90;
      if (first) first.scrollIntoView({block: "nearest"});
    }
  }
  document.addEventListener("htmx:after:swap", () => follow(true));
  follow(false);
})();
