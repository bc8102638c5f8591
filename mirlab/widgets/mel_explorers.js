// Three sliders. On release, Python draws the numbers again and makes a sound of them; it continues at its position.
const PAUSE = 250; // ms without a key before a slider counts as released: on a slow core each setting costs a second

function slider({ name: trait, label, values, texts }) {
  const text = made("strong");
  const input = made("input", { type: "range", min: 0, max: texts.length - 1, step: 1, "aria-label": label });
  const write = () => {
    text.textContent = texts[input.value];
    input.setAttribute("aria-valuetext", texts[input.value]);
  };
  input.addEventListener("input", write);
  const place = (value) => {
    input.value = values.indexOf(value);
    write();
  };
  return { trait, input, place, value: () => values[input.value], row: made("label", {}, made("span", {}, `${label}: `, text), input) };
}

function render({ model, el }) {
  const sliders = model.get("sliders").map(slider);
  const rebuilt = made("audio", { controls: true, "aria-label": "Sound made of these numbers" });
  const original = made("audio", { controls: true, "aria-label": "The original", src: model.get("original") });
  const named = (title, player) => made("div", {}, made("strong", { textContent: title }), player);
  const picture = made("div", { className: "picture" }, pictureOf(model));
  el.append(
    made(
      "div",
      { className: "mirlab-mel" },
      made("div", { className: "sliders" }, ...sliders.map(({ row }) => row)),
      picture,
      made("div", { className: "sounds" }, named("Made of these numbers", rebuilt), named("The original", original)),
      saidBy(model),
    ),
  );
  keepKeys(el);
  oneAtATime([rebuilt, original]);

  let waiting;
  function release() {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      if (sliders.every(({ trait, value }) => model.get(trait) === value())) return;
      sliders.forEach(({ trait, value }) => model.set(trait, value()));
      model.save_changes();
    }, PAUSE);
  }
  sliders.forEach(({ trait, input, place }) => {
    input.addEventListener("change", release);
    follow(model, [trait], () => place(model.get(trait)));
  });
  follow(model, ["rebuilt"], () => {
    const [at, sounding] = [rebuilt.currentTime, !rebuilt.paused];
    load(rebuilt, model.get("rebuilt"));
    rebuilt.currentTime = at;
    if (sounding) rebuilt.play();
  });
}

export default live(render);
