// A map of points with sounds: choose one by mouse, by arrow keys or in a list, and hear it.
const REACH = 24; // pixels of the map within which the mouse chooses a point

// Make an element of a drawing, as `made` makes an element of a page.
function drawn(tag, attributes, ...children) {
  const one = document.createElementNS("http://www.w3.org/2000/svg", tag);
  Object.entries(attributes).forEach(([name, value]) => one.setAttribute(name, value));
  one.append(...children);
  return one;
}

// `inside` draws what a point has around its place, `list` offers the points by their numbers, `chose` is called when
// another one is chosen, and `keys` has what further keys do.
function pointMap(model, { inside, list, chose, keys = {} }) {
  const { points, width, height, about } = model.get("map");
  const marks = points.map((point, i) => {
    const place = { class: "point", role: "button", tabindex: -1, "data-i": i, transform: `translate(${point.x},${point.y})` };
    return drawn("g", place, drawn("circle", { class: "ring", r: 10 }), ...inside(point));
  });
  const svg = drawn("svg", { class: "map", viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": about }, ...marks);
  const frame = made("div", { className: "frame" }, svg);
  const { player, status, ask } = soundOf(model);
  let chosen = model.get("point");
  const play = () => ask({ point: chosen });

  function choose(i) {
    chosen = i;
    list.value = i;
    marks.forEach((one, j) => (one.tabIndex = j === i ? 0 : -1));
    mark(i);
    chose(i);
  }

  function mark(i) {
    marks.forEach((one, j) => one.classList.toggle("shown", j === i));
  }

  // The nearest point in a direction, among the points that are more in that direction than sideways.
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

  svg.addEventListener("click", (event) => {
    const i = under(event);
    if (i === null) return;
    choose(i);
    marks[i].focus({ preventScroll: true });
    play();
  });
  onKey(svg, ({ key }) => {
    const ends = { Home: 0, End: points.length - 1 };
    const act = keys[key.toLowerCase()];
    if (key === "Enter" || key === " ") play();
    else if (act) act();
    else if (key in ARROWS || key in ends) {
      choose(key in ends ? ends[key] : towards(ARROWS[key]));
      marks[chosen].focus();
    } else return false;
    return true;
  });
  list.addEventListener("change", () => choose(Number(list.value)));
  const button = buttonOf("Play", play);
  return { frame, svg, marks, list, button, player, status, mark, under, choose, chosen: () => chosen };
}
