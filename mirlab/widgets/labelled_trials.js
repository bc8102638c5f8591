// A list of sets, a slider, a picture, and a line that says what it shows.
function render({ model, el }) {
  const list = listOf(model.get("targets"));
  const slider = made("input", { type: "range", min: 1, max: model.get("most"), step: 1 });
  const number = made("output");
  const controls = made(
    "div",
    { className: "controls" },
    made("label", {}, "Target set ", list),
    made("label", {}, "Labelled songs per label ", slider, " ", number),
  );
  el.append(made("div", { className: "mirlab-labelled-songs" }, controls, pictureOf(model), saidBy(model)));
  keepKeys(el);

  const ask = () => {
    model.set({ target: list.value, songs: Number(slider.value) });
    model.save_changes();
  };
  slider.addEventListener("input", () => (number.textContent = slider.value));
  slider.addEventListener("change", ask); // when it is released, or at a key
  list.addEventListener("change", ask);
  follow(model, ["target", "songs"], () => {
    list.value = model.get("target");
    slider.value = number.textContent = model.get("songs");
  });
}

export default live(render);
