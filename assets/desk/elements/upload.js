// <ui-upload data-max-bytes>: names the chosen file, refuses one that is too large before it is sent, shows how far it is.
import { sentenceFor } from "../lib/requests.js";
import { carry } from "./toasts.js";

const UNITS = ["bytes", "KB", "MB", "GB"];

function size(bytes) {
  const power = bytes ? Math.min(3, Math.floor(Math.log(bytes) / Math.log(1024))) : 0;
  return `${(bytes / 1024 ** power).toFixed(power > 1 ? 1 : 0)} ${UNITS[power]}`;
}

class Upload extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input[type=file]");
    this.form = this.closest("form");
    this.drop = this.querySelector(".drop");
    this.limit = Number(this.dataset.maxBytes) || Infinity;
    this.input.addEventListener("change", () => this.chosen());
    for (const name of ["dragover", "dragleave", "drop"]) {
      this.drop.addEventListener(name, () => this.drop.toggleAttribute("data-over", name === "dragover"));
    }
    this.form?.addEventListener("submit", (event) => this.submit(event));
    this.chosen();
  }

  chosen() {
    const files = [...this.input.files];
    if (!files.length) return;
    const name = document.createElement("span");
    name.className = "drop-file";
    name.textContent = files.length === 1 ? files[0].name : `${files.length} files`;
    const total = files.reduce((sum, file) => sum + file.size, 0);
    this.querySelector("[data-file]").replaceChildren(name, ` · ${size(total)}`);
    this.say(this.complaint(files));
  }

  complaint(files) {
    const large = files.find((file) => file.size > this.limit);
    if (large) return `${large.name} is ${size(large.size)}; at most ${size(this.limit)} can be sent. Choose a smaller file or split it.`;
    if (files.some((file) => file.size === 0)) return "This file is empty. Choose another one.";
    return "";
  }

  say(sentence) {
    const place = this.querySelector("[data-upload-error]");
    place.replaceChildren();
    this.input.setAttribute("aria-invalid", String(Boolean(sentence)));
    if (!sentence) return;
    const line = document.createElement("p");
    line.className = "field-error";
    line.textContent = sentence;
    place.append(line);
  }

  submit(event) {
    const files = [...this.input.files];
    if (this.sending || !files.length) return;
    const complaint = this.complaint(files);
    event.preventDefault();
    if (complaint) {
      this.say(complaint);
      this.input.focus();
      return;
    }
    this.send(new FormData(this.form, event.submitter));
  }

  /** Send the form ourselves, because only XMLHttpRequest tells how far an upload is; then show the page that came back. */
  send(data) {
    this.sending = true;
    this.form.setAttribute("data-sending", "");
    this.querySelector(".upload-progress").hidden = false;
    const request = new XMLHttpRequest();
    request.open("POST", this.form.action);
    request.setRequestHeader("X-Upload", "1");
    request.upload.addEventListener("progress", (event) => this.progress(event.loaded, event.total));
    request.addEventListener("load", () => this.arrived(request));
    request.addEventListener("error", () => this.failed(sentenceFor(0)));
    request.send(data);
  }

  progress(sent, total) {
    this.querySelector("progress").value = total ? (100 * sent) / total : 0;
    this.querySelector("[data-upload-numbers]").textContent = `${size(sent)} of ${size(total)}`;
    if (sent === total) this.querySelector("[data-upload-label]").textContent = "Uploaded. The server is reading it";
  }

  arrived(request) {
    const html = (request.getResponseHeader("Content-Type") ?? "").includes("html");
    if (request.status >= 500 || [403, 413, 429].includes(request.status) || !html) {
      this.failed(sentenceFor(request.status, null, request.responseText));
      return;
    }
    if (request.responseURL && request.responseURL !== this.form.action) {
      carry(request.responseText);
      location.assign(request.responseURL); // the view redirected: the upload is in
      return;
    }
    this.errors(request.responseText);
  }

  /** The form came back: take over its errors and keep the chosen file. */
  errors(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    const fresh = page.getElementById(this.input.id)?.closest("ui-upload")?.querySelector("[data-upload-error]");
    const summary = page.querySelector("[data-error-summary]");
    this.failed((fresh?.textContent.trim() || summary?.textContent.trim() || "The form could not be accepted. Check every field and send it again.").replace(/\s+/g, " "));
  }

  failed(sentence) {
    this.sending = false;
    this.querySelector(".upload-progress").hidden = true;
    this.form.removeAttribute("data-sending");
    this.form.dispatchEvent(new CustomEvent("ui:restore", { bubbles: true }));
    this.say(sentence);
  }
}
customElements.define("ui-upload", Upload);
