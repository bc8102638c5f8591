// Clips to guess: each with a player, a list of genres and a button, and a line that says the answer.
function clip(sound, genres, name, { which, check: word }) {
  const choose = listOf([which, ...genres], { required: true, "aria-label": `${name}: ${which}` });
  choose.options[0].value = "";
  const player = made("audio", { controls: true, src: sound, "aria-label": name });
  const check = made("button", { className: "jupyter-button", textContent: word, "aria-label": `${name}: ${word}` });
  const answer = made("div", { role: "status" });
  const guess = made("div", { className: "guess" }, choose, check);
  const title = made("strong", { textContent: name });
  choose.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return; // the browser would open the list, which Space and the arrow keys do too
    event.preventDefault();
    form.requestSubmit();
  });
  const form = made("form", { "aria-label": name }, title, player, guess, answer);
  return { form, player, choose, answer };
}

function render({ model, el }) {
  const words = model.get("words");
  const clips = model.get("sounds").map((sound, i) => clip(sound, model.get("genres"), words.clips[i], words));
  const score = made("p", { className: "score", role: "status" });
  const list = made("ol", {}, ...clips.map(({ form }) => made("li", {}, form)));
  el.append(made("div", { className: "mirlab-game" }, list, score));
  keepKeys(el);
  oneAtATime(clips.map(({ player }) => player));

  clips.forEach(({ form, choose }, i) => {
    choose.value = model.get("guesses")[i];
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const guesses = [...model.get("guesses")];
      guesses[i] = choose.value;
      model.set("guesses", guesses);
      model.save_changes();
    });
  });
  follow(model, ["answers", "score"], () => {
    clips.forEach(({ answer }, i) => showCard(answer, model.get("answers")[i]));
    score.textContent = model.get("score");
  });
}

export default live(render);
