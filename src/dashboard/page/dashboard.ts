/** The dashboard: keeps the last ten minutes and the farm, and draws what is new. */
import type { Farm, Message, Point } from '../messages.js';
import { Charts } from './charts.js';
import { drawCluster } from './cluster.js';
import { connect } from './connect.js';
import { startTheme } from './dark-or-light.js';
import { ago, byId } from './dom.js';
import { startKeys } from './keyboard.js';
import { drawActions } from './latest-events.js';
import { Machines } from './machines-panel.js';
import { drawInside, drawLimits, drawMeters } from './meters-panel.js';
import { drawRuns } from './runs-panel.js';
import { Tiles } from './tiles.js';

const HISTORY = 600;

let points: Point[] = [];
let farm: Farm | undefined;
let connected = false;

const tiles = new Tiles();
const charts = new Charts();
const machines = new Machines();

function drawPoints(fresh = false): void {
  tiles.draw(points, fresh);
  charts.draw(points);
  const latest = points.at(-1);
  if (latest !== undefined) drawMeters(latest, farm);
}

function drawFarm(): void {
  if (farm === undefined) return;
  document.body.classList.remove('waiting');
  drawRuns(farm);
  machines.draw(farm);
  drawActions(farm);
  drawInside(farm);
  drawLimits(farm);
  drawCluster(farm);
  drawStatus();
}

function drawStatus(): void {
  const status = byId('status');
  const ready = farm?.server.ready ?? 'connected';
  status.textContent = connected ? ready : 'no connection';
  status.className = `pill ${connected ? (ready === 'ready' || farm === undefined ? 'good' : 'bad') : 'bad'}`;
  if (farm === undefined) return;
  const { version, start_time: start, store } = farm.server;
  byId('about').textContent = `${version} · up ${ago(start)} · ${store}`;
}

function receive(message: Message): void {
  if (message.kind === 'history') {
    points = message.points;
    drawPoints(true);
  } else if (message.kind === 'point') {
    points = [...points.slice(-HISTORY + 1), message.point];
    if (!document.hidden) drawPoints();
  } else {
    farm = message.farm;
    if (!document.hidden) drawFarm();
  }
}

startTheme(() => {
  charts.rebuild();
  drawPoints(true);
});
startKeys();
document.addEventListener('visibilitychange', () => {
  if (document.hidden) return;
  drawPoints();
  drawFarm();
});
connect({
  onMessage: receive,
  onState: (isOpen) => {
    connected = isOpen;
    drawStatus();
  },
});
