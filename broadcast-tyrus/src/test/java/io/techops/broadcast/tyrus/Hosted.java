package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.TestRun;
import jakarta.websocket.CloseReason;
import jakarta.websocket.DecodeException;
import jakarta.websocket.Decoder;
import jakarta.websocket.Encoder;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Endpoints such as an application has, and what they were told. */
public final class Hosted {

    /** The sessions that were opened, in order. */
    public static final BlockingQueue<Session> OPENED = new LinkedBlockingQueue<>();
    static final BlockingQueue<CloseReason> CLOSED = new LinkedBlockingQueue<>();
    static final Queue<Throwable> ERRORS = new ConcurrentLinkedQueue<>();
    static final List<String> PARTS = new CopyOnWriteArrayList<>();

    private Hosted() {
    }

    /** Forgets what was told before. */
    public static void forget() {
        OPENED.clear();
        CLOSED.clear();
        ERRORS.clear();
        PARTS.clear();
    }

    /** {@return the settings of a server with a hub at /live, and an endpoint that echoes} */
    static BroadcastServer.Builder echo(Wire wire) {
        return wire.server().path("/live").endpoint(Echo.class);
    }

    /** {@return a client that has shaken hands} */
    static RawClient open(Wire wire, BroadcastServer server, String path) throws Exception {
        return wire.connect(server).shakeHands(path);
    }

    /** {@return why the next session has closed, once an endpoint was told} */
    static CloseReason told() throws InterruptedException {
        return CLOSED.poll(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    /** {@return the head of the answer to a handshake} */
    static String ask(BroadcastServer server, String path, String... headers) throws Exception {
        try (RawClient raw = Wire.PLAIN.connect(server)) {
            return raw.ask(RawClient.handshake(path, headers));
        }
    }

    /** Checks what is answered to a text at a path. */
    static void answers(BroadcastServer server, String path, String text, String answer) throws Exception {
        try (RawClient raw = Wire.PLAIN.connect(server).shakeHands(path)) {
            raw.sendText(text);
            assertThat(raw.readText()).as(path).isEqualTo(answer);
        }
    }

    /** A chat with rooms. */
    @ServerEndpoint("/chat/{room}")
    public static class Chat {

        private static final Map<String, List<Session>> ROOMS = new ConcurrentHashMap<>();

        /** For the container. */
        public Chat() {
        }

        /** Joins a room. */
        @OnOpen
        public void join(Session session, @PathParam("room") String room) {
            ROOMS.computeIfAbsent(room, name -> new CopyOnWriteArrayList<>()).add(session);
            OPENED.add(session);
        }

        /** Says something to all in the room. */
        @OnMessage
        public void say(@PathParam("room") String room, String text) {
            for (Session session : ROOMS.get(room)) {
                session.getAsyncRemote().sendText(room + ": " + text);
            }
        }

        /** Leaves. */
        @OnClose
        public void leave(Session session, @PathParam("room") String room, CloseReason reason) {
            ROOMS.get(room).remove(session);
            CLOSED.add(reason);
        }
    }

    /** Answers with what it was sent, text and bytes. */
    @ServerEndpoint("/echo")
    public static class Echo {

        /** For the container. */
        public Echo() {
        }

        /** A session opens. */
        @OnOpen
        public void open(Session session) {
            OPENED.add(session);
        }

        /** A text. */
        @OnMessage
        public String text(String text) {
            return text;
        }

        /** Bytes. */
        @OnMessage
        public byte[] bytes(byte[] bytes) {
            return bytes;
        }

        /** A session has closed. */
        @OnClose
        public void close(CloseReason reason) {
            CLOSED.add(reason);
        }

        /** Something went wrong. */
        @OnError
        public void error(Throwable thrown) {
            ERRORS.add(thrown);
        }
    }

    /** Takes messages in parts, and answers in parts. */
    @ServerEndpoint("/parts")
    public static class Parts {

        /** For the container. */
        public Parts() {
        }

        /** Part of a text. */
        @OnMessage
        public void part(Session session, String part, boolean last) throws IOException {
            PARTS.add(part + (last ? "." : ""));
            session.getBasicRemote().sendText(part, last);
        }
    }

    /** Two numbers. */
    public record Point(int x, int y) {

        /** Reads one. */
        public static class In implements Decoder.Text<Point> {

            /** For the container. */
            public In() {
            }

            @Override
            public Point decode(String text) throws DecodeException {
                try {
                    String[] both = text.split(",");
                    return new Point(Integer.parseInt(both[0]), Integer.parseInt(both[1]));
                } catch (RuntimeException e) {
                    throw new DecodeException(text, "not a point", e);
                }
            }

            @Override
            public boolean willDecode(String text) {
                return true;
            }
        }

        /** Writes one. */
        public static class Out implements Encoder.Text<Point> {

            /** For the container. */
            public Out() {
            }

            @Override
            public String encode(Point point) {
                return point.x + "," + point.y;
            }
        }
    }

    /** Speaks of points. */
    @ServerEndpoint(value = "/points", decoders = Point.In.class, encoders = Point.Out.class)
    public static class Points {

        /** For the container. */
        public Points() {
        }

        /** Mirrors a point. */
        @OnMessage
        public Point mirror(Point point) {
            return new Point(point.y, point.x);
        }

        /** A message is no point. */
        @OnError
        public void error(Throwable thrown) {
            ERRORS.add(thrown);
        }
    }

    /** Takes its time to hear of the end. */
    @ServerEndpoint("/slow")
    public static class Slow {

        /** Opened when it hears of an end; and what lets it go on. */
        public static final CountDownLatch HEARS = new CountDownLatch(1);
        public static final CountDownLatch HAS_HEARD = new CountDownLatch(1);

        /** For the container. */
        public Slow() {
        }

        /** A session has closed. */
        @OnClose
        public void close() throws InterruptedException {
            HEARS.countDown();
            HAS_HEARD.await();
        }
    }

    /** Does what a test wants when it hears of an end. */
    @ServerEndpoint("/ending")
    public static class Ending {

        /** What that is. */
        public static volatile Runnable whenItHears = () -> { };

        /** For the container. */
        public Ending() {
        }

        /** A session has closed. */
        @OnClose
        public void close() {
            whenItHears.run();
        }
    }

    /** An endpoint that is no annotated class. */
    public static class Programmatic extends Endpoint {

        /** For the container. */
        public Programmatic() {
        }

        @Override
        public void onOpen(Session session, EndpointConfig config) {
            OPENED.add(session);
            session.addMessageHandler(String.class, text -> session.getAsyncRemote().sendText("programmatic " + text));
        }

        @Override
        public void onClose(Session session, CloseReason reason) {
            CLOSED.add(reason);
        }

        @Override
        public void onError(Session session, Throwable thrown) {
            ERRORS.add(thrown);
        }
    }
}
