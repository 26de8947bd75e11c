// Live demos: the button "Make it live", the controls that it brings, and the worker that computes.
// The pictures made beforehand stay until the first live one is there, and come back if one fails.

const players = new Map(); // by the id of the figure
let worker = null; // one for the page: a second demo starts from what the first has loaded

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function endWorker() {
  worker?.terminate();
  worker = null;
}

function ask(message) {
  if (!worker) {
    worker = new Worker(new URL("live_worker.mjs", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }) => players.get(data.id)[data.stage](data);
    worker.onerror = (event) => {
      event.preventDefault();
      endWorker();
      players.forEach((player) => player.failed());
    };
  }
  worker.postMessage(message);
}

class Live {
  constructor(figure, live) {
    Object.assign(this, { figure, live, id: figure.id, busy: false, waiting: false });
    this.before = figure.querySelector("label"); // the slider over the pictures made beforehand
    this.alone = this.before.hidden; // there is one picture only
    this.picture = figure.querySelector("img");
    this.readout = figure.querySelector(".readout");
    this.button = element("button", { type: "button", textContent: "Make it live" });
    this.line = element("p", { className: "live-line" });
    this.line.setAttribute("role", "status");
    this.button.addEventListener("click", () => this.open());
    figure.prepend(element("div", { className: "make-live" }, this.button, this.line));
  }

  say(words) {
    if (this.line.textContent !== words) this.line.textContent = words;
  }

  open() {
    if (this.figure.dataset.live) return;
    this.figure.dataset.live = "loading";
    this.button.setAttribute("aria-disabled", "true"); // not `disabled`: that would lose the focus
    this.say("Loading …");
    try {
      const { controls, presets, moved, ...open } = this.live;
      ask({ id: this.id, open });
    } catch (error) { // no worker here, such as on a page opened from a file
      this.failed();
    }
  }

  start() {
    const entries = Object.entries(this.live.controls);
    return Object.fromEntries(entries.map(([name, { value }]) => [name, value]));
  }

  // What the worker says, by the stage it names.

  progress({ what, loaded, total }) {
    const now = performance.now();
    if (this.figure.dataset.live !== "loading") return; // it has failed meanwhile
    if (now < (this.quiet ?? 0) && loaded < total) return; // who hears the line wants it now and then
    this.quiet = now + 500;
    const [a, b] = [loaded, total].map((bytes) => (bytes / 1e6).toFixed(1));
    this.say(`Loading ${what}: ${a} of ${b} MB`);
  }

  starting() { this.say("Starting …"); }

  ready() { // goes on from where the visitor has moved the pictures to
    const { control, values } = this.live.moved;
    this.values = this.start();
    if (control !== null) this.values[control] = values[this.before.querySelector("input").value];
    this.show();
  }

  shown({ png, said }) {
    this.busy = false;
    if (this.figure.dataset.live === "loading") this.turnOn();
    const old = this.picture.src;
    this.picture.src = URL.createObjectURL(new Blob([png], { type: "image/png" }));
    if (old.startsWith("blob:")) URL.revokeObjectURL(old);
    const { readout, alt, refusals } = JSON.parse(said);
    this.picture.alt = alt;
    const words = Object.entries(readout).map(([name, text]) =>
      element("span", {}, `${name}: `, element("b", { textContent: text })));
    this.readout.replaceChildren(
      ...refusals.map((why) => element("div", { className: "refusal", textContent: why })),
      ...words.flatMap((item) => [item, " "]));
    this.figure.dataset.shown = Number(this.figure.dataset.shown ?? 0) + 1;
    if (this.waiting) this.show();
  }

  failed({ why = "" } = {}) {
    if (!this.figure.dataset.live) return;
    if (why) console.warn(`${this.id}: ${why}`);
    this.controls?.remove();
    this.controls = null;
    this.busy = this.waiting = false;
    delete this.figure.dataset.live;
    // A start that failed half-way is not built upon, unless other demos run in it.
    if (![...players.values()].some(({ figure }) => figure.dataset.live)) endWorker();
    this.button.removeAttribute("aria-disabled");
    this.button.hidden = false;
    this.before.hidden = this.alone;
    this.before.querySelector("input").dispatchEvent(new Event("input")); // its picture and words
    this.say("The demo could not be made live in this browser. "
      + "The pictures made beforehand are still here.");
  }

  // The controls.

  show() { // one question at a time; of the moves made meanwhile the last one counts
    this.waiting = this.busy;
    if (this.busy) return;
    this.busy = true;
    ask({ id: this.id, show: this.values });
  }

  set(values) {
    Object.assign(this.values, values);
    for (const [name, write] of Object.entries(this.writers)) write(this.values[name]);
    this.show();
  }

  turnOn() {
    this.figure.dataset.live = "on";
    this.before.hidden = true;
    this.writers = {}; // what puts a value into a control
    const presets = Object.entries({ ...this.live.presets, Reset: {} }).map(([name, changed]) => {
      const button = element("button", { type: "button", textContent: name });
      button.addEventListener("click", () => this.set({ ...this.start(), ...changed }));
      return button;
    });
    const controls = Object.entries(this.live.controls).map(([name, control]) =>
      this[control.kind](name, control));
    this.controls = element("div", { className: "live-controls" },
      element("div", { className: "live-presets" }, ...presets), ...controls);
    this.controls.setAttribute("role", "group");
    this.controls.setAttribute("aria-label", "Controls of the demo");
    this.readout.before(this.controls);
    const hadFocus = document.activeElement === this.button;
    this.button.hidden = true;
    if (hadFocus) this.controls.querySelector("input").focus();
    this.say("Live: every control moves, and each picture is computed in your browser.");
  }

  moved(name, value) {
    this.values[name] = value;
    this.show();
  }

  slider(name, { label, low, high, step, digits }) {
    const decimals = digits === "d" ? 0 : Number(digits.match(/\d+/)[0]);
    const written = (number) => (digits.endsWith("g")
      ? String(Number(number.toPrecision(decimals || 1))) : number.toFixed(decimals));
    const input = element("input", { type: "range", min: low, max: high, step });
    const shown = element("b", { className: "value" });
    input.setAttribute("aria-label", label);
    const write = (number) => {
      input.value = number;
      shown.textContent = written(number).replace("-", "−");
      input.setAttribute("aria-valuetext", shown.textContent);
    };
    input.addEventListener("input", () => {
      write(Number(input.value));
      this.moved(name, Number(input.value));
    });
    this.writers[name] = write;
    write(this.values[name]);
    return element("label", {}, element("span", { textContent: label }), shown, input);
  }

  options(name, { label, options }) {
    const buttons = options.map((option) => {
      const input = element("input",
        { type: "radio", name: `${this.id}-${name}`, value: option, checked: option === this.values[name] });
      input.addEventListener("change", () => this.moved(name, option));
      return input;
    });
    this.writers[name] = (chosen) => buttons.forEach((b) => { b.checked = b.value === chosen; });
    return element("fieldset", {}, element("legend", { textContent: label }),
      ...buttons.map((input) => element("label", {}, input, input.value)));
  }

  text(name, { label, longest }) {
    const input = element("input",
      { type: "text", value: this.values[name], maxLength: longest, spellcheck: false, autocomplete: "off" });
    input.setAttribute("autocapitalize", "off");
    input.addEventListener("change", () => this.moved(name, input.value)); // Enter, or on leaving it
    this.writers[name] = (text) => { input.value = text; };
    return element("label", { className: "line" }, element("span", { textContent: label }), input);
  }
}

document.querySelectorAll(".player").forEach((figure) => {
  const { live } = JSON.parse(figure.querySelector("script").textContent);
  if (live) players.set(figure.id, new Live(figure, live));
});
