// Runs before the page is drawn: "like the device" is looked up here, everything else the server has already said.
(function () {
  "use strict";
  var root = document.documentElement;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");

  function apply() {
    var choice = root.dataset.themeChoice;
    var theme = choice === "auto" ? (dark.matches ? "dark" : "light") : choice;
    root.setAttribute("data-bs-theme", theme);
  }

  window.applyTheme = apply;
  apply();
  dark.addEventListener("change", apply);
})();
