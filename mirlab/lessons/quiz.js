// One question: a group of radio buttons or check boxes, a button, and a line that says the answer.

// Text in which `backticks` mark code.
const withCode = (text) =>
  text.split(/`([^`]+)`/).map((part, i) => (i % 2 ? made("code", { textContent: part }) : part));

function render({ model, el }) {
  const { title, check: word, name, text, choices, several } = model.get("question");
  const type = several ? "checkbox" : "radio";
  const inputs = choices.map(() => made("input", { type, name: "choice" }));
  const rows = choices.map((choice, i) => made("label", {}, inputs[i], " ", made("span", {}, ...withCode(choice))));
  const legend = made("legend", {}, made("strong", { textContent: title }), " ", ...withCode(text));
  const check = made("button", { className: "jupyter-button", textContent: word, "aria-label": name });
  const answer = made("div", { role: "status" });
  const form = made("form", { className: "mirlab-question" }, made("fieldset", {}, legend, ...rows), check, answer);
  el.append(form);
  keepKeys(el);

  form.addEventListener("change", () => {
    model.set("chosen", inputs.flatMap((input, i) => (input.checked ? [i] : [])));
    model.save_changes();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    model.set("checks", model.get("checks") + 1);
    model.save_changes();
  });
  follow(model, ["chosen"], () => inputs.forEach((input, i) => (input.checked = model.get("chosen").includes(i))));
  follow(model, ["answer"], () => showCard(answer, model.get("answer")));
}

export default live(render);
