// Buttons that take steps, the picture of the last step, its words, and the excerpts as sound.
const MOST = 2000;
const BUTTONS = { "One step": 1, "Ten steps": 10, "One back": -1, "Start again": -Infinity };

function render({ model, el }) {
  const count = made("output");
  const buttons = Object.entries(BUTTONS).map(([text, by]) =>
    buttonOf(text, () => {
      model.set("steps", Math.min(MOST, Math.max(0, model.get("steps") + by)));
      model.save_changes();
    }),
  );
  buttons[0].classList.add("mod-primary");
  const list = listOf(model.get("names"));
  const player = made("audio", { controls: true });
  const row = { className: "controls", role: "group", "aria-label": "WARP steps" };
  el.append(
    made(
      "div",
      { className: "mirlab-stepper" },
      made("div", row, ...buttons, made("strong", {}, "Step ", count)),
      pictureOf(model),
      saidBy(model),
      made("div", { className: "controls" }, made("label", {}, "Excerpt ", list), player),
    ),
  );
  keepKeys(el);

  const choose = () => {
    load(player, model.get("sounds")[list.selectedIndex]);
    player.setAttribute("aria-label", `Excerpt ${model.get("names")[list.selectedIndex]}`);
  };
  list.addEventListener("change", choose);
  follow(model, ["shown"], () => (count.textContent = model.get("shown")));
  follow(model, ["drawn"], () => {
    if (!player.paused) return; // a listener is not interrupted
    list.selectedIndex = model.get("drawn");
    choose();
  });
}

export default live(render);
