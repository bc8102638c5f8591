// Put before the script of every widget. Elements are made of text, never of HTML, so that no name becomes code.

function made(tag, properties = {}, ...children) {
  const one = document.createElement(tag);
  Object.entries(properties).forEach(([name, value]) => {
    if (name in one) one[name] = value;
    else one.setAttribute(name, value);
  });
  one.append(...children);
  return one;
}

// A list to choose from.
const listOf = (texts, properties = {}) => made("select", properties, ...texts.map((text) => new Option(text)));

// A button. One that has nothing to do says so and keeps the focus, which a disabled one would lose.
function buttonOf(text, act) {
  const one = made("button", { className: "jupyter-button", type: "button", textContent: text });
  one.addEventListener("click", () => one.getAttribute("aria-disabled") === "true" || act());
  return one;
}

const enable = (button, yes) => button.setAttribute("aria-disabled", !yes);

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }; // aside, down

// Call a function for each key; it returns whether the key was for it. Keys with Ctrl, Alt or Meta are the browser's.
function onKey(root, act) {
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !act(event)) return;
    event.preventDefault();
    event.stopPropagation();
  });
}

// Arrow keys, Space and Enter are for the control that has the focus; JupyterLab would go to another cell.
function keepKeys(...roots) {
  const controls = roots.flatMap((root) => [root, ...root.querySelectorAll("*")]);
  controls
    .filter((one) => one.matches("audio, button, input, select, [tabindex]"))
    .forEach((one) => one.setAttribute("data-lm-suppress-shortcuts", ""));
}

// Call a function now, and whenever one of these traits changes.
function follow(model, traits, show) {
  traits.forEach((trait) => model.on(`change:${trait}`, show));
  show();
}

// The picture of a widget, with its words. It has two pixels for each pixel of the page, for sharp text.
function pictureOf(model) {
  const image = made("img", { className: "mirlab-picture" });
  follow(model, ["picture", "alt", "pixels"], () => {
    Object.assign(image, { src: model.get("picture"), alt: model.get("alt"), width: model.get("pixels") });
  });
  return image;
}

// What a widget says, one paragraph per line; a screen reader reads it aloud when it changes.
function saidBy(model) {
  const status = made("div", { role: "status", className: "mirlab-said" });
  const paragraphs = () => model.get("said").split("\n").map((line) => made("p", { textContent: line }));
  follow(model, ["said"], () => status.replaceChildren(...paragraphs()));
  return status;
}

// A player that starts stops the others.
function oneAtATime(players) {
  const stopOthers = (event) => players.forEach((other) => other !== event.target && other.pause());
  players.forEach((player) => player.addEventListener("play", stopOthers));
}

// Give a player another sound, and leave it alone if it has this one: it may be playing.
function load(player, source) {
  if (player.getAttribute("src") !== source) player.src = source;
}

// A player for sounds that Python sends when they are asked for, and the line that says what is heard.
function soundOf(model, { started = () => {}, refused = () => {} } = {}) {
  const player = made("audio", { controls: true, hidden: true });
  const status = made("p", { className: "status", role: "status" });
  let asking = false;
  const ask = (traits) => {
    asking = true;
    status.textContent = "Asking for the sound …";
    model.set({ ...traits, plays: model.get("plays") + 1 });
    model.save_changes();
  };
  const silence = () => {
    asking = false;
    player.pause();
  };
  follow(model, ["heard"], () => {
    const { said = "", audio, mimetype } = model.get("heard");
    status.textContent = said;
    if (!asking || !said) return; // a widget may be shown twice; only the view that asked plays
    asking = false;
    if (!audio) return refused();
    URL.revokeObjectURL(player.src);
    player.src = URL.createObjectURL(new Blob([audio], { type: mimetype }));
    player.setAttribute("aria-label", said);
    player.hidden = false;
    started();
    // A browser may refuse to play by itself. A sound that the learner stops at once is no refusal.
    player.play().catch(({ name }) => name === "AbortError" || (status.textContent = `${said} Press play.`));
  });
  return { player, status, ask, silence };
}

// Show a card. This is the only HTML that comes from Python, and `mirlab.show.cards` has escaped all names in it.
function showCard(element, html) {
  if (element.dataset.card !== html) element.innerHTML = element.dataset.card = html; // read aloud only if it is new
}

const LATE = 400; // ms that an answer of Python may take before the page says that it is computed
const GONE = ["restarting", "autorestarting", "terminating", "dead"]; // after these, Python has forgotten the widget
const LOST = "The kernel has restarted or stopped, so these controls no longer work. Run this cell again.";

// Every script ends with `export default live(render)`. Around the widget that `render` draws, a line says that
// Python still computes, or that the kernel which knew the widget is gone. A widget that is removed falls silent.
const live = (render) => ({
  render({ model, el }) {
    const line = made("p", { className: "mirlab-line", role: "status" });
    const root = made("div");
    el.classList.add("mirlab-live");
    el.append(line, root);
    let late = null;
    const sign = (state, text) => {
      el.classList.remove("mirlab-busy", "mirlab-lost");
      if (state) el.classList.add(state);
      line.textContent = text;
    };
    const lose = () => {
      clearTimeout(late);
      root.inert = true;
      sign("mirlab-lost", LOST);
    };
    follow(model, ["requests", "answered"], () => {
      const waits = model.get("requests") > model.get("answered");
      if (root.inert || waits === (late !== null)) return;
      clearTimeout(late);
      late = waits ? setTimeout(sign, LATE, "mirlab-busy", "Computing …") : null;
      if (!waits) sign("", "");
    });
    const kernel = model.widget_manager?.kernel;
    kernel?.statusChanged?.connect((_, status) => GONE.includes(status) && lose());
    kernel?.disposed?.connect(lose);
    const save_changes = () => {
      model.set("requests", model.get("requests") + 1);
      model.save_changes();
    };
    render({ model: { ...model, save_changes }, el: root });
    return () => root.querySelectorAll("audio").forEach((player) => player.pause());
  },
});
