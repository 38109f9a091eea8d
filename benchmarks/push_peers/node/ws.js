// `ws` on Node with a Redis subscriber (ioredis): node ws.js REDIS_URL. One channel per session that has tabs.
const { WebSocketServer } = require("ws");
const Redis = require("ioredis");

const sessions = new Map();
const redis = new Redis(process.argv[2]);
redis.on("messageBuffer", (channel, data) => {
  for (const socket of sessions.get(channel.toString()) ?? []) socket.send(data, { binary: false });
});

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
server.on("connection", async (socket, request) => {
  const channel = "session:" + request.url.split("/").pop();
  let members = sessions.get(channel);
  if (!members) {
    sessions.set(channel, (members = new Set()));
    await redis.subscribe(channel);
  }
  members.add(socket);
  socket.on("message", () => {});
  socket.on("close", () => {
    members.delete(socket);
    if (members.size === 0) {
      sessions.delete(channel);
      redis.unsubscribe(channel);
    }
  });
});
server.on("listening", () => console.log(`ready on http://127.0.0.1:${server.address().port}`));
