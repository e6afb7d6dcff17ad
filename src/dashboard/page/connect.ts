/** The connection to the server: opens again by itself when it is lost, later and later. */
import type { Message } from '../messages.js';

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 15_000;

export interface LiveHandlers {
  onMessage: (message: Message) => void;
  onState: (connected: boolean) => void;
}

export function connect({ onMessage, onState }: LiveHandlers): void {
  const url = new URL('dashboard/live', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.hash = '';
  let retry = FIRST_RETRY_MS;
  const open = () => {
    const socket = new WebSocket(url);
    socket.addEventListener('open', () => {
      retry = FIRST_RETRY_MS;
      onState(true);
    });
    socket.addEventListener('message', ({ data }) => onMessage(JSON.parse(String(data)) as Message));
    socket.addEventListener('close', () => {
      onState(false);
      setTimeout(open, retry * (0.5 + Math.random() / 2));
      retry = Math.min(LONGEST_RETRY_MS, retry * 2);
    });
  };
  open();
}
