// Filters what is on the page by words and by verdict. Without it everything is there, unfiltered.
"use strict";
(() => {
  const bar = document.querySelector("[data-filter]");
  if (!bar) return;
  const input = bar.querySelector("input");
  const buttons = [...bar.querySelectorAll("[data-pick]")];
  const found = bar.querySelector("[role=status]");
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const read = (element) => plain(element.textContent).replace(/\s+/g, " ");
  const items = [...document.querySelectorAll("[data-item]")].map((element) => ({
    element,
    text: read(element),
    verdict: element.dataset.verdict,
    fold: element.querySelector(":scope > details"),
    subs: [...element.querySelectorAll("[data-sub]")].map((sub) => ({
      element: sub, text: read(sub), verdict: sub.dataset.verdict,
    })),
  }));
  for (const item of items) {
    // what a line says of itself: all but its claims
    item.own = item.subs.reduce((text, sub) => text.replace(sub.text, " "), item.text);
  }
  const rows = [...document.querySelectorAll("[data-of]")];
  const others = [...document.querySelectorAll("[data-unfiltered]")];

  const filter = () => {
    const words = plain(input.value).split(/\s+/).filter(Boolean);
    const picked = new Set(buttons.filter((b) => b.getAttribute("aria-pressed") === "true").map((b) => b.dataset.pick));
    const active = words.length > 0 || picked.size > 0;
    const has = (text) => words.every((word) => text.includes(word));
    let shown = 0;
    let claims = 0;
    for (const item of items) {
      let visible;
      if (item.subs.length) {
        const whole = has(item.own);
        let some = 0;
        for (const sub of item.subs) {
          const fits = (picked.size === 0 || picked.has(sub.verdict)) && (whole || has(`${item.own} ${sub.text}`));
          sub.element.hidden = !fits;
          some += fits;
        }
        visible = some > 0;
        claims += some;
        if (item.fold) item.fold.open = active && visible && !(whole && picked.size === 0);
      } else {
        visible = (picked.size === 0 || picked.has(item.verdict)) && has(item.text);
      }
      item.element.hidden = !visible;
      shown += visible;
    }
    for (const row of rows) row.hidden = document.getElementById(row.dataset.of)?.hidden ?? false;
    for (const other of others) other.hidden = active;
    const all = items.length;
    const told = items.some((item) => item.subs.length)
      ? `${claims} ${claims === 1 ? "claim" : "claims"} in ${shown} of ${all} lines`
      : `${shown} of ${all} claims`;
    found.textContent = active ? (shown ? `Shown: ${told}.` : "Nothing fits.") : "";
  };

  const clear = () => {
    input.value = "";
    for (const button of buttons) button.setAttribute("aria-pressed", "false");
    filter();
  };

  input.addEventListener("input", filter);
  for (const button of buttons) {
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
      filter();
    });
  }
  addEventListener("hashchange", () => {
    // a link to a claim that the filter hides shows it
    const target = document.getElementById(location.hash.slice(1));
    if (target && target.hidden) {
      clear();
      target.scrollIntoView();
    }
  });
  bar.hidden = false;
  filter();
})();
