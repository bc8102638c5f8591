// Clips to be guessed: a player, a list of genres and a button each, and live regions that say the answers.
function render({ model, el }) {
  const genres = model.get("genres").map((genre) => `<option>${genre}</option>`).join("");
  const game = document.createElement("div");
  game.className = "mirlab-game";
  game.innerHTML = `<ol>${model.get("sounds").map((sound, i) => `<li><form aria-label="Clip ${i + 1}">
    <strong>Clip ${i + 1}</strong>
    <audio controls aria-label="Clip ${i + 1}" src="${sound}"></audio>
    <div class="guess"><select required aria-label="Genre of clip ${i + 1}"><option value="">Which genre?</option>${genres}</select>
    <button class="jupyter-button" aria-label="Check clip ${i + 1}">Check</button></div>
    <div role="status"></div></form></li>`).join("")}</ol><p class="score" role="status"></p>`;
  // Arrows, Space and Enter are meant for what has the focus; JupyterLab would take them to go to another cell.
  const controls = game.querySelectorAll("audio, select, button");
  controls.forEach((control) => control.setAttribute("data-lm-suppress-shortcuts", ""));
  el.append(game);

  const forms = [...game.querySelectorAll("form")];
  const score = game.querySelector(".score");
  forms.forEach((form, i) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const guesses = [...model.get("guesses")];
      guesses[i] = form.querySelector("select").value;
      model.set("guesses", guesses);
      model.save_changes();
    });
    form.querySelector("audio").addEventListener("play", (event) =>
      game.querySelectorAll("audio").forEach((other) => other !== event.target && other.pause()));
  });
  const show = () => {
    forms.forEach((form, i) => {
      const status = form.querySelector("[role=status]"); // only what is new is written, so only that is read aloud
      if (status.dataset.answer !== model.get("answers")[i]) status.innerHTML = status.dataset.answer = model.get("answers")[i];
    });
    score.textContent = model.get("score");
  };
  forms.forEach((form, i) => (form.querySelector("select").value = model.get("guesses")[i]));
  model.on("change:answers", show);
  model.on("change:score", show);
  show();
}

export default { render };
