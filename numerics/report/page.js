"use strict";

// Colours, the ledger's filter and search, enlarged figures, and print.
(() => {
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);

  // --- light, dark, or as the system has it
  const themes = ["auto", "light", "dark"];
  const theme = byId("theme");
  const remembered = () => {
    try {
      return localStorage.getItem("nambu-theme");
    } catch {
      return null; // some browsers keep nothing for local files
    }
  };
  const setTheme = (name) => {
    if (name === "auto") delete root.dataset.theme;
    else root.dataset.theme = name;
    theme.querySelector(".word").textContent = name;
    const words = name === "auto" ? "as the system has them" : name;
    theme.setAttribute("aria-label", `Colours: ${words}`);
    try {
      localStorage.setItem("nambu-theme", name);
    } catch {
      // it lasts as long as the page
    }
  };
  theme.addEventListener("click", () => {
    const now = root.dataset.theme ?? "auto";
    setTheme(themes[(themes.indexOf(now) + 1) % themes.length]);
  });
  const before = remembered();
  if (themes.includes(before)) setTheme(before);

  // --- the ledger
  const equations = [...document.querySelectorAll(".equation")].map((node) => {
    const parts = node.querySelectorAll("summary > *, .note, .evidence, .failure");
    const text = [...parts].map((part) => part.textContent).join(" ").toLowerCase();
    return { node, text, status: node.dataset.status };
  });
  const groups = [...document.querySelectorAll(".group")];
  const filters = [...document.querySelectorAll(".filter")];
  const search = byId("search");
  const open = byId("open");
  let wanted = "";

  const update = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { node, text, status } of equations) {
      node.hidden = !((!wanted || status === wanted) && words.every((w) => text.includes(w)));
      if (!node.hidden) shown += 1;
    }
    for (const group of groups) group.hidden = !group.querySelector(".equation:not([hidden])");
    byId("shown").textContent = `${shown} shown`;
    byId("none").hidden = shown > 0;
  };
  for (const button of filters) {
    button.addEventListener("click", () => {
      wanted = button.dataset.filter;
      for (const other of filters) other.setAttribute("aria-pressed", String(other === button));
      update();
    });
  }
  search.addEventListener("input", update);
  search.form.addEventListener("submit", (event) => event.preventDefault());
  open.addEventListener("click", () => {
    const opening = open.textContent === "open all";
    for (const { node } of equations) if (!node.hidden) node.open = opening;
    open.textContent = opening ? "close all" : "open all";
  });

  // what has to be scrolled can be reached by the keyboard
  const reachable = (box) => {
    if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  };
  const watch = new ResizeObserver((entries) => entries.forEach((e) => reachable(e.target)));
  for (const box of document.querySelectorAll(".math")) watch.observe(box);

  // a link to an equation opens it
  const follow = () => {
    const target = location.hash ? byId(decodeURIComponent(location.hash.slice(1))) : null;
    if (target instanceof HTMLDetailsElement) target.open = true;
  };
  window.addEventListener("hashchange", follow);
  follow();

  // --- figures
  const large = byId("large");
  for (const plate of document.querySelectorAll(".plate")) {
    plate.addEventListener("click", () => {
      const small = plate.querySelector("img");
      const image = large.querySelector("img");
      image.src = small.src;
      image.alt = small.alt;
      large.showModal();
    });
  }
  large.addEventListener("click", (event) => {
    if (event.target === large || event.target.closest(".close")) large.close();
  });

  // --- on paper everything is open
  const PAPER = 600; // CSS pixels, within margins and frames
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const node of closed) node.open = true;
    // nothing can be scrolled there: a formula wider than the paper is made smaller
    const formulas = [...document.querySelectorAll(".math > math")];
    const widths = formulas.map((math) => math.getBoundingClientRect().width);
    formulas.forEach((math, k) => {
      math.style.setProperty("--fit", Math.min(1, PAPER / Math.max(widths[k], 1)).toFixed(3));
    });
  });
  window.addEventListener("afterprint", () => {
    for (const node of closed) node.open = false;
  });
})();
