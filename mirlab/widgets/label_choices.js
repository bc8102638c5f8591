// A map of songs: hear one, and buy its label. Python says what the labels are worth.
const RING = "M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0";
const MARGIN = 40; // pixels that half a label needs
const SQUARE = "M-5,-5h10v10h-10z"; // a labelled song

function render({ model, el }) {
  const { points, width, about, most } = model.get("map");
  const list = listOf(points.map(({ name }) => name));
  [...list.options].forEach((option, i) => (option.value = i));
  // Labels stay on the map: at its sides and at its top they go inwards.
  const inside = ({ x, y }) => {
    const anchor = x < MARGIN ? "start" : x > width - MARGIN ? "end" : "middle";
    return [drawn("path", { class: "mark" }), drawn("text", { x: 0, y: y < 24 ? 19 : -9, "text-anchor": anchor })];
  };
  const map = pointMap(model, { inside, list, chose: offer, keys: { l: () => buying.click() } });
  const buying = buttonOf("Label this song", () => set([...model.get("picks"), map.chosen()]));
  const again = buttonOf("Start again", () => set([]));
  const buttons = [map.button, buying, again];
  const controls = made("div", { className: "controls" }, made("label", {}, "Song ", list), ...buttons, map.player);
  const hint = made("p", { className: "hint", textContent: about });
  el.append(made("div", { className: "mirlab-map mirlab-label-choices" }, hint, map.frame, controls, map.status, saidBy(model)));
  keepKeys(el);

  function set(picks) {
    model.set({ picks, point: map.chosen() });
    model.save_changes();
  }

  function offer(i) {
    enable(buying, model.get("labels")[i] === "" && model.get("picks").length < most);
  }

  function draw() {
    const labels = model.get("labels");
    map.marks.forEach((one, i) => {
      one.classList.toggle("bought", labels[i] !== "");
      one.setAttribute("aria-label", `${points[i].name}, ${labels[i] || "not labelled"}`);
      one.querySelector(".mark").setAttribute("d", labels[i] ? SQUARE : RING);
      one.querySelector("text").textContent = labels[i];
    });
    offer(map.chosen());
  }

  map.choose(map.chosen());
  follow(model, ["labels", "picks"], draw);
}

export default live(render);
