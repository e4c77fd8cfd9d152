// The pages work without this file: a double click sends a form once, since what is sent twice is refused at the second
// time, and a browser shows the second answer.
const sent = new WeakSet();
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) return; // a script of the form's own takes care of it
  if (sent.has(form)) return event.preventDefault();
  sent.add(form);
  setTimeout(() => sent.delete(form), 1000); // whoever gets no answer, or a file, may send it again
});
