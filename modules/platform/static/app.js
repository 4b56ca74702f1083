// Small comforts on top of pages that work without any script. Behaviour is asked for by data attributes.
"use strict";

// <form data-confirm="…"> or <button data-confirm="…">: ask before something that cannot be taken back.
document.addEventListener("submit", (event) => {
  const asking = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (asking && !window.confirm(asking)) event.preventDefault();
}, true);

// <form data-once>: a second press while the first is under way does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("[data-once]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  form.setAttribute("aria-busy", "true");
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }
});

// <select data-autosubmit>, <input data-autosubmit>: send the form on change. Its button then is only for those without script.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-autosubmit]")) event.target.form?.requestSubmit();
});

// What stands on the page from the start, and what htmx brings later.
function improve(root) {
  for (const field of root.querySelectorAll("[data-autosubmit]")) {
    for (const button of field.form?.querySelectorAll("[data-without-script]") ?? []) button.hidden = true;
  }
  for (const stepper of root.querySelectorAll("[data-stepper]:not([data-ready])")) addButtons(stepper);
}

// <div class="stepper" data-stepper> around a number field: minus and plus buttons, made here as they need script.
function addButtons(stepper) {
  stepper.dataset.ready = "yes";
  const field = stepper.querySelector("input[type=number]");
  const button = (label, sign, step) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = sign;
    made.setAttribute("aria-label", label);
    if (field.id) made.id = `${field.id}${sign}`;
    made.addEventListener("click", () => {
      const before = field.value;
      if (step > 0) field.stepUp();
      else field.stepDown();
      if (field.value !== before) field.dispatchEvent(new Event("change", { bubbles: true }));
    });
    return made;
  };
  stepper.prepend(button(stepper.dataset.less, "−", -1));
  stepper.append(button(stepper.dataset.more, "+", 1));
}

improve(document);

// A button that was pressed is made anew with its piece of the page: the focus stays on it.
let focused = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target.contains(document.activeElement)) focused = document.activeElement.id;
});
document.addEventListener("htmx:load", (event) => {
  improve(event.detail.elt.parentElement ?? document);
  if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus();
  focused = null;
});

// <details class="menu">: closes on Escape and on a press elsewhere.
const openMenus = () => document.querySelectorAll("details.menu[open]");
document.addEventListener("click", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// <details class="filters">: open on wide screens in browsers that cannot say so in the stylesheet.
if (!CSS.supports("selector(::details-content)") && matchMedia("(min-width: 56em)").matches) {
  for (const filters of document.querySelectorAll("details.filters")) filters.open = true;
}

// The first thing that is wrong gets the focus, so that nobody has to look for it.
document.querySelector(".error-summary")?.focus();

// On a phone a menu is a row wider than the screen: bring the entry of this page into it.
for (const entry of document.querySelectorAll(".side-nav [aria-current]")) {
  const row = entry.closest("ul");
  row.scrollLeft = entry.offsetLeft - row.offsetLeft - (row.clientWidth - entry.offsetWidth) / 2;
}
