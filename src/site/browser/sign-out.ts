/** Who signs out in one tab is signed out in the others: they load their page again. */

const CHANNEL = 'shoal-session';

export function startSignOut(): void {
  const channel = new BroadcastChannel(CHANNEL);
  const account = document.body.dataset['account'] ?? '';
  // Each page says who is signed in on it; a tab that has somebody else is not up to date.
  channel.addEventListener('message', (event: MessageEvent<string>) => {
    if (event.data !== account) location.replace(location.pathname + location.search);
  });
  channel.postMessage(account);
}
