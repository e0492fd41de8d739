const browser = ["window", "document", "location", "localStorage", "sessionStorage", "customElements", "HTMLElement", "CustomEvent", "FormData",
  "URL", "URLSearchParams", "XMLHttpRequest", "DOMParser", "ResizeObserver", "CSS", "matchMedia", "requestAnimationFrame", "cancelAnimationFrame",
  "setTimeout", "clearTimeout", "setInterval", "clearInterval", "fetch", "innerWidth", "innerHeight", "navigator", "crypto", "indexedDB", "Blob", "File", "FileReader", "Response",
  "Request", "Headers", "AbortController", "caches", "self", "console", "performance", "structuredClone", "Image", "createImageBitmap", "queueMicrotask", "BarcodeDetector", "TextEncoder", "IntersectionObserver", "MutationObserver", "Event", "process"];

export default [
  {
    files: ["assets/**/*.js", "static/ui/*.js", "*.config.js"],
    languageOptions: { ecmaVersion: 2023, sourceType: "module", globals: Object.fromEntries(browser.map((name) => [name, "readonly"])) },
    rules: {
      "no-undef": "error",
      "no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "no-var": "off",
      "prefer-const": ["error", { destructuring: "all" }],
      eqeqeq: "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "max-lines": ["error", 500],
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
    },
  },
];
