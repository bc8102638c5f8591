// A map of points with sounds: find one by mouse, by arrow keys or in the list, and Python sends its sound.
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
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const REACH = 24; // pixels of the map within which the mouse chooses a point

// Make an element of a drawing, as `made` makes an element of a page.
function drawn(tag, attributes, ...children) {
  const one = document.createElementNS("http://www.w3.org/2000/svg", tag);
  Object.entries(attributes).forEach(([name, value]) => one.setAttribute(name, value));
  one.append(...children);
  return one;
}

function mark({ color, marker }, filled, scale) {
  const look = { fill: filled ? color : "#fff", stroke: color, "stroke-width": 1.5 };
  return drawn("path", { d: MARKS[marker], transform: `scale(${scale})`, ...look });
}

function pointOf({ x, y, name, set, label, side, says }, i, sets) {
  const [anchor, dx, dy] = TEXTS[side];
  const about = { class: "point", role: "button", tabindex: -1, "data-i": i, "aria-label": says };
  const text = label ? [drawn("text", { x: dx, y: dy, "text-anchor": anchor }, name)] : [];
  const shape = mark(sets[set], label, label ? 1 : 0.75);
  const ring = drawn("circle", { class: "ring", r: 10 });
  return drawn("g", { ...about, transform: `translate(${x},${y})` }, ring, shape, ...text);
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
  return made("div", { className: "legend" }, ...sets.map((set) => row(mark(set, true, 1), set.name)), ...kinds);
}

function render({ model, el }) {
  const { points, sets, width, height, about } = model.get("map");
  const lines = drawn("g", { class: "lines" });
  const marks = points.map((point, i) => pointOf(point, i, sets));
  const box = { class: "map", viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": about };
  const over = (label) => marks.filter((_, i) => points[i].label === label);
  const svg = drawn("svg", box, lines, ...over(false), ...over(true)); // no excerpt covers the name of a label
  const frame = made("div", { className: "frame" }, svg);
  const info = made("p", { className: "info", id: `mirlab-info-${Math.random()}` });
  const list = listing(points, sets);
  const button = made("button", { className: "jupyter-button", textContent: "Play" });
  [list, button].forEach((control) => control.setAttribute("aria-describedby", info.id));
  const sound = soundOf(model);
  const controls = made("div", { className: "controls" }, made("label", {}, "Find ", list), button, sound.player);
  el.append(made("div", { className: "mirlab-sound-map" }, frame, legend(sets), info, controls, sound.status));
  keepKeys(el);
  let chosen = model.get("point");
  const play = () => sound.ask({ point: chosen });

  // The lines show what the flat map cannot: the labels that are nearest in the space itself.
  function show(i) {
    const { x, y, near, says } = points[i];
    lines.replaceChildren(...near.map((j) => drawn("line", { x1: x, y1: y, x2: points[j].x, y2: points[j].y })));
    marks.forEach((one, j) => {
      one.classList.toggle("shown", j === i);
      one.classList.toggle("near", near.includes(j));
    });
    info.textContent = says;
  }

  function choose(i) {
    marks[chosen].tabIndex = -1;
    chosen = i;
    marks[i].tabIndex = 0;
    list.value = i;
    show(i);
  }

  // Find the nearest point in a direction, among the points that are more in that direction than sideways.
  function towards([dx, dy]) {
    const here = points[chosen];
    const away = points.map((p) => {
      const along = (p.x - here.x) * dx + (p.y - here.y) * dy;
      const aside = Math.abs((p.x - here.x) * dy) + Math.abs((p.y - here.y) * dx);
      return along > 0 && aside <= along ? along + aside : Infinity;
    });
    const best = away.indexOf(Math.min(...away));
    return away[best] < Infinity ? best : chosen;
  }

  function under(event) {
    const on = event.target.closest(".point");
    if (on) return Number(on.dataset.i);
    const box = svg.getBoundingClientRect();
    const [x, y] = [((event.clientX - box.left) / box.width) * width, ((event.clientY - box.top) / box.height) * height];
    const away = points.map((p) => Math.hypot(p.x - x, p.y - y));
    const best = away.indexOf(Math.min(...away));
    return away[best] <= REACH ? best : null;
  }

  svg.addEventListener("pointermove", (event) => show(under(event) ?? chosen));
  svg.addEventListener("pointerleave", () => show(chosen));
  svg.addEventListener("click", (event) => {
    const i = under(event);
    if (i === null) return;
    choose(i);
    marks[i].focus({ preventScroll: true });
    play();
  });
  svg.addEventListener("keydown", (event) => {
    const ends = { Home: 0, End: points.length - 1 };
    if (event.key === "Enter" || event.key === " ") play();
    else if (event.key in ARROWS || event.key in ends) {
      choose(event.key in ends ? ends[event.key] : towards(ARROWS[event.key]));
      marks[chosen].focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  list.addEventListener("change", () => choose(Number(list.value)));
  button.addEventListener("click", play);
  choose(chosen);
}

export default live(render);
