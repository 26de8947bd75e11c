// The site's own script: demos that follow a slider, and the filter of the ledger.
// Without it the pages show the demos' start and all claims.

function follow(player) {
  const { source, frames } = JSON.parse(player.querySelector("script").textContent);
  const [label, slider, shown] = ["label", "input", ".value"].map((s) => player.querySelector(s));
  const picture = player.querySelector("img");
  const readout = player.querySelector(".readout");
  const address = (k) => source + String(k).padStart(2, "0") + ".webp";
  const scrolled = picture.parentElement; // on a narrow screen: by the arrow keys too, then
  new ResizeObserver(() => {
    if (scrolled.scrollWidth > scrolled.clientWidth) scrolled.tabIndex = 0;
    else scrolled.removeAttribute("tabindex");
  }).observe(scrolled);
  let loaded = false;

  function load() {
    if (loaded) return;
    loaded = true;
    frames.forEach((_, k) => { new Image().src = address(k); });
  }

  function show() {
    const k = Number(slider.value);
    const { value, alt, readout: words } = frames[k];
    picture.src = address(k);
    picture.alt = alt;
    shown.textContent = value;
    slider.setAttribute("aria-valuetext", value);
    readout.replaceChildren(...Object.entries(words).flatMap(([name, text]) => {
      const item = document.createElement("span");
      const number = document.createElement("b");
      number.textContent = text;
      item.append(`${name}: `, number);
      return [item, " "];
    }));
  }

  label.hidden = frames.length === 1;
  slider.addEventListener("focus", load);
  slider.addEventListener("pointerenter", load);
  slider.addEventListener("touchstart", load, { passive: true });
  slider.addEventListener("input", () => { load(); show(); });
  slider.value = slider.defaultValue; // a reload would keep the value but not the picture
}

function filter(table) {
  const kinds = {
    all: "all", holds: "holds", "holds-when": "holds when …", "false-as-stated": "false as stated",
    "not-settled-here": "not settled here", opinion: "opinion",
  };
  const rows = [...table.querySelectorAll("tbody tr")];
  const bar = document.createElement("div");
  bar.className = "ledger-filter";
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", "Show claims by verdict");

  function show(kind) {
    rows.forEach((row) => { row.hidden = kind !== "all" && !row.classList.contains(kind); });
    bar.querySelectorAll("button").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.kind === kind));
    });
  }

  for (const [kind, words] of Object.entries(kinds)) {
    const count = kind === "all" ? rows.length : rows.filter((row) => row.classList.contains(kind)).length;
    if (count === 0) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.kind = kind;
    button.textContent = `${words} (${count})`;
    button.addEventListener("click", () => show(kind));
    bar.append(button);
  }
  (table.closest(".pst-scrollable-table-container") ?? table).before(bar);
  show("all");
  // Who follows a link to a claim finds its row.
  window.addEventListener("hashchange", () => show("all"));
}

document.querySelectorAll(".player").forEach(follow);
document.querySelectorAll("table.ledger").forEach(filter);
