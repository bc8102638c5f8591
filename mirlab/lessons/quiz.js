// One question: a fieldset of radio buttons or check boxes, a button, and a live region that says the answer.
function render({ model, el }) {
  const { text, choices, several, name } = model.get("question");
  const form = document.createElement("form");
  form.className = "mirlab-question";
  const type = several ? "checkbox" : "radio";
  const rows = choices.map((choice) => `<label><input type="${type}" name="choice"> <span>${choice}</span></label>`);
  form.innerHTML = `<fieldset><legend>${text}</legend>${rows.join("")}</fieldset>
    <button class="jupyter-button" aria-label="Check ${name}">Check</button><div role="status"></div>`;
  // Arrows and Enter are meant for what has the focus; JupyterLab would take them to go to another cell.
  form.querySelectorAll("input, button").forEach((control) => control.setAttribute("data-lm-suppress-shortcuts", ""));
  el.append(form);

  const inputs = [...form.querySelectorAll("input")];
  const status = form.querySelector("[role=status]");
  const showChosen = () => inputs.forEach((input, i) => (input.checked = model.get("chosen").includes(i)));
  const showAnswer = () => (status.innerHTML = model.get("answer"));
  form.addEventListener("change", () => {
    model.set("chosen", inputs.flatMap((input, i) => (input.checked ? [i] : [])));
    model.save_changes();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    model.set("checks", model.get("checks") + 1);
    model.save_changes();
  });
  model.on("change:chosen", showChosen);
  model.on("change:answer", showAnswer);
  showChosen();
  showAnswer();
}

export default { render };
