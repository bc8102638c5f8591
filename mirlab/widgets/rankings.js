// Ranked lists of sounds, side by side. Each item is a button; Python sends its sound when it is pressed.
const HINT = "Tab goes from list to list, arrow keys from sound to sound, Enter plays.";

function render({ model, el }) {
  const picks = made("div", { className: "controls picks" });
  const across = made("div", { className: "across" });
  const columns = made("div", { className: "columns" });
  const stop = buttonOf("Stop", stopped);
  const hint = made("p", { className: "hint", textContent: HINT });
  const sound = soundOf(model, { started: () => enable(stop, true), refused: silence });
  const controls = made("div", { className: "controls" }, stop, sound.player);
  const root = made("div", { className: "mirlab-ranked-sounds" }, picks, across, columns, hint, controls, sound.status);
  el.append(root);

  let buttons = []; // of each list
  let current = null; // the button whose sound is played

  function verdict(match) {
    if (match === null) return [];
    const mark = made("span", { textContent: match ? "✔ " : "✘ ", "aria-hidden": "true" });
    return [made("span", { className: match ? "match" : "other" }, mark, model.get("words")[match ? 0 : 1])];
  }

  function button(item, i, j) {
    const name = made("strong", { textContent: item.name });
    const says = made("span", { className: "says", textContent: item.says });
    // A screen reader reads the text that is shown; the commas become pauses.
    const parts = [name, says, ...verdict(item.match)].filter((part) => part.textContent);
    const spaced = parts.flatMap((part, k) => (k ? [made("span", { className: "pause", textContent: ", " }), part] : [part]));
    const one = made("button", { className: "item", tabIndex: j ? -1 : 0 }, ...spaced);
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
      const items = buttons[i].map((one) => made("li", {}, one));
      const list = made("ol", { "aria-labelledby": heading.id }, ...items);
      if (wide) across.append(heading, list);
      else columns.append(made("section", {}, heading, list));
    });
    keepKeys(root);
    sound.status.textContent = model.get("heard").said ?? "";
  }

  // Lists that stay keep the focus: only their options are replaced.
  function place() {
    const choices = model.get("choices");
    const before = [...picks.querySelectorAll("select")];
    choices.forEach(({ label, options }, k) => {
      const list = before[k] ?? made("select");
      if (!before[k]) {
        list.addEventListener("change", pick);
        picks.append(made("label", {}, made("span"), list));
      }
      list.previousSibling.textContent = `${label} `;
      if (list.dataset.options !== JSON.stringify(options)) {
        list.replaceChildren(...options.map((text) => new Option(text)));
        list.dataset.options = JSON.stringify(options);
      }
      list.selectedIndex = model.get("picked")[k];
    });
    before.slice(choices.length).forEach((list) => list.parentNode.remove());
    keepKeys(picks);
  }

  function pick() {
    silence();
    model.set("picked", [...picks.querySelectorAll("select")].map((list) => list.selectedIndex));
    model.save_changes();
  }

  // Tab reaches one item of each list: the one that had the focus last.
  function focus(i, j) {
    buttons[i].forEach((one, k) => (one.tabIndex = k === j ? 0 : -1));
    buttons[i][j].focus();
  }

  function play(i, j) {
    silence();
    focus(i, j);
    current = buttons[i][j];
    current.setAttribute("aria-current", "true");
    sound.ask({ chosen: [i, j] });
  }

  function silence() {
    sound.silence();
    enable(stop, false);
    current?.removeAttribute("aria-current");
    current = null;
  }

  function stopped() {
    silence();
    sound.status.textContent = "Stopped.";
  }

  onKey(root, ({ key, target }) => {
    const i = buttons.findIndex((list) => list.includes(target));
    if (i < 0) return false;
    const j = buttons[i].indexOf(target);
    if (key in ARROWS) {
      const [di, dj] = ARROWS[key];
      const to = Math.min(Math.max(i + di, 0), buttons.length - 1);
      if (buttons[to].length) focus(to, Math.min(Math.max(j + dj, 0), buttons[to].length - 1));
    } else if (key === "Home" || key === "End") focus(i, key === "Home" ? 0 : buttons[i].length - 1);
    else if (key === "Escape" && current) stopped();
    else return false;
    return true;
  });
  sound.player.addEventListener("ended", silence);
  follow(model, ["choices", "picked"], place);
  follow(model, ["lists", "words"], draw);
}

export default live(render);
