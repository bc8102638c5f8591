// Two lists of labels, two players, a picture of what the two labels share, and a sentence that says it.
function render({ model, el }) {
  const options = model.get("labels").map((label) => `<option>${label.replace("&", "&amp;")}</option>`).join("");
  const root = document.createElement("div");
  root.className = "mirlab-label-pair";
  const side = (name) => `<div class="side"><label>${name} <select>${options}</select></label>
    <audio controls aria-label="${name}: an excerpt"></audio><div class="heard"></div></div>`;
  root.innerHTML = `<div class="sides">${side("First label")}${side("Second label")}</div>
    <button class="jupyter-button">Other excerpts</button>
    <p class="status" role="status"></p><img>`;
  // Arrows, Space and Enter are meant for what has the focus; JupyterLab would take them to go to another cell.
  root.querySelectorAll("audio, select, button").forEach((one) => one.setAttribute("data-lm-suppress-shortcuts", ""));
  el.append(root);

  const lists = [...root.querySelectorAll("select")];
  const players = [...root.querySelectorAll("audio")];
  const texts = [...root.querySelectorAll(".heard")];
  const picture = root.querySelector("img");
  lists.forEach((list) =>
    list.addEventListener("change", () => {
      model.set("chosen", lists.map((one) => one.value));
      model.save_changes();
    }),
  );
  players.forEach((player) =>
    player.addEventListener("play", () => players.forEach((other) => other !== player && other.pause())),
  );
  root.querySelector("button").addEventListener("click", () => {
    model.set("turn", model.get("turn") + 1);
    model.save_changes();
  });

  const compare = () => {
    lists.forEach((list, i) => (list.value = model.get("chosen")[i]));
    root.querySelector(".status").textContent = model.get("status");
    picture.src = model.get("picture");
    picture.alt = model.get("told");
  };
  const sound = () => {
    players.forEach((player, i) => {
      const source = model.get("sounds")[i];
      if (player.getAttribute("src") !== source) player.src = source; // the other one may be playing
      texts[i].textContent = model.get("heard")[i];
    });
  };
  ["chosen", "status", "picture", "told"].forEach((name) => model.on(`change:${name}`, compare));
  ["sounds", "heard"].forEach((name) => model.on(`change:${name}`, sound));
  compare();
  sound();
}

export default { render };
