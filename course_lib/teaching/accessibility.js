// What ipywidgets lacks for who cannot see the picture: an alt text, names and spoken values on the
// slider handles, names of the groups, and a readout that a screen reader announces once the
// dragging rests; and arrow keys that move the slider that has the focus, not the notebook's cells.
// It adds no element of its own.
const REST = 400; // milliseconds without a change before the readout is spoken
const KEYS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"];

function label(panel, alt) {
  const picture = panel.querySelector("img");
  if (picture) picture.alt = alt;
  const group = (element, name) => {
    element.setAttribute("role", "group");
    element.setAttribute("aria-label", name);
  };
  group(panel, panel.querySelector(".course-title").textContent);
  group(panel.querySelector(".course-presets"), "Presets");
  for (const options of panel.querySelectorAll(".course-options")) {
    group(options, options.querySelector(".widget-label")?.textContent ?? "");
    for (const button of options.querySelectorAll("button"))
      button.setAttribute("aria-pressed", String(button.classList.contains("mod-active")));
  }
  for (const slider of panel.querySelectorAll(".widget-slider, .jupyter-widget-slider")) {
    const handle = slider.querySelector(".noUi-handle");
    const name = slider.querySelector(".widget-label, label");
    const value = slider.querySelector(".widget-readout");
    if (!handle || !name) continue;
    handle.setAttribute("aria-label", name.textContent);
    if (!value) continue;
    handle.setAttribute("aria-valuetext", value.textContent);
    value.setAttribute("role", "textbox");
    value.setAttribute("aria-label", `${name.textContent}, typed`);
  }
}

function announce(readout) {
  readout.setAttribute("role", "status");
  readout.setAttribute("aria-live", "polite");
  let rest;
  const observer = new MutationObserver(() => {
    readout.setAttribute("aria-busy", "true");
    clearTimeout(rest);
    rest = setTimeout(() => readout.setAttribute("aria-busy", "false"), REST);
  });
  observer.observe(readout, { childList: true, subtree: true, characterData: true });
  return observer;
}

// JupyterLab and Notebook 7 look at a key before the slider does, and at this attribute first.
function keepKeys(panel) {
  const mark = (event) => {
    const { target } = event;
    if (panel.contains(target) && target.matches(".noUi-handle"))
      target.toggleAttribute("data-lm-suppress-shortcuts", KEYS.includes(event.key));
  };
  window.addEventListener("keydown", mark, true);
  return { disconnect: () => window.removeEventListener("keydown", mark, true) };
}

function render({ model, el }) {
  el.style.display = "none";
  const observers = [];
  const start = (panel) => {
    const update = () => label(panel, model.get("alt"));
    const observer = new MutationObserver(update);
    observer.observe(panel, {
      childList: true, subtree: true, characterData: true, attributeFilter: ["class"],
    });
    observers.push(observer, announce(panel.querySelector(".course-readout")));
    observers.push(keepKeys(panel));
    model.on("change:alt", update);
    update();
  };
  // The panel and its other children may be put on the page after this one.
  const wait = setInterval(() => {
    const panel = el.closest(".course-panel");
    if (!panel?.querySelector(".course-readout") || !panel.querySelector(".course-title")) return;
    clearInterval(wait);
    start(panel);
  }, 50);
  return () => {
    clearInterval(wait);
    for (const observer of observers) observer.disconnect();
  };
}
export default { render };
