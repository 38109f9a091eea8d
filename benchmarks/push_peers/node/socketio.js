// Socket.IO on Node with its Redis adapter: node socketio.js REDIS_URL. A room per session.
const { createServer } = require("http");
const { Server } = require("socket.io");
const { createAdapter } = require("@socket.io/redis-adapter");
const Redis = require("ioredis");

const publisher = new Redis(process.argv[2]);
const http = createServer();
const io = new Server(http, { adapter: createAdapter(publisher, publisher.duplicate()), perMessageDeflate: false });
io.on("connection", (socket) => {
  socket.on("join", (session, done) => {
    socket.join(session);
    done(true);
  });
});
http.listen(0, "127.0.0.1", () => console.log(`ready on http://127.0.0.1:${http.address().port}`));
