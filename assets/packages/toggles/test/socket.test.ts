import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { type SocketClass, TogglesClient } from "../src/index.js";
import { item, removal } from "./world.js";

let server: WebSocketServer;

beforeAll(async () => {
  server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
});

afterAll(() => server.close());

it("follows a real server: state, change, removal, a broken connection, the state again", async () => {
  let connections = 0;
  server.on("connection", (socket) => {
    connections += 1;
    socket.send(JSON.stringify([item("1", connections === 1), item("2", true)]));
    if (connections === 1) {
      socket.send(JSON.stringify(item("3", true)));
      socket.send(JSON.stringify(removal("2")));
      setTimeout(() => socket.terminate(), 50);
    }
  });
  const seen: string[] = [];
  const client = new TogglesClient({
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/live`,
    WebSocket: WebSocket as unknown as SocketClass,
    storage: null,
    sharing: null,
    surroundings: { isOnline: () => true, watch: () => () => undefined },
    random: () => 0.01,
  });
  const settled = new Promise<void>((resolve) => {
    client.onStatus((status) => seen.push(status));
    client.onChange(() => {
      seen.push([...client.toggles.values()].map(({ id, isActive }) => `${id}=${isActive}`).join(" "));
    });
    client.onStatus((status) => connections === 2 && status === "live" && resolve());
  });
  client.start();
  await settled;
  const told = [...seen];
  client.stop();
  expect(told).toEqual([
    "1=true 2=true",
    "live",
    "1=true 2=true 3=true",
    "1=true 3=true",
    "stale",
    "1=false 2=true 3=true",
    "live",
  ]);
});
