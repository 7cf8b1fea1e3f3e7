// Hands the server's passkey options to the browser and posts what comes back. `handleRegister` and `handleSignin`
// come from the sign-in library's own webauthn.js.
(function () {
  "use strict";
  var form = document.querySelector("form[data-passkey]");
  if (!form) return;
  var act = form.dataset.passkey === "register" ? window.handleRegister : window.handleSignin;
  var trouble = document.getElementById("passkey-trouble");
  if (!window.PublicKeyCredential || !act) {
    trouble.hidden = false;
    return;
  }
  act(form.dataset.options).then(function (result) {
    if (!result.credential) {
      trouble.hidden = false;
      return;
    }
    document.getElementById("credential").value = result.credential;
    form.submit();
  });
})();
