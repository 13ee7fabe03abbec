"use strict";

// The phase diagram: curves, states that can be chosen, and the modes of the chosen one.
(() => {
  const { node, html, linear, logarithmic, ticks, decades, number, rich, line, smooth, axes } = Plot;
  const data = JSON.parse(document.getElementById("explore-data").textContent);
  const map = document.getElementById("map");
  const panel = document.getElementById("dispersion");
  const readout = document.getElementById("state");
  const looks = {
    A: { stroke: "var(--a)", "stroke-width": 5 },
    B: { stroke: "var(--b)", "stroke-width": 1.8 },
    C: { stroke: "var(--c)", "stroke-width": 2.4, "stroke-dasharray": "8 3" },
    gapped: { stroke: "var(--gapped)", "stroke-width": 1.4, "stroke-dasharray": "9 3 2 3" },
    normal: { stroke: "var(--normal)", "stroke-width": 1.8 },
  };
  const marks = {
    stable: "M-6 0a6 6 0 1 0 12 0a6 6 0 1 0 -12 0Z",
    static: "M-5.5 -5.5H5.5V5.5H-5.5Z",
    moving: "M0 -7L6.8 5.2H-6.8Z",
    normal: "M-4 -4L4 4M-4 4L4 -4",
    failed: "M-5 0H5",
    open: "M-5 5L0 -6L5 5",
  };
  const fill = { stable: "var(--stable)", static: "var(--static)", moving: "var(--moving)" };
  const strengths = [...new Set(data.states.map((s) => s.x))].sort((a, b) => a - b);
  const ratios = [...new Set(data.states.map((s) => s.y))].sort((a, b) => a - b);
  const at = (i, j) => data.states.findIndex((s) => s.x === strengths[i] && s.y === ratios[j]);
  let nodes = [];
  let chosen = -1;
  let current = 0;

  // --- the map
  const region = (x, y) => {
    const group = node("g", { "aria-hidden": "true" });
    const ring = (points) =>
      points.map(([v, w], k) => `${k ? "L" : "M"}${x(v).toFixed(1)} ${y(w).toFixed(1)}`).join("");
    const d = data.region.map((points) => `${ring(points)}Z`).join("");
    // stable pockets within run the other way
    if (d) group.append(node("path", { class: "region", d, "fill-rule": "evenodd" }));
    return group;
  };

  const describe = (s) => {
    const place = `(k_F a_s)⁻¹ = ${number(s.x)}, γ_v/γ_b = ${number(s.y)}`;
    if (s.failure) return `${place}: ${s.failure}`;
    if (s.nature === "normal") return `${place}: ${data.natures.normal}`;
    return `${place}: ${data.natures[s.nature]}, Δ₀ = ${number(s.gap)} ε_F, growth rate ${number(s.rate)} ε_F`;
  };

  const mark = (s, k, x, y) => {
    const place = `translate(${x(s.x).toFixed(1)} ${y(s.y).toFixed(1)})`;
    const group = node("g", {
      class: `state ${s.nature}`,
      transform: place,
      tabindex: k === current ? 0 : -1,
      role: "button",
      "aria-label": describe(s),
      "aria-pressed": String(k === chosen),
      "data-index": k,
    });
    group.append(
      node("circle", { class: "hit", r: 13 }),
      node("circle", { class: "ring", r: 10.5 }),
      node("path", { class: "mark", d: marks[s.nature], fill: fill[s.nature] ?? "none" }),
    );
    if (k === chosen) group.classList.add("chosen");
    group.addEventListener("pointerenter", (event) => {
      if (event.pointerType !== "touch") tell(k);
    });
    group.addEventListener("pointerleave", () => tell(chosen));
    group.addEventListener("focus", () => tell(k));
    group.addEventListener("click", () => choose(k));
    return group;
  };

  const drawMap = () => {
    const width = Math.max(map.clientWidth, 260);
    const height = Math.min(620, Math.max(380, 0.86 * width));
    const box = { left: 46, top: 26, right: width - 10, bottom: height - 42 };
    const top = Math.max(2, 1.3 * Math.max(...ratios, 1));
    const range = [Math.min(-2, strengths[0] ?? 0) - 0.08, Math.max(1, strengths.at(-1) ?? 0) + 0.08];
    const x = linear(...range, box.left, box.right);
    const y = logarithmic(1e-3, top, box.bottom, box.top);
    const svg = node("svg", {
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "group",
      "aria-label": "Phase diagram: decay rate γ_v/γ_b, logarithmic, against (k_F a_s)⁻¹",
    });
    const names = { x: "interaction strength (k_F a_s)⁻¹", y: "decay rate γ_v/γ_b" };
    svg.append(region(x, y));
    svg.append(axes(box, x, y, ticks(...range, width < 480 ? 4 : 7), decades(1e-3, top), names));
    const drawn = node("g", { "aria-hidden": "true" });
    for (const kind of ["A", "gapped", "normal", "B", "C"]) {
      for (const curve of data.curves.filter((c) => c.kind === kind)) {
        for (const [xs, ys] of curve.pieces) {
          drawn.append(node("path", { class: "curve", d: line(x, y, xs, ys), ...looks[kind] }));
        }
      }
    }
    for (const [v, w, words] of data.meetings) {
      const place = { cx: x(v), cy: y(w), r: 4, fill: "var(--plane)", stroke: "var(--text)" };
      drawn.append(node("circle", place, node("title", {}, words)));
    }
    svg.append(drawn);
    nodes = data.states.map((s, k) => mark(s, k, x, y));
    svg.append(...nodes);
    map.replaceChildren(svg);
  };

  const drawLegend = () => {
    const legend = document.getElementById("legend");
    const entry = (drawing, words) => {
      const svg = node("svg", { width: 26, height: 16, viewBox: "-13 -8 26 16" }, drawing);
      svg.setAttribute("aria-hidden", "true");
      legend.append(html("span", {}, svg, words));
    };
    for (const { kind } of data.curves) {
      entry(node("path", { class: "curve", d: "M-12 0H12", ...looks[kind] }), data.labels[kind]);
    }
    const present = new Set(data.states.map((s) => s.nature));
    for (const nature of Object.keys(marks).filter((n) => present.has(n))) {
      const look = { class: "mark", d: marks[nature], fill: fill[nature] ?? "none" };
      entry(node("g", { class: `state ${nature}` }, node("path", look)), data.natures[nature]);
    }
  };

  // --- the state that is pointed at
  const tell = (k) => {
    const s = data.states[k];
    if (!s) return;
    const title = `(k_F a_s)⁻¹ = ${number(s.x)}, γ_v/γ_b = ${number(s.y)}`;
    const nature = s.failure || data.natures[s.nature];
    const rows = [];
    if (s.modes) {
      rows.push(["Δ₀", `${number(s.gap)} ε_F`], ["μ", `${number(s.mu)} ε_F`]);
      rows.push(["μ_b", `${number(s.mu_b)} ε_F`]);
      rows.push(["growth rate", `${number(s.rate)} ε_F`], ["rate/γ_b", number(s.rate / data.gamma_b)]);
      rows.push(["at q*", `${number(s.q)} k_F`], ["ω*", `${number(s.omega)} ε_F`]);
      rows.push(["crossed", s.crossed.join(", ") || "none"]);
    }
    const values = html("dl", { class: "values" });
    for (const [name, value] of rows) {
      values.append(html("div", {}, html("dt", {}, ...rich(name)), html("dd", {}, ...rich(value))));
    }
    const words = html("p", {}, nature[0].toUpperCase() + nature.slice(1));
    if (s.modes && !s.complete) words.append("; not every growing mode was found");
    readout.replaceChildren(html("h3", {}, ...rich(title)), words, values);
    readout.dataset.index = k;
  };

  // --- the modes of the chosen state
  const panelOf = (s, part, name) => {
    const width = Math.max(panel.clientWidth, 240);
    const box = { left: 62, top: 24, right: width - 12, bottom: 172 };
    const values = s.modes.flatMap((m) => m[part]);
    const star = part === "im" ? s.rate : s.omega;
    let [low, high] = [Math.min(0, star, ...values), Math.max(0, star, ...values)];
    if (high - low === 0) high = data.gamma_b;
    const margin = 0.07 * (high - low);
    [low, high] = [part === "im" || low < 0 ? low - margin : 0, high + margin];
    const end = 1.04 * Math.max(s.rate > 0 ? s.q : 0, ...s.modes.flatMap((m) => m.q));
    const x = linear(0, end, box.left, box.right);
    const y = linear(low, high, box.bottom, box.top);
    const svg = node("svg", { width, height: 212, viewBox: `0 0 ${width} 212`, role: "img" });
    svg.setAttribute("aria-label", `${name} of ${s.modes.length} modes against q`);
    if (part === "im" && high > 0) {
      const grows = { x: box.left, y: box.top, width: box.right - box.left };
      svg.append(node("rect", { class: "region", ...grows, height: y(0) - box.top }));
      svg.append(node("text", { class: "soft", x: box.right - 6, y: box.top + 15, "text-anchor": "end" }, "grows"));
    }
    svg.append(axes(box, x, y, ticks(0, end, 4), ticks(low, high, 4), { x: "q/k_F", y: name }));
    if (low < 0) svg.append(node("path", { class: "axis", d: `M${box.left} ${y(0)}H${box.right}` }));
    s.modes.forEach((m, k) => {
      const colour = `var(--mode-${(k % 4) + 1})`;
      const look = { stroke: colour, "stroke-width": 2, "stroke-dasharray": ["none", "6 3", "2 2", "8 3 2 3"][k % 4] };
      svg.append(node("path", { class: "curve mode", d: smooth(x, y, m.q, m[part]), ...look }));
      m.q.forEach((q, n) => svg.append(node("circle", { cx: x(q), cy: y(m[part][n]), r: 1.6, fill: colour })));
    });
    if (s.rate > 0) {
      const ring = { cx: x(s.q), cy: y(star), r: 5.5, fill: "none", stroke: "var(--text)", "stroke-width": 1.8 };
      svg.append(node("circle", ring));
    }
    return svg;
  };

  const drawModes = () => {
    const s = data.states[chosen];
    if (!s) return;
    if (!s.modes || s.modes.length === 0) {
      const words = s.modes
        ? "No mode is damped less than 0.8 γ at the wave numbers that were looked at."
        : "There is no condensate, and no collective mode of it.";
      panel.replaceChildren(html("p", {}, s.failure || words));
      return;
    }
    const circle = s.rate > 0 ? " The ring is the fastest growing mode." : "";
    panel.replaceChildren(
      html("h4", {}, ...rich(`Collective modes ω_q at ${number(s.x)}, ${number(s.y)}`)),
      panelOf(s, "re", "Re ω_q/ε_F"),
      panelOf(s, "im", "Im ω_q/ε_F"),
      html("p", {}, `Modes with Im ω > −0.8 γ; each with Re ω > 0 has a mirror image.${circle}`),
    );
  };

  const choose = (k) => {
    nodes[chosen]?.classList.remove("chosen");
    nodes[chosen]?.setAttribute("aria-pressed", "false");
    nodes[current]?.setAttribute("tabindex", "-1");
    chosen = current = k;
    nodes[k].classList.add("chosen");
    nodes[k].setAttribute("aria-pressed", "true");
    nodes[k].setAttribute("tabindex", "0");
    tell(k);
    drawModes();
  };

  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  map.addEventListener("keydown", (event) => {
    const k = nodes.indexOf(event.target);
    if (k < 0) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      choose(k);
      return;
    }
    if (!(event.key in moves)) return;
    event.preventDefault();
    const [di, dj] = moves[event.key];
    const s = data.states[k];
    const next = at(strengths.indexOf(s.x) + di, ratios.indexOf(s.y) + dj);
    if (next < 0) return;
    nodes[current].setAttribute("tabindex", "-1");
    current = next;
    nodes[next].setAttribute("tabindex", "0");
    nodes[next].focus();
  });

  // --- begin: a state that grows, near the middle of the drawing
  let drawnFor = "";
  const draw = () => {
    const sizes = `${map.clientWidth} ${panel.clientWidth}`;
    if (sizes === drawnFor) return;
    drawnFor = sizes;
    const focused = nodes.indexOf(document.activeElement);
    drawMap();
    drawModes();
    if (focused >= 0) nodes[focused].focus();
  };
  drawLegend();
  draw();
  const growing = data.states.map((_, k) => k).filter((k) => data.states[k].rate > 0);
  const distance = (k) => Math.hypot(data.states[k].x + 1, Math.log10(data.states[k].y / 0.1));
  growing.sort((a, b) => distance(a) - distance(b));
  if (data.states.length) choose(growing[0] ?? 0);
  const watch = new ResizeObserver(draw);
  watch.observe(map);
  watch.observe(panel);
})();
