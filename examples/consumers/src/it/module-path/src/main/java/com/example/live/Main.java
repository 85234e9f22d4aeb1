package com.example.live;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.tyrus.BroadcastServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Starts a server, connects, is told what is broadcast, ends, and leaves no thread behind; exits with 1 if not. */
public final class Main {

    private static final long LIMIT_SECONDS = 120;

    private Main() {
    }

    public static void main(String[] args) throws Exception {
        expect("this module", "com.example.live", Main.class.getModule().getName());
        expect("the server's module", "io.techops.broadcast.tyrus", BroadcastServer.class.getModule().getName());
        for (Module module : ModuleLayer.boot().modules()) {
            expect("automatic, of " + module, false, module.getDescriptor().isAutomatic());
        }
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        HttpClient client = HttpClient.newHttpClient();
        Peer peer = new Peer();
        try (BroadcastServer server = BroadcastServer.builder().host("127.0.0.1").port(0).start()) {
            BroadcastHub hub = server.hub();
            WebSocket socket = client.newWebSocketBuilder()
                    .buildAsync(URI.create("ws://127.0.0.1:" + server.port() + "/"), peer)
                    .get(LIMIT_SECONDS, TimeUnit.SECONDS);
            expect("the peers", 1, hub.peers().size());
            hub.broadcast("hello from the host");
            expect("a message", "text hello from the host", peer.next());
            socket.sendText("hello from a peer", true).get(LIMIT_SECONDS, TimeUnit.SECONDS);
            expect("a message", "text hello from a peer", peer.next());
        }
        expect("the end", "close 1001", peer.next());
        endOfThreads(before);
        System.out.println("all as it should be");
    }

    /** Fails if a thread lives on that was not there before and is not of the JDK's client or of the pool it uses. */
    private static void endOfThreads(Set<Thread> before) throws InterruptedException {
        Set<Thread> left = new HashSet<>(Thread.getAllStackTraces().keySet());
        left.removeAll(before);
        left.removeIf(thread -> thread.getName().startsWith("HttpClient-")
                || thread.getName().startsWith("ForkJoinPool.commonPool-"));
        for (Thread thread : left) {
            thread.join(TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
            if (thread.isAlive()) {
                throw new AssertionError("left behind: " + thread);
            }
        }
    }

    private static void expect(String what, Object expected, Object found) {
        if (!expected.equals(found)) {
            throw new AssertionError(what + " should be " + expected + ", but: " + found);
        }
    }

    /** What the server says to us. */
    private static final class Peer implements WebSocket.Listener {

        private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

        String next() throws InterruptedException {
            return String.valueOf(events.poll(LIMIT_SECONDS, TimeUnit.SECONDS));
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
            events.add("text " + text);
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String phrase) {
            events.add("close " + code);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable thrown) {
            events.add(thrown.toString());
        }
    }
}
