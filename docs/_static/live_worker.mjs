// Python beside the page: it loads what a demo needs, and answers each state with picture and words.
// What a reader types arrives as data; the course's own parser reads it, and nothing is evaluated.

const home = new URL("live/", self.location).href;
const demos = new Map(); // by id: a LiveDemo of the course
const there = new Set(); // names in `sizes` that are loaded
let python = null;
let tell = () => {}; // what is told of bytes that arrive
let lose = () => {}; // what is told of a file that cannot be loaded: Pyodide may wait for it for ever

// Pyodide fetches by itself: bytes are counted on their way, and what the site packed is unpacked.
const fetchPlain = self.fetch.bind(self);
self.fetch = async (address, options) => {
  const name = new URL(address.url ?? address, home).pathname.split("/").pop();
  const packed = name.endsWith(".wasm");
  const answer = await fetchPlain(packed ? `${home}${name}.packed` : address, options)
    .catch((error) => ({ ok: false, status: error.message }));
  if (!answer.ok) {
    const error = new Error(`${name} cannot be loaded (${answer.status})`);
    lose(error);
    throw error;
  }
  let body = answer.body.pipeThrough(new TransformStream({
    transform(chunk, out) { tell(name, chunk.byteLength); out.enqueue(chunk); },
  }));
  if (!packed) return new Response(body, { status: answer.status, headers: answer.headers });
  body = body.pipeThrough(new DecompressionStream("gzip"));
  return new Response(body, { headers: { "Content-Type": "application/wasm" } });
};

const START = `
import importlib
import sys

if "/course" not in sys.path:
    sys.path.insert(0, "/course")
importlib.invalidate_caches()
from course_lib.teaching.live import LiveDemo

def open_demo(lesson, key):
    return LiveDemo(importlib.import_module(f"course_lib.lessons.{lesson}.demo_{key}").DEMO)
`;

async function startPython(packages) {
  const { loadPyodide } = await import(`${home}pyodide.mjs`);
  const course = self.fetch(`${home}course.zip`).then((answer) => answer.arrayBuffer());
  // Packages are fetched while Python starts. The page asks no other host: all files lie here.
  const started = await loadPyodide({ indexURL: home, packageBaseUrl: home, packages });
  started.unpackArchive(await course, "zip", { extractDir: "/course" });
  return started;
}

async function load(packages) {
  if (python) await python.loadPackage(packages, { messageCallback() {} });
  else python = await startPython(packages);
}

async function open(id, { lesson, key, packages, sizes, imported }) {
  const missing = Object.keys(sizes).filter((name) => !there.has(name));
  const total = missing.reduce((sum, name) => sum + sizes[name], 0);
  let loaded = python ? 0 : imported;
  tell = (file, bytes) => {
    loaded = Math.min(total, loaded + bytes);
    const what = missing.find((name) => file.startsWith(name.replaceAll("-", "_"))) ?? "Python";
    postMessage({ id, stage: "progress", what, loaded, total });
  };
  const lost = new Promise((_, reject) => { lose = reject; });
  await Promise.race([lost, load(packages)]);
  missing.forEach((name) => there.add(name));
  tell = () => {};
  postMessage({ id, stage: "starting" });
  python.runPython(START);
  const make = python.globals.get("open_demo");
  demos.get(id)?.destroy();
  demos.set(id, make(lesson, key));
  make.destroy();
  postMessage({ id, stage: "ready" });
}

function show(id, values) {
  const answer = demos.get(id).show(JSON.stringify(values));
  const picture = answer.get(0);
  const png = picture.toJs();
  const said = answer.get(1);
  picture.destroy();
  answer.destroy();
  postMessage({ id, stage: "shown", png, said }, [png.buffer]);
}

let work = Promise.resolve(); // one thing after the other
self.onmessage = ({ data }) => {
  work = work
    .then(() => (data.open ? open(data.id, data.open) : show(data.id, data.show)))
    .catch((error) => {
      tell = () => {};
      postMessage({ id: data.id, stage: "failed", why: String(error.message ?? error) });
    });
};
