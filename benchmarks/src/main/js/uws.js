// uWebSockets.js: publish and subscribe, as in its own examples.
const uWS = require('@trufflesuite/uws-js-unofficial');

const TOPIC = 'everyone';
const deflate = process.argv[3] === 'deflate';

const app = uWS.App().ws('/*', {
  compression: deflate ? uWS.SHARED_COMPRESSOR : uWS.DISABLED,
  maxPayloadLength: 1 << 20,
  maxBackpressure: 64 << 20,
  open: (socket) => {
    socket.subscribe(TOPIC);
  },
  message: (socket, message, isBinary) => {
    app.publish(TOPIC, message, isBinary, deflate);
  }
});

app.listen('127.0.0.1', 0, (token) => {
  console.log('listening ' + uWS.us_socket_local_port(token));
});

process.stdin.on('end', () => process.exit(0)).resume();
