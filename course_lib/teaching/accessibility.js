// What ipywidgets lacks for who cannot see the picture: an alt text, names and spoken values on the
// slider handles, and a readout that a screen reader announces. It adds no element of its own.
function render({ model, el }) {
  el.style.display = "none";
  const label = () => {
    const panel = el.closest(".course-panel");
    if (!panel) return;
    const picture = panel.querySelector("img");
    if (picture) picture.alt = model.get("alt");
    const readout = panel.querySelector(".course-readout");
    if (readout) {
      readout.setAttribute("role", "status");
      readout.setAttribute("aria-live", "polite");
    }
    for (const slider of panel.querySelectorAll(".widget-slider, .jupyter-widget-slider")) {
      const handle = slider.querySelector(".noUi-handle");
      const name = slider.querySelector(".widget-label, label");
      const value = slider.querySelector(".widget-readout");
      if (!handle || !name) continue;
      handle.setAttribute("aria-label", name.textContent);
      if (value) handle.setAttribute("aria-valuetext", value.textContent);
    }
  };
  // The panel's other children may be put on the page after this one.
  let tries = 0;
  const wait = setInterval(() => {
    label();
    const ready = el.closest(".course-panel")?.querySelector(".noUi-handle[aria-label]");
    if (ready || ++tries > 100) clearInterval(wait);
  }, 50);
  model.on("change:alt", label);
  return () => clearInterval(wait);
}
export default { render };
