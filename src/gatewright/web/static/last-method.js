// The page works without this file: it says which way of signing in was used the last time in this browser.
const ways = [...document.querySelectorAll(".way[data-method]")];
const key = "gatewright.method";
for (const way of ways) {
  way.addEventListener("submit", () => localStorage.setItem(key, way.dataset.method));
  way.querySelector(".last").hidden = ways.length < 2 || way.dataset.method !== localStorage.getItem(key);
}
