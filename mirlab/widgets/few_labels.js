// Lists to choose from, a picture, and a live region with what the picture shows.
function render({ model, el }) {
  const options = model.get("options");
  const box = document.createElement("div");
  box.className = "mirlab-few-labels";
  box.innerHTML = `<div class="controls"></div><img><p role="status"></p>`;
  el.append(box);
  const [controls, picture, status] = ["div", "img", "p"].map((tag) => box.querySelector(tag));

  const selects = Object.entries(options).map(([name, [says, choices]]) => {
    const label = document.createElement("label");
    const select = document.createElement("select");
    label.append(`${says} `, select);
    select.name = name;
    // Arrow keys are meant for what has the focus; JupyterLab would take them to go to another cell.
    select.setAttribute("data-lm-suppress-shortcuts", "");
    select.append(...choices.map(([, text]) => new Option(text)));
    select.addEventListener("change", () => {
      status.textContent = "Measuring …";
      model.set(name, choices[select.selectedIndex][0]);
      model.save_changes();
    });
    controls.append(label);
    return select;
  });
  const place = () =>
    selects.forEach((select) => {
      select.selectedIndex = options[select.name][1].findIndex(([value]) => value === model.get(select.name));
    });
  const show = () => {
    picture.src = model.get("picture");
    picture.alt = model.get("alt");
    status.textContent = model.get("said");
  };
  selects.forEach((select) => model.on(`change:${select.name}`, place));
  model.on("change:said change:picture", show);
  place();
  show();
}

export default { render };
