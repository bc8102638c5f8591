// `live` puts a line above it, which is for the sliders of ipywidgets below.

// A screen reader needs the name of a slider and the words of its value; the handles of ipywidgets have neither.
function name(box) {
  keepKeys(box); // Notebook 7 takes the arrow keys otherwise
  box.querySelectorAll("[role=slider]").forEach((handle) => {
    const one = handle.closest(".widget-inline-hbox");
    const words = { "aria-label": ".widget-label", "aria-valuetext": ".widget-readout" };
    Object.entries(words).forEach(([attribute, part]) => {
      const text = one.querySelector(part).textContent;
      if (handle.getAttribute(attribute) !== text) handle.setAttribute(attribute, text);
    });
  });
}

function render({ el }) {
  el.className = "mirlab-sliders";
  const changes = { attributeFilter: ["aria-valuetext"], characterData: true, childList: true, subtree: true };
  const start = () => {
    if (!el.isConnected) return setTimeout(start, 100); // a line is drawn before it is put above its sliders
    const box = el.closest(".widget-vbox");
    if (!box) return;
    name(box);
    new MutationObserver(() => name(box)).observe(box, changes);
  };
  start();
}

export default live(render);
