// Nothing of its own: `live` puts a line above it, which is for the sliders of ipywidgets below.
function render({ el }) {
  el.className = "mirlab-sliders";
}

export default live(render);
