// Three sliders; on release Python draws the numbers anew and makes a sound of them, which plays on where it was.
const PAUSE = 250; // ms without a key before a slider counts as released: on a slow core each setting costs a second

function slider({ label, texts }, i) {
  return `<label><span>${label}: <strong></strong></span>
    <input type="range" min="0" max="${texts.length - 1}" step="1" aria-label="${label}" data-i="${i}"></label>`;
}

function render({ model, el }) {
  const sliders = model.get("sliders");
  const root = document.createElement("div");
  root.className = "mirlab-mel";
  root.innerHTML = `<div class="sliders">${sliders.map(slider).join("")}</div>
    <div class="picture"><img alt=""></div>
    <div class="sounds">
      <div><strong>Made of these numbers</strong><audio class="made" controls aria-label="Sound made of these numbers"></audio></div>
      <div><strong>The original</strong><audio controls aria-label="The original" src="${model.get("original")}"></audio></div>
    </div>
    <p class="says" role="status"></p>`;
  const inputs = [...root.querySelectorAll("input")];
  const players = [...root.querySelectorAll("audio")];
  // Arrows and Space are meant for what has the focus; JupyterLab would take them to go to another cell.
  [...inputs, ...players].forEach((control) => control.setAttribute("data-lm-suppress-shortcuts", ""));
  el.append(root);

  const picture = root.querySelector(".picture");
  const image = root.querySelector("img");
  const says = root.querySelector(".says");
  const made = root.querySelector(".made");

  function name(input) {
    const text = sliders[input.dataset.i].texts[input.value];
    input.parentNode.querySelector("strong").textContent = text;
    input.setAttribute("aria-valuetext", text);
  }
  function place() {
    inputs.forEach((input) => {
      const { name: trait, values } = sliders[input.dataset.i];
      input.value = values.indexOf(model.get(trait));
      name(input);
    });
  }
  let waiting;
  function release() {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const before = sliders.map((one) => model.get(one.name));
      inputs.forEach((input) => model.set(sliders[input.dataset.i].name, sliders[input.dataset.i].values[input.value]));
      if (sliders.every((one, i) => model.get(one.name) === before[i])) return;
      picture.setAttribute("aria-busy", "true");
      model.save_changes();
    }, PAUSE);
  }
  function show() {
    const shown = model.get("shown");
    const [at, sounding] = [made.currentTime, !made.paused];
    image.src = shown.picture;
    image.alt = shown.alt;
    made.src = shown.sound;
    made.currentTime = at;
    if (sounding) made.play();
    says.textContent = shown.says;
    picture.removeAttribute("aria-busy");
  }

  inputs.forEach((input) => {
    input.addEventListener("input", () => name(input));
    input.addEventListener("change", release);
  });
  players.forEach((player) => player.addEventListener("play", () =>
    players.forEach((other) => other !== player && other.pause())));
  sliders.forEach((one) => model.on(`change:${one.name}`, place));
  model.on("change:shown", show);
  place();
  show();
}

export default { render };
