/* Keys, the side panel, and the draft's columns. Without this script every page still works: links lead to pages of
   their own, and forms have a button. */
(() => {
  "use strict";
  const at = id => document.getElementById(id);
  const panel = at("panel"), keys = at("keys"), letters = at("letters"), told = at("told");
  let opener = null;
  document.documentElement.classList.add("scripted");

  /* Evidence opens beside the page; focus goes there, and back on closing. */
  const isEvidence = link => link && link.origin === location.origin && /\/evidence\//.test(link.pathname);
  async function open(link) {
    if (!panel.contains(link)) opener = link;
    await htmx.ajax("GET", link.getAttribute("href"), {target: "#panel", swap: "innerHTML"});
    panel.hidden = false;
    panel.scrollTop = 0;
    panel.focus({preventScroll: true});
  }
  function close() {
    if (panel.hidden) return false;
    panel.hidden = true;
    panel.replaceChildren();
    if (opener && opener.isConnected) opener.focus();
    opener = null;
    return true;
  }
  document.addEventListener("click", event => {
    const link = event.target.closest("a");
    if (event.target.closest("[data-close]")) close();
    else if (isEvidence(link) && !link.hasAttribute("data-page") && !link.closest(".evidence-page")
             && !(event.ctrlKey || event.metaKey || event.shiftKey || event.button)) {
      event.preventDefault();
      open(link);
    }
  });

  /* Keys. Single letters can be switched off; the choice is kept in this browser. */
  const store = {
    get: () => { try { return localStorage.getItem("zopa-letters"); } catch { return null; } },
    set: value => { try { localStorage.setItem("zopa-letters", value); } catch { /* private windows forget it */ } },
  };
  letters.checked = store.get() !== "off";
  letters.addEventListener("change", () => store.set(letters.checked ? "on" : "off"));
  at("show-keys").hidden = false;
  at("show-keys").addEventListener("click", () => keys.showModal());
  const typing = element => element.matches("input:not([type=radio],[type=checkbox],[type=range]),textarea,select");

  /* Other keys for the same: "a" -> the key that a person has put in its place. All that listens sees the usual one. */
  const own = new Map(Object.entries((() => {
    try { return JSON.parse(localStorage.getItem("zopa-keys")) || {}; } catch { return {}; }
  })()).filter(pair => pair.every(x => typeof x === "string" && x.length === 1)));
  function keep() {
    try { localStorage.setItem("zopa-keys", JSON.stringify(Object.fromEntries(own))); } catch { /* forgotten */ }
    name();
  }
  function name() {
    for (const key of document.querySelectorAll("kbd")) {
      if (!key.dataset.usual && key.textContent.length === 1) key.dataset.usual = key.textContent;
      if (key.dataset.usual) key.textContent = own.get(key.dataset.usual) || key.dataset.usual;
    }
  }
  window.addEventListener("keydown", event => {
    if (!event.isTrusted || event.ctrlKey || event.metaKey || event.altKey || event.key.length > 1 || !own.size
        || keys.open || typing(event.target) || !letters.checked) return;
    const usual = [...own].find(pair => pair[1] === event.key);
    if (!usual && !own.has(event.key)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (usual) event.target.dispatchEvent(new KeyboardEvent("keydown", {key: usual[0], bubbles: true, cancelable: true}));
  }, true);
  at("change-key").addEventListener("click", () => {
    const usual = at("usual-key"), wanted = at("own-key"), said = at("key-said");
    const taken = [...document.querySelectorAll("#keys kbd")].some(k => k.textContent === wanted.value
      && k.dataset.usual !== usual.value);
    if (!/^\S$/.test(usual.value) || !/^\S$/.test(wanted.value)) said.textContent = "Give one character for each.";
    else if (taken) said.textContent = `${wanted.value} does something else on this screen.`;
    else {
      if (usual.value === wanted.value) own.delete(usual.value);
      else own.set(usual.value, wanted.value);
      keep();
      said.textContent = `${wanted.value} now does what ${usual.value} did.`;
      usual.value = wanted.value = "";
    }
  });
  at("usual-keys").addEventListener("click", () => {
    own.clear();
    keep();
    at("key-said").textContent = "All keys are as they were.";
  });
  name();
  document.addEventListener("htmx:after:swap", name);
  let going = false;
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || keys.open) return;
    if (event.key === "Escape") { close(); return; }
    if (typing(event.target) || !letters.checked) return;
    if (going) {
      going = false;
      const link = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
      if (link) { event.preventDefault(); link.click(); }
    } else if (event.key === "g") going = true;
    else if (event.key === "?") { event.preventDefault(); keys.showModal(); }
    else if (event.key === "u" && at("draft-form")) history.back();
    else if (event.key === "x" && event.target.closest(".issue")) {
      const open = event.target.closest(".issue").querySelector("input[value='']");
      open.focus();
      open.click();
    } else if (event.key.length === 1) {
      const button = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
      if (button) { event.preventDefault(); button.click(); }
    }
  });

  /* The draft: up and down move within an issue (the browser does that), left and right between issues. */
  document.addEventListener("keydown", event => {
    const column = event.target.closest && event.target.closest(".issue");
    const step = {ArrowLeft: -1, ArrowRight: 1}[event.key];
    if (!column || !step || event.target.type !== "radio") return;
    event.preventDefault();
    const columns = [...document.querySelectorAll(".issue")];
    const next = columns[columns.indexOf(column) + step];
    if (next) (next.querySelector(":checked") || next.querySelector("input")).focus();
  });

  /* What a swap says aloud: the verdict, once per answer. */
  document.addEventListener("htmx:after:swap", () => {
    const said = document.querySelector("main [data-say]");
    if (said && told.textContent !== said.textContent) told.textContent = said.textContent;
  });
})();
