/* Arrow keys, Page Up and Down, Home and End move; the address keeps the slide. Without this script all slides are in one column. */
const slides = [...document.querySelectorAll(".slide")];
const here = () => Math.max(0, slides.findIndex((slide) => "#" + slide.id === location.hash));
function show(i) {
  const target = slides[Math.min(Math.max(i, 0), slides.length - 1)];
  for (const slide of slides) slide.hidden = slide !== target;
  for (const sound of document.querySelectorAll("audio")) sound.pause();
  if (location.hash !== "#" + target.id) history.replaceState(null, "", "#" + target.id);
  scrollTo(0, 0);
}
const steps = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, " ": 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1 };
addEventListener("keydown", (event) => {
  if (event.target.tagName === "AUDIO" || event.altKey || event.ctrlKey || event.metaKey) return;
  const to = { Home: 0, End: slides.length - 1 }[event.key] ?? here() + (steps[event.key] ?? 0);
  if (event.key in steps || event.key === "Home" || event.key === "End") {
    event.preventDefault();
    show(to);
  }
});
document.querySelector("main").addEventListener("click", (event) => {
  if (!event.target.closest("audio, a")) show(here() + (event.clientX < innerWidth / 4 ? -1 : 1));
});
addEventListener("hashchange", () => show(here()));
addEventListener("beforeprint", () => slides.forEach((slide) => (slide.hidden = false)));
addEventListener("afterprint", () => show(here()));
show(here());
