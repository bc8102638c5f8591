// A map of songs: hear one, and buy its label. Python says what the labels are worth.
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const REACH = 20; // pixels of the map within which the mouse chooses a song

function drawn(tag, attributes, ...children) {
  const one = document.createElementNS("http://www.w3.org/2000/svg", tag);
  Object.entries(attributes).forEach(([name, value]) => one.setAttribute(name, value));
  one.append(...children);
  return one;
}

function render({ model, el }) {
  const { points, width, height, about, most } = model.get("map");
  const marks = points.map(({ x, y }, i) => {
    const text = drawn("text", { x: 0, y: -9, "text-anchor": "middle" });
    const shape = drawn("path", { class: "mark" });
    const ring = drawn("circle", { class: "ring", r: 10 });
    const place = { class: "song", role: "button", tabindex: -1, "data-i": i, transform: `translate(${x},${y})` };
    return drawn("g", place, ring, shape, text);
  });
  const box = { class: "map", viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": about };
  const svg = drawn("svg", box, ...marks);
  const sound = soundOf(model);
  const list = listOf(points.map(({ name }) => name));
  [...list.options].forEach((option, i) => (option.value = i));
  const playing = made("button", { className: "jupyter-button", textContent: "Play" });
  const buying = made("button", { className: "jupyter-button", textContent: "Label this song" });
  const again = made("button", { className: "jupyter-button", textContent: "Start again" });
  const controls = made("div", { className: "controls" }, made("label", {}, "Song ", list), playing, buying, again, sound.player);
  const hint = made("p", { className: "hint", textContent: about });
  const frame = made("div", { className: "frame" }, svg);
  el.append(made("div", { className: "mirlab-label-choices" }, hint, frame, controls, sound.status, saidBy(model)));
  keepKeys(el);
  let chosen = model.get("point");

  const says = (i) => `${points[i].name}, ${model.get("labels")[i] || "not labelled"}`;
  const play = () => sound.ask({ point: chosen });

  function draw() {
    const labels = model.get("labels");
    marks.forEach((one, i) => {
      one.classList.toggle("bought", labels[i] !== "");
      one.classList.toggle("shown", i === chosen);
      one.setAttribute("aria-label", says(i));
      one.tabIndex = i === chosen ? 0 : -1;
      // Labelled songs are squares with their label, all others are rings.
      one.querySelector(".mark").setAttribute("d", labels[i] ? "M-5,-5h10v10h-10z" : "M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0");
      one.querySelector("text").textContent = labels[i];
    });
    list.value = chosen;
    buying.disabled = labels[chosen] !== "" || model.get("picks").length >= most;
  }

  function choose(i) {
    chosen = i;
    draw();
  }

  function set(picks) {
    model.set({ picks, point: chosen });
    model.save_changes();
  }

  function buy() {
    if (!buying.disabled) set([...model.get("picks"), chosen]);
  }

  // The nearest song in a direction, among those that are more in that direction than sideways.
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

  svg.addEventListener("click", (event) => {
    const box = svg.getBoundingClientRect();
    const [x, y] = [((event.clientX - box.left) / box.width) * width, ((event.clientY - box.top) / box.height) * height];
    const away = points.map((p) => Math.hypot(p.x - x, p.y - y));
    const best = away.indexOf(Math.min(...away));
    if (away[best] > REACH) return;
    choose(best);
    marks[best].focus({ preventScroll: true });
    play();
  });
  svg.addEventListener("keydown", (event) => {
    const ends = { Home: 0, End: points.length - 1 };
    if (event.key === "Enter" || event.key === " ") play();
    else if (event.key === "l" || event.key === "L") buy();
    else if (event.key in ARROWS || event.key in ends) {
      choose(event.key in ends ? ends[event.key] : towards(ARROWS[event.key]));
      marks[chosen].focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  list.addEventListener("change", () => choose(Number(list.value)));
  playing.addEventListener("click", play);
  buying.addEventListener("click", buy);
  again.addEventListener("click", () => set([]));
  follow(model, ["labels", "picks"], draw);
  return () => sound.player.pause();
}

export default live(render);
