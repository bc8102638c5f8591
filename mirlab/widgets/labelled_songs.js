// A list of sets, a slider, a picture, and a live region with what the picture shows.
function render({ model, el }) {
  const most = model.get("most");
  const sets = model.get("targets").map((name) => `<option>${name}</option>`).join("");
  const box = document.createElement("div");
  box.className = "mirlab-labelled-songs";
  box.innerHTML = `<div class="controls"><label>Target set <select>${sets}</select></label>
    <label>Labelled songs of each label <input type="range" min="1" max="${most}" step="1"> <output></output></label></div>
    <img><p role="status"></p>`;
  el.append(box);

  const [select, slider, output, picture, status] = ["select", "input", "output", "img", "p"].map((tag) => box.querySelector(tag));
  // Arrow keys are meant for what has the focus; JupyterLab would take them to go to another cell.
  [select, slider].forEach((control) => control.setAttribute("data-lm-suppress-shortcuts", ""));
  const ask = () => {
    status.textContent = "Measuring …";
    model.set({ target: select.value, songs: Number(slider.value) });
    model.save_changes();
  };
  slider.addEventListener("input", () => (output.textContent = slider.value));
  slider.addEventListener("change", ask); // when it is let go, or at a key
  select.addEventListener("change", ask);
  const place = () => {
    select.value = model.get("target");
    slider.value = output.textContent = model.get("songs");
  };
  const show = () => {
    picture.src = model.get("picture");
    picture.alt = model.get("alt");
    status.textContent = model.get("said");
  };
  model.on("change:target change:songs", place);
  model.on("change:said change:picture", show);
  place();
  show();
}

export default { render };
