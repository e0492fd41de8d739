// The spreadsheet is a page of its own; no other page loads it.
if (document.querySelector("site-grid")) import("../grid/site-grid.js");
