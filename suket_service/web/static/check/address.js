// Takes the seal out of the address before anything else happens, in every browser; a plain script, not a module.
// Keeps it for the module of this page alone: nothing is stored or sent.
(function () {
  var fragment = location.hash;
  if (fragment.length <= 1) return;
  if (window.history && history.replaceState) history.replaceState(null, "", location.pathname);
  window.suketFragment = fragment;
  // Until the module takes over, the page says that it is checking; where none comes, it asks as it stands.
  document.documentElement.className = "checking";
  window.addEventListener("load", function () {
    document.documentElement.className = "";
  });
})();
