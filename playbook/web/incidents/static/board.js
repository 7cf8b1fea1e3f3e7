// The board while it lives: new facts slip in around what is open, typed or about to be pressed.
(function () {
  "use strict";

  var live = document.getElementById("live");
  if (!live || !window.htmx) return;
  var tab = document.getElementById("tab");

  // ---- Hold still while a finger is down, or a pointer rests on something that can be pressed.
  var MOST_PATIENCE = 8000;
  var down = false;
  var heldSince = 0;
  document.addEventListener("pointerdown", function () {
    down = true;
  });
  ["pointerup", "pointercancel"].forEach(function (name) {
    document.addEventListener(name, function () {
      window.setTimeout(function () {
        down = false;
      }, 400);
    });
  });
  var hovers = window.matchMedia("(hover: hover)").matches;
  function busy() {
    var resting = hovers && live.querySelector(":is(a, button, summary, label, select):hover");
    if (!down && !resting) {
      heldSince = 0;
      return false;
    }
    heldSince = heldSince || Date.now();
    return down || Date.now() - heldSince < MOST_PATIENCE;
  }
  document.addEventListener("htmx:beforeRequest", function (event) {
    if (event.detail.elt.id === "poll" && busy()) event.preventDefault();
  });
  document.addEventListener("htmx:beforeSwap", function (event) {
    var asker = event.detail.requestConfig && event.detail.requestConfig.elt;
    if (!asker || asker.id !== "poll" || event.detail.xhr.status !== 200) return;
    // Typing does not stop the board: forms are left alone below.
    event.detail.shouldSwap = !down;
  });

  // ---- Steady swap: change what differs, keep what a person has opened or typed.
  function sameKind(one, other) {
    return (
      one.nodeType === other.nodeType &&
      one.nodeName === other.nodeName &&
      (one.id || "") === (other.id || "")
    );
  }
  function inUse(form) {
    if (form.contains(document.activeElement) && /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.nodeName)) {
      return true;
    }
    return Array.prototype.some.call(form.elements, function (field) {
      if (field.type === "hidden" || field.nodeName === "BUTTON" || field.nodeName === "FIELDSET") return false;
      if (field.nodeName === "SELECT") return !field.options[field.selectedIndex].defaultSelected && field.selectedIndex > 0;
      if (field.type === "radio" || field.type === "checkbox") return field.checked !== field.defaultChecked;
      return field.value !== field.defaultValue;
    });
  }
  var OURS = { open: true, "data-loaded": true, "data-sent": true };
  function attributes(old, fresh) {
    Array.from(fresh.attributes).forEach(function (attribute) {
      if (OURS[attribute.name]) return;
      if (old.getAttribute(attribute.name) !== attribute.value) {
        old.setAttribute(attribute.name, attribute.value);
      }
    });
    Array.from(old.attributes).forEach(function (attribute) {
      if (!OURS[attribute.name] && !fresh.hasAttribute(attribute.name)) old.removeAttribute(attribute.name);
    });
  }
  function morph(old, fresh) {
    if (old.nodeType !== 1) {
      if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
      return;
    }
    if (old.nodeName === "FORM" && (inUse(old) || old.dataset.sent)) return;
    attributes(old, fresh);
    if (!old.hasAttribute("data-keep")) children(old, fresh);
  }
  function children(old, fresh) {
    var byId = {};
    Array.from(old.children).forEach(function (child) {
      if (child.id) byId[child.id] = child;
    });
    var kept = new Set();
    var at = old.firstChild;
    Array.from(fresh.childNodes).forEach(function (node) {
      while (at && (kept.has(at) || (at.nodeType === 3 && node.nodeType === 1 && !at.nodeValue.trim()))) {
        at = at.nextSibling;
      }
      var mine = null;
      if (node.id) mine = byId[node.id] && sameKind(byId[node.id], node) ? byId[node.id] : null;
      else if (at && sameKind(at, node)) mine = at;
      if (!mine) {
        mine = document.importNode(node, true);
        old.insertBefore(mine, at);
      } else {
        if (mine === at) at = at.nextSibling;
        else old.insertBefore(mine, at);
        morph(mine, node);
      }
      kept.add(mine);
    });
    Array.from(old.childNodes).forEach(function (node) {
      if (!kept.has(node)) node.remove();
    });
  }
  // What somebody writes in, or the top of what is on the screen, stays where the eye left it.
  function steadily(change) {
    var anchor = live.contains(document.activeElement) ? document.activeElement : null;
    var before = anchor && anchor.getBoundingClientRect().top;
    change();
    if (anchor && anchor.isConnected) {
      var moved = anchor.getBoundingClientRect().top - before;
      if (moved) window.scrollBy({ top: moved, behavior: "instant" });
    }
  }
  window.htmx.defineExtension("steady", {
    isInlineSwap: function (style) {
      return style === "steady";
    },
    handleSwap: function (style, target, fragment) {
      if (style !== "steady") return false;
      steadily(function () {
        children(target, fragment);
      });
      refreshOpen();
      return [];
    },
  });

  // ---- Bodies that are read only when they are opened, and again when they are out of date.
  function load(body) {
    var wanted = body.dataset.v;
    if (body.dataset.loaded === wanted || body.dataset.loading) return;
    body.dataset.loading = "yes";
    window
      .fetch(body.dataset.src, { headers: { "HX-Request": "true", Accept: "text/html" } })
      .then(function (answer) {
        if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
        return answer.text();
      })
      .then(function (text) {
        var fresh = new DOMParser().parseFromString(text, "text/html").body;
        steadily(function () {
          children(body, fresh);
        });
        body.dataset.loaded = wanted;
      })
      .catch(function () {
        // The link inside still leads to the page; the next change tries again.
      })
      .finally(function () {
        delete body.dataset.loading;
      });
  }
  function refreshOpen() {
    live.querySelectorAll("details[open] > [data-src]").forEach(load);
  }
  live.addEventListener(
    "toggle",
    function (event) {
      var body = event.target.open && event.target.querySelector(":scope > [data-src]");
      if (body) load(body);
    },
    true
  );
  refreshOpen();
  function reveal() {
    var part = window.location.hash && document.getElementById(window.location.hash.slice(1));
    for (var at = part; at && live.contains(at); at = at.parentElement) {
      if (at.nodeName === "DETAILS") at.open = true;
    }
    if (part && live.contains(part)) part.scrollIntoView({ block: "center" });
  }
  reveal();

  // ---- Tabs without a journey; the address follows, so that going back and sharing work.
  live.addEventListener("click", function (event) {
    var link = event.target.closest("[data-tab-link]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(link.dataset.tabLink);
    window.history.replaceState(null, "", link.href);
    var column = document.getElementById(link.dataset.tabLink);
    if (link.closest(".numbers") && column) column.scrollIntoView({ block: "start" });
  });
  function show(name) {
    live.dataset.tab = name;
    tab.value = name;
    live.querySelectorAll(".tabs a").forEach(function (other) {
      if (other.dataset.tabLink === name) other.setAttribute("aria-current", "page");
      else other.removeAttribute("aria-current");
    });
  }
})();
