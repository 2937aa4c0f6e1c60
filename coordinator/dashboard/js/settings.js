// What this browser remembers: how things are shown, never a secret.

export function setting(name, otherwise) {
  try {
    return localStorage.getItem(name) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function keepSetting(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // Storage is refused: it holds for this page alone.
  }
}
