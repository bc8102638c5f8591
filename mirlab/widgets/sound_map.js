// A map of points that sound: find one by mouse, by arrow keys or in the list, and Python sends its sound.
const MARKS = {
  o: "M-5,0a5,5 0 1,0 10,0a5,5 0 1,0 -10,0",
  s: "M-4.6,-4.6h9.2v9.2h-9.2z",
  "^": "M0,-6l5.8,10.5h-11.6z",
  D: "M0,-6.3l6.3,6.3l-6.3,6.3l-6.3,-6.3z",
  v: "M0,6l5.8,-10.5h-11.6z",
  P: "M-2,-6h4v4h4v4h-4v4h-4v-4h-4v-4h4z",
};
const TEXTS = { right: ["start", 8, 4], left: ["end", -8, 4], above: ["middle", 0, -9], below: ["middle", 0, 16] };
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const REACH = 24; // how far from a point, in pixels of the map, the mouse still means it

const escape = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

function mark({ color, marker }, filled, scale) {
  const fill = filled ? color : "#fff";
  return `<path d="${MARKS[marker]}" transform="scale(${scale})" fill="${fill}" stroke="${color}" stroke-width="1.5"/>`;
}

function drawn(point, i, sets) {
  const [anchor, dx, dy] = TEXTS[point.side];
  const text = point.label ? `<text x="${dx}" y="${dy}" text-anchor="${anchor}">${escape(point.name)}</text>` : "";
  const shape = mark(sets[point.set], point.label, point.label ? 1 : 0.75);
  return `<g class="point" role="button" tabindex="-1" data-i="${i}" aria-label="${escape(point.says)}"
    transform="translate(${point.x},${point.y})"><circle class="ring" r="10"/>${shape}${text}</g>`;
}

function listed(points, sets) {
  const groups = sets.map(({ name }, set) => {
    const mine = points.flatMap((p, i) => (p.set === set ? [`<option value="${i}">${escape(p.name)}</option>`] : []));
    return `<optgroup label="${escape(name)}">${mine.join("")}</optgroup>`;
  });
  return groups.join("");
}

function legend(sets) {
  const row = (shape, text) => `<span><svg viewBox="-9 -9 18 18" aria-hidden="true">${shape}</svg>${escape(text)}</span>`;
  const kinds = row(mark(sets[0], true, 1), "filled: a label") + row(mark(sets[0], false, 0.75), "hollow: an excerpt");
  return sets.map((set) => row(mark(set, true, 1), set.name)).join("") + kinds;
}

function render({ model, el }) {
  const { points, sets, width, height, about } = model.get("map");
  const root = document.createElement("div");
  root.className = "mirlab-sound-map";
  root.innerHTML = `
    <svg class="map" viewBox="0 0 ${width} ${height}" role="group" aria-label="${escape(about)}">
      <g class="lines"></g>${points.map((point, i) => drawn(point, i, sets)).join("")}
    </svg>
    <div class="legend">${legend(sets)}</div>
    <p class="info"></p>
    <div class="controls">
      <label>Find <select>${listed(points, sets)}</select></label>
      <button class="jupyter-button">Play</button>
      <audio controls hidden></audio>
    </div>
    <p class="status" role="status"></p>`;
  // Arrows and Enter are meant for what has the focus; JupyterLab would take them to go to another cell.
  const controls = root.querySelectorAll(".point, select, button, audio");
  controls.forEach((control) => control.setAttribute("data-lm-suppress-shortcuts", ""));
  el.append(root);

  const find = (selector) => root.querySelector(selector);
  const [svg, lines, info, list, player, status] =
    ["svg.map", ".lines", ".info", "select", "audio", ".status"].map(find);
  info.id = `mirlab-info-${Math.random()}`;
  [list, find("button")].forEach((control) => control.setAttribute("aria-describedby", info.id));
  const marks = [...root.querySelectorAll(".point")];
  let chosen = model.get("point");
  let asking = false;

  // The lines say what the flat map cannot: which labels are nearest in the space itself.
  function show(i) {
    const { x, y, near, says } = points[i];
    const line = (j) => `<line x1="${x}" y1="${y}" x2="${points[j].x}" y2="${points[j].y}"/>`;
    lines.innerHTML = near.map(line).join("");
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

  function play() {
    asking = true;
    status.textContent = "Asking for the sound …";
    model.set("point", chosen);
    model.set("plays", model.get("plays") + 1);
    model.save_changes();
  }

  function hear() {
    const { said, audio, mimetype } = model.get("heard");
    status.textContent = said ?? "";
    if (!asking || !audio) return; // the same map may be shown twice; only the one that asked sounds
    asking = false;
    URL.revokeObjectURL(player.src);
    player.src = URL.createObjectURL(new Blob([audio], { type: mimetype }));
    player.hidden = false;
    player.play().catch(() => (status.textContent = `${said} Press play.`));
  }

  // Which point lies in a direction: the nearest of those that lie more that way than sideways.
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
  find("button").addEventListener("click", play);
  model.on("change:heard", hear);
  choose(chosen);
  status.textContent = model.get("heard").said ?? "";
}

export default { render };
