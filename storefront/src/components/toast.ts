import { useSyncExternalStore } from "react";

export interface Toast {
  id: number;
  text: string;
  link?: { to: string; text: string } | undefined;
}

const SHOWN_MILLISECONDS = 6000;
let toasts: Toast[] = [];
let last = 0;
const listeners = new Set<() => void>();

/** Says something in passing, to eyes and ears. */
export function toast(text: string, link?: Toast["link"]): void {
  const id = (last += 1);
  change([...toasts.filter((shown) => shown.text !== text), { id, text, link }]);
  setTimeout(() => dismiss(id), SHOWN_MILLISECONDS);
}

export function dismiss(id: number): void {
  change(toasts.filter((shown) => shown.id !== id));
}

export function useToasts(): Toast[] {
  return useSyncExternalStore(listen, () => toasts);
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function change(now: Toast[]): void {
  toasts = now;
  listeners.forEach((listener) => listener());
}
