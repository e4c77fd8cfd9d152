// The page works without this file: it says which way of signing in was used the last time in this browser.
const ways = [...document.querySelectorAll(".way[data-method]")];
const key = "gatewright.method";
const hasFailed = document.querySelector(".notice.danger, [aria-invalid]") !== null;
for (const way of ways) {
  way.addEventListener("submit", () => localStorage.setItem(key, way.dataset.method));
  if (hasFailed || ways.length < 2 || way.dataset.method !== localStorage.getItem(key)) continue;
  way.querySelector(".last").hidden = false;
  for (const form of way.querySelectorAll("details")) form.open = true;
}
