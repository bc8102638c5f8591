// Buttons that take steps, the picture of the last one, its words, and the excerpts to be heard.
function render({ model, el }) {
  const stepper = document.createElement("div");
  stepper.className = "mirlab-stepper";
  stepper.innerHTML = `<div class="buttons" role="group" aria-label="WARP steps">
    <button class="jupyter-button mod-primary" data-by="1">One step</button>
    <button class="jupyter-button" data-by="10">Ten steps</button>
    <button class="jupyter-button" data-by="-1">One back</button>
    <button class="jupyter-button" data-by="-Infinity">Start again</button>
    <strong>Step <output></output></strong></div>
    <img>
    <div role="status"></div>
    <div class="sound"><label>Excerpt <select>${model.get("names").map((name) => `<option>${name}</option>`).join("")}</select></label>
    <audio controls></audio></div>`;
  // Arrows, Space and Enter are meant for what has the focus; JupyterLab would take them to go to another cell.
  const controls = stepper.querySelectorAll("audio, select, button");
  controls.forEach((control) => control.setAttribute("data-lm-suppress-shortcuts", ""));
  el.append(stepper);

  const [select, audio, status, image, count] = ["select", "audio", "[role=status]", "img", "output"].map((name) =>
    stepper.querySelector(name));
  stepper.querySelectorAll("button").forEach((button) =>
    button.addEventListener("click", () => {
      model.set("steps", Math.min(2000, Math.max(0, model.get("steps") + Number(button.dataset.by))));
      model.save_changes();
    }));
  const load = () => {
    const name = model.get("names")[select.selectedIndex];
    audio.src = model.get("sounds")[select.selectedIndex];
    audio.setAttribute("aria-label", `Excerpt ${name}`);
  };
  select.addEventListener("change", load);
  const show = () => {
    count.textContent = model.get("steps");
    image.src = model.get("picture");
    image.alt = model.get("alt");
    status.replaceChildren(...model.get("words").map((sentence) => {
      const line = document.createElement("p");
      line.textContent = sentence;
      return line;
    }));
  };
  const follow = () => {
    if (!audio.paused) return; // whoever listens is not interrupted
    select.selectedIndex = model.get("drawn");
    load();
  };
  model.on("change:words", show);
  model.on("change:drawn", follow);
  show();
  follow();
}

export default { render };
