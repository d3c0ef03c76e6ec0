/** For how many ticks one after the other nodes were not read, also nodes that were not known in between. */
export interface Away {
  /** 0 for a node that was read at the last tick. */
  ticks(name: string): number;
  note(name: string, isRead: boolean): void;
}

/** More nodes than are watched. Where addresses change all the time the oldest are forgotten. */
const MAX_AWAY = 1_000;

/** No node is away yet. */
export function createAway(): Away {
  const away = new Map<string, number>();
  return {
    ticks: (name) => away.get(name) ?? 0,
    note(name, isRead) {
      const before = away.get(name) ?? 0;
      away.delete(name);
      if (isRead) return;
      away.set(name, before + 1);
      const [oldest] = away.keys();
      if (away.size > MAX_AWAY && oldest !== undefined) away.delete(oldest);
    },
  };
}
