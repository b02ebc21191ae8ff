// How many commands are waiting for a shop that does not answer, for a notice on the page.
let waiting = 0;
const listeners = new Set<() => void>();

export function isWaiting(): boolean {
  return waiting > 0;
}

export function onWaiting(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export async function wait(milliseconds: number): Promise<void> {
  change(1);
  await new Promise((resume) => setTimeout(resume, milliseconds));
  change(-1);
}

function change(by: number): void {
  waiting += by;
  listeners.forEach((listener) => listener());
}
