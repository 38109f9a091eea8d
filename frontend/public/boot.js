// A page that was open or cached during an upgrade may name files that are gone: reload, once.
(function () {
  var KEY = 'reposto:reloaded';
  window.addEventListener(
    'error',
    function (event) {
      var target = event.target;
      if (!target || (target.tagName !== 'SCRIPT' && target.tagName !== 'LINK')) return;
      try {
        var last = Number(sessionStorage.getItem(KEY) || 0);
        if (Date.now() - last < 60000) return;
        sessionStorage.setItem(KEY, String(Date.now()));
      } catch (_) {
        return; // without a memory of it, a reload could loop
      }
      location.reload();
    },
    true,
  );
})();
