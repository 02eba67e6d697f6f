// Waiting: for a button's work to be done, and for a server that is away.

const RETRY_MS = 1500;

/**
 * Does what a button is for, once at a time. It is not disabled meanwhile: that would take the focus from whoever
 * pressed it.
 */
export async function once(button, work) {
  if (button.ariaDisabled) return;
  button.ariaDisabled = "true";
  try {
    await work();
  } finally {
    button.ariaDisabled = null;
  }
}

/** Lets a while pass before the server is asked again. */
export const pause = () => new Promise((resolve) => { setTimeout(resolve, RETRY_MS); });
