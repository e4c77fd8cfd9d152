// The pages work without this file: it only adds buttons that show what was typed as a password.
for (const button of document.querySelectorAll("button[data-reveal]")) {
  const input = document.getElementById(button.dataset.reveal);
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", () => {
    const isHidden = input.type === "password";
    input.type = isHidden ? "text" : "password";
    button.textContent = isHidden ? button.dataset.toggled : label;
  });
  // A browser offers to keep a password only where it still is one.
  input.form.addEventListener("submit", () => { input.type = "password"; });
}
