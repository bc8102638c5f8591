// Lists to choose from, a picture, and a line that says what it shows.
function render({ model, el }) {
  const options = model.get("options");
  const labels = Object.entries(options).map(([name, [text, choices]]) => {
    const list = listOf(choices.map(([, choice]) => choice));
    list.addEventListener("change", () => {
      model.set(name, choices[list.selectedIndex][0]);
      model.save_changes();
    });
    follow(model, [name], () => (list.selectedIndex = choices.findIndex(([value]) => value === model.get(name))));
    return made("label", {}, `${text} `, list);
  });
  const controls = made("div", { className: "controls" }, ...labels);
  el.append(made("div", { className: "mirlab-few-labels" }, controls, pictureOf(model), saidBy(model)));
  keepKeys(el);
}

export default live(render);
