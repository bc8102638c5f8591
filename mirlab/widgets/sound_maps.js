// A map of labels and excerpts: each has a sound, and lines to the labels that are nearest in the space.
const MARKS = {
  o: "M-5,0a5,5 0 1,0 10,0a5,5 0 1,0 -10,0",
  s: "M-4.6,-4.6h9.2v9.2h-9.2z",
  "^": "M0,-6l5.8,10.5h-11.6z",
  D: "M0,-6.3l6.3,6.3l-6.3,6.3l-6.3,-6.3z",
  v: "M0,6l5.8,-10.5h-11.6z",
  P: "M-2,-6h4v4h4v4h-4v4h-4v-4h-4v-4h4z",
};
const SLANT = 6.3; // pixels aside and up of a text that is in neither direction alone
const TEXTS = {
  right: ["start", 9, 5],
  left: ["end", -9, 5],
  above: ["middle", 0, -9],
  below: ["middle", 0, 19],
  "upper right": ["start", SLANT, -SLANT],
  "upper left": ["end", -SLANT, -SLANT],
  "lower right": ["start", SLANT, SLANT + 10],
  "lower left": ["end", -SLANT, SLANT + 10],
}; // as `mirlab.plots.texts.SIDES`

function mark({ color, marker }, filled, scale) {
  const look = { fill: filled ? color : "#fff", stroke: color, "stroke-width": 1.5 };
  return drawn("path", { d: MARKS[marker], transform: `scale(${scale})`, ...look });
}

function inside({ name, set, label, side }, sets) {
  const [anchor, dx, dy] = TEXTS[side];
  const text = label ? [drawn("text", { x: dx, y: dy, "text-anchor": anchor }, name)] : [];
  return [mark(sets[set], label, label ? 1 : 0.75), ...text];
}

function listing(points, sets) {
  const groups = sets.map(({ name }, set) => {
    const mine = points.flatMap((point, i) => (point.set === set ? [new Option(point.name, i)] : []));
    return made("optgroup", { label: name }, ...mine);
  });
  return made("select", {}, ...groups);
}

function legend(sets) {
  const row = (shape, text) => made("span", {}, drawn("svg", { viewBox: "-9 -9 18 18", "aria-hidden": "true" }, shape), text);
  const kinds = [row(mark(sets[0], true, 1), "filled: a label"), row(mark(sets[0], false, 0.75), "hollow: an excerpt")];
  return made("div", { className: "controls legend" }, ...sets.map((set) => row(mark(set, true, 1), set.name)), ...kinds);
}

function render({ model, el }) {
  const { points, sets } = model.get("map");
  const lines = drawn("g", { class: "lines" });
  const info = made("p", { className: "info", id: `mirlab-info-${Math.random()}` });
  const list = listing(points, sets);
  const map = pointMap(model, { inside: (point) => inside(point, sets), list, chose: show });
  const over = (label) => map.marks.filter((_, i) => points[i].label === label);
  map.svg.replaceChildren(lines, ...over(false), ...over(true)); // no excerpt covers the name of a label
  map.marks.forEach((one, i) => one.setAttribute("aria-label", points[i].says));
  [list, map.button].forEach((control) => control.setAttribute("aria-describedby", info.id));
  const controls = made("div", { className: "controls" }, made("label", {}, "Find ", list), map.button, map.player);
  el.append(made("div", { className: "mirlab-map mirlab-sound-map" }, map.frame, legend(sets), info, controls, map.status));
  keepKeys(el);

  // The lines show what the flat map cannot: the labels that are nearest in the space itself.
  function show(i) {
    const { x, y, near, says } = points[i];
    lines.replaceChildren(...near.map((j) => drawn("line", { x1: x, y1: y, x2: points[j].x, y2: points[j].y })));
    map.marks.forEach((one, j) => one.classList.toggle("near", near.includes(j)));
    info.textContent = says;
  }

  function look(i) {
    map.mark(i);
    show(i);
  }

  map.svg.addEventListener("pointermove", (event) => look(map.under(event) ?? map.chosen()));
  map.svg.addEventListener("pointerleave", () => look(map.chosen()));
  map.choose(map.chosen());
}

export default live(render);
