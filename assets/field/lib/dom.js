// Small help for making and changing elements; text is always text.

/** `make("li", {class: "x"}, "text", child)`. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== false && value !== null) element.setAttribute(name, value === true ? "" : value);
  element.append(...children);
  return element;
}

/** Set text only when it differs, so that live regions speak only of changes. */
export function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

/** Show an element with this text, or hide it without one. */
export function say(element, text) {
  setText(element, text);
  if (element) element.hidden = !text;
}

export const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

/** The time of day at the site, whatever zone the phone is in. */
export function clock(moment) {
  const timeZone = document.querySelector("field-visit")?.dataset.zone || undefined;
  const shape = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone };
  return new Intl.DateTimeFormat("en", shape).format(new Date(moment));
}
