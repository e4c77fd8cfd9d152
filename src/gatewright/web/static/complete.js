// The pages work without this file: what is typed or pasted is sent as soon as it is complete, without another click.
for (const field of document.querySelectorAll("[data-complete]")) {
  const complete = new RegExp(`^${field.dataset.complete}$`);
  let isSent = false; // whoever presses Enter as well would send again what is good once
  field.form.addEventListener("submit", (event) => {
    if (isSent) event.preventDefault();
    isSent = true;
  });
  addEventListener("pageshow", () => { isSent = false; });
  field.addEventListener("input", ({ inputType }) => {
    if (inputType === "insertText" && "pasted" in field.dataset) return; // nobody types this by hand
    if (complete.test(field.value.replace(/[\s-]/g, ""))) field.form.requestSubmit();
  });
  for (const hint of document.querySelectorAll(`#${field.id}-hint [data-scripted]`)) hint.hidden = false;
}
if (navigator.clipboard?.readText) {
  for (const button of document.querySelectorAll("button[data-paste]")) {
    const field = document.getElementById(button.dataset.paste);
    button.hidden = false;
    button.addEventListener("click", async () => {
      field.focus();
      field.value = await navigator.clipboard.readText().catch(() => field.value); // whoever says no pastes by keys
      field.dispatchEvent(new InputEvent("input", { inputType: "insertFromPaste" }));
    });
  }
}
