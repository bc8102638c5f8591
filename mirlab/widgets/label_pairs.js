// Two lists of labels, two players, a picture of what the two labels share, and a sentence that says it.
function render({ model, el }) {
  const sides = ["First label", "Second label"].map((name) => {
    const list = listOf(model.get("labels"));
    const player = made("audio", { controls: true, "aria-label": `${name}: an excerpt` });
    const heard = made("div", { className: "heard" });
    return { list, player, heard, side: made("div", { className: "side" }, made("label", {}, `${name} `, list), player, heard) };
  });
  const others = buttonOf("Other excerpts", () => {
    model.set("turn", model.get("turn") + 1);
    model.save_changes();
  });
  const both = made("div", { className: "sides" }, ...sides.map(({ side }) => side));
  el.append(made("div", { className: "mirlab-label-pair" }, both, others, saidBy(model), pictureOf(model)));
  keepKeys(el);
  oneAtATime(sides.map(({ player }) => player));

  sides.forEach(({ list }) =>
    list.addEventListener("change", () => {
      model.set("chosen", sides.map((one) => one.list.value));
      model.save_changes();
    }),
  );
  follow(model, ["chosen"], () => sides.forEach(({ list }, i) => (list.value = model.get("chosen")[i])));
  follow(model, ["sounds", "heard"], () =>
    sides.forEach(({ player, heard }, i) => {
      load(player, model.get("sounds")[i]);
      heard.textContent = model.get("heard")[i];
    }),
  );
}

export default live(render);
