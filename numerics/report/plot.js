"use strict";

// Small helpers for drawings: scales, ticks, SVG elements, axes.
const Plot = (() => {
  const node = (tag, attributes = {}, ...children) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };
  const html = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };
  const linear = (from, to, low, high) => (v) => low + ((v - from) / (to - from)) * (high - low);
  const logarithmic = (from, to, low, high) => {
    const scale = linear(Math.log(from), Math.log(to), low, high);
    return (v) => scale(Math.log(v));
  };
  const ticks = (from, to, wanted) => {
    const rough = (to - from) / wanted;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough * 0.999);
    const first = Math.ceil(from / step - 1e-9);
    const last = Math.floor(to / step + 1e-9);
    return Array.from({ length: last - first + 1 }, (_, k) => (first + k) * step);
  };
  const decades = (from, to) => {
    const low = Math.ceil(Math.log10(from) - 1e-9);
    const high = Math.floor(Math.log10(to) + 1e-9);
    return Array.from({ length: high - low + 1 }, (_, k) => 10 ** (low + k));
  };
  const raised = (n) => [...String(n)].map((c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"["0123456789".indexOf(c)] ?? "⁻").join("");
  // a number as it is read: not more digits than asked for, powers of ten where it is small
  const number = (v, digits = 4) => {
    if (v === 0) return "0";
    const size = Math.abs(v);
    if (size >= 1e-3 && size < 1e5) {
      return String(Number(v.toPrecision(digits))).replace("-", "−");
    }
    const [mantissa, exponent] = v.toExponential(digits - 1).split("e");
    return `${String(Number(mantissa)).replace("-", "−")}·10${raised(Number(exponent))}`;
  };
  // "k_F" with its index lowered
  const pieces = (text) => String(text).split(/_([A-Za-z])(?![A-Za-z])/);
  const rich = (text) =>
    pieces(text).map((part, k) => (k % 2 ? html("sub", {}, part) : document.createTextNode(part)));
  const label = (attributes, text) => {
    const element = node("text", attributes);
    pieces(text).forEach((part, k) => {
      if (k % 2) element.append(node("tspan", { class: "index", dy: 3.5 }, part));
      else if (part) element.append(node("tspan", { dy: k ? -3.5 : 0 }, part));
    });
    return element;
  };
  const line = (x, y, xs, ys) =>
    xs.map((v, k) => `${k ? "L" : "M"}${x(v).toFixed(1)} ${y(ys[k]).toFixed(1)}`).join("");
  // cubic pieces through the points, which rise and fall only where these do (Fritsch and Carlson)
  const smooth = (x, y, xs, ys) => {
    const px = xs.map(x);
    const py = ys.map(y);
    const slopes = px.slice(1).map((v, k) => (py[k + 1] - py[k]) / (v - px[k]));
    const at = (k) => {
      if (k === 0) return slopes[0];
      if (k === slopes.length) return slopes[k - 1];
      const [one, other] = [slopes[k - 1], slopes[k]];
      if (one * other <= 0) return 0;
      const [left, right] = [px[k] - px[k - 1], px[k + 1] - px[k]];
      const [a, b] = [left + 2 * right, right + 2 * left];
      return (a + b) / (a / one + b / other);
    };
    if (px.length < 3) return line(x, y, xs, ys);
    let d = `M${px[0].toFixed(1)} ${py[0].toFixed(1)}`;
    for (let k = 1; k < px.length; k += 1) {
      const third = (px[k] - px[k - 1]) / 3;
      const points = [
        [px[k - 1] + third, py[k - 1] + third * at(k - 1)],
        [px[k] - third, py[k] - third * at(k)],
        [px[k], py[k]],
      ];
      d += `C${points.map((p) => p.map((v) => v.toFixed(1)).join(" ")).join(" ")}`;
    }
    return d;
  };
  // labels of both axes; `box` is left, top, right, bottom of the frame
  const axes = (box, x, y, xTicks, yTicks, names) => {
    const group = node("g", { "aria-hidden": "true" });
    for (const v of xTicks) {
      group.append(node("path", { class: "gridline", d: `M${x(v)} ${box.top}V${box.bottom}` }));
      const at = { x: x(v), y: box.bottom + 16, "text-anchor": "middle" };
      group.append(node("text", at, number(Number(v.toPrecision(6)), 3)));
    }
    for (const v of yTicks) {
      group.append(node("path", { class: "gridline", d: `M${box.left} ${y(v)}H${box.right}` }));
      const at = { x: box.left - 6, y: y(v) + 4, "text-anchor": "end" };
      group.append(node("text", at, number(Number(v.toPrecision(6)), 3)));
    }
    const size = { width: box.right - box.left, height: box.bottom - box.top };
    group.append(node("rect", { class: "axis", x: box.left, y: box.top, ...size }));
    const middle = { x: (box.left + box.right) / 2, y: box.bottom + 34, "text-anchor": "middle" };
    if (names.x) group.append(label(middle, names.x));
    if (names.y) group.append(label({ x: 2, y: box.top - 8 }, names.y));
    return group;
  };
  return { node, html, linear, logarithmic, ticks, decades, number, rich, line, smooth, axes };
})();
