// The graph of the ledger: at an equation, only what it needs and what needs it.
"use strict";
for (const graph of document.querySelectorAll(".graph")) {
  const lines = [...graph.querySelectorAll(".lines path")];
  const nodes = [...graph.querySelectorAll(".node")];
  const reached = (start, from, to) => {
    const found = new Set([start]);
    for (const one of found)
      for (const line of lines) if (line.dataset[from] === one) found.add(line.dataset[to]);
    return found;
  };
  const show = (id) => {
    const above = reached(id, "to", "from"), below = reached(id, "from", "to");
    const both = (n, m) => (above.has(n) && above.has(m)) || (below.has(n) && below.has(m));
    for (const node of nodes)
      node.classList.toggle("shown", above.has(node.dataset.id) || below.has(node.dataset.id));
    for (const line of lines)
      line.classList.toggle("shown", both(line.dataset.from, line.dataset.to));
    graph.classList.add("chosen");
  };
  const hide = () => graph.classList.remove("chosen");
  for (const node of nodes) {
    for (const event of ["pointerenter", "focus"])
      node.addEventListener(event, () => show(node.dataset.id));
    for (const event of ["pointerleave", "blur"]) node.addEventListener(event, hide);
  }
}
