// Runs after theme.js: swagger-ui knows dark by a class of its own.
document.documentElement.classList.toggle("dark-mode", document.documentElement.getAttribute("data-bs-theme") === "dark");
