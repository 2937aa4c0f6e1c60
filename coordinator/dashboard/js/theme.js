// Before anything is drawn: the theme that was chosen here the last time. "auto" follows the
// system.
(() => {
  let theme = 'auto';
  try {
    theme = localStorage.getItem('theme') ?? theme;
  } catch {
    // Storage is refused: the system's theme.
  }
  document.documentElement.dataset.theme = theme;
})();
