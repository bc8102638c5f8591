// Clips to guess: each with a player, a list of genres and a button, and a line that says the answer.
function clip(sound, genres, number) {
  const choose = listOf(["Which genre?", ...genres], { required: true, "aria-label": `Genre of clip ${number}` });
  choose.options[0].value = "";
  const player = made("audio", { controls: true, src: sound, "aria-label": `Clip ${number}` });
  const check = made("button", { className: "jupyter-button", textContent: "Check", "aria-label": `Check clip ${number}` });
  const answer = made("div", { role: "status" });
  const guess = made("div", { className: "guess" }, choose, check);
  const title = made("strong", { textContent: `Clip ${number}` });
  choose.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return; // the browser would open the list, which Space and the arrow keys do too
    event.preventDefault();
    form.requestSubmit();
  });
  const form = made("form", { "aria-label": `Clip ${number}` }, title, player, guess, answer);
  return { form, player, choose, answer };
}

function render({ model, el }) {
  const clips = model.get("sounds").map((sound, i) => clip(sound, model.get("genres"), i + 1));
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
