// Keeps the operations page fresh: every five seconds, not while it is hidden, paused, or being read by keyboard.
"use strict";
const now = document.getElementById("now");
const pause = document.getElementById("pause");
document.getElementById("pausing").hidden = false;

setInterval(async () => {
  if (pause.checked || document.hidden || now.contains(document.activeElement)) return;
  try {
    const answer = await fetch(now.dataset.from);
    if (answer.ok) now.innerHTML = await answer.text();
  } catch {
    // the server is away; the next turn asks again
  }
}, 5000);
