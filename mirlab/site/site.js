// Put after the script of the quiz. On these pages no Python answers, so the page judges; nothing is kept.

function judged({ right, feedback, labels, cards, none, more, question }, chosen) {
  if (!chosen.length) return none;
  const all = right.every((is, i) => is === chosen.includes(i));
  const [before, after] = cards[all ? "right" : "wrong"];
  if (!question.several) return before + feedback[chosen[0]] + after;
  const said = chosen.map((i) => `<li>${labels[i]}: ${feedback[i]}</li>`).join("");
  const rest = all || !chosen.every((i) => right[i]) ? "" : `<p>${more}</p>`;
  return `${before}<ul>${said}</ul>${rest}${after}`;
}

document.querySelectorAll(".mirlab-quiz").forEach((place) => {
  const data = JSON.parse(place.dataset.quiz);
  const state = { question: data.question, chosen: [], checks: 0, answer: "", requests: 0, answered: 0 };
  const listeners = [];
  let checks = 0;
  const model = {
    get: (name) => state[name],
    set: (name, value) => Object.assign(state, { [name]: value }),
    on: (_, listener) => listeners.push(listener),
    save_changes: () => {
      if (state.checks > checks) state.answer = judged(data, state.chosen);
      checks = state.checks;
      state.answered = state.requests;
      listeners.forEach((listener) => listener());
    },
  };
  place.replaceChildren();
  quiz.render({ model, el: place });
});

// A player that starts stops the others.
oneAtATime([...document.querySelectorAll("audio")]);

// What is wider than the page moves on its own, also by keyboard.
function reach() {
  document.querySelectorAll(".cell_output, .table-wrapper, pre, div.math").forEach((box, i) => {
    if (box.scrollWidth <= box.clientWidth) return box.removeAttribute("tabindex");
    box.tabIndex = 0;
    if (box.matches("pre")) return;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", `Wide part ${i + 1}, which scrolls sideways`);
  });
}
addEventListener("resize", reach);
reach();
