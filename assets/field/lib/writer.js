// One writer per visit in a browser: two tabs numbering events at once would tell two stories.
const PATIENCE = 1500; // a page being reloaded lets go a moment after the new one asks

/** Call `became(true)` when this tab may write and `became(false)` when another does. Returns a function that takes over. */
export function beWriter(visit, became) {
  const name = `downbeat-visit-${visit}`;
  if (!navigator.locks) {
    became(true); // plain HTTP in a local network: no locks there
    return () => {};
  }
  const hold = () => {
    became(true);
    return new Promise(() => {});
  };
  const lost = () => became(false);
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), PATIENCE);
  navigator.locks
    .request(name, { signal: giveUp.signal }, () => {
      clearTimeout(timer);
      return hold();
    })
    .catch(lost);
  return () => navigator.locks.request(name, { steal: true }, hold).catch(lost);
}
