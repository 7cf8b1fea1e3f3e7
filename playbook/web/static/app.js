// What pages gain when scripts run. Nothing here is needed to act: forms post and links lead without it.
(function () {
  "use strict";

  var language = document.documentElement.lang || "en";

  // A second press of the same button does nothing; the first one may still be on its way.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method === "dialog") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    if (!navigator.onLine && !form.hasAttribute("hx-post")) {
      event.preventDefault();
      connection(false);
      return;
    }
    if (form.hasAttribute("data-theme-form")) {
      event.preventDefault();
      chooseTheme(form, event.submitter);
      return;
    }
    if (event.defaultPrevented) return;
    form.dataset.sent = "yes";
    var button = event.submitter;
    if (button) {
      window.setTimeout(function () {
        button.setAttribute("aria-disabled", "true");
      }, 0);
    }
  });
  function release(form) {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-disabled=true]").forEach(function (button) {
      button.removeAttribute("aria-disabled");
    });
  }
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(release);
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    var form = event.detail.elt.closest && event.detail.elt.closest("form[data-sent]");
    if (form) release(form);
  });

  function chooseTheme(form, button) {
    if (!button) return;
    var year = 365 * 24 * 3600;
    var secure = window.location.protocol === "https:" ? "; Secure" : "";
    document.cookie =
      "theme=" + button.value + "; Path=/; SameSite=Lax; Max-Age=" + year + secure;
    document.documentElement.dataset.themeChoice = button.value;
    window.applyTheme();
    form.querySelectorAll("button").forEach(function (other) {
      other.setAttribute("aria-pressed", String(other === button));
    });
  }

  // Live parts: how old they are, grey when the connection is lost.
  var updated = {};
  function connection(alive) {
    var bar = document.getElementById("connection");
    if (bar) bar.hidden = alive;
    document.querySelectorAll("[data-live]").forEach(function (part) {
      part.classList.toggle("stale", !alive);
    });
  }
  function isLive(event) {
    return event.detail.elt && event.detail.elt.hasAttribute("data-live");
  }
  window.addEventListener("offline", function () {
    connection(false);
  });
  window.addEventListener("online", function () {
    connection(true);
  });
  ["htmx:sendError", "htmx:timeout"].forEach(function (name) {
    document.addEventListener(name, function () {
      connection(false);
    });
  });
  document.addEventListener("htmx:responseError", function (event) {
    if (isLive(event)) {
      connection(false);
      return;
    }
    var problems = document.getElementById("problems");
    if (problems) {
      problems.innerHTML = event.detail.xhr.responseText;
      problems.scrollIntoView({ block: "nearest" });
    }
  });
  document.addEventListener("htmx:afterOnLoad", function (event) {
    if (event.detail.xhr.status < 400) {
      connection(true);
      if (isLive(event)) updated[event.detail.elt.id] = Date.now();
    }
  });
  if ("RelativeTimeFormat" in Intl) {
    var words = new Intl.RelativeTimeFormat(language, { style: "narrow" });
    window.setInterval(function () {
      document.querySelectorAll("[data-age-of]").forEach(function (line) {
        var at = updated[line.dataset.ageOf];
        if (!at) return;
        var seconds = Math.round((Date.now() - at) / 1000);
        line.hidden = false;
        line.querySelector("[data-age]").textContent =
          seconds < 120
            ? words.format(-seconds, "second")
            : words.format(-Math.round(seconds / 60), "minute");
      });
    }, 1000);
  }

  // A live part never moves what a finger is about to press, or what somebody is typing into.
  var pressed = null;
  document.addEventListener("pointerdown", function (event) {
    pressed = event.target;
  });
  ["pointerup", "pointercancel"].forEach(function (name) {
    document.addEventListener(name, function () {
      window.setTimeout(function () {
        pressed = null;
      }, 400);
    });
  });
  document.addEventListener("htmx:beforeSwap", function (event) {
    if (!isLive(event)) return;
    var target = event.detail.target;
    var active = document.activeElement;
    var typing = active && /^(INPUT|TEXTAREA|SELECT)$/.test(active.tagName);
    if ((typing && target.contains(active)) || (pressed && target.contains(pressed))) {
      event.detail.shouldSwap = false;
    }
  });
  // What somebody had opened stays open when a live part is replaced.
  document.addEventListener("htmx:beforeSwap", function (event) {
    if (!isLive(event) || !event.detail.shouldSwap) return;
    var open = [];
    event.detail.target.querySelectorAll("details[open][id]").forEach(function (part) {
      open.push(part.id);
    });
    var focus = document.activeElement && document.activeElement.id;
    event.detail.elt.addEventListener(
      "htmx:afterSwap",
      function () {
        open.forEach(function (id) {
          var part = document.getElementById(id);
          if (part) part.open = true;
        });
        var again = focus && document.getElementById(focus);
        if (again && document.activeElement === document.body) again.focus({ preventScroll: true });
      },
      { once: true }
    );
  });

  // Menus close with Escape and with a tap elsewhere.
  document.addEventListener("click", function (event) {
    document.querySelectorAll("details.drop[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
    var copy = event.target.closest && event.target.closest("[data-copy]");
    if (copy && navigator.clipboard) {
      var source = document.getElementById(copy.dataset.copy);
      navigator.clipboard.writeText(source.value || source.textContent.trim()).then(function () {
        copy.textContent = copy.dataset.copied || copy.textContent;
      });
    }
    if (event.target.closest && event.target.closest("[data-print]")) window.print();
    if (event.target.closest && event.target.closest("[aria-disabled=true]")) event.preventDefault();
  });

  // The key "/" leads here from a page that has nothing to search.
  var arrived = window.location.hash === "#f-q" && document.querySelector("input[type=search]#f-q");
  if (arrived) arrived.focus();

  // Keys: only when nobody is typing.
  var before = "";
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") {
      document.querySelectorAll("details.drop[open]").forEach(function (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      });
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    var at = event.target;
    if (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName)) return;
    if (event.key === "/") {
      var search = document.querySelector("input[type=search]");
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      } else if (document.body.dataset.search) {
        event.preventDefault();
        window.location.assign(document.body.dataset.search);
      }
    } else if (event.key === "?") {
      var keys = document.getElementById("keys");
      if (keys && keys.showModal && !keys.open) keys.showModal();
    } else if (event.key === "h" && before === "g") {
      window.location.assign("/");
    }
    before = event.key;
  });
})();
