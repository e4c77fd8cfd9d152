// The pages work without this file: it only adds buttons that copy a text.
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("button[data-copy]")) {
    const source = document.getElementById(button.dataset.copy);
    const label = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = button.dataset.toggled;
      setTimeout(() => { button.textContent = label; }, 2000);
    });
  }
}
