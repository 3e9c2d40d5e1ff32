// The time slider: fetches the state at each step while it moves. Without this file the same form and links still work.
"use strict";
const form = document.getElementById("slide");
const slider = document.getElementById("version");
const state = document.getElementById("state");
const lines = [...document.querySelectorAll("#course > li")];
const known = new Map([[slider.value, state.innerHTML]]);
let latest = 0;

function words(version) {
  return form.dataset.step.replace("{k}", version).replace("{n}", slider.max);
}

function link(id, version) {
  const anchor = document.getElementById(id);
  const fits = version >= 1 && version <= Number(slider.max);
  anchor.toggleAttribute("aria-disabled", !fits);
  if (fits) anchor.href = `${form.getAttribute("action")}?version=${version}`;
  else anchor.removeAttribute("href");
}

function reveal(line) {
  const side = document.getElementById("run");
  const above = line.getBoundingClientRect().top - side.getBoundingClientRect().top;
  if (above < 0 || above > side.clientHeight - 120) side.scrollTop += above - side.clientHeight / 3;
}

function mark(version) {
  const here = lines[version - 1];
  for (const [index, line] of lines.entries()) {
    line.toggleAttribute("aria-current", line === here);
    line.classList.toggle("ahead", index >= version);
  }
  here.setAttribute("aria-current", "step");
  reveal(here);
  const title = here.querySelector("h3 a").lastChild.textContent;
  const where = document.getElementById("where").children;
  where[0].textContent = words(version);
  where[1].textContent = title;
  where[2].textContent = here.querySelector("time").textContent;
  slider.setAttribute("aria-valuetext", `${words(version)} ${title}`);
  document.getElementById("not-now").hidden = version === Number(slider.max);
  link("previous", version - 1);
  link("following", version + 1);
}

async function fetched(version) {
  if (!known.has(version)) {
    const answer = await fetch(`${form.dataset.at}${version}?lang=${form.dataset.lang}`);
    if (!answer.ok) throw new Error(answer.statusText);
    known.set(version, await answer.text());
  }
  return known.get(version);
}

async function show() {
  const version = slider.value;
  const turn = ++latest;
  mark(Number(version));
  try {
    const html = await fetched(version);
    if (turn !== latest) return; // the slider has moved on
    state.innerHTML = html;
    history.replaceState(null, "", `${form.getAttribute("action")}?version=${version}`);
  } catch {
    form.submit(); // the server then shows the page of the fault
  }
}

slider.addEventListener("input", show);
for (const [id, by] of [["previous", -1], ["following", 1]]) {
  document.getElementById(id).addEventListener("click", (event) => {
    event.preventDefault();
    slider.value = Number(slider.value) + by;
    show();
  });
}
reveal(lines[slider.value - 1]);
