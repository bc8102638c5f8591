// Ranked lists of sounds, side by side: each item is a button, and Python sends its sound when it is pressed.
const STEPS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

function made(tag, properties = {}, ...children) {
  const one = Object.assign(document.createElement(tag), properties);
  one.append(...children);
  return one;
}

function render({ model, el }) {
  const picks = made("div", { className: "picks" });
  const across = made("div", { className: "across" });
  const columns = made("div", { className: "columns" });
  const stop = made("button", { className: "jupyter-button", textContent: "Stop", disabled: true });
  const player = made("audio", { controls: true, hidden: true });
  const status = made("p", { className: "status" });
  status.setAttribute("role", "status");
  const hint = made("p", { className: "hint", textContent: "Tab goes from list to list, arrow keys from sound to sound, Enter plays." });
  const root = made("div", { className: "mirlab-ranked-sounds" }, picks, across, columns, hint, made("div", { className: "controls" }, stop, player), status);
  // Arrows, Space and Enter are meant for what has the focus; JupyterLab would take them to go to another cell.
  const keep = (control) => control.setAttribute("data-lm-suppress-shortcuts", "");
  [stop, player].forEach(keep);
  el.append(root);

  let buttons = []; // of each list
  let sounding = null;
  let asking = false;

  function word(match) {
    if (match === null) return [];
    const mark = made("span", { textContent: match ? "✔ " : "✘ " });
    mark.setAttribute("aria-hidden", "true");
    const text = made("span", { className: match ? "match" : "other" }, mark, model.get("words")[match ? 0 : 1]);
    return [text];
  }

  function button(item, i, j) {
    const name = made("strong", { textContent: item.name });
    const says = made("span", { className: "says", textContent: item.says });
    // What is read aloud is what is seen; the commas are heard as pauses.
    const parts = [name, says, ...word(item.match)].filter((part) => part.textContent);
    const spaced = parts.flatMap((part, k) => (k ? [made("span", { className: "pause", textContent: ", " }), part] : [part]));
    const one = made("button", { className: "item", tabIndex: j ? -1 : 0 }, ...spaced);
    keep(one);
    one.addEventListener("click", () => play(i, j));
    return one;
  }

  function draw() {
    silence();
    const lists = model.get("lists");
    buttons = lists.map(({ items }, i) => items.map((item, j) => button(item, i, j)));
    across.replaceChildren();
    columns.replaceChildren();
    lists.forEach(({ title, wide }, i) => {
      const heading = made("h4", { textContent: title, id: `mirlab-list-${Math.random()}` });
      const list = made("ol", {}, ...buttons[i].map((one) => made("li", {}, one)));
      list.setAttribute("aria-labelledby", heading.id);
      if (wide) across.append(heading, list);
      else columns.append(made("section", {}, heading, list));
    });
    status.textContent = model.get("heard").said ?? "";
  }

  function place() {
    const choices = model.get("choices");
    const had = [...picks.querySelectorAll("select")];
    choices.forEach(({ label, options }, k) => {
      const list = had[k] ?? made("select");
      if (!had[k]) {
        keep(list);
        list.addEventListener("change", pick);
        picks.append(made("label", {}, made("span"), list));
      }
      list.previousSibling.textContent = `${label} `;
      if (list.dataset.options !== JSON.stringify(options)) {
        list.replaceChildren(...options.map((text) => made("option", { textContent: text })));
        list.dataset.options = JSON.stringify(options);
      }
      list.selectedIndex = model.get("picked")[k];
    });
    had.slice(choices.length).forEach((list) => list.parentNode.remove());
  }

  function pick() {
    silence();
    status.textContent = "Searching …";
    model.set("picked", [...picks.querySelectorAll("select")].map((list) => list.selectedIndex));
    model.save_changes();
  }

  // One item of each list is reached by Tab: the one that had the focus last.
  function focus(i, j) {
    buttons[i].forEach((one, k) => (one.tabIndex = k === j ? 0 : -1));
    buttons[i][j].focus();
  }

  function play(i, j) {
    silence();
    focus(i, j);
    sounding = buttons[i][j];
    sounding.setAttribute("aria-current", "true");
    asking = true;
    status.textContent = "Asking for the sound …";
    model.set("chosen", [i, j]);
    model.set("plays", model.get("plays") + 1);
    model.save_changes();
  }

  function silence() {
    asking = false;
    player.pause();
    stop.disabled = true;
    sounding?.removeAttribute("aria-current");
    sounding = null;
  }

  function hear() {
    const { said, audio, mimetype } = model.get("heard");
    status.textContent = said ?? "";
    if (!asking || !said) return; // the same lists may be shown twice; only the view that asked sounds
    asking = false;
    if (!audio) return silence();
    URL.revokeObjectURL(player.src);
    player.src = URL.createObjectURL(new Blob([audio], { type: mimetype }));
    player.hidden = stop.disabled = false;
    player.play().catch(() => (status.textContent = `${said} Press play.`));
  }

  function stopped() {
    silence();
    status.textContent = "Stopped.";
  }

  root.addEventListener("keydown", (event) => {
    const i = buttons.findIndex((list) => list.includes(event.target));
    if (i < 0) return;
    const j = buttons[i].indexOf(event.target);
    if (event.key in STEPS) {
      const [di, dj] = STEPS[event.key];
      const to = Math.min(Math.max(i + di, 0), buttons.length - 1);
      if (buttons[to].length) focus(to, Math.min(Math.max(j + dj, 0), buttons[to].length - 1));
    } else if (event.key === "Home" || event.key === "End") focus(i, event.key === "Home" ? 0 : buttons[i].length - 1);
    else if (event.key === "Escape" && sounding) stopped();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  stop.addEventListener("click", stopped);
  player.addEventListener("ended", silence);
  model.on("change:lists change:words", draw);
  model.on("change:choices change:picked", place);
  model.on("change:heard", hear);
  place();
  draw();
  return () => player.pause();
}

export default { render };
